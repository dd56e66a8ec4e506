"""One kernel for every windowed feature: prefix sums over a sorted history, window edges by binary search.

A source is sorted once by (entity, first known); each measure is accumulated once; each asked (entity,
as-of date) finds its window's two edges and subtracts. Versions that were corrected or taken back are few:
they are kept out of the sums and added, one by one, to the as-of dates at which they were in force.
Times are whole seconds since 1970, measures whole numbers, so sums are exact.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.feature import Feature

SHIFT = 34
"""Bits kept for the seconds, which reach to the year 2514, below the entity's number."""
WEEK = 7 * 86400
DAY = 86400.0
NEVER = (1 << SHIFT) - 1


@dataclass(frozen=True)
class Asked:
    """Distinct (entity, as-of) pairs of a cohort, sorted, and which of them each cohort row asks for."""

    key: np.ndarray
    row: np.ndarray

    @property
    def entity(self) -> np.ndarray:
        return self.key >> SHIFT

    @property
    def seconds(self) -> np.ndarray:
        return self.key & NEVER


@dataclass(frozen=True)
class History:
    """A source for one entity, sorted by (entity, first known): steady rows, and the rows that were retired."""

    steady: pl.DataFrame
    steady_key: np.ndarray
    retired: pl.DataFrame


def number_entities(source: pl.Series, cohort: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """The same whole number for the same name in both; -1 for no name."""
    both = pl.concat([source, cohort], rechunk=True).rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    return both[: len(source)], both[len(source) :]


def seconds(moment: pl.Series) -> np.ndarray:
    """Whole seconds since 1970; `NEVER` for null."""
    return moment.cast(pl.Datetime("us")).dt.epoch("s").fill_null(NEVER).to_numpy()


def ask(entity: np.ndarray, as_of: pl.Series) -> Asked:
    """The distinct questions of a cohort; rows of no entity ask about a name nobody has."""
    key = (np.where(entity < 0, 0, entity).astype(np.int64) << SHIFT) | seconds(as_of)
    distinct, row = np.unique(key, return_inverse=True)
    return Asked(distinct, row)


def history(source: pl.DataFrame, entity: np.ndarray) -> History:
    """Sort a source for one entity; rows without that entity are left out."""
    frame = source.with_columns(
        __entity=pl.Series(entity),
        __first=pl.Series(seconds(source["first_known_at"])),
        __known=pl.Series(seconds(source["known_at"])),
        __retired=pl.Series(seconds(source["retired_at"])),
    ).filter((pl.col("__entity") >= 0) & (pl.col("__retired") > pl.col("__known")))
    plain = (pl.col("__retired") == NEVER) & (pl.col("__first") == pl.col("__known"))
    steady = frame.filter(plain).sort("__entity", "__first", maintain_order=True)
    key = (steady["__entity"].to_numpy() << SHIFT) | steady["__first"].to_numpy()
    return History(steady, key, frame.filter(~plain))


def compute(feature: Feature, past: History, asked: Asked) -> np.ndarray:
    """One feature for every distinct question; float64, `when_none` where there is no record."""
    if feature.aggregation == "count":
        return _or_none(feature, _sums(past, asked, feature, None, feature.weeks))
    if feature.aggregation == "sum":
        n = _sums(past, asked, feature, None, feature.weeks, everything=True)
        total = _sums(past, asked, feature, feature.measure, feature.weeks)
        return np.where(n > 0, total / feature.scale, feature.when_none)
    if feature.aggregation in ("mean", "share"):
        everything = feature.aggregation == "share"
        n = _sums(past, asked, feature, None, feature.weeks, everything=everything)
        total = _sums(past, asked, feature, feature.measure, feature.weeks)
        return np.where(n > 0, total / np.maximum(n, 1) / feature.scale, feature.when_none)
    if feature.aggregation == "trend":
        short = _sums(past, asked, feature, None, feature.weeks)
        long = _sums(past, asked, feature, None, 52)
        return np.where(
            long > 0, short / float(feature.weeks or 52) * 52.0 / np.maximum(long, 1), feature.when_none
        )
    return _by_moment(feature, past, asked)


def _sums(
    past: History,
    asked: Asked,
    feature: Feature,
    measure: str | None,
    weeks: int | None,
    *,
    everything: bool = False,
) -> np.ndarray:
    """Sum of a measure (1 where None) over the window, of the rows `where` takes or of all."""
    amounts = [
        _amounts(frame, feature, measure, everything=everything) for frame in (past.steady, past.retired)
    ]
    prefix = np.concatenate([[0], np.cumsum(amounts[0])])
    total = prefix[_edge(past, asked, 0)] - prefix[_edge(past, asked, weeks)]
    rows, questions = _in_force(past, asked, weeks)
    np.add.at(total, questions, amounts[1][rows])
    return total.astype(np.float64)


def _edge(past: History, asked: Asked, weeks: int | None) -> np.ndarray:
    """Position of the first row known on or after `weeks` before each as-of date; of the entity's first row for None."""
    start = (
        asked.entity << SHIFT
        if weeks is None
        else (asked.entity << SHIFT) | np.maximum(asked.seconds - weeks * WEEK, 0)
    )
    return np.searchsorted(past.steady_key, start, side="left")


def _in_force(past: History, asked: Asked, weeks: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of (retired row, question) in which the row was known, not yet retired, and inside the window."""
    entity, first, known, retired = (
        past.retired[c].to_numpy() for c in ("__entity", "__first", "__known", "__retired")
    )
    low = np.searchsorted(asked.key, (entity << SHIFT) | known, side="right")
    high = np.searchsorted(asked.key, (entity << SHIFT) | retired, side="right")
    lengths = np.maximum(high - low, 0)
    rows = np.repeat(np.arange(len(entity)), lengths)
    questions = (
        np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + np.repeat(low, lengths)
    )
    if weeks is None:
        return rows, questions
    inside = first[rows] >= asked.seconds[questions] - weeks * WEEK
    return rows[inside], questions[inside]


def _by_moment(feature: Feature, past: History, asked: Asked) -> np.ndarray:
    """Days since the first or last record, or the last record's value."""
    first_of_all = feature.aggregation == "days_since_first"
    taken = _amounts(past.steady, feature, None, everything=False).astype(bool)
    key = past.steady_key[taken]
    at = np.searchsorted(key, asked.entity << SHIFT if first_of_all else asked.key, side="left") - (
        not first_of_all
    )
    there = (at >= 0) & (at < len(key))
    at = np.clip(at, 0, max(len(key) - 1, 0))
    there &= (key[at] >> SHIFT == asked.entity) & (key[at] < asked.key) if len(key) else False
    moment = np.where(there, key[at] & NEVER if len(key) else 0, NEVER if first_of_all else -1)
    value = _values(past.steady, feature)[taken][at] if len(key) and feature.measure else np.zeros(len(at))
    rows, questions = _in_force(past, asked, None)
    wanted = _amounts(past.retired, feature, None, everything=False).astype(bool)[rows]
    rows, questions = rows[wanted], questions[wanted]
    moments = past.retired["__first"].to_numpy()[rows]
    if feature.aggregation == "last_value":
        order = np.lexsort((rows, moments, questions))
        later = order[moments[order] >= moment[questions[order]]]
        value[questions[later]] = _values(past.retired, feature)[rows[later]]
    (np.minimum if first_of_all else np.maximum).at(moment, questions, moments)
    known = (moment >= 0) & (moment < NEVER)
    result = value / feature.scale if feature.aggregation == "last_value" else (asked.seconds - moment) / DAY
    return np.where(known, result, feature.when_none)


def _values(frame: pl.DataFrame, feature: Feature) -> np.ndarray:
    return frame[str(feature.measure)].cast(pl.Float64).to_numpy()


def _amounts(frame: pl.DataFrame, feature: Feature, measure: str | None, *, everything: bool) -> np.ndarray:
    """What each row adds: its measure, or 1; 0 where `where` does not take it."""
    amount = pl.lit(1, dtype=pl.Int64) if measure is None else pl.col(measure).cast(pl.Int64).fill_null(0)
    taken = pl.lit(value=True)
    for column, values in () if everything else feature.where:
        taken = taken & pl.col(column).is_in(list(values)).fill_null(value=False)
    return frame.with_columns(__n=pl.when(taken).then(amount).otherwise(0))["__n"].to_numpy()


def _or_none(feature: Feature, n: np.ndarray) -> np.ndarray:
    return n if feature.when_none == 0.0 else np.where(n > 0, n, feature.when_none)
