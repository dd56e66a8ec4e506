"""Every word a screen or paper shows, by language, and how numbers and dates are written in it.

The words themselves are data: one file per language under `words/`, with the same keys. Names of codes,
areas, categories and units come from the code lists and the profile (`names.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from dashboards.wording.vocabulary import USUAL, in_words_of
from pipelines.city.vocabulary import Vocabulary
from pipelines.city.yaml_text import yaml_data
from pipelines.errors import RefusedInput

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = get_args(Lang)
FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, eq=False)
class Words:
    """The wording of one language.

    Attributes:
        lang: the language.
        texts: by key, `section.name`; the names in braces are filled in by whoever tells it. A key that
            counts has two texts, `section.name.one` and `section.name.other`.
        renamed: turns a text of mediation from elsewhere into one of the profile's work.
    """

    lang: Lang
    texts: Mapping[str, str]
    renamed: Callable[[str], str] = str

    def __call__(self, key: str, **facts: object) -> str:
        """The text of a key with its facts filled in.

        Raises:
            KeyError: there is no such text, or it needs a fact that was not given.
        """
        return self.texts[key].format(**facts) if facts else self.texts[key]

    def count(self, key: str, n: int, **facts: object) -> str:
        """The text of a key that counts, in the singular or plural the number asks for."""
        return self(f"{key}.{'one' if n == 1 else 'other'}", n=f"{n:,}", **facts)

    def text_or_unknown(self, section: str, code: str | None) -> str:
        """The text of `section.code`, or the text for unknown codes."""
        return self.texts.get(f"{section}.{code}", self.texts["general.unknown"])

    def localized(self, row: Mapping[str, Any], name: str) -> str:
        """The field `name_zh` or `name_en` of a row that carries both languages, in the words of the work."""
        return self.renamed(str(row[f"{name}_{self.lang}"] or ""))

    def day(self, day: date) -> str:
        """A date as the language writes it."""
        return self("general.date", year=day.year, month=self(f"month.{day.month}"), day=day.day)

    def short_day(self, day: date) -> str:
        """A date without its year."""
        return self("general.short_date", month=self(f"month.{day.month}"), day=day.day)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with thousands separated and so many decimals."""
        return f"{value:,.{digits}f}"


def words_of(lang: str, vocabulary: Vocabulary = USUAL) -> Words:
    """The wording of a language, with the profile's words for its kind of work.

    Raises:
        RefusedInput: there is none.
    """
    return _words(lang, vocabulary.model_dump_json())


@cache
def _words(lang: str, terms: str) -> Words:
    vocabulary = Vocabulary.model_validate_json(terms)
    for known in LANGS:
        if known == lang:
            raw = yaml_data((FOLDER / f"{lang}.yml").read_text(encoding="utf-8"))
            rename = in_words_of(vocabulary, known)
            return Words(known, {key: rename(text) for key, text in _flat(raw, "")}, rename)
    raise RefusedInput(f"no wording in {lang!r}: use one of {', '.join(LANGS)}")


def _flat(node: Mapping[Any, Any], prefix: str) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    for key, value in node.items():
        name = f"{prefix}{key}"
        texts += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, str(value))]
    return texts
