"""Sentences of reasons: the catalogue's for a value, and the dispute's own records for what was done or reported in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.feature import Feature
from models.escalation.own_record_sentences import OwnRecord, own_sentence
from models.wording import Message

GRAVE = {
    "outcome": "outcomes_all",
    "violence_reported": "violence_reports_all",
    "weapon": "weapon",
    "violence": "violence",
}
"""Grave records, the gravest first: kind of step or answer at intake, and the column whose sentence tells it."""
_AT_INTAKE = ("weapon", "violence")
_ENTRIES = {entry.name: entry for entry in CATALOGUE}


class Sentences(Protocol):
    """Groups and sentences of a model's columns (an interface)."""

    def group_of(self, name: str) -> str | None:
        """The group of a column, by which contributions are summed; None where the column is no reason."""
        ...

    def always(self) -> Mapping[str, str]:
        """By dispute the column of its newest grave record, which is among its reasons whatever it weighs."""
        ...

    def spoken(self, chosen: pl.DataFrame) -> pl.DataFrame:
        """The rows (dispute_id, feature, value) with text_zh and text_en added."""
        ...


@dataclass(frozen=True)
class ReasonSentences:
    """Sentences for the disputes of one Monday.

    Attributes:
        records: of each dispute, known before the Monday.
        as_of: the Monday.
        grave: by dispute the column that tells its newest grave record.
    """

    records: Mapping[str, Sequence[OwnRecord]]
    as_of: date
    grave: Mapping[str, str]

    def group_of(self, name: str) -> str | None:
        """The catalogue's group; None for a coded column and for what is no reason by itself."""
        return reason_group(name)

    def always(self) -> Mapping[str, str]:
        """By dispute the column of its newest grave record."""
        return self.grave

    def spoken(self, chosen: pl.DataFrame) -> pl.DataFrame:
        """The rows with their sentences."""
        sentences = [
            self._sentence(*row) for row in chosen.select("dispute_id", "feature", "value").iter_rows()
        ]
        return chosen.with_columns(
            text_zh=pl.Series([each.zh for each in sentences], dtype=pl.String),
            text_en=pl.Series([each.en for each in sentences], dtype=pl.String),
        )

    def _sentence(self, dispute_id: str, name: str, value: float | None) -> Message:
        entry = _ENTRIES[name]
        if entry.own_steps is not None:
            return own_sentence(entry.own_steps, self.records.get(dispute_id, ()), self.as_of)
        return Message(*entry.sentence(float("nan") if value is None else value))


def sentences(timeline: pl.DataFrame, intake: pl.DataFrame, as_of: date) -> ReasonSentences:
    """The sentences of one Monday's disputes.

    Args:
        timeline: dispute_id and the columns of `OwnRecord` of every record known before the Monday.
        intake: dispute_id, registered_at, weapon, violence, as the model sees them.
        as_of: the Monday.
    """
    records: dict[str, list[OwnRecord]] = {}
    columns = ("dispute_id", "kind", "happened_at", "known_at", "result", "severity")
    for dispute_id, *fields in timeline.select(columns).iter_rows():
        records.setdefault(dispute_id, []).append(OwnRecord(*fields))
    return ReasonSentences(records=records, as_of=as_of, grave=_grave(timeline, intake))


def reason_group(name: str) -> str | None:
    """The group of a column that may be told as a reason, else None."""
    entry = _ENTRIES.get(name)
    return entry.group if entry is not None and _may_be_shown(entry) else None


def _may_be_shown(entry: Feature) -> bool:
    """Whether a reason may be this: not a figure of the care services (boundary 2), and not what is no reason by itself."""
    return entry.is_reason and not entry.is_withheld


def _grave(timeline: pl.DataFrame, intake: pl.DataFrame) -> dict[str, str]:
    """By dispute the column that tells its newest grave record; of the same moment the gravest."""
    steps = timeline.filter(pl.col("kind").is_in(["outcome", "violence_reported"])).select(
        "dispute_id", "kind", at="happened_at"
    )
    answers = [
        intake.filter(pl.col(kind)).select("dispute_id", kind=pl.lit(kind), at="registered_at")
        for kind in _AT_INTAKE
    ]
    newest = (
        pl.concat([steps, *answers])
        .with_columns(order=pl.col("kind").replace_strict({kind: n for n, kind in enumerate(GRAVE)}))
        .sort("dispute_id", "at", "order", descending=[False, True, False], nulls_last=True)
        .unique("dispute_id", keep="first", maintain_order=True)
    )
    return {row["dispute_id"]: GRAVE[row["kind"]] for row in newest.iter_rows(named=True)}
