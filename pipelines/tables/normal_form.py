"""The one spelling under which two writings of a record number, or of a code, count as the same.

Used for keys, for rows chosen by value, for codes, for erasure and for retention alike. Not for names of people.
"""

import re
import unicodedata
from functools import lru_cache

import polars as pl

PLAIN = r"^[0-9A-Za-z]+(?:[-_/.][0-9A-Za-z]+)*$"
"""A text that is its own normal form, as most record numbers are."""
OPENING, CLOSING, DASH = "(", ")", "-"
QUOTES = "'\"`‘’“”‚‛„‟′″＇＂"
"""Marks a spreadsheet or a clerk puts around a number to keep it a text."""
FORMULA = re.compile(r'^=\s*"(.*)"$')
LOOSE_BLANK = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")
"""A blank that parts nothing, for a sign that is no letter or digit of Latin script stands beside it."""
INVISIBLE = frozenset(("Cf", "Mn"))


def normal_form(text: str) -> str:
    """A number or code as it is joined: width, kind of bracket and dash, invisible marks and outer quotes do not count.

    Blanks count only between two Latin letters or digits. Case, noughts in front and every other sign do.

    >>> normal_form("〔２０２５〕麒调字第 12 号")
    '(2025)麒调字第12号'
    >>> normal_form('="00123"'), normal_form("'00123"), normal_form("00123 ")
    ('00123', '00123', '00123')
    """
    if text.isascii() and text.isalnum():
        return text
    return _normal_form(text)


def normal_forms(texts: pl.Series) -> pl.Series:
    """The normal form of each text of a column, null where there is none."""
    strange = (~texts.str.contains(PLAIN)).fill_null(value=False)
    if not strange.any():
        return texts
    others = texts.filter(strange)
    forms = {text: normal_form(text) for text in others.unique()}
    return texts.clone().scatter(strange.arg_true(), others.replace_strict(forms, return_dtype=pl.String))


@lru_cache(maxsize=1 << 14)
def _normal_form(text: str) -> str:
    visible = "".join(_plain_sign(c) for c in unicodedata.normalize("NFKC", text))
    word = visible.strip()
    if formula := FORMULA.match(word):
        word = formula.group(1)
    word = word.strip(QUOTES + " \t\r\n")
    return " ".join(LOOSE_BLANK.sub("", word).split())


def _plain_sign(sign: str) -> str:
    """One sign with its invisible kin left out, brackets and dashes made alike."""
    category = unicodedata.category(sign)
    if category in INVISIBLE:
        return ""
    if category == "Ps" and sign not in QUOTES:
        return OPENING
    if category == "Pe":
        return CLOSING
    return DASH if category == "Pd" or sign == "\u2212" else sign
