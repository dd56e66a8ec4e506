import polars as pl
import pytest

from models.trial.feedback import by_tenth, feedback, gini, township_shares


def test_gini_of_equal_shares_is_nought_and_of_one_owner_nearly_one() -> None:
    import numpy as np

    assert gini(np.full(10, 0.1)) == pytest.approx(0)
    assert gini(np.eye(10)[0]) == pytest.approx(0.9)


WEEKS = 20
AT_RISK = pl.DataFrame(
    [
        (0, "ranking", week, f"{town}{n}", town, 0.1, 0.3 if town == "t1" else 0.1)
        for week in range(WEEKS)
        for town in ("t1", "t2")
        for n in range(4)
    ],
    schema=["seed", "arm", "week", "dispute_id", "township_code", "probability", "hazard"],
    orient="row",
)
ATTENDED = pl.DataFrame(
    [
        (0, "ranking", 0, "t10", "t1", "ranked"),
        (0, "ranking", 1, "t11", "t1", "ranked"),
        (0, "ranking", 2, "t12", "t1", "ranked"),
        (0, "ranking", 2, "t20", "t2", "random"),
    ],
    schema=["seed", "arm", "week", "dispute_id", "township_code", "selection"],
    orient="row",
)
HARMS = pl.DataFrame(
    [(0, "ranking", 3, "t20", True), (0, "ranking", 4, "t13", False)],
    schema=["seed", "arm", "week", "dispute_id", "is_recorded"],
    orient="row",
)


def test_disputes_of_no_known_township_are_no_township_without_attention() -> None:
    nowhere = pl.lit(None, dtype=pl.String).alias("township_code")
    lost = [
        pl.concat([frame, frame.filter(pl.col("dispute_id") == "t10").with_columns(nowhere)])
        for frame in (AT_RISK, ATTENDED)
    ]
    assert township_shares(lost[0], lost[1]).equals(township_shares(AT_RISK, ATTENDED))


def test_attention_in_proportion_to_hazard_has_slope_one_and_equal_shares() -> None:
    shares = township_shares(AT_RISK, ATTENDED).filter(pl.col("quarter") == 0)
    assert shares["hazard_share"].to_list() == pytest.approx([0.75, 0.25])
    assert shares["attention_share"].to_list() == pytest.approx([0.75, 0.25])
    loop = feedback(AT_RISK, ATTENDED, HARMS).filter(pl.col("quarter") == 0)
    figures = dict(loop.select("metric", "value").iter_rows())
    assert figures["attention_on_hazard"] == pytest.approx(1.0)
    assert figures["attention_gini"] == pytest.approx(0.25)
    by_chance = 0.5 * 0.75**4 + 0.25 * 4 * 0.75**3 * 0.25 + 0.25 * 4 * 0.75 * 0.25**3 + 0.5 * 0.25**4
    assert figures["fair_gini"] == pytest.approx(by_chance, abs=0.03)


def test_chances_are_compared_in_weeks_with_a_model_only() -> None:
    blind = AT_RISK.with_columns(probability=pl.when(pl.col("week") >= 3).then("probability"))
    loop = feedback(blind, ATTENDED, HARMS).filter(pl.col("quarter") == 0)
    figures = dict(loop.select("metric", "value").iter_rows())
    assert figures["predicted_others"] == pytest.approx(0.1)
    assert figures["true_others"] == pytest.approx(2 / (10 * 4))
    assert figures["base_true"] == pytest.approx(8 / (13 * 8))


def test_townships_go_into_tenths_by_the_hazard_of_their_own_world() -> None:
    rows = [
        (seed, "ranking", 0, f"t{n:02}", 1, ((n + 10 * seed) % 20) / 190, 0.05)
        for seed in range(2)
        for n in range(20)
    ]
    names = ["seed", "arm", "quarter", "township_code", "attended", "hazard_share", "attention_share"]
    loop = by_tenth(pl.DataFrame(rows, schema=names, orient="row"))
    assert loop["tenth"].to_list() == list(range(10))
    assert loop["hazard_share"].to_list() == pytest.approx([(4 * n + 1) / 190 for n in range(10)])
    assert loop["attention_share"].to_list() == pytest.approx([0.1] * 10)


def test_recorded_and_true_harm_are_told_apart_among_attended_and_others() -> None:
    loop = feedback(AT_RISK, ATTENDED, HARMS).filter(pl.col("quarter") == 0)
    figures = dict(loop.select("metric", "value").iter_rows())
    assert figures["base_true"] == pytest.approx(8 / (13 * 8))
    assert figures["base_recorded"] == pytest.approx(4 / (13 * 8))
    assert figures["recorded_others"] == pytest.approx(2 / (13 * 8 - 13 - 12 - 11 - 11))
    assert figures["true_others"] == pytest.approx(6 / (13 * 8 - 13 - 12 - 11 - 11))
    assert figures["base_random"] == pytest.approx(1.0)


def test_asking_at_the_first_visit_tells_what_share_is_on_record() -> None:
    """Of two disputes violent before somebody came, one was on record: the others' recorded violence is doubled."""
    visits = ATTENDED.with_columns(week=pl.col("week") + 5)
    harms = pl.DataFrame(
        [(0, "ranking", 1, "t10", True), (0, "ranking", 3, "t11", False), (0, "ranking", 6, "t13", True)],
        schema=["seed", "arm", "week", "dispute_id", "is_recorded"],
        orient="row",
    )
    loop = feedback(AT_RISK, visits, harms).filter(pl.col("quarter") == 0)
    figures = dict(loop.select("metric", "value").iter_rows())
    assert figures["base_recorded"] == pytest.approx((2 + 4) / (13 * 8))
    assert figures["base_asked"] == pytest.approx(2 * (2 + 4) / (13 * 8))
    assert feedback(AT_RISK, ATTENDED, HARMS).filter(pl.col("metric") == "base_asked")["value"].to_list() == [
        None,
        None,
    ]


def test_a_marked_arm_is_set_beside_the_plain_one_of_the_same_world() -> None:
    """Unmarked, attention all goes to one township; the plain arm gives the other a quarter of it."""
    sure = AT_RISK.with_columns(arm=pl.lit("ranking+naive"), probability=pl.lit(0.3))
    both = pl.concat([AT_RISK, sure])
    gathered = ATTENDED.with_columns(arm=pl.lit("ranking+naive"), township_code=pl.lit("t1"))
    loop = feedback(both, pl.concat([ATTENDED, gathered]), HARMS).filter(pl.col("quarter") == 0)
    figures = {(row["arm"], row["metric"]): row["value"] for row in loop.iter_rows(named=True)}
    assert figures["ranking+naive", "attention_gini_more"] == pytest.approx(0.5 - 0.25)
    assert figures["ranking+naive", "predicted_attended_more"] == pytest.approx(0.3 - 0.1)
    assert ("ranking", "attention_gini_more") not in figures
    assert ("ranking", "predicted_attended_more") not in figures


def test_a_township_without_hazard_or_one_that_gets_all_leaves_the_rest_as_it_is() -> None:
    quiet = AT_RISK.with_columns(
        hazard=pl.when(pl.col("township_code") == "t2").then(0.0).otherwise("hazard")
    )
    loop = feedback(quiet, ATTENDED, HARMS)
    assert loop.filter(pl.col("metric") == "attention_on_hazard").is_empty()
    assert loop.filter(pl.col("metric") == "fair_gini")["value"][0] == pytest.approx(0.5)
