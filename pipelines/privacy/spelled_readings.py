"""The readings of a heading or name under which a refused word may hide: width, marks, tradition, pinyin, look-alikes."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])")
HAN = re.compile(r"[\u3400-\u9fff]")
LOOK_ALIKES = str.maketrans("аеорсухіѕјԁһкмтвнαοερικνɡıℓ", "aeopcyxisjdhkmtbhaoepiknqil".replace("q", "g"))
"""Cyrillic and Greek letters that look like Latin ones."""
DIGITS_AS_LETTERS = str.maketrans("013457@$!", "oieastasi")


@dataclass(frozen=True)
class Readings:
    """What is compared of one text.

    Attributes:
        together: letters, digits and signs of Chinese, small, nothing between them.
        han: its Chinese signs alone.
        latin: Latin letters alone; `mixed` with the Chinese signs between them read as pinyin.
        leet: Latin letters with the digits that stand for some.
        words: Latin words, as capitals, marks and blanks part them.
    """

    together: str
    han: str
    latin: str
    mixed: str
    leet: str
    words: tuple[str, ...]


@lru_cache(maxsize=4096)  # the same headings and codes come every week
def readings(text: str) -> Readings:
    """The readings of a text."""
    plain = _plain(text)
    small = plain.casefold()
    together = "".join(c for c in small if c.isalnum())
    han = "".join(HAN.findall(together))
    latin = "".join(c for c in together if "a" <= c <= "z")
    leet = "".join(c for c in small.translate(DIGITS_AS_LETTERS) if "a" <= c <= "z")
    mixed = pinyin(together) if han and latin else latin
    return Readings(
        together,
        han,
        latin,
        "".join(c for c in mixed if "a" <= c <= "z"),
        leet,
        tuple(w.casefold() for w in WORD.findall(plain)),
    )


@cache
def pinyin(text: str) -> str:
    """Chinese signs as pinyin without tones and blanks; everything else as it is."""
    if not HAN.search(text):
        return text
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)).casefold()


def folded(word: str) -> str:
    """A word of a list as `Readings.together` has it."""
    return "".join(c for c in _plain(word).casefold() if c.isalnum())


def _plain(text: str) -> str:
    """NFKC in simplified signs, without tones, invisible marks and letters of other scripts that look Latin."""
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    if visible.isascii():
        return visible
    bare = "".join(c for c in unicodedata.normalize("NFD", visible) if unicodedata.category(c) != "Mn")
    return _converter().convert(bare.translate(LOOK_ALIKES))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
