"""Trying to work out a hidden cell of the care services from everything that is published, week after week.

The attacker who solves the equations knows more than anyone is told: the rules of suppression, and each county's
exact total. What that leaves open is found by linear programming.
"""

import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from features.catalogue.catalogue import CATALOGUE
from features.engine.matrix import build_matrix
from features.small_cells import ROUNDED_TO, SMALLEST, shown_counts, with_suppression
from models.counts.coverage.inputs import build_inputs
from models.counts.coverage.ledger import read_ledger
from models.counts.coverage.training import train_coverage
from models.counts.coverage.warnings import service_warnings
from pipelines.city.profile import Profile, load_profile
from pipelines.warehouse.warehouse import open_warehouse
from tests.deep import examples
from tests.worlds.small_city import SmallCity

MOST = 400.0
OF_SERVICES = [feature.name for feature in CATALOGUE if feature.source == "coverage"]


def shown_of(cells: list[int]) -> list[float | None]:
    """What is shown of one county's cells; None where hidden."""
    frame = pl.DataFrame({"area_code": [f"t{at:02}" for at in range(len(cells))], "caseload": cells})
    other = {name: pl.lit(0.0) for name in ("due", "overdue", "expected_overdue", "low", "high")}
    placed = frame.with_columns(county_code=pl.lit("c"), service=pl.lit("S1"), **other)
    return shown_counts(with_suppression(placed))["caseload"].to_list()


def left_open(cells: list[int], cell: int) -> tuple[float, float]:
    """The least and the most the attacker must hold possible for one cell."""
    bounds = [
        (0.0, MOST) if shown is None else (max(SMALLEST, shown - ROUNDED_TO / 2), shown + ROUNDED_TO / 2)
        for shown in shown_of(cells)
    ]
    asked = np.eye(len(cells))[cell]
    total = {"A_eq": np.ones((1, len(cells))), "b_eq": [float(sum(cells))]}
    least, most = (linprog(sign * asked, bounds=bounds, **total) for sign in (1.0, -1.0))
    assert least.success
    assert most.success
    return least.fun, -most.fun


@given(st.lists(st.integers(0, 14) | st.integers(0, 120), min_size=2, max_size=8))
@settings(deadline=None, max_examples=examples(200))
def test_a_county_s_exact_total_leaves_open_whether_a_small_cell_is_small(cells: list[int]) -> None:
    assume(sum(cells) >= SMALLEST)
    for cell, n in enumerate(cells):
        if n < SMALLEST:
            low, high = left_open(cells, cell)
            assert low < SMALLEST <= high


PERTURBED = """
update core_service_coverage set due = due + 3, done = 0, overdue = due + 3 where caseload < 10
"""


def told_of_services(warehouse: Path, profile: Profile, mondays: list[date]) -> list[bytes]:
    """Everything that is made of the care services for some Mondays: forecasts, and columns of the disputes' matrix."""
    recovered = []
    with open_warehouse(warehouse, read_only=True) as con:
        for monday in mondays:
            ledger = read_ledger(con, profile, monday)
            assert ledger is not None
            inputs = build_inputs(ledger)
            model = train_coverage(ledger, inputs, profile, monday)
            for coverage in (None, model):
                recovered.append(
                    service_warnings(
                        ledger, inputs, profile, monday, coverage, "v", synthetic=True
                    ).serialize()
                )
            matrix = build_matrix(con, profile, [monday])
            services = [at for at, name in enumerate(matrix.names) if name in OF_SERVICES]
            recovered.append(matrix.values[:, services].tobytes())
    return recovered


def test_whatever_a_small_cell_holds_no_published_figure_of_any_week_changes(
    small_city: SmallCity, tmp_path: Path
) -> None:
    """What does not depend on a cell gives it away by no subtraction and no combination, of one week or many."""
    profile = load_profile(str(small_city.profile))
    as_of = date.fromisoformat(next((small_city.home / "published").glob("2*")).name)
    mondays = [as_of - timedelta(weeks=back) for back in (0, 1, 2, 13)]
    other = tmp_path / "warehouse.duckdb"
    shutil.copy(small_city.home / "warehouse.duckdb", other)
    with open_warehouse(other) as con:
        small, large = con.execute(
            "select count(*) filter (caseload < 10), count(*) filter (caseload >= 10) from core_service_coverage"
        ).fetchall()[0]
        assert small > 100
        assert large > 100
        con.execute(PERTURBED)
    assert told_of_services(other, profile, mondays) == told_of_services(
        small_city.home / "warehouse.duckdb", profile, mondays
    )


def test_no_published_file_tells_an_exact_or_small_figure_of_the_services(small_city: SmallCity) -> None:
    (folder,) = (small_city.home / "published").glob("2*")
    for path in folder.glob("*.parquet"):
        columns = set(pl.read_parquet_schema(path))
        assert columns.isdisjoint({"service", "caseload"}) or path.stem == "service_warnings"
    values = pl.read_parquet(folder / "service_warnings.parquet").select("caseload", "overdue").unpivot()
    reasons = (
        pl.read_parquet(folder / "dispute_warnings.parquet")["reasons"].explode().drop_nulls().struct.unnest()
    )
    of_services = reasons.filter(pl.col("feature").is_in(OF_SERVICES))
    assert of_services["value"].null_count() == len(of_services)
    figures = values["value"].drop_nulls()
    assert ((figures >= SMALLEST) & (figures % ROUNDED_TO == 0)).all()
