"""Settings found on temporal folds inside the training span, kept in the profile and read from there."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.escalation.history import History
from models.escalation.training import parameters_of
from models.escalation.training_set import TooLittleToLearn, build_training_set
from models.escalation.tuning import SEARCHED, inner_folds, tune, tune_and_keep
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import RefusedInput
from pipelines.home import REPO, Home

World = tuple[Matrix, pl.DataFrame]
TRAINED = date(2025, 8, 4)
MOMENT = 0.001
"""Minutes: the first trial, which has the present settings, and no other."""


def mondays(n: int) -> tuple[date, ...]:
    return tuple(date(2024, 1, 1) + timedelta(weeks=week) for week in range(n))


def test_inner_folds_go_forward_in_time_and_never_share_a_label_window() -> None:
    folds = list(inner_folds(mondays(60), horizon_days=28))
    assert [(len(earlier), len(later)) for earlier, later in folds] == [(27, 10), (37, 10), (47, 10)]
    for earlier, later in folds:
        assert earlier[-1] + timedelta(days=28) <= later[0]
    assert [day for _, later in folds for day in later] == list(mondays(60)[30:])


def test_the_present_settings_are_the_first_trial(world: World, profile: Profile) -> None:
    given = build_training_set(History.of(*world), profile, TRAINED)
    tuned = tune(given, profile, MOMENT)
    present = parameters_of(given, profile)
    assert tuned.trials == 1
    assert tuned.loss == tuned.loss_before
    assert tuned.parameters == {name: present[name] for name in SEARCHED}


def test_the_calibration_and_what_came_after_are_not_looked_at(world: World, profile: Profile) -> None:
    matrix, labels = world
    given = build_training_set(History.of(matrix, labels), profile, TRAINED)
    late = (matrix.cohort["as_of"] >= given.windows.calibrate[0]).to_numpy()
    nonsense = Matrix(matrix.cohort, np.where(late[:, None], np.float32(1e6), matrix.values), matrix.names)
    again = tune(build_training_set(History.of(nonsense, labels), profile, TRAINED), profile, MOMENT)
    assert again == tune(given, profile, MOMENT)


def test_too_short_a_history_is_said(world: World, profile: Profile) -> None:
    with pytest.raises(TooLittleToLearn, match="no inner fold"):
        tune(build_training_set(History.of(*world), profile, date(2024, 5, 6)), profile, MOMENT)


def test_what_was_found_is_kept_in_the_profile_and_used_from_there(
    new_home: Callable[..., Home], tmp_path: Path
) -> None:
    folder = tmp_path / "qujing"
    shutil.copytree(REPO / "data" / "profiles" / "qujing", folder)
    (folder / "model.yml").unlink(missing_ok=True)
    with_settings = tune_and_keep(
        new_home(tmp_path / "home"), load_profile(str(folder)), date(2025, 12, 29), MOMENT
    )
    assert set(with_settings.settings.model_parameters) == set(SEARCHED)
    assert load_profile(str(folder)).settings == with_settings.settings
    (folder / "profile.yml").open("a").write("model_parameters: {num_leaves: 3}\n")
    assert load_profile(str(folder)).settings.model_parameters["num_leaves"] == 3


def test_an_unknown_entry_of_the_kept_settings_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "qujing"
    shutil.copytree(REPO / "data" / "profiles" / "qujing", folder)
    (folder / "model.yml").write_text("parameters: {num_leaves: 3}\nsecret: 1\n")
    with pytest.raises(RefusedInput, match=r"model.yml, line 2: secret"):
        load_profile(str(folder))
