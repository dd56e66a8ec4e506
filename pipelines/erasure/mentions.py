"""Mentions of a dispute's number in running text: notes, log lines, papers. Not for columns, which are compared whole.

A mention stands for itself: `A1` is not mentioned in `A12`, nor `麒调字第12号` in `（2025）麒调字第12号`. It may be spelled in
any way that has the number's normal form, and be escaped as JSON or an address has it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from urllib.parse import quote, unquote

import polars as pl

from pipelines.tables.normal_form import CLOSING, DASH, INVISIBLE, OPENING, normal_form

ERASED = "[erased]"
LEAST_CHARACTERS, LEAST_DIGITS = 6, 3
FEW = 8
"""Up to so many numbers are looked for one by one, more of them all at once."""
LETTER = re.compile(r"[^\W\d_]")
HEXADECIMAL = re.compile(r"[0-9a-fA-F-]+")
BEFORE_LATIN = r"(?<![0-9A-Za-z_])(?<![0-9A-Za-z][-–—－])(?<![0-9][/.])"
AFTER_LATIN = r"(?![0-9A-Za-z_]|[-–—－/.]?[0-9]|[-–—－][0-9A-Za-z])"
BEFORE_OTHER, AFTER_OTHER = r"(?<![0-9A-Za-z)）\]】〕])", r"(?![-–—－]?[0-9])"
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def is_unmistakable(number: str, other_words: Collection[str]) -> bool:
    """Whether a word of a log that reads like this number can only be it.

    Not where it is a code, a date, a figure or a piece of a hash, or short: `D2`, `530302001`, `2025-03-11`, `00123`.

    Args:
        number: in normal form.
        other_words: what else the warehouse calls by such a word.
    """
    return (
        number not in other_words
        and len(number) >= LEAST_CHARACTERS
        and sum(map(str.isdigit, number)) >= LEAST_DIGITS
        and LETTER.search(number) is not None
        and HEXADECIMAL.fullmatch(number) is None
    )


class Mentions:
    """Finds the mentions of some numbers, and leaves alone those of others that contain one of them."""

    def __init__(self, numbers: Iterable[str], others: Sequence[str] = ()) -> None:
        """Take the numbers sought and all others there are; each in any spelling."""
        self._numbers = sorted({normal_form(number) for number in numbers} - {""})
        self._tight = {_tight(number): number for number in self._numbers}
        self._others = others
        self._patterns: dict[tuple[str, ...], re.Pattern[str]] = {}

    def numbers_in(self, text: str) -> set[str]:
        """Which of the numbers a text mentions."""
        candidates = self._candidates(text)
        if not candidates:
            return set()
        names = {match.lastgroup for match in self._pattern(candidates).finditer(text)}
        return {self._numbers[int(name[1:])] for name in names if name}

    def blank(self, text: str, instead: str = ERASED) -> tuple[str, int]:
        """The text without the mentions, and how many there were."""
        candidates = self._candidates(text)
        if not candidates:
            return text, 0
        blanked = 0

        def replaced(match: re.Match[str]) -> str:
            nonlocal blanked
            blanked += match.lastgroup is not None
            return instead if match.lastgroup else match.group()

        return self._pattern(candidates).sub(replaced, text), blanked

    def _candidates(self, text: str) -> tuple[str, ...]:
        """Numbers whose signs stand in the text in their order, whatever is around them."""
        if not self._tight:
            return ()
        plain = ESCAPE.sub(lambda m: chr(int(m.group(1), 16)), text)
        readings = {_tight(text), _tight(plain), _tight(unquote(plain))}
        if len(self._tight) <= FEW:
            hits = [tight for tight in self._tight if any(tight in reading for reading in readings)]
        else:
            by_reading = pl.Series(sorted(readings)).str.extract_many([*self._tight], overlapping=True)
            hits = by_reading.explode().drop_nulls().to_list()
        return tuple(sorted({self._tight[hit] for hit in hits}))

    def _pattern(self, candidates: tuple[str, ...]) -> re.Pattern[str]:
        """The candidates as named groups, after every longer number that contains one: the longer is met first."""
        if candidates in self._patterns:
            return self._patterns[candidates]
        longer = {
            normal_form(other) for other in self._others if any(n in normal_form(other) for n in candidates)
        } - {*candidates}
        alternatives = {**dict.fromkeys(longer, ""), **{n: f"n{self._numbers.index(n)}" for n in candidates}}
        ordered = sorted(alternatives.items(), key=lambda pair: -len(pair[0]))
        pattern = self._patterns[candidates] = re.compile(
            "|".join(
                f"(?P<{name}>{_spelled(number)})" if name else f"(?:{_spelled(number)})"
                for number, name in ordered
            )
        )
        return pattern


@cache
def _spelled(number: str) -> str:
    """A pattern of a number in normal form, however it is spelled, standing for itself."""
    invisible = "[\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]*"
    parts = [_sign(number[0])]
    for before, after in zip(number, number[1:], strict=False):
        loose = not (_is_latin(before) and _is_latin(after)) and " " not in (before, after)
        parts.append((r"[\s\u200b]*" if loose else invisible) + _sign(after))
    first = BEFORE_LATIN if _is_latin(number[0]) else BEFORE_OTHER if number[0] != OPENING else ""
    last = AFTER_LATIN if _is_latin(number[-1]) else AFTER_OTHER
    return first + "".join(parts) + last


@cache
def _sign(sign: str) -> str:
    """Every way one sign of a normal form may be written, as itself, for JSON or for an address."""
    if sign == " ":
        return r"(?:\s|\+|%20)+"
    kin = {sign} | _kin().get(sign, set())
    if "!" <= sign <= "~":
        kin.add(chr(ord(sign) + 0xFEE0))
    escaped = {f"\\u{ord(s):04x}" for s in kin if ord(s) > 126} | {
        quote(s, safe="") for s in kin if quote(s, safe="") != s
    }
    return "(?:" + "|".join(re.escape(s) for s in sorted(kin | escaped)) + ")"


@cache
def _kin() -> dict[str, set[str]]:
    """Brackets and dashes by the sign that stands for them in a normal form."""
    kin: dict[str, set[str]] = {OPENING: set(), CLOSING: set(), DASH: set()}
    for sign in map(chr, range(0x21, 0xFFFF)):
        if unicodedata.category(sign) in ("Ps", "Pe", "Pd") or sign == "\u2212":
            kin.get(normal_form(f"a{sign}a")[1:-1], set()).add(sign)
    return kin


@cache
def _tightening() -> dict[int, str | None]:
    """For `str.translate`: brackets and dashes alike, blanks and invisible marks left out."""
    table: dict[int, str | None] = {ord(s): plain for plain, signs in _kin().items() for s in signs}
    for code in range(0x20, 0xFFFF):
        if chr(code).isspace() or unicodedata.category(chr(code)) in INVISIBLE:
            table[code] = None
    return table | dict.fromkeys(map(ord, "\t\r\n"), None)


def _tight(text: str) -> str:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return plain.translate(_tightening())


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()
