"""Before and after: which weeks are compared, what chance could do, and what the simulated trial adds."""

from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dashboards.decisions.decision import Decision
from dashboards.decisions.store import DecisionStore
from dashboards.published.effect_queries import Compared, Effect, by_period, effect, trial
from dashboards.published.model_queries import Measured
from dashboards.published.publication import Publication, current
from models.trial.effects import SCHEMA
from models.trial.summary import as_json, summary
from pipelines.home import Home
from pipelines.tables.publication_meta import PublicationMeta
from tests.dashboards.conftest import AS_OF, Screens
from tests.dashboards.test_screens import text_of
from tests.worlds.edited_week import republish, shown

FOUR_WEEKS = timedelta(weeks=4)
WORLD = {"profile": "qujing", "scale": 0.25, "history_weeks": 104, "weeks": 52}


def periods(harms: list[int], settled: list[int], days: list[float], young: int = 2) -> pl.DataFrame:
    """Periods of four weeks up to `AS_OF`, 1,000 closed disputes each; the last `young` are not matured."""
    n = len(harms)
    first = [AS_OF - FOUR_WEEKS * (n - i) for i in range(n)]
    return pl.DataFrame(
        {
            "from_on": first,
            "until_on": [day + FOUR_WEEKS for day in first],
            "matured": [i < n - young for i in range(n)],
            "registered": [1000] * n,
            "settled": settled,
            "open": [0] * n,
            "came_back": [0] * n,
            "days": days,
            "days_low": [each - 0.2 for each in days],
            "days_high": [each + 0.2 for each in days],
            "harms": harms,
            "serious": [0] * n,
            "deaths": [0] * n,
        }
    )


def published_with(home: Home, rows: pl.DataFrame) -> Publication:
    if not home.published.exists():
        shown(home.root)
    republish(home, effect=lambda _: rows)
    compared = current(home)
    assert compared is not None
    return compared


def measure(compared: Effect | None, name: str) -> Compared:
    assert compared is not None
    return next(each for each in compared.measures if each.measure == name)


def test_weeks_with_warnings_are_set_beside_the_same_season_a_year_before(tmp_path: Path) -> None:
    """Four matured periods with warnings: 60 harms each, where the same weeks of the year before had 80."""
    n = 32
    harms = [80 if i < n - 6 else 60 for i in range(n)]
    rows = periods(harms, [900 if i < n - 6 else 950 for i in range(n)], [4.0] * (n - 6) + [3.0] * 6)
    begun = AS_OF - FOUR_WEEKS * 6
    compared = effect(published_with(Home(tmp_path), rows), begun)
    assert compared is not None
    assert compared.is_used
    assert compared.n_periods == 4
    assert (compared.after_on, compared.after_until) == (begun, begun + 4 * FOUR_WEEKS)
    assert (compared.before_on, compared.before_until) == (
        compared.after_on - timedelta(weeks=52),
        compared.after_until - timedelta(weeks=52),
    )
    counted = measure(compared, "harms")
    assert (counted.before.value, counted.after.value, counted.verdict) == (320, 240, "fewer")
    assert counted.change is not None
    assert counted.change.value == pytest.approx(0.75)
    settled = measure(compared, "settled")
    assert settled.change is not None
    assert settled.change.value == pytest.approx(0.05)
    assert settled.verdict == "more"
    days = measure(compared, "days")
    assert (days.before.value, days.after.value, days.verdict) == (4.0, 3.0, "fewer")
    assert measure(compared, "deaths").verdict == "no_ratio"


def test_without_weeks_behind_it_the_two_years_before_show_what_changes_by_itself(
    tmp_path: Path, screens: Screens
) -> None:
    n = 28
    rows = periods([70] * 13 + [60] * 15, [900] * n, [4.0] * n)
    compared = effect(published_with(Home(tmp_path), rows), AS_OF)
    assert compared is not None
    assert not compared.is_used
    assert (measure(compared, "harms").before.value, measure(compared, "harms").after.value) == (
        13 * 70,
        13 * 60,
    )
    assert compared.comparable_on == AS_OF + 3 * FOUR_WEEKS
    assert "还没有人在名单上作过决定" in text_of(screens(Home(tmp_path), "effect"))
    first = Decision(
        dispute_id="QJ1", action="decline", reason="other", office="值班岗", as_of=AS_OF, publication="0"
    )
    DecisionStore.of(Home(tmp_path)).record([first], datetime.combine(AS_OF, time(9)))
    seen = text_of(screens(Home(tmp_path), "effect"))
    assert "2024年12月30日第一项决定起" in seen
    assert "2025年3月24日可以比较使用前后" in seen
    assert "不可能是预警带来的" in seen
    assert "减少了，不像只是偶然" in seen
    assert "化解率" in seen
    assert "死亡件数太少" in seen


