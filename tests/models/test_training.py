from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from features.engine.matrix import Matrix
from features.labels import known_by
from models.escalation.design_matrix import CODED
from models.escalation.fitted_model import Trained
from models.escalation.history import History
from models.escalation.training import train
from models.escalation.training_set import TooLittleToLearn, build_training_set, monotone_constraints, sampled
from pipelines.city.profile import Profile

TRAINED = date(2025, 8, 4)
World = tuple[Matrix, pl.DataFrame]


@pytest.fixture(scope="module")
def trained(world: World, profile: Profile) -> Trained:
    return train(History.of(*world), profile, TRAINED)


def test_the_same_rows_give_the_same_bytes(world: World, profile: Profile, trained: Trained) -> None:
    assert train(History.of(*world), profile, TRAINED).to_json() == trained.to_json()


def test_whatever_is_done_to_what_was_not_known_yet_changes_no_byte(
    world: World, profile: Profile, trained: Trained
) -> None:
    matrix, labels = world
    late = (matrix.cohort["as_of"] > TRAINED - timedelta(days=58)).to_numpy()
    nonsense = Matrix(
        matrix.cohort.with_columns(
            category=pl.when(pl.Series(late)).then(pl.lit("D9")).otherwise("category")
        ),
        np.where(late[:, None], np.float32(1e6), matrix.values),
        matrix.names,
    )
    later = pl.lit([{"known_at": datetime(2025, 8, 4), "until_at": None}], labels.schema["outcome_versions"])
    unknown = ~known_by(labels, TRAINED)
    flipped = labels.with_columns(
        outcome_versions=pl.when(unknown).then(later).otherwise("outcome_versions"), label=True
    )
    assert train(History.of(nonsense, flipped), profile, TRAINED).to_json() == trained.to_json()


def test_an_outcome_recorded_late_does_not_count_before_it_was_known(world: World, profile: Profile) -> None:
    matrix, labels = world
    later = pl.element().struct.with_fields(pl.field("known_at") + pl.duration(days=800))
    late = labels.with_columns(pl.col("outcome_versions").list.eval(later))
    assert build_training_set(History.of(matrix, labels), profile, TRAINED).label.any()
    assert not build_training_set(History.of(matrix, late), profile, TRAINED).label.any()


def test_model_survives_its_files_and_its_json(trained: Trained, world: World, tmp_path) -> None:
    matrix, _ = world
    trained.save(tmp_path)
    rows = np.full((3, len(trained.names)), np.nan, dtype=np.float32)
    category = pl.Series(["D1", "D2", "unheard of"])
    for again in (Trained.load(tmp_path), Trained.from_json(trained.to_json())):
        assert again.to_json() == trained.to_json()
        assert again.probability(rows, category).tolist() == trained.probability(rows, category).tolist()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["booster.txt", "numbers.json"]


def test_all_outcomes_and_a_share_of_the_others_are_kept_with_the_base_rate_restored(
    world: World, profile: Profile
) -> None:
    given = build_training_set(History.of(*world), profile, TRAINED)
    rows, weight = sampled(given, given.usable, 0.2, seed=1)
    label = given.label[given.usable]
    assert given.label[rows].sum() == label.sum()
    assert (~given.label[rows]).sum() == pytest.approx(0.2 * (~label).sum(), rel=0.1)
    assert np.average(given.label[rows], weights=weight) == pytest.approx(label.mean(), rel=0.1)


def test_a_row_is_kept_or_not_whatever_else_is_there(world: World, profile: Profile) -> None:
    given = build_training_set(History.of(*world), profile, TRAINED)
    whole, _ = sampled(given, given.usable, 0.2, seed=1)
    half, _ = sampled(given, given.usable[::2], 0.2, seed=1)
    assert set(half) == set(whole) & set(given.usable[::2])


def test_rows_found_only_by_a_warning_do_not_train(world: World, profile: Profile) -> None:
    matrix, labels = world
    sent = (matrix.cohort["dispute_id"] < "Q00500").to_numpy()
    marked = Matrix(
        matrix.cohort.with_columns(found_after_warning=pl.Series(sent)), matrix.values, matrix.names
    )
    given = build_training_set(History.of(marked, labels), profile, TRAINED)
    assert not sent[given.usable].any()


def test_more_threats_never_lower_the_probability(trained: Trained, world: World, profile: Profile) -> None:
    given = build_training_set(History.of(*world), profile, TRAINED)
    signs = monotone_constraints(given.design)
    assert len(signs) == len(trained.names)
    assert signs[-len(CODED) :] == [0] * len(CODED)
    rows = given.design.rows(given.usable[:300])
    column = trained.names.index("threat")
    assert signs[column] == 1
    without, with_threat = rows.copy(), rows.copy()
    without[:, column], with_threat[:, column] = 0, 1
    assert (trained.log_odds(with_threat) >= trained.log_odds(without) - 1e-9).all()
    assert (trained.log_odds(with_threat) > trained.log_odds(without)).any()


def test_probabilities_mean_what_they_say_on_the_calibration_window(
    trained: Trained, world: World, profile: Profile
) -> None:
    given = build_training_set(History.of(*world), profile, TRAINED)
    rows = given.rows_of(given.windows.calibrate)
    p = trained.probability(given.design.rows(rows), given.design.matrix.cohort["category"][rows])
    assert p.mean() == pytest.approx(given.label[rows].mean(), rel=0.02)


def test_nothing_matured_is_said(world: World, profile: Profile) -> None:
    with pytest.raises(TooLittleToLearn, match="58 days must have passed"):
        train(History.of(*world), profile, date(2024, 2, 5))


def test_no_outcome_is_said(world: World, profile: Profile) -> None:
    matrix, labels = world
    with pytest.raises(TooLittleToLearn, match="no outcome"):
        train(
            History.of(
                matrix, labels.with_columns(outcome_versions=pl.lit(None, labels.schema["outcome_versions"]))
            ),
            profile,
            TRAINED,
        )
