"""One kernel for every windowed feature: on which Mondays a record counts, and running totals over them.

As of t a record counts in a window if it was known before t, was not yet corrected or withdrawn, and was
first known at most `weeks` before t. As t is a Monday and windows are whole weeks, that is one span of
Mondays: from the first one after it was known, up to but without the first one after it was retired or had
passed out of the window. So a count or sum is +1, or the measure, where each span begins, the same taken away
where it ends, and a running total along the Mondays. No sort, no join, no loop over records, and a correction
is no special case. Times are whole seconds since 1970 and measures whole numbers, so sums are exact.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl

from features.catalogue.feature import Feature
from features.engine.entity_weeks import EntityWeeks, week_after

DAY = 86400.0
NEVER = (1 << 34) - 1
"""The retirement time, in seconds, of a record that is still valid: the year 2514."""
ROOM = (1 << 63) - 1
"""The largest int64."""
Window = tuple[int | None, int]
"""Length in weeks (None: unlimited), and weeks between its end and the as-of date."""
Conditions = tuple[tuple[str, tuple[str, ...]], ...]


class Source:
    """The records of one source: `known`, `first` and `retired` in seconds, numbers of entities, and columns."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """Read the columns; an entity number is null where no matrix row uses the entity."""
        columns = frame.select(pl.col(pl.String)).columns
        self.words = {column: frame[column].unique().drop_nulls().sort().to_list() for column in columns}
        self.frame = frame.with_columns(pl.col(c).cast(pl.Enum(values)) for c, values in self.words.items())
        self.known, self.first, self.retired = (
            week_after(self.column(name)) for name in ("known", "first", "retired")
        )
        self._taken: dict[tuple[Conditions, str | None], np.ndarray] = {}
        self._coded: dict[str, np.ndarray] = {}

    def column(self, name: str) -> np.ndarray:
        """A column as int64 [records]; null becomes 0."""
        return self.frame[name].cast(pl.Int64).fill_null(0).to_numpy()

    def taken(self, where: Conditions, measure: str | None = None) -> np.ndarray:
        """Whether each record meets the conditions and has a value of the measure; bool [records]."""
        if (where, measure) not in self._taken:
            test = np.ones(len(self.frame), dtype=bool)
            if measure is not None:
                test &= self.frame[measure].is_not_null().to_numpy()
            for column, values in where:
                wanted = np.array([*(word in values for word in self.words[column]), False])
                test &= wanted[self._codes(column)]
            self._taken[where, measure] = test
        return self._taken[where, measure]

    def _codes(self, column: str) -> np.ndarray:
        """Code of each record's value in a text column; null gets the highest code plus one."""
        if column not in self._coded:
            codes = self.frame[column].to_physical().fill_null(len(self.words[column]))
            self._coded[column] = codes.to_numpy()
        return self._coded[column]


