"""One kernel for every windowed feature: when a record starts to count, when it stops, and binary search.

As of t a record counts in a window if it was known before t, was not yet corrected or withdrawn, and was
first known at most `weeks` before t. That is one span of time, (known, min(retired, first + weeks)]: its
standing. So every count or sum is (what had begun before t) - (what had ended before t): two sorted lists,
two running totals, two binary searches. No join, no loop over records, and a correction is no special case.
Times are whole seconds since 1970 and measures whole numbers, so sums are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from features.feature import Feature

SHIFT = 34
"""Bits kept for the seconds, which reach to the year 2514, below the entity's number."""
NEVER = (1 << SHIFT) - 1
WEEK = 7 * 86400
DAY = 86400.0
CHUNK = 1 << 13
"""Rows or questions taken at a time, so that they stay in the cache."""
Window = tuple[int | None, int]
"""Weeks it is long (None: all), weeks before the as-of date it ends."""
Conditions = tuple[tuple[str, tuple[str, ...]], ...]


class Amount(NamedTuple):
    """What each record adds: its measure or 1, if the conditions take it and it has a value of the measure."""

    where: Conditions
    measure: str | None = None
    added: bool = False


Sum = tuple[Amount, Window]


@dataclass(frozen=True)
class Asked:
    """Questions, ascending by entity and moment, and which of them each row of the matrix asks.

    Attributes:
        key: entity number << SHIFT | seconds; an entity's number is 1 or more, 0 is nobody.
        row: for each row of the matrix, its question.
    """

    key: np.ndarray
    row: np.ndarray

    @property
    def seconds(self) -> np.ndarray:
        return self.key & NEVER


