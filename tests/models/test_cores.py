"""The same bytes come out of one core and of many."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.counts.shared.poisson_trees import fit_counts
from models.escalation.history import History
from models.escalation.training import train
from pipelines.city.profile import Profile

AS_OF = date(2025, 8, 4)


@pytest.fixture(params=["2", "5"])
def more_cores(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_training_is_the_same_whatever_the_number_of_cores(
    world: tuple[Matrix, pl.DataFrame], profile: Profile, more_cores: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, labels = world
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    alone = train(History.of(matrix, labels), profile, AS_OF).to_json()
    monkeypatch.setenv("OMP_NUM_THREADS", more_cores)
    assert train(History.of(matrix, labels), profile, AS_OF).to_json() == alone


def test_count_trees_are_the_same_whatever_the_number_of_cores(
    more_cores: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    values = random.normal(size=(20_000, 6)).astype(np.float32)
    start = np.exp(random.normal(size=len(values)) / 4)
    counts = random.poisson(start * np.exp(values[:, 0] / 5)).astype(float)
    names = tuple("abcdef")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    alone = fit_counts(values, start, counts, names, (), seed=3)
    monkeypatch.setenv("OMP_NUM_THREADS", more_cores)
    assert fit_counts(values, start, counts, names, (), seed=3) == alone
