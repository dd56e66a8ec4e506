"""Entity weeks: for each entity of a matrix, the Mondays for which values are computed, without a gap."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

WEEK = 7 * 86400
FIRST_MONDAY = 4 * 86400
"""5 January 1970, in seconds since 1970."""


def week_after(seconds: np.ndarray) -> np.ndarray:
    """Number of the first Monday strictly after a moment; a record known at a Monday's midnight counts from the next Monday."""
    return (seconds - FIRST_MONDAY) // WEEK + 1


@dataclass(frozen=True)
class EntityWeeks:
    """All pairs of entity and Monday for which values are computed, from each entity's first to its last Monday, stored side by side.

    Attributes:
        moments: seconds of the Mondays, ascending.
        first: for each entity (0 is nobody), which of the Mondays is its first.
        start: for each entity its first question; one more at the end, which is how many there are.
        row: for each row of the matrix, its question.
    """

    moments: np.ndarray
    first: np.ndarray
    start: np.ndarray
    row: np.ndarray

    @property
    def size(self) -> int:
        return int(self.start[-1])

    @cached_property
    def seconds(self) -> np.ndarray:
        """Moment of each entity week, in seconds since 1970; int64 [size]."""
        return self.moments[
            np.arange(self.size) + np.repeat(self.first - self.start[:-1], np.diff(self.start))
        ]

    def number(self, week: np.ndarray) -> np.ndarray:
        """Number of Mondays of the matrix before a given week; the position of the first Monday in that week or after it."""
        weeks = (self.moments - FIRST_MONDAY) // WEEK
        if not len(weeks):
            return np.zeros(len(week), dtype=np.int64)
        before = np.searchsorted(weeks, np.arange(weeks[0], weeks[-1] + 2))
        return before[np.clip(week - weeks[0], 0, len(before) - 1)]


def ask(entity: np.ndarray, monday: np.ndarray, moments: np.ndarray) -> EntityWeeks:
    """The entity weeks for rows that each name one entity and one Monday.

    Args:
        entity: number per row, 0 for nobody.
        monday: index into `moments` per row.
        moments: seconds of the Mondays, ascending.
    """
    monday, n_entities = monday.astype(np.int64), int(entity.max(initial=0)) + 1
    first, last = np.full(n_entities, len(moments)), np.full(n_entities, -1)
    np.minimum.at(first, entity, monday)
    np.maximum.at(last, entity, monday)
    start = np.append(0, np.cumsum(np.maximum(last - first + 1, 0)))
    return EntityWeeks(moments, first, start, (start[:-1] - first)[entity] + monday)
