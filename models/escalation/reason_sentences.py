"""Sentences for the value of a column in a reason: the catalogue's sentence, or the name of a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.feature import Feature
from models.wording import CODE_LABELS, Message
from pipelines.city.profile import Profile, reference_codes

CODE_GROUPS = {"category": "category", "channel": "channel", "relation": "relation"}


class Sentences(Protocol):
    """Groups and sentences of a model's columns (an interface)."""

    def group_of(self, name: str) -> str:
        """The group of a column; contributions are summed by group."""
        ...

    def spoken(self, values: pl.DataFrame) -> pl.DataFrame:
        """The distinct (feature, value) rows with text_zh and text_en added."""
        ...

    def withheld(self) -> frozenset[str]:
        """Columns that the model may use but no reason may show (boundary 2)."""
        ...


@dataclass(frozen=True)
class CatalogueSentences:
    """Sentences of the catalogue's features and of the coded columns.

    Attributes:
        features: by column name.
        codes: for each coded column the names of its levels, in the order of their numbers.
    """

    features: Mapping[str, Feature]
    codes: Mapping[str, tuple[Message, ...]]

    def group_of(self, name: str) -> str:
        """The catalogue's group; every coded column is a group of its own."""
        return CODE_GROUPS[name] if name in CODE_GROUPS else self.features[name].group

    def spoken(self, values: pl.DataFrame) -> pl.DataFrame:
        """The rows with their sentences; a sentence is made once per distinct feature and value."""
        sentences = [
            self._sentence(name, value) for name, value in values.select("feature", "value").iter_rows()
        ]
        return values.with_columns(
            text_zh=pl.Series([each.zh for each in sentences], dtype=pl.String),
            text_en=pl.Series([each.en for each in sentences], dtype=pl.String),
        )

    def withheld(self) -> frozenset[str]:
        """Columns from the care services."""
        return frozenset(name for name, feature in self.features.items() if feature.is_withheld)

    def _sentence(self, name: str, value: float | None) -> Message:
        if name in CODE_GROUPS:
            label = CODE_LABELS[name]
            code = CODE_LABELS["missing"] if value is None else self.codes[name][int(value)]
            return Message(f"{label.zh}：{code.zh}", f"{label.en}: {code.en}")
        feature, number = self.features[name], float("nan") if value is None else value
        return Message(feature.sentence(number, "zh"), feature.sentence(number, "en"))


def sentences(profile: Profile, levels: Mapping[str, tuple[str, ...]]) -> CatalogueSentences:
    """Sentences for a model's columns; codes get their names from the profile and the reference lists."""
    names = _names(profile)
    return CatalogueSentences(
        features={feature.name: feature for feature in CATALOGUE},
        codes={
            column: tuple(names[column].get(code, Message(code, code)) for code in codes)
            for column, codes in levels.items()
        },
    )


def _names(profile: Profile) -> dict[str, dict[str, Message]]:
    listed = reference_codes()
    frames = {
        "category": profile.categories,
        "channel": listed.filter(pl.col("list") == "channel"),
        "relation": listed.filter(pl.col("list") == "relation"),
    }
    return {
        column: {
            code: Message(zh or code, en or zh or code)
            for code, zh, en in frame.select("code", "name_zh", "name_en").iter_rows()
        }
        for column, frame in frames.items()
    }
