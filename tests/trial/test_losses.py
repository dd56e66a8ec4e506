import polars as pl
import pytest

from models.trial.losses import BANDS, losses

KEYS = {"seed": 0, "arm": "ranking"}


def at_risk(week: int, rows: list[tuple[str, float | None, float]]) -> pl.DataFrame:
    named = pl.DataFrame(rows, schema=["dispute_id", "probability", "hazard"], orient="row", strict=False)
    return named.with_columns(**{k: pl.lit(v) for k, v in KEYS.items()}, week=pl.lit(week)).cast(
        {"probability": pl.Float64}
    )


def told(frames: list[pl.DataFrame], visits: list[tuple[int, str]], capacity: int) -> dict[str, float]:
    attended = pl.DataFrame(visits, schema=["week", "dispute_id"], orient="row")
    weeks = pl.DataFrame({"week": range(len(frames)), "capacity": [capacity] * len(frames)})
    marked = [frame.with_columns(**{k: pl.lit(v) for k, v in KEYS.items()}) for frame in (attended, weeks)]
    found = losses(pl.concat(frames), *marked)
    return dict(found.select("band", "value").iter_rows())


def test_the_oracles_disputes_are_found_on_our_list_or_below_it() -> None:
    week = at_risk(
        0,
        [
            ("listed", 0.9, 0.4),
            ("instead", 0.8, 0.01),
            ("next", 0.7, 0.3),
            ("below", 0.6, 0.0),
            *((f"n{n}", 0.5 - n / 100, 0.0) for n in range(10)),
        ],
    )
    found = told([week], [(0, "listed"), (0, "instead")], capacity=2)
    assert found == pytest.approx({"listed": 4 / 7, "next": 3 / 7, "instead": 0.01 / 0.7})


def test_how_far_down_a_missed_one_stood_and_weeks_without_a_model_are_told_apart() -> None:
    far = at_risk(0, [*((f"n{n}", 0.9 - n / 100, 0.1) for n in range(5)), ("f", 0.2, 0.2), ("g", 0.1, 0.5)])
    blind = at_risk(1, [("a", None, 0.3), ("b", None, 0.1)])
    found = told([far, blind], [(0, "n0"), (1, "b")], capacity=1)
    assert found == pytest.approx({"far": 5 / 8, "without_model": 3 / 8, "instead": 0.2 / 0.8})
    assert sum(found.get(band, 0) for band in BANDS) == pytest.approx(1)


def test_who_was_attended_to_before_is_nobodys_to_reach_again() -> None:
    weeks = [at_risk(n, [("a", 0.9, 0.9), ("b", 0.5, 0.1)]) for n in range(2)]
    assert told(weeks, [(0, "a"), (1, "b")], capacity=1) == pytest.approx({"listed": 1.0})