def ask(entity: np.ndarray, monday: np.ndarray, moments: np.ndarray) -> Asked:
    """The questions of rows that each ask about an entity on a Monday.

    Args:
        entity: number per row, 0 for nobody.
        monday: index into `moments` per row.
        moments: seconds of the Mondays, ascending.
    """
    code = entity.astype(np.int64) * len(moments) + monday
    n_entities = int(entity.max(initial=0)) + 1
    if n_entities * len(moments) <= len(code):
        distinct, row = np.arange(n_entities * len(moments)), code
    else:
        distinct, row = np.unique(code, return_inverse=True)
    key = (distinct // len(moments) << SHIFT) | moments[distinct % len(moments)]
    return Asked(key, row.astype(np.int32))


class Source:
    """The records of one source, and what each adds to the sums asked of it."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """`frame` holds numbers of entities (null: nobody asks), `known`, `first`, `retired`, and columns."""
        self.frame = frame
        self._amounts: dict[Amount, np.ndarray] = {}

    def taken(self, where: Conditions, measure: str | None = None) -> np.ndarray:
        """Which records a condition takes; one without a value of the measure is not taken."""
        test = pl.lit(value=True) if measure is None else pl.col(measure).is_not_null()
        for column, values in where:
            test = test & pl.col(column).is_in(list(values)).fill_null(value=False)
        return self.frame.with_columns(__taken=test)["__taken"].to_numpy()

    def column(self, name: str) -> np.ndarray:
        """A column as whole numbers, 0 where there is none."""
        return self.frame[name].cast(pl.Int64).fill_null(0).to_numpy()

    def amount(self, what: Amount) -> np.ndarray:
        """What each record adds."""
        if what not in self._amounts:
            taken = self.taken(what.where, what.measure)
            adds = np.where(taken, self.column(str(what.measure)), 0) if what.added else taken
            self._amounts[what] = adds.astype(np.int64)
        return self._amounts[what]


@dataclass(frozen=True)
class Records:
    """One source as one entity sees it: which of its records, ascending by entity and known time."""

    source: Source
    index: np.ndarray
    entity: np.ndarray
    known: np.ndarray
    first: np.ndarray
    retired: np.ndarray

    @staticmethod
    def of(source: Source, entity: str) -> "Records":
        """The records somebody asks about."""
        number, known = source.column(entity), source.column("known")
        index = np.flatnonzero(number)
        index = index[np.argsort((number[index] << SHIFT) | known[index])]
        rest = (column[index] for column in (number, known, source.column("first"), source.column("retired")))
        return Records(source, index, *rest)

    def begins(self, window: Window) -> np.ndarray:
        """The key after which each record counts."""
        return (self.entity << SHIFT) | np.maximum(self.known, self.first + window[1] * WEEK)

    def ends(self, window: Window) -> np.ndarray:
        """The last key at which each record counts; its begin where it never does."""
        weeks, ago = window
        passed = NEVER if weeks is None else self.first + (weeks + ago) * WEEK
        last = (self.entity << SHIFT) | np.minimum(self.retired, passed)
        return np.maximum(last, self.begins(window))


def compute(features: Sequence[Feature], source: Source, entity: str, asked: Asked) -> np.ndarray:
    """Features of one source and entity for every question.

    Returns:
        float32 [questions, features]; `when_none` where no record counts.
    """
    records = Records.of(source, entity)
    out = np.empty((len(asked.key), len(features)), dtype=np.float32)
    summed = [(at, f, needed_sums(f)) for at, f in enumerate(features) if f.aggregation in _FORMULAS]
    if summed:
        _fill_sums(out, records, asked, summed)
    for at, feature in enumerate(features):
        if feature.aggregation == "count_distinct":
            out[:, at] = _or_none(feature, _distinct(records, asked, feature))
        elif feature.aggregation not in _FORMULAS:
            out[:, at] = _strongest(records, asked, feature)
    return out


def needed_sums(f: Feature) -> list[Sum]:
    """The sums a feature is made of."""
    window = (f.weeks, f.weeks_ago)
    if f.aggregation == "share":
        return [(Amount(f.among + f.where), window), (Amount(f.among), window)]
    if f.aggregation == "trend":
        return [(Amount(f.where), window), (Amount(f.where), (52, 0))]
    if f.aggregation == "count":
        return [(Amount(f.where), window)]
    return [(Amount(f.where, f.measure, added=True), window), (Amount(f.where, f.measure), window)]


_FORMULAS = {
    "count": lambda f, n: _or_none(f, n),
    "sum": lambda f, total, n: np.where(n > 0, total / f.scale, f.when_none),
    "mean": lambda f, total, n: np.where(n > 0, total / np.maximum(n, 1) / f.scale, f.when_none),
    "share": lambda f, part, n: np.where(n > 0, part / np.maximum(n, 1), f.when_none),
    "trend": lambda f, short, long: np.where(long > 0, short / f.weeks * 52 / np.maximum(long, 1), f.when_none),
}  # fmt: skip
"""How the sums of a feature become its value, in the order of `needed_sums`."""


@dataclass(frozen=True)
class Running:
    """Running totals of some amounts over sorted keys."""

    key: np.ndarray
    total: np.ndarray

    @staticmethod
    def over(key: np.ndarray, amounts: np.ndarray) -> "Running":
        """Sort by key (mostly sorted already, which a stable sort takes advantage of) and accumulate."""
        total = np.zeros((len(key) + 1, amounts.shape[1]), dtype=np.int64)
        if np.any(key[1:] < key[:-1]):
            order = np.argsort(key, kind="stable")
            key, amounts = key[order], amounts[order]
        np.cumsum(amounts, axis=0, out=total[1:])
        return Running(key, total)

    def until(self, key: np.ndarray) -> np.ndarray:
        """Which row of `total` holds everything strictly before each key."""
        return np.searchsorted(self.key, key, side="left")


def _fill_sums(
    out: np.ndarray, records: Records, asked: Asked, summed: list[tuple[int, Feature, list[Sum]]]
) -> None:
    """Counts, sums and what is made of them: a chunk of questions at a time, all sums of it side by side."""
    needed = list(dict.fromkeys(one for _, _, sums in summed for one in sums))
    needed.sort(key=lambda one: (one[1][1], one[1][0] or 0))
    amounts = list(dict.fromkeys(amount for amount, _ in needed))
    table = np.column_stack([records.source.amount(amount)[records.index] for amount in amounts])
    windows = {
        w: [amounts.index(a) for a, of in needed if of == w] for w in dict.fromkeys(w for _, w in needed)
    }
    begun = {ago: Running.over(records.begins((None, ago)), table) for ago in {ago for _, ago in windows}}
    ended = {w: Running.over(records.ends(w), table[:, at]) for w, at in windows.items()}
    totals = {w: begun[w[1]].total.take(at, axis=1) for w, at in windows.items()}
    plain = {
        at: needed.index(sums[0]) for at, f, sums in summed if f.aggregation == "count" and not f.when_none
    }
    others = [(at, f, [needed.index(one) for one in sums]) for at, f, sums in summed if at not in plain]
    for start in range(0, len(asked.key), CHUNK):
        key = asked.key[start : start + CHUNK]
        from_rows = {ago: running.until(key) for ago, running in begun.items()}
        standing = np.concatenate(
            [
                totals[w].take(from_rows[w[1]], axis=0) - ended[w].total.take(ended[w].until(key), axis=0)
                for w in windows
            ],
            axis=1,
        )
        into = out[start : start + CHUNK]
        into[:, list(plain)] = standing.take(list(plain.values()), axis=1)
        for at, feature, parts in others:
            into[:, at] = _FORMULAS[feature.aggregation](feature, *(standing[:, part] for part in parts))


def _distinct(records: Records, asked: Asked, feature: Feature) -> np.ndarray:
    """How many values of a column stand: a record counts only while no other stands for its value."""
    measure, window = str(feature.measure), (feature.weeks, feature.weeks_ago)
    taken = records.source.taken(feature.where, measure)[records.index]
    names = records.source.frame[measure].rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
    value = names[records.index][taken]
    begin, end = records.begins(window)[taken], records.ends(window)[taken]
    order = np.lexsort((begin, value, begin >> SHIFT))
    value, begin, end = value[order], begin[order], end[order]
    fresh = np.diff(value, prepend=-1).astype(bool) | np.diff(begin >> SHIFT, prepend=-1).astype(bool)
    group = np.cumsum(fresh) << SHIFT
    until = np.maximum.accumulate(group | (end & NEVER))
    covered = np.where(fresh, 0, np.roll(until, 1) & NEVER)
    begin = np.maximum(begin, (begin >> SHIFT << SHIFT) | covered)
    end = np.maximum(end, begin)
    begun, ended = (np.searchsorted(np.sort(moments), asked.key, side="left") for moments in (begin, end))
    return begun - ended


def _strongest(records: Records, asked: Asked, feature: Feature) -> np.ndarray:
    """The largest value, or the moment or value of the first or last record, that stands."""
    window, how = (feature.weeks, feature.weeks_ago), feature.aggregation
    source, taken = records.source, records.source.taken(feature.where, feature.measure)[records.index]
    value = (
        source.column(feature.measure)[records.index]
        if feature.measure
        else np.zeros(len(taken), dtype=np.int64)
    )
    value = value[taken]
    first, retired = records.first[taken], records.retired[taken]
    begin, end = records.begins(window)[taken], records.ends(window)[taken]
    order = np.argsort(value, kind="stable") if feature.measure else np.arange(len(value))
    if how != "max":
        order = order[np.argsort((begin >> SHIFT << SHIFT | first)[order], kind="stable")]
    value, first, begin, end = value[order], first[order], begin[order], end[order]
    if how in ("days_since_last", "last_value"):
        end = np.minimum(end, _next_for_good(begin, retired[order]))
    rank = np.arange(len(order))
    found = _highest(asked, begin, end, rank[::-1] if how == "days_since_first" else rank)
    at = (len(order) - 1 - found if how == "days_since_first" else found)[found >= 0]
    result = np.full(len(found), feature.when_none)
    days = how.startswith("days_since")
    result[found >= 0] = (asked.seconds[found >= 0] - first[at]) / DAY if days else value[at] / feature.scale
    return result


def _next_for_good(begin: np.ndarray, retired: np.ndarray) -> np.ndarray:
    """When a later record, never retired, begins to speak instead: records ascend by entity and moment."""
    lasting = np.where(retired == NEVER, begin, np.iinfo(np.int64).max)
    return np.minimum.accumulate(np.append(lasting[1:], np.iinfo(np.int64).max)[::-1])[::-1]


def _highest(asked: Asked, begin: np.ndarray, end: np.ndarray, rank: np.ndarray) -> np.ndarray:
    """For each question the highest rank among the records that stand; -1 where none does."""
    low = np.searchsorted(asked.key, begin, side="right")
    lengths = np.maximum(np.searchsorted(asked.key, end, side="right") - low, 0)
    question = np.arange(lengths.sum()) + np.repeat(low - np.cumsum(lengths) + lengths, lengths)
    found = np.full(len(asked.key), -1)
    np.maximum.at(found, question, np.repeat(rank, lengths))
    return found


def _or_none(feature: Feature, n: np.ndarray) -> np.ndarray:
    return n if feature.when_none == 0.0 else np.where(n > 0, n, feature.when_none)
