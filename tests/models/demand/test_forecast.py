"""Forecasts of places: coherent, honest in time, and no better than what they know."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from models.counts.demand.backtest import backtest_demand
from models.counts.demand.grains import GRAINS, totals
from models.counts.demand.inputs import build_inputs
from models.counts.demand.panel import read_panel
from models.counts.demand.reporting import reporting
from models.counts.demand.training import Demand, forecast, train_demand
from models.counts.demand.warnings import USUAL, place_warnings, ranked_places
from models.counts.shared.count_metrics import count_metrics
from pipelines.city.profile import Profile
from pipelines.tables.published import schema_of
from pipelines.tables.published_places import PlaceWarnings
from pipelines.warehouse.warehouse import open_warehouse

AS_OF = date(2025, 12, 29)


def test_counties_and_city_are_the_sums_of_their_townships(places, profile: Profile) -> None:
    files = place_warnings(
        places.panel, places.inputs, profile, AS_OF, places.recorded, places.demand, "demand-28d-v1", True
    )
    cells, above = files["place_warnings.parquet"], files["place_totals.parquet"]
    for amount in ("expected_disputes", "expected_outcomes", "usual"):
        split = cells.filter(pl.col("category") != "all").group_by("area_code").agg(pl.col(amount).sum())
        whole = cells.filter(category="all").select("area_code", whole=amount)
        joined = split.join(whole, on="area_code")
        assert joined[amount].to_numpy() == pytest.approx(joined["whole"].to_numpy())
        city = above.filter(grain="city")[amount].item()
        assert city == pytest.approx(cells.filter(category="all")[amount].sum())
        assert city == pytest.approx(above.filter(grain="county")[amount].sum())


def test_a_profile_without_counties_is_forecast_and_judged_by_its_townships_alone(
    places, profile: Profile
) -> None:
    nowhere = {name: pl.lit(None, pl.String) for name in ("county_code", "city_code")}
    panel = replace(places.panel, cells=places.panel.cells.with_columns(**nowhere))
    inputs = build_inputs(panel, profile)
    files = place_warnings(panel, inputs, profile, AS_OF, places.recorded, None, USUAL, True)
    assert set(files["place_warnings.parquet"]["area_code"]) == set(panel.cells["area_code"])
    assert files["place_totals.parquet"].is_empty()
    metrics = count_metrics(backtest_demand(panel, inputs, profile, AS_OF), "demand", "township", 50, 1)
    grains = metrics["segment"].str.extract("grain=([a-z_]+)", 1).unique().sort().to_list()
    assert grains == ["township", "township_category"]


def test_the_file_is_as_the_contract_says(places, profile: Profile) -> None:
    files = place_warnings(
        places.panel, places.inputs, profile, AS_OF, places.recorded, places.demand, "demand-28d-v1", True
    )
    frame = files["place_warnings.parquet"]
    assert dict(frame.schema) == schema_of(PlaceWarnings)
    assert frame["rank"].to_list() == list(range(1, len(frame) + 1))
    assert frame.null_count().sum_horizontal().item() == 0
    assert frame.filter(
        (pl.col("low") > pl.col("expected_disputes")) | (pl.col("high") < pl.col("low"))
    ).is_empty()


def test_what_is_known_later_changes_no_earlier_forecast_to_the_byte(
    warehouse: Path, profile: Profile, tmp_path: Path
) -> None:
    then = date(2025, 6, 2)
    later = tmp_path / "later.duckdb"
    later.write_bytes(warehouse.read_bytes())
    with open_warehouse(later) as con:
        con.execute(
            """
            update core_dispute set category = 'D6', township_code = '530326101', minor_involved = true
            where first_known_at >= $then;
            """,
            {"then": datetime(2025, 6, 2)},
        )
        con.execute("delete from core_outcome where first_known_at >= $then", {"then": datetime(2025, 6, 2)})

    def published(path: Path) -> tuple[bytes, ...]:
        with open_warehouse(path, read_only=True) as con:
            panel, recorded = read_panel(con, profile, then), reporting(con, profile, then)
        assert panel is not None
        inputs = build_inputs(panel, profile)
        demand = train_demand(panel, inputs, profile, then)
        assert demand is not None
        files = place_warnings(panel, inputs, profile, then, recorded, demand, "v", True)
        return (demand.to_json(), *(frame.write_ipc(None).getvalue() for frame in files.values()))

    assert published(later) == published(warehouse)


def test_a_model_of_an_earlier_day_does_not_see_the_later_weeks_of_the_same_panel(
    warehouse: Path, profile: Profile, places
) -> None:
    then = date(2025, 6, 2)
    with open_warehouse(warehouse, read_only=True) as con:
        panel = read_panel(con, profile, then)
    assert panel is not None
    inputs = build_inputs(panel, profile)
    alone = train_demand(panel, inputs, profile, then)
    inside = train_demand(places.panel, places.inputs, profile, then)
    assert alone is not None
    assert inside is not None
    assert alone.to_json() == inside.to_json()
    for target, booster in alone.boosters.items():
        assert (
            forecast(panel, inputs, booster, [then], target)
            == forecast(places.panel, places.inputs, booster, [then], target)
        ).all()


def test_the_model_is_data_and_comes_back_whole(places) -> None:
    assert Demand.from_json(places.demand.to_json()) == places.demand


def test_without_a_model_the_usual_is_published_with_the_spread_of_the_past(places, profile: Profile) -> None:
    frame = place_warnings(places.panel, places.inputs, profile, AS_OF, places.recorded, None, USUAL, True)[
        "place_warnings.parquet"
    ]
    assert set(frame["model_version"]) == {USUAL}
    assert frame["low"].null_count() == 0
    rows = places.panel.rows_of([AS_OF])
    assert frame.filter(category="all")["expected_disputes"].sum() == pytest.approx(
        (places.inputs.usual["disputes"] * places.inputs.drift["disputes"])[rows].sum()
    )


RANKED = """
area category expected usual level  rank
t1   all      30.0     20.0  red    1
t2   all      45.0     34.0  orange 2
t3   D1       9.0      8.0   yellow 3
t4   all      2.0      0.5   blue   4
t5   all      80.0     80.0  blue   5
t6   all      10.0     20.0  blue   6
"""


def test_first_come_places_above_their_usual_not_large_ones_and_small_numbers_say_little(
    profile: Profile,
) -> None:
    header, *lines = [line.split() for line in RANKED.strip().splitlines()]
    wanted = pl.DataFrame(lines, schema=header, orient="row").cast(
        {"expected": pl.Float64, "usual": pl.Float64, "rank": pl.Int64}
    )
    given = wanted.select(
        "category",
        "usual",
        area_code="area",
        expected_disputes="expected",
        ratio=pl.col("expected") / pl.col("usual"),
        reporting_ratio=pl.lit(1.0),
        few_records=pl.lit(value=False),
    )
    ranked = ranked_places(given.reverse(), profile)
    assert ranked["area_code"].to_list() == wanted["area"].to_list()
    assert ranked["level"].to_list() == wanted["level"].to_list()
    assert ranked["rank"].to_list() == wanted["rank"].to_list()


def test_red_places_are_never_more_than_the_week_can_act_on(profile: Profile) -> None:
    many = pl.DataFrame({"area_code": [f"t{n:02}" for n in range(30)], "category": "all"}).with_columns(
        expected_disputes=pl.lit(30.0),
        usual=pl.lit(10.0),
        ratio=pl.lit(3.0),
        reporting_ratio=pl.lit(1.0),
        few_records=pl.lit(False),
    )
    ranked = ranked_places(many, profile)
    assert (ranked["level"] == "red").sum() == profile.settings.capacity.city
    assert set(ranked["level"]) == {"red", "orange"}


def test_totals_lose_nothing(places) -> None:
    amount = np.arange(len(places.panel.cells) * 2, dtype=float)
    for grain in GRAINS:
        assert totals(places.panel, grain, amount).sum() == amount.sum()
