"""No figure lets a cell of the care services under ten be worked out (boundary 2)."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from features.small_cells import shown_counts, with_suppression

COUNTY = {"county_code": "c", "service": "S1"}


def hidden(*caseloads: int | None) -> list[bool]:
    cells = pl.DataFrame(
        {"area_code": [f"t{at}" for at in range(len(caseloads))], "caseload": caseloads},
        schema={"area_code": pl.String, "caseload": pl.Int64},
    )
    return with_suppression(cells.with_columns(**{k: pl.lit(v) for k, v in COUNTY.items()}))[
        "suppressed"
    ].to_list()


def test_nothing_small_hides_nothing() -> None:
    assert hidden(10, 60, 200) == [False, False, False]


def test_a_single_small_cell_takes_the_next_smallest_with_it() -> None:
    assert hidden(200, 9, 60) == [False, True, True]


def test_small_cells_that_are_together_under_ten_take_another() -> None:
    assert hidden(3, 4, 60, 200) == [True, True, True, False]


def test_two_small_cells_that_make_ten_are_enough() -> None:
    assert hidden(6, 8, 60) == [True, True, False]


def test_a_missing_caseload_is_hidden_and_not_zero() -> None:
    assert hidden(None, 60, 200) == [True, True, False]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
@settings(deadline=None)
def test_what_is_hidden_in_a_county_is_never_one_cell_nor_under_ten(caseloads: list[int]) -> None:
    suppressed = hidden(*caseloads)
    out = [n for n, gone in zip(caseloads, suppressed, strict=True) if gone]
    assert all(gone for n, gone in zip(caseloads, suppressed, strict=True) if n < 10)
    if out and len(out) < len(caseloads):
        assert len(out) >= 2
        assert sum(out) >= 10


def test_what_is_shown_is_rounded_and_a_small_count_is_left_out() -> None:
    cells = pl.DataFrame(
        {
            "caseload": [132.0, 47.0, 8.0],
            "overdue": [23.0, 4.0, 2.0],
            "expected_overdue": [21.4, 6.2, 1.0],
            "low": [13.0, 2.0, 0.0],
            "high": [31.0, 11.0, 3.0],
            "suppressed": [False, False, True],
        }
    )
    assert shown_counts(cells).rows() == [
        (130.0, 25.0, 20.0, 10.0, 35.0, False),
        (45.0, None, 5.0, 0.0, 15.0, False),
        (None, None, None, None, None, True),
    ]
