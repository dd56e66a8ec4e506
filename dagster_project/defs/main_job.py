"""The main job: files to papers as of one Monday, and the weeks that late records touch.

One definition: the command, the schedule and Dagster's screen all run it. Each week is a run of the graph of its own.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
from pydantic import Field

from dagster_project.defs.assets import ASSETS, WEEKLY, intake
from dagster_project.operations.accounting import accounting
from dagster_project.operations.city import City
from dagster_project.operations.instance import QUIET
from pipelines.city import clock
from pipelines.errors import FengqiaoError, RefusedInput
from pipelines.home import Home, origin_of
from pipelines.mapping.landing_folder import unread_files
from pipelines.publication_in_force import read_pointer
from pipelines.run_state import last_run
from pipelines.tables.publication_meta import read_meta
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.data_digest import data_digests
from pipelines.warehouse.warehouse import open_warehouse

CRASH_RETRIES = {"dagster/max_retries": "2", "dagster/retry_on_asset_or_op_failure": "false"}
"""A run whose process died is started again, twice; one that failed by itself would only fail again."""


class Weeks(dg.Config):
    """Which Mondays to publish."""

    as_of: str | None = Field(
        default=None,
        description="The Monday, as 2025-12-29; without one the newest that has begun and that the records reach.",
    )
    since: str | None = Field(
        default=None,
        description="Publish every Monday from this one on that is not published, or that late records touch.",
    )


def run_config(as_of: date | None, since: date | None = None) -> dict[str, object]:
    """What a run of the job is asked for."""
    asked = {"as_of": as_of, "since": since}
    config = {name: day.isoformat() for name, day in asked.items() if day is not None}
    return {"ops": {publish_weeks.name: {"config": config}}}


@dg.op
def publish_weeks(context: dg.OpExecutionContext, config: Weeks, city: dg.ResourceParam[City]) -> None:
    """Intake, then features, a champion if there is none, publication and papers, week by week.

    Raises:
        RefusedInput: a file or argument must be changed; nothing was changed by the run.
        FengqiaoError: no record was ever loaded, or a check stopped the week.
    """
    as_of, since = _monday("as_of", config.as_of), _monday("since", config.since)
    show = city.stages.tell if city.stages else lambda line: None
    _materialize(city, context.instance, [intake], None)
    for line in (*accounting(city.home), *unread_files(city.landing, city.profile).lines()):
        show(line)  # to whoever watches, not to Dagster: names of files may be persons'
    newest = as_of or newest_as_of(city.home, city.profile)
    touched = touched_weeks(city.home, since or newest, newest)
    late = touched_weeks(city.home, None, newest) if since is None else []
    for monday in [*touched, *([] if newest in touched else [newest])]:
        _materialize(city, context.instance, WEEKLY, monday)
        _tell(context, show, f"published {city.home.published / monday.isoformat()}")
    lines = [*_behind_the_clock(city.home, as_of, newest), *_not_in_force(city.home, newest)]
    if late:
        lines.append(
            f"late records touch {len(late)} weeks published before: `--since {late[0]}` publishes them again"
        )
    for line in lines:
        _tell(context, show, line)


@dg.job(
    tags=CRASH_RETRIES,
    description="Files to papers as of one Monday: what `fengqiao run` does, `--as-of` and `--since` included.",
)
def main_job() -> None:
    """One step, whose weeks are runs of the graph."""
    publish_weeks()


def touched_weeks(home: Home, since: date | None, newest: date) -> list[date]:
    """Mondays whose publication is not made of what the warehouse now knows of the time before them.

    Args:
        home: read only.
        since: from this Monday on, those never published too; only published ones where None.
        newest: the last Monday looked at; never in the answer where `since` is None.
    """
    published = {date.fromisoformat(link.name): link for link in home.published.glob("????-??-??")}
    if since is None:
        mondays = sorted(day for day in published if day < newest)
    else:
        mondays = [since + timedelta(weeks=n) for n in range((newest - since).days // 7 + 1)]
    with open_warehouse(home.warehouse, read_only=True) as con:
        now = data_digests(con, mondays)
    return [day for day in mondays if day not in published or _made_of(published[day]) != now[day]]


def _behind_the_clock(home: Home, asked: date | None, newest: date) -> list[str]:
    """Why real records were published as of an earlier Monday than the one that has begun, and how to have that one."""
    begun = clock.monday_begun(clock.local_now())
    if asked is not None or newest >= begun or origin_of(home) == "simulated":
        return []
    return [
        f"the records reach {newest} and no later Monday, so {begun}, which has begun, was not published: "
        f"`--as-of {begun}` publishes it all the same"
    ]


def _not_in_force(home: Home, published: date) -> list[str]:
    """Which week is in force where it is not the one just published, or not in its newest form."""
    pointer = read_pointer(home)
    link = home.published / published.isoformat()
    if pointer is None or (home.published / pointer.folder).resolve() == link.resolve():
        return []
    return [
        f"in force stays the week of {pointer.as_of}: "
        f'`fengqiao publish --as-of {published} --current --reason "..."` switches to {published}'
    ]


def _made_of(week: Path) -> str | None:
    """The digest of the data a published week was made of; None where its `meta.json` is damaged or another release's."""
    try:
        return read_meta(week).data_digest
    except FengqiaoError:
        return None


def _monday(name: str, text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise RefusedInput(f"{name}: {text} is no date such as 2025-12-29") from None
    if day is not None and day.weekday() != 0:
        raise RefusedInput(f"{name}: {text} is a {day:%A}; as-of dates are Mondays")
    return day


def _tell(context: dg.OpExecutionContext, show: Callable[[str], None], line: str) -> None:
    """One line to whoever watches and to the run's log in Dagster."""
    context.log.info(line)
    show(line)


def _materialize(
    city: City, instance: dg.DagsterInstance, assets: Sequence[dg.AssetsDefinition], as_of: date | None
) -> None:
    try:
        dg.materialize(
            ASSETS,
            selection=[key for asset in assets for key in asset.keys],
            partition_key=as_of.isoformat() if as_of else None,
            instance=instance,
            resources={"city": city},
            run_config=QUIET,
        )
    except dg.DagsterError as problem:
        stopped = last_run(city.home)
        if stopped is None or stopped.state != "blocked":
            raise
        in_force = (
            "the week is published, its papers are not"
            if stopped.step == "publish"
            else "last week's publication stays in force"
        )
        raise FengqiaoError(f"stopped by a check, {in_force}: {stopped.reason_en}") from problem
