"""How good the model has been, from the published backtest: against what an office would do without it."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboards.publication import Publication
from dashboards.read_model import MODEL

METHODS = (MODEL, "logistic", "checklist", "category_rate", "oldest_first", "oracle")
"""In the order they are shown; the oracle exists in made-up data only."""
PLAIN_METRICS = ("precision_at_capacity", "recall_at_capacity", "roc_auc", "ece")
SPECIALIST_METRICS = ("pr_auc", "brier_skill", "brier", "base_rate", "n_positives")


@dataclass(frozen=True)
class Measured:
    """One metric of one method over all weeks of the backtest, with its 90 % interval where it has one."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Card:
    """What the model in use is, and until when it may be used."""

    version: str | None
    usable: bool
    trained_until: date | None
    expires_on: date | None


def pooled(publication: Publication, segment: str = "all") -> dict[str, dict[str, Measured]]:
    """Method to metric to its value over all weeks; methods in the order of `METHODS`, absent ones left out."""
    rows = _measured(publication).filter(pl.col("segment") == segment)
    found: dict[str, dict[str, Measured]] = {}
    for method in METHODS:
        mine = rows.filter(pl.col("model") == method)
        if len(mine):
            found[method] = {
                row["metric"]: Measured(row["value"], row["low"], row["high"])
                for row in mine.iter_rows(named=True)
            }
    return found


def segments(publication: Publication, kind: str, metric: str) -> pl.DataFrame:
    """One metric of our model by the values of a kind of segment (`category`, `county`): code, value, low, high."""
    prefix = f"{kind}="
    return (
        _measured(publication)
        .filter(
            (pl.col("model") == MODEL)
            & (pl.col("metric") == metric)
            & pl.col("segment").str.starts_with(prefix)
        )
        .with_columns(code=pl.col("segment").str.strip_prefix(prefix))
        .select("code", "value", "low", "high")
        .sort("code")
    )


def under_served(publication: Publication, kind: str, metric: str) -> list[str] | None:
    """Segments where even the top of the interval lies below the whole; None where nothing was measured."""
    whole = pooled(publication).get(MODEL, {}).get(metric)
    rows = segments(publication, kind, metric)
    if whole is None or rows.is_empty():
        return None
    return rows.filter(pl.col("high") < whole.value)["code"].to_list()


def card(publication: Publication) -> Card:
    """The model card's dates, from `meta.json`."""
    told = publication.meta["model"]
    return Card(
        version=told.get("champion") or (told["version"] if told["usable"] else None),
        usable=bool(told["usable"]),
        trained_until=_day(told["trained_until"]),
        expires_on=_day(told["expires_on"]),
    )


def _measured(publication: Publication) -> pl.DataFrame:
    """What was measured over all weeks together, without what could not be."""
    values = pl.col("value", "low", "high").fill_nan(None)
    return publication.metrics.filter(pl.col("as_of").is_null()).with_columns(values).drop_nulls("value")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
