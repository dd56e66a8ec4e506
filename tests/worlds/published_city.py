"""A small city with three published weeks and decisions on two of them: what the product itself wrote.

city = published_city(scored=True)        # a model is in use; False: the checklist orders the list
home = copy_of(city.home, tmp_path / "home")
city.weeks                                # Mondays, oldest first; `current.json` names the last
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from dagster_project.command.main_job import run_week
from dagster_project.operations.city import City
from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from pipelines.city.profile import load_profile
from pipelines.home import Home
from tests.worlds.command import environment
from tests.worlds.small_city import SmallCity, scored_city, small_city
from tests.worlds.store import copy_of, world

LAST = date(2024, 12, 30)
"""The Monday after the two years."""

WEEKS = tuple(LAST - timedelta(weeks=back) for back in (2, 1, 0))
OFFICE = "Qilin centre, duty desk"


@dataclass(frozen=True)
class PublishedCity(SmallCity):
    """A small city's folders with `WEEKS` published; its record has every action, one of them undone."""

    weeks: tuple[date, ...] = WEEKS


def published_city(scored: bool = True) -> PublishedCity:
    """The city; read it only, or copy it."""
    return PublishedCity(world(three_weeks, scored))


def three_weeks(folder: Path, scored: bool) -> None:
    """Run the two weeks before the last one too, decide on their lists, and run again with what was decided."""
    first = scored_city() if scored else small_city()
    copy_of(first.root, folder)
    city = PublishedCity(folder)
    home = Home(city.home)
    work = City(load_profile(str(city.profile)), home, city.data)
    with environment(FENGQIAO_KEY_FILE=city.key):
        run_week(work, LAST, since=WEEKS[0])
        for monday in WEEKS[:2]:
            decide(home, monday)
        run_week(work, LAST)


def decide(home: Home, monday: date) -> None:
    """Take up four of the ten first warnings of a week, visit three, decline and correct others, undo one."""
    week = home.published / monday.isoformat()
    listed = pl.read_parquet(week / "dispute_warnings.parquet").sort("rank")["dispute_id"].head(10).to_list()
    units = pl.read_parquet(week / "dispute_timeline.parquet")["unit_id"].drop_nulls().unique().sort()
    store, at = DecisionStore.of(home), datetime.combine(monday, time(9, 30))

    def on(dispute_id: str, **what: object) -> Decision:
        values = {
            "office": OFFICE,
            "as_of": monday,
            "publication": week.resolve().name.rsplit("-", 1)[-1],
        } | what
        return Decision(dispute_id=dispute_id, **values)  # type: ignore[arg-type]

    due = monday + timedelta(days=4)
    store.record([on(one, action="accept", unit_id=units[0], due_on=due) for one in listed[:4]], at)
    store.record(
        [
            on(listed[4], action="decline", reason="in_hand"),
            on(listed[5], action="decline", reason="parties_decline", note="asked to wait"),
            on(listed[6], action="correct", reason="duplicate"),
        ],
        at + timedelta(hours=1),
    )
    (mistaken,) = store.record(
        [on(listed[7], action="decline", reason="judged_low")], at + timedelta(hours=2)
    )
    store.record([on(listed[7], action="undo", undoes=mistaken)], at + timedelta(hours=3))
    results = (("settled", False), ("worse", True), ("not_met", False))
    store.record(
        [
            on(
                one,
                action="visit",
                reason=result,
                visited_on=monday + timedelta(days=2),
                found_after_warning=harm,
            )
            for one, (result, harm) in zip(listed, results, strict=False)
        ],
        at + timedelta(days=3),
    )
