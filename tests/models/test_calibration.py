import json

import numpy as np
import polars as pl
import pytest

from models.escalation.calibration import Calibration, codes_of, fit_calibration, sigmoid


def world(n: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray, pl.Series, np.ndarray]:
    """z, label, category, dispute: true slope 0.5, offset +1 for D2, four copies of each dispute."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-2, 1, n)
    category = rng.choice(["D1", "D2"], n, p=[0.7, 0.3])
    label = rng.random(n) < sigmoid(-1 + 0.5 * z + 1.0 * (category == "D2"))
    copied = np.repeat(np.arange(n), 4)
    return z[copied], label[copied], pl.Series(category[copied]), copied


def fitted(n: int = 4000, draws: int = 200) -> Calibration:
    return fit_calibration(*world(n), draws=draws, seed=1)


def test_slope_and_offsets_are_found() -> None:
    calibration = fitted(20_000)
    assert calibration.slope == pytest.approx(0.5, abs=0.05)
    a, _, d1, d2 = calibration.coefficients
    assert a + d1 == pytest.approx(-1, abs=0.1)
    assert a + d2 == pytest.approx(0, abs=0.1)


def test_mean_probability_equals_the_rate_of_each_large_category() -> None:
    z, label, category, _ = world(20_000)
    p = fitted(20_000).probability(z, category)
    for code in ("D1", "D2"):
        inside = (category == code).to_numpy()
        assert p[inside].mean() == pytest.approx(label[inside].mean(), rel=0.03)


def test_a_category_with_two_outcomes_stays_near_the_whole() -> None:
    z, label, category, dispute = world(4000)
    rare = pl.Series(np.where(dispute < 2, "D9", category.to_numpy().astype(str)))
    label = np.where(dispute < 2, True, label)
    calibration = fit_calibration(z, label, rare, dispute, draws=10, seed=1)
    assert 0 < calibration.coefficients[2 + calibration.categories.index("D9")] < 0.3


def test_an_unknown_category_takes_no_offset() -> None:
    calibration = fitted()
    alone = calibration.log_odds(np.array([0.0]), pl.Series(["new"]))
    assert alone[0] == calibration.coefficients[0]


def test_interval_holds_the_probability_and_narrows_with_more_disputes() -> None:
    z, category = np.linspace(-4, 1, 50), pl.Series(["D1"] * 50)
    widths = []
    for n in (500, 8000):
        calibration = fitted(n)
        low, high = calibration.interval(z, category)
        p = calibration.probability(z, category)
        assert (low <= p).all()
        assert (p <= high).all()
        widths.append((high - low).mean())
    assert widths[1] < widths[0] / 2


def test_one_step_draws_spread_as_full_refits_do() -> None:
    z, label, category, dispute = world(1500)
    one_step = fit_calibration(z, label, category, dispute, draws=300, seed=1).draws.std(axis=0)
    rng = np.random.default_rng(2)
    refits = []
    for _ in range(100):
        weight = rng.poisson(1.0, 1500)[dispute]
        again = np.repeat(np.arange(len(z)), weight)
        refits.append(
            fit_calibration(z[again], label[again], category[again], dispute[again], 1, 1).coefficients
        )
    assert one_step == pytest.approx(np.std(refits, axis=0), rel=0.25)


def test_numbers_survive_json() -> None:
    calibration = fitted(draws=3)
    again = Calibration.from_numbers(json.loads(json.dumps(calibration.to_numbers())))
    assert again.coefficients.tolist() == calibration.coefficients.tolist()
    assert again.draws.tolist() == calibration.draws.tolist()


def test_codes_of_unknown_and_missing_are_minus_one() -> None:
    assert codes_of(pl.Series(["b", None, "z", "a"]), ("a", "b")).tolist() == [1, -1, -1, 0]
