"""Queries about the use of the lists: the number of warnings decided on, week by week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import polars as pl

from dashboards.decisions.store import DECIDED, VISITED, Entry
from dashboards.published.role_list import on_any_list
from pipelines.city.published_lists import LIST_COLUMNS
from pipelines.home import Home
from pipelines.tables.publication_meta import read_meta

WEEKS = 8
_COLUMNS = {"dispute_id", "rank", "listed", "selection", "is_domestic", "county_code", "township_code"} | set(
    LIST_COLUMNS
)


@dataclass(frozen=True)
class Acted:
    """One week's lists of all roles together.

    Attributes:
        as_of: the Monday.
        listed: how many disputes stood on one of them.
        decided: how many have each decision standing: `accept`, `decline`, `correct`, and `visit`.
    """

    as_of: date
    listed: int
    decided: dict[str, int]

    @property
    def share(self) -> float:
        """The share that was accepted, declined or corrected."""
        return sum(self.decided[action] for action in DECIDED) / max(1, self.listed)


def acted_on(home: Home, entries: Sequence[Entry]) -> list[Acted]:
    """The newest published weeks, the newest first.

    Args:
        home: what was published.
        entries: the record of decisions, oldest first.
    """
    undone = {entry.decision.undoes for entry in entries if entry.decision.action == "undo"}
    standing: dict[tuple[date, str, bool], str] = {}
    for entry in entries:
        decision = entry.decision
        if decision.action in (*DECIDED, *VISITED) and entry.seq not in undone:
            standing[decision.as_of, decision.dispute_id, decision.action in VISITED] = decision.action
    rows = []
    for link in sorted(home.published.glob("????-??-??"))[: -WEEKS - 1 : -1]:
        as_of, listed = date.fromisoformat(link.name), _listed(link.resolve())
        counted = Counter(
            action for (week, dispute, _), action in standing.items() if week == as_of and dispute in listed
        )
        rows.append(Acted(as_of, len(listed), {name: counted[name] for name in (*DECIDED, *VISITED)}))
    return rows


@lru_cache(maxsize=4 * WEEKS)
def _listed(folder: Path) -> frozenset[str]:
    capacity = read_meta(folder).capacity
    path = folder / "dispute_warnings.parquet"
    columns = [name for name in pl.read_parquet_schema(path) if name in _COLUMNS]
    return frozenset(on_any_list(pl.read_parquet(path, columns=columns), capacity))
