import polars as pl
import pytest

from models.trial.losses import BANDS, losses

KEYS = {"seed": 0, "arm": "ranking"}


def at_risk(week: int, rows: list[tuple[str, float | None, float]]) -> pl.DataFrame:
    named = pl.DataFrame(rows, schema=["dispute_id", "probability", "hazard"], orient="row", strict=False)
    return named.with_columns(**{k: pl.lit(v) for k, v in KEYS.items()}, week=pl.lit(week)).cast(
        {"probability": pl.Float64}
    )


def losses_of(
    frames: list[pl.DataFrame],
    visits: list[tuple[int, str]],
    theirs: list[tuple[str, float]],
    capacity: int = 1,
) -> dict[str, float]:
    """Bands, where we were sent to `visits` (week, dispute) and the oracle in its year to `theirs` (dispute, hazard)."""
    ours = pl.DataFrame(visits, schema=["week", "dispute_id"], orient="row").with_columns(
        arm=pl.lit("ranking")
    )
    oracles = pl.DataFrame(theirs, schema=["dispute_id", "hazard"], orient="row").with_columns(
        arm=pl.lit("oracle"), week=pl.lit(0, pl.Int64)
    )
    attended = pl.concat([ours, oracles], how="diagonal").with_columns(seed=pl.lit(0))
    weeks = pl.DataFrame({"week": range(len(frames))}).with_columns(
        capacity=pl.lit(capacity), **{name: pl.lit(value) for name, value in KEYS.items()}
    )
    return dict(losses(pl.concat(frames), attended, weeks).select("band", "value").iter_rows())


def test_each_of_the_oracles_disputes_is_counted_once_where_it_stood_best_before_we_came() -> None:
    first = at_risk(
        0, [("a", 0.9, 0.4), ("b", 0.8, 0.3), ("x", 0.7, 0.1), *((f"n{n}", 0.6, 0.0) for n in range(5))]
    )
    second = at_risk(1, [("b", 0.2, 0.3), ("far", 0.1, 0.2), *((f"n{n}", 0.6, 0.05) for n in range(5))])
    losses = losses_of([first, second], [(0, "a"), (1, "n1")], [("a", 0.5), ("b", 0.3), ("far", 0.2)])
    assert losses == pytest.approx({"listed": 0.5, "next": 0.3, "far": 0.2, "instead": 0.05})
    assert sum(losses[band] for band in BANDS if band in losses) == pytest.approx(1)


def test_one_at_risk_only_in_weeks_without_a_model_is_told_apart_from_one_far_down() -> None:
    ranked = at_risk(0, [(f"n{n}", 0.9 - n / 100, 0.1) for n in range(4)])
    blind = at_risk(1, [("late", None, 0.3), ("n3", None, 0.1)])
    losses = losses_of([ranked, blind], [(0, "n0"), (1, "n1")], [("late", 0.3), ("n3", 0.1)])
    assert losses == pytest.approx({"further": 0.25, "without_model": 0.75, "instead": 0.25})


def test_attended_to_in_another_week_is_attended_to() -> None:
    weeks = [at_risk(n, [("a", 0.9, 0.9), ("b", 0.5, 0.1)]) for n in range(2)]
    assert losses_of(weeks, [(0, "b"), (1, "a")], [("a", 0.9)]) == pytest.approx(
        {"listed": 1.0, "instead": 0.1 / 0.9}
    )


def test_without_the_oracles_years_nothing_is_told() -> None:
    assert losses_of([at_risk(0, [("a", 0.9, 0.9)])], [(0, "a")], []) == {}
