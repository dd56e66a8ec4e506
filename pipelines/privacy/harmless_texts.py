"""Texts of a file that may be printed: those of known words alone; any other is its place in the file and a short hash.

Headings, names of sheets and files come from outside and may name a person before anything is known of them. No text is
cleared because it looks like no name: only because every word of it is one of the contract's or of a list.
"""

import csv
import hashlib
import re
import unicodedata
from functools import cache, lru_cache

from pipelines.city.profile import REFERENCE
from pipelines.privacy.personal_numbers import is_personal
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES

KNOWN_KINDS = re.compile(
    r"\.(?:csv|tsv|txt|md|json|xlsx?|xlsb|ods|et|docx?|wps|pdf|parquet|zip|rar|7z|html?|yml|png|jpg)$"
)
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
HASH_DIGITS = 4
"""Tells the texts of one file apart; of a million names some fifteen have the same, so that none is found by trying."""
MARKS = re.compile(r"[\s\d_\-.,:;/()（）\[\]【】《》、，。：；?？*#%·+~$=&|]+")
MOST_DIGITS = 8
"""Of a date; a longer run of digits may be a person's number."""


def shown_text(text: str, place: str, stem: str | None = None) -> str:
    """A text as it may be printed: itself where all of it is known words, else its place and a hash.

    Args:
        text: a heading, or the name of a sheet or file.
        place: where it stands: `column 3`, `sheet 2`, `file 5 in order of name`.
        stem: the product's own word that it was recognised by, such as a refused one.

    >>> shown_text("登记时间", "column 2"), shown_text("张伟", "column 3")
    ('登记时间', 'column 3 (#a3a0)')
    >>> shown_text("张伟信访", "column 3", "信访")
    "column 3 (#bff7, with '信访')"
    """
    if stem is not None and _plain(text) == _plain(stem):
        return f"{place} {stem!r}"
    if stem is None and is_harmless(text):
        return text
    mark = "#" + hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:HASH_DIGITS]
    return f"{place} ({mark})" if stem is None else f"{place} ({mark}, with {stem!r})"


def shown_heading(heading: str, number: int, stem: str | None = None) -> str:
    """A heading as it may be printed; `number` counts the columns from 1."""
    return shown_text(heading, f"column {number}", stem)


def shown_file_name(name: str, number: int | None = None) -> str:
    """The name of a file or folder as it may be printed; `number` counts the folder's entries from 1, in order of name."""
    kind = KNOWN_KINDS.search(name)
    place = f"file {number} in order of name" if number else "a file"
    shown = shown_text(name[: kind.start()] if kind else name, place)
    return f"{shown}{kind.group()}" if kind else shown


@lru_cache(maxsize=4096)
def is_harmless(text: str) -> bool:
    """Whether a text is made of known words, dates and serials alone."""
    plain = _plain(text)
    long = any(len(digits) > MOST_DIGITS for digits in re.findall(r"\d+", plain))
    if not text.isprintable() or long or is_personal(plain):
        return False
    latin, chinese = _known()
    rest = plain
    for word in WORD.findall(plain):
        if {word.casefold(), word.casefold().removesuffix("s")} & latin:
            rest = rest.replace(word, " ", 1)
    for word in chinese:
        rest = rest.replace(word, " ")
    return not MARKS.sub("", rest)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


@cache
def _known() -> tuple[frozenset[str], tuple[str, ...]]:
    """The Latin words, and the Chinese ones with the longest first: of the contract and of the lists."""
    texts = [*TABLES, *PAIR_COLUMNS, *PAIR_COLUMNS.values()]
    for table in TABLES.values():
        for name, column in table.columns().items():
            texts += [name, str((column.metadata or {}).get("zh", ""))]
    for list_name in ("heading_words", "heading_roles", "harmless_words"):
        with (REFERENCE / f"{list_name}.csv").open(encoding="utf-8", newline="") as file:
            texts += [word for row in csv.DictReader(file) for word in row["words"].split("|")]
    latin = {word.casefold() for text in texts if text.isascii() for word in WORD.findall(text)}
    chinese = {text for text in texts if text and not text.isascii()}
    return frozenset(latin), tuple(sorted(chinese, key=lambda word: (-len(word), word)))
