"""A township that records little does not sink: shown where the truth is known, the made-up city."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata

from models.counts.demand.inputs import build_inputs
from models.counts.demand.panel import read_panel
from models.counts.demand.reporting import reporting
from models.counts.demand.warnings import USUAL, place_warnings
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.simulator.city import SEALED, simulate
from pipelines.warehouse.warehouse import open_warehouse

WEEKS = 54
AS_OF = date(2023, 1, 2) + timedelta(weeks=WEEKS)


@pytest.fixture(scope="module")
def towns(profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The week's rows of whole townships, with what only the simulator knows: detection and is_silent."""
    folder = tmp_path_factory.mktemp("silent")
    simulate(folder / "landing", profile, weeks=WEEKS, scale=1.0, seed=6)
    truth = pl.read_parquet(folder / "landing" / SEALED / "true_places.parquet")
    for rest in (
        *(folder / "landing").glob("service_visits*"),
        *(folder / "landing").glob("dispute_events*"),
    ):
        rest.unlink()
    home = Home(folder / "home")
    load_folder(folder / "landing", profile, home)
    with open_warehouse(home.warehouse, read_only=True) as con:
        panel, recorded = read_panel(con, profile, AS_OF), reporting(con, profile, AS_OF)
    assert panel is not None
    inputs = build_inputs(panel, profile)
    frame = place_warnings(panel, inputs, profile, AS_OF, recorded, None, USUAL, True)[
        "place_warnings.parquet"
    ]
    return frame.filter(category="all").join(truth, left_on="area_code", right_on="township_code")


def test_silent_townships_are_among_those_that_record_least(towns: pl.DataFrame) -> None:
    silent, others = (towns.filter(which) for which in ("is_silent", ~pl.col("is_silent")))
    assert silent["few_records"].any()
    assert silent["reporting_ratio"].max() < others["reporting_ratio"].quantile(0.25)
    assert others["few_records"].mean() < 0.15


def test_what_records_little_is_never_below_yellow_nor_behind_the_blue(towns: pl.DataFrame) -> None:
    silent = towns.filter("few_records")
    assert set(silent["level"]) <= {"red", "orange", "yellow"}
    assert silent["rank"].max() < towns.filter(level="blue")["rank"].min()


def test_what_it_might_have_if_it_recorded_like_others_is_nearer_the_truth(towns: pl.DataFrame) -> None:
    silent = towns.filter("is_silent")
    truth = silent["expected_disputes"] / silent["detection"]
    before, after = (
        float(np.abs(np.log((silent[name] / truth).to_numpy())).mean())
        for name in ("expected_disputes", "expected_if_recorded")
    )
    assert after < before
    everywhere = towns["expected_disputes"] / towns["detection"]
    raw, corrected = (
        float(np.corrcoef(rankdata(towns[name]), rankdata(everywhere))[0, 1])
        for name in ("expected_disputes", "expected_if_recorded")
    )
    assert corrected > raw