class Records:
    """The records of one source that belong to an entity of the matrix, with the entity weeks in which each record counts."""

    def __init__(self, source: Source, entity: str, asked: EntityWeeks) -> None:
        """Keep the records whose entity has a number."""
        number = source.column(entity)
        self.source, self.asked = source, asked
        self.index = np.flatnonzero((number > 0) & (number < len(asked.first)))
        self.entity = number[self.index]
        self.start, self.end = asked.start[self.entity], asked.start[self.entity + 1]
        self.known, self.first, self.retired = (
            week[self.index] for week in (source.known, source.first, source.retired)
        )
        self._shift = self.start - asked.first[self.entity]
        self._spans: dict[Window, tuple[np.ndarray, np.ndarray]] = {}
        self._taken: dict[tuple[Conditions, str | None], np.ndarray] = {}

    def question(self, week: np.ndarray) -> np.ndarray:
        """Position of the entity's first entity week on or after a week; the next entity's first where there is none."""
        return np.clip(self.asked.number(week) + self._shift, self.start, self.end)

    def spans(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """First entity week in which each record counts, and the first in which it no longer counts; two int64 [records]."""
        if window not in self._spans:
            weeks, ago = window
            begin = np.maximum(self.known, self.first + ago)
            end = self.retired if weeks is None else np.minimum(self.retired, self.first + (weeks + ago))
            self._spans[window] = self.question(begin), self.question(np.maximum(begin, end))
        return self._spans[window]

    def taken(self, where: Conditions, measure: str | None = None) -> np.ndarray:
        """Positions of the records that meet the conditions; int64 [taken]."""
        if (where, measure) not in self._taken:
            self._taken[where, measure] = np.flatnonzero(self.source.taken(where, measure)[self.index])
        return self._taken[where, measure]

    def values(self, measure: str, taken: np.ndarray) -> np.ndarray:
        """Values of the measure for the records taken; int64 [taken]."""
        return self.source.column(measure)[self.index[taken]]

    def count(self, where: Conditions, window: Window, measure: str | None = None) -> np.ndarray:
        """Number of records taken that count in each entity week; [size]."""
        taken = self.taken(where, measure)
        low, high = self.spans(window)
        return running_total(self.asked.size, low[taken], high[taken])

    def total(self, where: Conditions, window: Window, measure: str) -> np.ndarray:
        """Sum of the measure over the records taken that count in each entity week; [size]."""
        taken = self.taken(where, measure)
        low, high = self.spans(window)
        return running_total(self.asked.size, low[taken], high[taken], self.values(measure, taken))


def running_total(size: int, low: np.ndarray, high: np.ndarray, adds: np.ndarray | None = None) -> np.ndarray:
    """For each position, how many spans [low, high) contain it, or the sum of their `adds`; [size]."""
    change = np.bincount(low, adds, size + 1)
    change -= np.bincount(high, adds, size + 1)
    return np.cumsum(change[:-1])


def compute(features: Sequence[Feature], source: Source, entity: str, asked: EntityWeeks) -> np.ndarray:
    """Values of the features of one source and one entity for every row.

    Returns:
        float32 [rows, features], kept column by column; `when_none` where no record counts.
    """
    columns = np.empty((len(features), len(asked.row)), dtype=np.float32)
    write(features, source, entity, asked, columns)
    return columns.T


def write(
    features: Sequence[Feature],
    source: Source,
    entity: str,
    asked: EntityWeeks,
    columns: Iterable[np.ndarray],
) -> None:
    """The values of `compute`, written into existing arrays: one float32 [rows] per feature."""
    records = Records(source, entity, asked)
    for feature, column in zip(features, columns, strict=True):
        spread(_VALUES.get(feature.aggregation, _strongest)(records, feature), asked.row, column)


def spread(values: np.ndarray, row: np.ndarray, column: np.ndarray) -> None:
    """Copy the value of each row's entity week into a column of the matrix."""
    values.astype(np.float32).take(row, out=column, mode="clip")


def _count(records: Records, f: Feature) -> np.ndarray:
    return _or_none(f, records.count(f.where, (f.weeks, f.weeks_ago)))


def _sum(records: Records, f: Feature) -> np.ndarray:
    what = f.where, (f.weeks, f.weeks_ago), str(f.measure)
    return np.where(records.count(*what) > 0, records.total(*what) / f.scale, f.when_none)


def _mean(records: Records, f: Feature) -> np.ndarray:
    what = f.where, (f.weeks, f.weeks_ago), str(f.measure)
    n = records.count(*what)
    return np.where(n > 0, records.total(*what) / np.maximum(n, 1) / f.scale, f.when_none)


def _share(records: Records, f: Feature) -> np.ndarray:
    part, whole = (records.count(where, (f.weeks, f.weeks_ago)) for where in (f.among + f.where, f.among))
    return np.where(whole > 0, part / np.maximum(whole, 1), f.when_none)


def _trend(records: Records, f: Feature) -> np.ndarray:
    short, year = (records.count(f.where, (weeks, 0)) for weeks in (f.weeks, 52))
    return np.where(year > 0, short / f.weeks * 52 / np.maximum(year, 1), f.when_none)


def _distinct(records: Records, f: Feature) -> np.ndarray:
    """Number of distinct values of the measure per entity week; overlapping spans of the same value count once."""
    taken, size = records.taken(f.where, f.measure), records.asked.size
    names = records.source.frame[str(f.measure)][records.index[taken]]
    shelf = names.rank("dense").cast(pl.Int64).to_numpy() * (size + 1)
    low, high = (shelf + question[taken] for question in records.spans((f.weeks, f.weeks_ago)))
    order = np.argsort(low)
    shelf, low, high = shelf[order], low[order], high[order]
    covered = np.append(0, np.maximum.accumulate(high)[:-1])
    low = np.maximum(low, covered)
    return _or_none(f, running_total(size, low - shelf, np.maximum(low, high) - shelf))


_VALUES: dict[str, Callable[[Records, Feature], np.ndarray]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "share": _share,
    "trend": _trend,
    "count_distinct": _distinct,
}
"""Functions by aggregation; every other aggregation is computed by `_strongest`."""


def _strongest(records: Records, f: Feature) -> np.ndarray:
    """The largest value, or the time or value of the first or last record that counts, per entity week."""
    taken = records.taken(f.where, f.measure)
    first, entity = records.values("first", taken), records.entity[taken]
    value = records.values(f.measure, taken) if f.measure else np.zeros_like(first)
    by = {"max": (value,), "days_since_first": (-first,), "days_since_last": (first,)}
    order = _ascending(entity, *by.get(f.aggregation, (first, value)))
    low, high = (question[taken[order]] for question in records.spans((f.weeks, f.weeks_ago)))
    strongest = _strongest_of(records.asked.size, low, high, records.end[taken[order]])
    stands, result = strongest >= 0, np.full(len(strongest), f.when_none)
    at = order[strongest[stands]]
    days = f.aggregation.startswith("days_since")
    result[stands] = (records.asked.seconds[stands] - first[at]) / DAY if days else value[at] / f.scale
    return result


def _ascending(*by: np.ndarray) -> np.ndarray:
    """Sort order by the first array, then the second, and so on; keys are packed into one int64 where they fit, which is faster."""
    low = [int(one.min(initial=0)) for one in by]
    sizes = [int(one.max(initial=0)) - least + 1 for one, least in zip(by, low, strict=True)]
    if math.prod(sizes) > ROOM:
        return np.lexsort(by[::-1])
    packed = np.zeros(len(by[0]), dtype=np.int64)
    for one, least, size in zip(by, low, sizes, strict=True):
        packed = packed * size + (one - least)
    return np.argsort(packed)


def _strongest_of(size: int, low: np.ndarray, high: np.ndarray, end: np.ndarray) -> np.ndarray:
    """For each entity week, the position of the last span [low, high) that contains it; -1 where there is none.

    Spans ascend by entity, whose questions end at `end`. Of those that stand until then the last begun so far
    holds; the others are looked at question by question.
    """
    rank, strongest = np.arange(len(low)), np.full(size, -1)
    lasting = (low < high) & (high == end)
    np.maximum.at(strongest, low[lasting], rank[lasting])
    strongest = np.maximum.accumulate(strongest)
    stands = np.append(end, 0)[strongest] > np.arange(size)
    strongest[~stands] = -1
    passing = np.flatnonzero((low < high) & (high < end))
    lengths = (high - low)[passing]
    place = np.arange(lengths.sum()) + np.repeat(low[passing] - np.cumsum(lengths) + lengths, lengths)
    np.maximum.at(strongest, place, np.repeat(passing, lengths))
    return strongest


def _or_none(f: Feature, n: np.ndarray) -> np.ndarray:
    return n if f.when_none == 0.0 else np.where(n > 0, n, f.when_none)
