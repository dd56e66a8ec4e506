"""Cities of whole size for some weeks, without their largest files: places must be many, disputes need no steps."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from models.counts.demand.inputs import build_inputs
from models.counts.demand.panel import read_panel
from models.counts.demand.reporting import reporting
from models.counts.demand.warnings import USUAL, place_warnings
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.simulator.city import SEALED, simulate
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.command import environment
from tests.worlds.store import world
from tests.worlds.two_towns import quick_profile

CALM_WEEKS = 44
SILENT_WEEKS = 54
FIRST_MONDAY = date(2023, 1, 2)


def calm_warehouse() -> Path:
    """Forty-four quiet weeks, without visit ledgers; read it only, or copy it."""
    return world(loaded, CALM_WEEKS, 3, ("service_visits",)) / "home" / "warehouse.duckdb"


def silent_towns() -> pl.DataFrame:
    """A week's rows of whole townships, with what only the simulator knows: detection and is_silent."""
    folder = world(loaded, SILENT_WEEKS, 6, ("service_visits", "dispute_events"))
    truth = pl.read_parquet(folder / "true_places.parquet")
    profile, as_of = quick_profile(), FIRST_MONDAY + timedelta(weeks=SILENT_WEEKS)
    with open_warehouse(folder / "home" / "warehouse.duckdb", read_only=True) as con:
        panel, recorded = read_panel(con, profile, as_of), reporting(con, profile, as_of)
    assert panel is not None
    inputs = build_inputs(panel, profile)
    tables = place_warnings(panel, inputs, profile, as_of, recorded, None, USUAL, True)
    rows = tables["place_warnings.parquet"].filter(category="all")
    return rows.join(truth, left_on="area_code", right_on="township_code")


def loaded(folder: Path, weeks: int, seed: int, without: tuple[str, ...]) -> None:
    """Simulate a city, leave some tables' files out, and take the rest in; only what is read later stays."""
    qujing, landing = load_profile("qujing"), folder / "landing"
    simulate(landing, qujing, weeks=weeks, scale=1.0, seed=seed)
    for table in without:
        for path in landing.glob(f"{table}*"):
            path.unlink()
    with environment(FENGQIAO_KEY_FILE=folder / "pair.key"):
        load_folder(landing, qujing, Home(folder / "home"))
    (landing / SEALED / "true_places.parquet").rename(folder / "true_places.parquet")
    for path in landing.glob("*.*"):
        path.unlink()
