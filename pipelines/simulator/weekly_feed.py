"""A made-up city that is lived week by week and can be acted on: its files so far, and a state to go on from.

The first weeks are lived at once, with files of 52 weeks each; the weeks after them one by one, each leaving
a folder of its own. The care ledger, outreach and volunteers are not sent: in this world they tell nothing of
violence, and a ledger sent week by week could only be counted in part.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.city.profile import Profile
from pipelines.simulator.cases import Cases, Due
from pipelines.simulator.cell_formats import Sheet, days, moments
from pipelines.simulator.city import MARKER
from pipelines.simulator.grid import report_rows
from pipelines.simulator.landing_files import DASHED, dispute_ids
from pipelines.simulator.output_files import Blocks
from pipelines.simulator.parameters import BLOCK_WEEKS, NEVER, WEEK
from pipelines.simulator.random_keys import Keys
from pipelines.simulator.records import dispute_rows, event_rows, outcome_rows
from pipelines.simulator.world import Week, World, step

SENT = {
    "disputes": dispute_rows,
    "dispute_events": event_rows,
    "outcomes": outcome_rows,
    "grid_reports": report_rows,
}
"""The tables that are sent, and what makes a week's rows of each."""
STATE = "state.npz"


@dataclass
class Feed:
    """A world on the Monday of `week`, and the rows of its past that are known only later."""

    profile: Profile
    world: World
    week: int
    waiting: Mapping[str, list[pl.DataFrame]]

    def live_weeks(self, out: Path, weeks: int) -> list[Week]:
        """Live through some weeks at once, a multiple of 52; `out` then holds their files, 52 weeks each."""
        blocks = self._blocks(out, BLOCK_WEEKS)
        lived = [self._live(blocks, None) for _ in range(weeks)]
        self._close(blocks)
        return lived

    def live_week(self, out: Path, attended: Keys) -> Week:
        """Live through the next week, `attended` being helped on its Monday; `out` then holds its files."""
        blocks = self._blocks(out, 1)
        lived = self._live(blocks, attended)
        self._close(blocks)
        if self.world.marks_found and lived.harms.found_by_visit.any():
            _visits(lived).write_csv(out / f"decisions_{self.week}.csv")
        return lived

    def save(self, folder: Path) -> None:
        """Write the state, from which `resumed` goes on as if there had been no break."""
        folder.mkdir(parents=True)
        state: dict[str, np.ndarray] = {"week": np.array([self.week, self.world.next_number])}
        for name, bag in (("cases", self.world.cases), ("due", self.world.due)):
            state |= {f"{name}.{f.name}": getattr(bag, f.name) for f in fields(bag)}
        np.savez(folder / STATE, **state)  # pyright: ignore[reportArgumentType]
        for table, parts in self.waiting.items():
            pl.concat(parts).write_parquet(folder / f"{table}.parquet")

    def _live(self, blocks: Blocks, attended: Keys | None) -> Week:
        lived = step(self.world, self.week, attended)
        for table, rows in SENT.items():
            blocks.add(table, rows(self.world, lived))
        self.week += 1
        blocks.write_until(self.week)
        return lived

    def _blocks(self, out: Path, weeks_each: int) -> Blocks:
        out.mkdir(parents=True)
        marker = {"profile": self.profile.name, "scale": self.world.arrivals.scale}
        (out / MARKER).write_text(json.dumps(marker, sort_keys=True) + "\n", encoding="utf-8")
        figures, places = self.world.figures, self.world.places
        sheet = Sheet(
            self.profile, self.world.dice, figures.wrong_row_share, places.area_codes, places.units.ids
        )
        waiting = {table: list(parts) for table, parts in self.waiting.items()}
        return Blocks(out, sheet, NEVER, self.week // weeks_each, weeks_each * WEEK, waiting)

    def _close(self, blocks: Blocks) -> None:
        self.waiting = blocks.waiting


def _visits(lived: Week) -> pl.DataFrame:
    """What visits note down: a harm that came to light only because a warning sent somebody (boundary 14)."""
    after_visit = lived.harms.found_by_visit
    number, at = pl.Series(lived.harms.number[after_visit]), pl.Series(lived.harms.at[after_visit])
    ids = dispute_ids(number)
    return pl.DataFrame(
        {
            "decision_id": pl.select(pl.lit(f"JD{lived.week:04d}-") + ids).to_series(),
            "dispute_id": ids,
            "decided_at": moments(at).dt.strftime(DASHED),
            "as_of": days(pl.Series(np.full(len(number), lived.week * 7))),
            "action": "visit",
            "visited_on": moments(at).dt.date(),
            "found_after_warning": "true",
        }
    )


def new_feed(profile: Profile, world: World) -> Feed:
    """A city before its first week."""
    return Feed(profile, world, 0, {})


def resumed(folder: Path, profile: Profile, world: World) -> Feed:
    """Go on from a saved state.

    Args:
        folder: what `Feed.save` wrote.
        profile: the city's.
        world: made by the same profile, scale and seed as the saved one; its figures may differ from here on.
    """
    with np.load(folder / STATE) as state:
        world.cases = Cases(**{f.name: state[f"cases.{f.name}"] for f in fields(Cases)})
        world.due = Due(**{f.name: state[f"due.{f.name}"] for f in fields(Due)})
        week, world.next_number = (int(number) for number in state["week"])
    waiting = {table: [pl.read_parquet(folder / f"{table}.parquet")] for table in SENT}
    return Feed(profile, world, week, waiting)
