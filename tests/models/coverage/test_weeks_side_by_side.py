"""Thirteen weeks of publications side by side tell no more of a small cell than one of them (boundary 2)."""

import numpy as np
import polars as pl
import pytest

from features.small_cells import HIDDEN_BELOW, SHOWN_FROM, SMALLEST, hidden_cells, shown_counts

N_TOWNSHIPS = 8
N_WEEKS = 60
COUNTIES = 60


def county(random: np.random.Generator) -> np.ndarray:
    """Caseloads of one county's townships by week: they drift by one, up or down, as ledgers of care do."""
    start = random.integers(2, 40, N_TOWNSHIPS)
    steps = random.choice([-1, 0, 1], size=(N_TOWNSHIPS, N_WEEKS), p=[0.2, 0.6, 0.2])
    return np.maximum(start[:, None] + np.cumsum(steps, axis=1), 1).astype(float)


def published(caseload: np.ndarray) -> list[list[float | None]]:
    """What is shown of every township in each of the last thirteen weeks; None where hidden."""
    cells = pl.DataFrame({"area_code": [f"t{at}" for at in range(N_TOWNSHIPS)]}).with_columns(
        county_code=pl.lit("c"), service=pl.lit("S1")
    )
    weeks = []
    for week in range(N_WEEKS - 13, N_WEEKS):
        hidden = hidden_cells(cells, caseload[:, : week + 1])
        nothing = {name: pl.lit(0.0) for name in ("overdue", "expected_overdue", "low", "high")}
        placed = cells.with_columns(
            caseload=pl.Series(caseload[:, week]), suppressed=pl.Series(hidden), **nothing
        )
        weeks.append(shown_counts(placed)["caseload"].to_list())
    return weeks


@pytest.fixture(scope="module")
def seen() -> list[tuple[np.ndarray, list[list[float | None]]]]:
    """Many counties: the truth of thirteen weeks, and what was published of it."""
    random = np.random.default_rng(3)
    worlds = [county(random) for _ in range(COUNTIES)]
    return [(caseload[:, -13:], published(caseload)) for caseload in worlds]


def test_no_small_cell_is_ever_shown(seen: list[tuple[np.ndarray, list[list[float | None]]]]) -> None:
    for caseload, weeks in seen:
        for week, shown in enumerate(weeks):
            assert all(
                figure is None for n, figure in zip(caseload[:, week], shown, strict=True) if n < SMALLEST
            )


def test_who_has_all_thirteen_weeks_names_hidden_small_cells_no_better_than_by_chance(
    seen: list[tuple[np.ndarray, list[list[float | None]]]],
) -> None:
    """The adversary knows how fast ledgers drift, and guesses from the last figure shown; chance guesses the commonest value."""
    truth, guesses = [], []
    for caseload, weeks in seen:
        for at in range(N_TOWNSHIPS):
            if caseload[at, -1] >= SMALLEST:
                continue
            truth.append(caseload[at, -1])
            last = next((figure for week in reversed(weeks) if (figure := week[at]) is not None), None)
            guesses.append(np.nan if last is None else min(last, SMALLEST - 1.0))
    true, guess = np.array(truth), np.array(guesses)
    values, counts = np.unique(true, return_counts=True)
    commonest = values[counts.argmax()]
    by_chance = float((true == commonest).mean())
    by_weeks = float((true == np.where(np.isnan(guess), commonest, guess)).mean())
    assert len(true) > 60
    assert by_weeks <= by_chance + 2 * float(np.sqrt(by_chance / len(true)))


def test_a_cell_that_goes_out_of_sight_had_not_fallen_under_ten_yet() -> None:
    """It falls by one a week: when it is hidden it still holds fourteen, and the weeks after tell nothing."""
    cells = pl.DataFrame({"area_code": ["a", "b", "c"], "county_code": "c", "service": "S1"})
    falling = np.arange(25.0, 5.0, -1.0)
    caseload = np.vstack([falling, np.full(20, 90.0), np.full(20, 200.0)])
    shown = [not hidden_cells(cells, caseload[:, : week + 1])[0] for week in range(20)]
    assert [int(falling[week]) for week in range(20) if shown[week]] == list(range(25, HIDDEN_BELOW - 1, -1))
    rising = np.vstack([falling[::-1], np.full(20, 90.0), np.full(20, 200.0)])
    again = [not hidden_cells(cells, rising[:, : week + 1])[0] for week in range(20)]
    assert min(rising[0, week] for week in range(20) if again[week]) == SHOWN_FROM


def test_what_is_hidden_for_anothers_sake_stays_hidden_for_a_quarter() -> None:
    cells = pl.DataFrame({"area_code": ["a", "b", "c"], "county_code": "c", "service": "S1"})
    caseload = np.tile(np.array([[30.0], [40.0], [200.0]]), (1, 40))
    caseload[0, 10] = 5.0
    hidden = [bool(hidden_cells(cells, caseload[:, : week + 1])[1]) for week in range(40)]
    assert hidden == [False] * 10 + [True] * 13 + [False] * 17
