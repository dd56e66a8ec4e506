"""What the boundary refuses by name (rules 4 to 6 and 8): words in headings, code values and a profile's own names.

A Chinese word counts wherever it stands, a Latin one where it starts a word of the text, or anywhere once the text is
run together if it is long enough not to stand in another by chance: `X i n Fang` is refused, `surface` is no `face`.
What `allowed_words.csv` lists is taken out before: the contract's own words, offices, words that hold another.
"""

import csv
import re
from functools import cache, lru_cache

from pipelines.city.profile import REFERENCE
from pipelines.errors import RefusedInput
from pipelines.privacy.harmless_texts import shown_heading
from pipelines.privacy.spelled_readings import Readings, folded, pinyin, readings

LONG = 6
"""Letters that a Latin word needs to be looked for inside other words."""
LONG_SPOKEN = 5
"""The same of a Chinese word in pinyin, which ends where a syllable does."""
SHORT_TAIL = 2
"""How much longer a word of the text may be than a short Latin word that starts it: `faces`, `faceid`."""
WHOLE = "="
"""Opens a word of the table that counts only as a whole word, such as the initials `=zdry`."""
AMID_SYLLABLE = re.compile(r"ng(?![aeiouv])|[aeiouv](?:[aeiouv]|n(?![aeiouv])|ng(?![aeiouv]))")
"""The last letter of a word and the next of the text, where these belong to one syllable of pinyin."""
GAP = " "
HEADINGS = ("header", "both")
VALUES = ("value", "both")
MAPPED = ("header", "both", "mapped")
REMEDY = "Take it out of the file at its source and send the file again."


def refuse_headings(file_name: str, headings: list[str], shown_name: str | None = None) -> None:
    """Refuse a file for a heading, or for its own name, that the boundary bans.

    Args:
        file_name: as it is, or as it is kept.
        headings: of its columns, in their order.
        shown_name: the name as it may be printed; `file_name` where None.

    Raises:
        RefusedInput: names the file, the column, the word it holds (never the heading itself), the rule and why.
    """
    shown = shown_name or file_name
    if row := _refused(file_name.rsplit(".", 1)[0], HEADINGS):
        raise RefusedInput(
            f"{shown}, a name with {_stem(row)!r}: {_why(row)}. Such a file is not read; take it out of the folder."
        )
    for number, heading in enumerate(headings, 1):
        if row := _refused(heading, HEADINGS):
            column = shown_heading(heading, number, _stem(row))
            raise RefusedInput(f"{shown}, {column}: {_why(row)}. {REMEDY}")


def refuse_values(file_name: str, column: str, values: list[str]) -> None:
    """Refuse a file for a code value the boundary bans, in a column of codes.

    Raises:
        RefusedInput: names the file, the column, the word (never the whole value), the rule and why.
    """
    for value in values:
        if row := _refused(value, VALUES):
            raise RefusedInput(
                f"{file_name}, column {column!r}, a value with {row['word']!r}: {_why(row)}. {REMEDY}"
            )


def why_never_mapped(heading: str) -> str | None:
    """Why a mapping may not take a column from this heading; None where it may."""
    row = _refused(heading, MAPPED)
    return f"{heading!r} may not be mapped: {_why(row)}" if row else None


def why_no_name(name: str) -> str | None:
    """Why a profile may not call a category, service, unit or season so, or translate such a word; None where it may."""
    row = _refused(name, VALUES)
    return f"{name!r} may not be used: {_why(row)}" if row else None


def resembles_refused(heading: str) -> str | None:
    """The refused word that a heading sounds like, sign for sign, though it is written with others; None where none."""
    read = readings(heading)
    if not read.han or _refused(heading, HEADINGS):
        return None
    sound = pinyin(_without_allowed(read).han)
    for row in _table():
        if (
            row["kind"] in HEADINGS
            and len(row["plain"]) > 1
            and row["sound"]
            and _inside(row["sound"], sound)
        ):
            return row["word"]
    return None


def _stem(row: dict[str, str]) -> str:
    return row["word"].removeprefix(WHOLE)


def _why(row: dict[str, str]) -> str:
    return f"refused by boundary rule {row['rule']} ({row['reason_en']}; {row['reason_zh']})"


@lru_cache(maxsize=4096)
def _refused(text: str, kinds: tuple[str, ...]) -> dict[str, str] | None:
    read = _without_allowed(readings(text))
    return next((row for row in _table() if row["kind"] in kinds and _holds(row, read)), None)


def _without_allowed(read: Readings) -> Readings:
    """The readings without the words that are allowed, each of which leaves a gap."""
    together, han, latin = read.together, read.han, read.latin
    words = read.words
    for word in _allowed():
        together = together.replace(word, GAP)
        han = han.replace(word, GAP)
        if word.isascii() and word in latin:
            latin = latin.replace(word, GAP)
            words = tuple(w for w in words if word not in w)
    mixed = latin if read.mixed == read.latin else read.mixed
    leet = latin if read.leet == read.latin else read.leet
    return Readings(together, han, latin, mixed, leet, words)


def _holds(row: dict[str, str], read: Readings) -> bool:
    word = row["plain"]
    if row["word"].startswith(WHOLE):
        return word in read.words or word == read.together
    if not word.isascii():
        return word in read.together or word in read.han or _holds_latin(row["sound"], read, spoken=True)
    return _holds_latin(word, read, spoken=False)


def _holds_latin(word: str, read: Readings, *, spoken: bool) -> bool:
    """Whether a Latin word, or a Chinese one as it is spoken, is written in Latin letters."""
    if not word or not read.latin:
        return False
    if len(word) >= (LONG_SPOKEN if spoken else LONG):
        return any(
            _inside(word, text) if spoken else word in text for text in (read.latin, read.mixed, read.leet)
        )
    if word in (read.latin, read.leet):
        return True
    if spoken:
        return word in read.words
    return any(w.startswith(word) and len(w) <= len(word) + SHORT_TAIL for w in read.words)


def _inside(sound: str, text: str) -> bool:
    """Whether a word as it is spoken stands in a text, and does not end amid a syllable: `jizhan` is not in `jizhang`."""
    at = text.find(sound)
    while at >= 0:
        if not AMID_SYLLABLE.match(text[at + len(sound) - 1 : at + len(sound) + 2]):
            return True
        at = text.find(sound, at + 1)
    return False


@cache
def _table() -> tuple[dict[str, str], ...]:
    with (REFERENCE / "refused_fields.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = [folded(row["word"]) for row in rows]
    return tuple(
        row
        | {"plain": word, "sound": "" if word.isascii() else "".join(c for c in pinyin(word) if c.isalpha())}
        for row, word in zip(rows, plain, strict=True)
    )


@cache
def _allowed() -> tuple[str, ...]:
    """The allowed words, the longest first."""
    with (REFERENCE / "allowed_words.csv").open(encoding="utf-8", newline="") as file:
        return tuple(sorted((folded(row["word"]) for row in csv.DictReader(file)), key=len, reverse=True))
