"""The main job as the command runs it: the graph of `assets.py`, in this process, stage by stage."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import dagster as dg

from dagster_project.defs.assets import ASSETS, WEEKLY, intake
from dagster_project.operations.city import City
from dagster_project.operations.instance import QUIET, instance_of
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.intake.open_questions import open_questions
from pipelines.intake.row_counts import NOTICE, files_left_out
from pipelines.mapping.landing_folder import unread_files
from pipelines.run_state import last_run
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.data_digest import data_digests
from pipelines.warehouse.warehouse import open_warehouse


def run_week(city: City, as_of: date | None, since: date | None = None) -> None:
    """Intake, then features, a champion if there is none, publication and papers as of one Monday.

    Args:
        city: profile, home, landing folder, and the stages to show.
        as_of: the Monday; the first one after the newest record's known time where None.
        since: publish every Monday from this one on that is not published, or that late data touch.

    Raises:
        RefusedInput: a file or argument must be changed; nothing was changed by the run.
        FengqiaoError: no record was ever loaded, or a check stopped the week.
    """
    tell = city.stages.tell if city.stages else lambda line: None
    with instance_of(city.home) as instance:
        _materialize(city, instance, [intake], None)
        for line in (*accounting(city.home), *unread_files(city.landing, city.profile).lines()):
            tell(line)
        newest = as_of or newest_as_of(city.home, city.profile)
        touched = touched_weeks(city.home, since or newest, newest)
        late = touched_weeks(city.home, None, newest) if since is None else []
        for monday in [*touched, *([] if newest in touched else [newest])]:
            _materialize(city, instance, WEEKLY, monday)
            tell(f"published {city.home.published / monday.isoformat()}")
    if late:
        tell(
            f"late records touch {len(late)} weeks published before: `--since {late[0]}` publishes them again"
        )


def touched_weeks(home: Home, since: date | None, newest: date) -> list[date]:
    """Mondays whose publication is not made of what the warehouse now knows of the time before them.

    Args:
        home: read only.
        since: from this Monday on, those never published too; only published ones where None.
        newest: the last Monday looked at; never in the answer where `since` is None.
    """
    published = {
        date.fromisoformat(link.name): link / "meta.json" for link in home.published.glob("????-??-??")
    }
    if since is None:
        mondays = sorted(day for day in published if day < newest)
    else:
        mondays = [since + timedelta(weeks=n) for n in range((newest - since).days // 7 + 1)]
    with open_warehouse(home.warehouse, read_only=True) as con:
        now = data_digests(con, mondays)
    return [day for day in mondays if day not in published or _made_of(published[day]) != now[day]]


def _made_of(meta: Path) -> str | None:
    return json.loads(meta.read_text(encoding="utf-8")).get("data_digest")


def accounting(home: Home) -> list[str]:
    """Files that could not be read; then one line per table over every file: read = loaded + quarantined + duplicates + unchanged."""
    query = """
        select table_name, sum(n_read), sum(n_loaded), sum(n_quarantined), sum(n_duplicate), sum(n_unchanged)
        from intake_file group by table_name order by table_name"""
    with open_warehouse(home.warehouse, read_only=True) as con:
        rows = con.execute(query).fetchall()
        notices = con.execute(
            "select value from intake_setting where starts_with(name, $notice) order by name",
            {"notice": NOTICE},
        ).fetchall()
        left_out, questions = files_left_out(con), open_questions(con)
    others = [text for (text,) in notices if text not in left_out]
    return (
        [f"  {text}" for text in left_out]
        + [
            f"  {table}: read {n[0]:,} = loaded {n[1]:,} + quarantined {n[2]:,} + duplicates {n[3]:,} + unchanged {n[4]:,}"
            for table, *n in rows
        ]
        + [f"  {text}" for text in (*others, *questions)]
    )


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
        raise FengqiaoError(
            f"stopped by a check, last week's publication stays in force: {stopped.reason_en}"
        ) from problem
