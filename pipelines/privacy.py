"""The privacy gate (boundary 6): pairs become keyed hashes, numbers that name a person never pass."""

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

import platformdirs
import polars as pl

from pipelines.errors import RefusedInput

ID_18 = r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx]"
ID_15 = r"[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
PHONE = r"(?:\+?86)?1[3-9]\d{9}|0\d{2}-\d{8}|0\d{3}-\d{7,8}"
LONG = r"\d(?:[\s\-]*[\dXx]){10,}"
"""What any of them needs: eleven digits in a row but for spaces and dashes. Few columns hold it."""
SHAPES = rf"(?:^|[^\d])(?:{ID_18}|{ID_15}|{PHONE})(?:[^\d]|$)"
GROWN_UP = 2010
NO_DIGIT = r"^\D+$"
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
    found = pl.Series(
        [sure and is_personal(word) for word, sure in zip(plain, shaped, strict=True)], dtype=pl.Boolean
    )
    return long.scatter(long.arg_true(), found)


def is_personal(text: str) -> bool:
    """Whether a text holds what looks like an identity-card or phone number, however it is spaced."""
    plain = unicodedata.normalize("NFKC", text)
    for words in (plain, re.sub(r"[\s\-]", "", plain)):
        if _alone(PHONE, words) or _alone(ID_15, words) or any(map(_checks, _alone(ID_18, words))):
            return True
    return False


def may_name(numbers: pl.Series, *, lettered: bool) -> pl.Series:
    """Which record numbers may be a name typed into the wrong column: those without a digit.

    Args:
        numbers: as text; empty ones name nobody.
        lettered: whether the source has numbers of a few capital letters alone.
    """
    doubtful = numbers.str.contains(NO_DIGIT)
    return (doubtful & ~numbers.str.contains(CODE) if lettered else doubtful).fill_null(value=False)


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


def pair_key(key: bytes, first: str, second: str) -> str:
    """The opaque key of a pair of parties: the same whoever is named first, however it is spaced.

    HMAC-SHA256 over both names, normalised (NFKC, no white space, case folded) and sorted.
    """
    names = sorted((_normal(first), _normal(second)))
    return hmac.digest(key, "\x1f".join(names).encode(), "sha256").hex()[:32]


def hash_pairs(frame: pl.DataFrame, key: bytes) -> pl.Series:
    """`parties_key` of each row from `party_a` and `party_b`, or from the source's own `parties_key`.

    Null where one party is missing. Each distinct pair is hashed once.
    """
    names = [c for c in ("party_a", "party_b", "parties_key") if c in frame.columns]
    if not names:
        return pl.Series("parties_key", [None] * len(frame), dtype=pl.String)
    distinct = frame.select(names).unique(maintain_order=True)
    hashed = distinct.with_columns(
        pl.Series("__hash", [_hash_row(key, *row) for row in _three(distinct).iter_rows()], dtype=pl.String)
    )
    joined = frame.select(names).join(hashed, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined["__hash"].alias("parties_key")


def key_path() -> Path:
    """Where the key of the pair hashes lies: `FENGQIAO_KEY_FILE`, else the user's configuration folder."""
    given = os.environ.get("FENGQIAO_KEY_FILE")
    return Path(given) if given else Path(platformdirs.user_config_dir("fengqiao")) / "pair.key"


def load_key(home: Path, mark: str | None = None) -> bytes:
    """The key of the pair hashes, made with mode 600 on first use, outside the home.

    Args:
        home: the home folder.
        mark: `key_mark` of the key that the home's pairs were hashed with; None for a home without any.

    Raises:
        RefusedInput: the key file lies under the home, others may read it, it holds no key, or it is
            another key than the home's.
    """
    path = key_path()
    if path.resolve().is_relative_to(home.resolve()):
        raise RefusedInput(
            f"the key file {path} lies under the home {home}: set FENGQIAO_KEY_FILE to a place outside it"
        )
    if not path.exists() and mark is None:
        _make_key(path)
    if not path.exists():
        raise RefusedInput(f"the key file {path} is gone, and {home} was filled with it. {ROTATION}")
    if path.stat().st_mode & 0o077:
        raise RefusedInput(f"the key file {path} may be read by others: chmod 600 it")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise RefusedInput(f"the key file {path} holds no key of {KEY_BYTES} bytes in hexadecimal digits")
    if mark is not None and key_mark(key) != mark:
        raise RefusedInput(f"the key file {path} is not the one {home} was filled with. {ROTATION}")
    return key


def key_mark(key: bytes) -> str:
    """What a home keeps of its key, to know it again."""
    return hmac.new(key, b"the key of this home", hashlib.sha256).hexdigest()[:16]


KEY_BYTES = 32
ROTATION = (
    "Put the old key back; or, to change keys, load all files into a new home: "
    "pairs hashed with one key are never recognised under another."
)


def _make_key(path: Path) -> None:
    """Write a new key in one step; whoever else made one at the same moment wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES))
    with contextlib.suppress(FileExistsError):
        os.link(partial, path)
    partial.unlink()


def _three(names: pl.DataFrame) -> pl.DataFrame:
    """Party a, party b and the source's own key as text, null where there is none."""
    return names.select(
        pl.col(c).cast(pl.String) if c in names.columns else pl.lit(None, dtype=pl.String).alias(c)
        for c in ("party_a", "party_b", "parties_key")
    )


def _hash_row(key: bytes, first: str | None, second: str | None, given: str | None) -> str | None:
    if first and second:
        return pair_key(key, first, second)
    return pair_key(key, given, given) if given else None


@lru_cache(maxsize=1 << 16)
def _normal(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
