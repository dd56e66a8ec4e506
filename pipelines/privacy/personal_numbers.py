"""Identity-card and phone numbers (boundary 6)."""

import re
import unicodedata

import polars as pl

ID_18 = r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
ID_15 = r"[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
PHONE = r"(?:\+?86)?1[3-9]\d{9}|0\d{2}-\d{8}|0\d{3}-\d{7,8}"
LONG = r"\d(?:[\s\-]*[\dXx]){10,}"
"""What any of them needs: eleven digits in a row but for spaces and dashes. Few columns hold it."""
SHAPES = rf"(?:^|[^\d])(?:{ID_18}|{ID_15}|{PHONE})(?:[^\d]|$)"
GROWN_UP = 2010
CODE = r"^[A-Z]{1,6}$"
"""A record's number that is letters alone, where the mapping says that the source has such."""
MASK = "***"
LONGEST = 32
"""Longer than any code, date or case number: what is longer is free text, and free text stays outside."""


def personal(text: pl.Series) -> pl.Series:
    """Which texts hold what looks like an identity-card number (check digit right) or a phone number."""
    long = _plain(text).str.contains(LONG).fill_null(value=False)
    if not long.any():
        return long
    plain = _plain(text.filter(long))
    shaped = plain.str.contains(SHAPES) | plain.str.replace_all(r"[\s\-]", "").str.contains(SHAPES)
    judged = pl.Series(
        [sure and is_personal(word) for word, sure in zip(plain, shaped, strict=True)], dtype=pl.Boolean
    )
    return long.scatter(long.arg_true(), judged)


def is_personal(text: str) -> bool:
    """Whether a text holds what looks like an identity-card or phone number, however it is spaced."""
    plain = unicodedata.normalize("NFKC", text)
    for words in (plain, re.sub(r"[\s\-]", "", plain)):
        if _alone(PHONE, words) or _alone(ID_15, words) or any(map(_checks, _alone(ID_18, words))):
            return True
    return False


def masked(text: str | None) -> str | None:
    """A value as the quarantine may keep it: nothing that could name a person, no free text."""
    return MASK if text is not None and (len(text) > LONGEST or is_personal(text)) else text


def _alone(pattern: str, text: str) -> list[str]:
    return re.findall(rf"(?<!\d)(?:{pattern})(?!\d)", text)


def _checks(number: str) -> bool:
    """Whether the last of eighteen characters is the check digit of the others (GB 11643).

    A wrong one is a slip of the pen where the birthday is a grown-up's; else it is a case number with its date.
    """
    if int(number[6:10]) < GROWN_UP:
        return True
    total = sum(int(digit) * pow(2, 17 - at, 11) for at, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _plain(text: pl.Series) -> pl.Series:
    """Full-width digits as plain ones."""
    return text.str.normalize("NFKC") if text.str.contains(r"[^\x00-\x7F]").any() else text
