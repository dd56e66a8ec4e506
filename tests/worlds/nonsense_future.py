"""The small city as it is, and with nonsense for all that became known from a Monday on; both published as of it."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from models import weekly
from models.registry import registry
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.small_city import small_city
from tests.worlds.store import world

NONSENSE = {
    "core_dispute": "category = 'D9', threat = true, violence = true, county_code = '000000', relation = 'spouse',"
    " registered_at = timestamp '1999-01-01', minor_involved = true, withdrawn_at = timestamp '1999-01-01'",
    "core_dispute_event": "event_type = 'violence_reported', event_at = timestamp '1999-01-01', tier = 'city'",
    "core_outcome": "occurred_at = $t - interval 40 day, severity = 3",
    "core_grid_report": "reported_at = timestamp '1999-01-01', report_type = 'nonsense', resolved = false",
    "core_service_coverage": "week = date '1999-01-04', due = 100000, overdue = 100000",
    "core_outreach": "event_on = date '1999-01-04', attendance = 100000",
    "core_decision": "action = 'decline', as_of = date '1999-01-04', found_after_warning = true",
    "core_volunteer": "as_of_on = date '1999-01-04', count = 100000",
}


def true_and_nonsense() -> tuple[Home, Home]:
    """The two homes; read them only."""
    return Home(world(as_of_a_monday, "true")), Home(world(as_of_a_monday, "nonsense"))


def one_fold() -> Profile:
    """The small city's profile with one fold of backtest."""
    profile = load_profile(str(small_city().profile))
    backtest = profile.settings.backtest.model_copy(update={"folds": 1})
    return replace(profile, settings=profile.settings.model_copy(update={"backtest": backtest}))


def that_monday() -> date:
    """Eight weeks before the city's newest records."""
    current = json.loads((small_city().home / "published" / "current.json").read_text(encoding="utf-8"))
    return date.fromisoformat(current["as_of"]) - timedelta(weeks=8)


def as_of_a_monday(folder: Path, future: str) -> None:
    """Train a champion and publish on that Monday, whatever came later."""
    home, profile, monday = Home(folder), one_fold(), that_monday()
    shutil.copy(small_city().home / "home.json", home.marker)
    shutil.copy(small_city().home / "warehouse.duckdb", home.warehouse)
    if future == "nonsense":
        assert distort(home.warehouse, monday) > 500
    weekly.train_champion_if_none(home, profile, monday)
    registry.set_champion(home, profile, 1)
    weekly.score_and_publish(home, profile, monday)


def distort(path: Path, monday: date) -> int:
    """Delete, distort or double every record known on or after a day; how many there were."""
    touched = 0
    with open_warehouse(path) as con:
        for table in CORE_TABLES.values():
            at = {"t": monday}
            late = f"from {table} where known_at >= $t"
            touched += con.execute(f"select count(*) {late}", at).fetchall()[0][0]
            con.execute(f"insert into {table} select * {late} and hash(known_at) % 3 = 0", at)
            con.execute(f"delete {late} and hash(known_at) % 3 = 1", at)
            used = {"t": monday} if "$t" in NONSENSE[table] else {}
            con.execute(f"update {table} set {NONSENSE[table]} where known_at >= $t", used | at)
            con.execute(
                f"update {table} set superseded_at = superseded_at + interval 400 day where superseded_at >= $t",
                at,
            )
    return touched