def test_more_than_a_year_of_use_is_compared_with_the_year_before_it_began(tmp_path: Path) -> None:
    n = 13 * 3 + 2
    begun = AS_OF - FOUR_WEEKS * (2 + 20)
    compared = effect(published_with(Home(tmp_path), periods([50] * n, [900] * n, [4.0] * n)), begun)
    assert compared is not None
    assert compared.n_periods == 13
    assert compared.before_until <= begun
    assert (compared.after_on - compared.before_on).days % 364 == 0


def test_too_little_is_no_comparison(tmp_path: Path, screens: Screens) -> None:
    rows = periods([50] * 20, [900] * 20, [4.0] * 20)
    assert effect(published_with(Home(tmp_path), rows), AS_OF) is None
    assert effect(published_with(Home(tmp_path), rows), AS_OF - FOUR_WEEKS * 8) is None, "no season before"
    assert "没有可以比较的前后" in text_of(screens(Home(tmp_path), "effect"))


def test_each_period_has_the_interval_of_its_own_size(tmp_path: Path) -> None:
    n = 28
    compared = effect(published_with(Home(tmp_path), periods([70] * n, [900] * n, [4.0] * n)), AS_OF)
    assert compared is not None
    row = by_period(compared, "harms").row(0, named=True)
    assert row["low"] < 70 < row["high"]
    assert by_period(compared, "settled")["value"].to_list() == pytest.approx([0.9] * 26)
    assert (by_period(compared, "days")["high"] - 4.0).to_list() == pytest.approx([0.2] * 26)


@pytest.mark.parametrize("seed", range(5))
def test_two_sides_alike_are_called_chance_about_as_often_as_promised(seed: int) -> None:
    """Of comparisons in which nothing changed, few are called a change."""
    draw, called = np.random.default_rng(seed), 0
    rows = periods([0] * 26, [0] * 26, [4.0] * 26, young=0)
    for _ in range(60):
        again = rows.with_columns(
            harms=pl.Series(draw.poisson(70, 26)), settled=pl.Series(draw.binomial(1000, 0.9, 26))
        )
        compared = effect(_described(again), None)
        called += sum(measure(compared, name).verdict in ("fewer", "more") for name in ("harms", "settled"))
    assert called / 120 < 0.2, "a tenth is promised"


def _described(rows: pl.DataFrame) -> Publication:
    nothing = pl.DataFrame()
    frames = dict.fromkeys(("warnings", "timeline", "facts", "metrics", "calibration", "last_week"), nothing)
    return Publication(
        folder=Path(),
        as_of=AS_OF,
        digest="",
        meta=PublicationMeta.model_construct(),
        described={"effect": rows},
        **frames,
    )


def trial_file(home: Home, arms: tuple[str, ...]) -> None:
    """What `fengqiao trial` leaves, by its own functions."""
    figures = {
        "harms_per_year": 1064.0,
        "expected_prevented_per_year": 30.0,
        "expected_prevented_per_100": 1.5,
        "expected_share_of_oracle": 0.55,
        "peaceful_after": 0.93,
    }
    rows = [
        (arm, "all", name, 3, value, value * 0.8, value * 1.2)
        for arm in arms
        for name, value in figures.items()
    ]
    compared = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    (home.root / "trials").mkdir(parents=True)
    (home.root / "trials" / "effect.json").write_text(
        as_json(summary(compared, "run", WORLD, 40)), encoding="utf-8"
    )


def test_the_trial_s_sentence_and_arms_are_shown_with_what_they_may_not_be_taken_for(
    tmp_path: Path, screens: Screens
) -> None:
    shown(tmp_path)
    assert "还没有运行过模拟试验" in text_of(screens(Home(tmp_path), "effect"))
    trial_file(Home(tmp_path), ("nothing", "checklist", "ranking", "ranking@silence", "oracle"))
    compared = trial(Home(tmp_path))
    assert compared is not None
    assert compared.figures["ranking", "expected_prevented_per_100"] == Measured(
        1.5, pytest.approx(1.2), pytest.approx(1.8)
    )
    seen = text_of(screens(Home(tmp_path), "effect"))
    assert "按预警名单每周先调解40件，全市一年少发生30 (24-36)起" in seen
    assert "是假设，不是证据" in seen
    assert "本系统名单" in seen
    assert "silence" not in seen
    assert "Highest true risk first" in text_of(screens(Home(tmp_path), "effect", lang="en"))


def test_an_unfinished_trial_says_so(tmp_path: Path, screens: Screens) -> None:
    shown(tmp_path)
    trial_file(Home(tmp_path), ("nothing", "oracle"))
    assert "试验还没有跑完" in text_of(screens(Home(tmp_path), "effect"))
