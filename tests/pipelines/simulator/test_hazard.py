from dataclasses import replace

import numpy as np
import pytest

from pipelines.simulator.hazard import MAX_AGE_DAYS, HazardModel
from pipelines.simulator.parameters import FAILED_ONCE, SETTLED, WAITING, Parameters

STILL = tuple(tuple(tuple(float(a == b) for b in range(4)) for a in range(4)) for _ in range(3))
NOTHING_MOVES = replace(
    Parameters(),
    heat_change=STILL,
    reopened=((0.0,) * 4,) * 2,
    session=(0.0,) * 4,
    calming_weeks=1e12,
)


def one(model: HazardModel, scale: float, phase: int, heat: int, age: int, season: list[float]) -> float:
    at = [np.array([value]) for value in (phase, heat, age, 0)]
    return float(model.over_horizon(np.array([scale]), *at, season=np.array(season))[0])


def test_where_nothing_moves_the_horizon_is_four_weeks_of_the_same_hazard() -> None:
    model = HazardModel(NOTHING_MOVES)
    state = NOTHING_MOVES.phase_hazard[SETTLED] * NOTHING_MOVES.heat_hazard[2]
    expected = 1 - np.exp(-0.01 * state * (1 + 2 + 1 + 1))
    assert one(model, 0.01, SETTLED, 2, 0, [1, 2, 1, 1]) == pytest.approx(expected)


def test_a_dispute_left_waiting_grows_more_dangerous_and_a_settled_one_less() -> None:
    model = HazardModel(Parameters())
    calm = [1.0] * 4
    fresh, late = (one(model, 0.01, WAITING, 0, age, calm) for age in (0, 20))
    assert one(model, 0.01, SETTLED, 0, 0, calm) < fresh < late
    assert fresh < one(model, 0.01, FAILED_ONCE, 0, 0, calm)
    assert one(model, 0.01, SETTLED, 3, 0, calm) > 2 * one(model, 0.01, SETTLED, 0, 0, calm)


def test_stays_have_the_figures_of_the_card() -> None:
    model = HazardModel(Parameters())
    u = (np.arange(100_000) + 0.5) / 100_000
    usual, land, _reopened, shorter, *_ = (model.stay_days(u, np.full(len(u), kind)) for kind in range(6))
    assert np.median(usual) == pytest.approx(6, rel=0.12)
    assert (usual > 60).mean() == pytest.approx(0.04, abs=0.012)
    assert (land > 60).mean() == pytest.approx(0.08, abs=0.02)
    assert (usual > 365).mean() == pytest.approx(0.012, abs=0.003)
    assert np.median(shorter) == pytest.approx(0.6 * np.median(usual), rel=0.12)


def test_the_chance_of_closing_within_a_week_is_that_of_the_stays() -> None:
    model = HazardModel(Parameters())
    u = np.random.default_rng(1).random(200_000)
    days = model.stay_days(u, np.zeros(len(u), dtype=int))
    for age in (0, 10, 22):
        still = days[days >= age + 0.5]
        assert model.closing[age, 0] == pytest.approx((still < age + 7.5).mean(), abs=0.01)
    assert len(model.closing) == MAX_AGE_DAYS + 1
