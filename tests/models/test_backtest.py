from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from features.engine.matrix import Matrix
from models.backtesting.backtest import PREDICTION_COLUMNS, Backtest, run_backtest, save_backtest
from models.backtesting.fairness import fairness_audit
from models.escalation.baselines import RULES
from models.escalation.history import History
from models.escalation.true_hazards import SEALED, oracle, sealed_file
from models.measuring.metrics import metrics_of
from models.measuring.recall_gain import recall_gains
from models.registry.promotion import PromotionInputs, unmet_conditions
from models.scope import LIST_ONLY
from pipelines.city.profile import Profile
from pipelines.home import REPO, Home
from pipelines.warehouse.warehouse import open_warehouse

AS_OF = date(2025, 12, 29)
World = tuple[Matrix, pl.DataFrame]


@pytest.fixture(scope="module")
def sealed(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up true hazards: what will happen, mostly."""
    path = tmp_path_factory.mktemp("truth") / "hazards.parquet"
    world[1].select("as_of", "dispute_id", hazard=0.05 + 0.5 * pl.col("label")).write_parquet(path)
    return path


@pytest.fixture(scope="module")
def backtest(world: World, profile: Profile, sealed: Path) -> Backtest:
    result = run_backtest(History.of(*world, sealed), profile, AS_OF)
    assert result is not None
    return result


def test_every_model_scores_the_same_rows_of_every_fold(backtest: Backtest, profile: Profile) -> None:
    predictions = backtest.predictions
    assert tuple(predictions.columns) == PREDICTION_COLUMNS
    assert set(predictions["model"]) == {
        "lightgbm",
        "logistic",
        "checklist",
        "category_rate",
        "oldest_first",
        "oracle",
    }
    assert predictions["model"].value_counts()["count"].n_unique() == 1
    assert predictions["as_of"].n_unique() == 3 * profile.settings.backtest.fold_weeks
    assert predictions.equals(predictions.sort("model", "as_of", "dispute_id"))


def test_folds_end_at_the_last_matured_monday(backtest: Backtest) -> None:
    assert backtest.splits[-1].test[-1] == date(2025, 10, 27)
    assert backtest.splits[-1].test[-1] + timedelta(days=58) <= AS_OF < date(2025, 11, 3) + timedelta(days=58)


def test_the_danger_that_was_put_in_is_found(backtest: Backtest) -> None:
    auc = {
        model: backtest.metrics.filter(
            pl.col("metric") == "roc_auc",
            pl.col("model") == model,
            pl.col("segment") == "all",
            pl.col("as_of").is_null(),
        )["value"][0]
        for model in ("lightgbm", "oldest_first", "oracle")
    }
    assert auc["oldest_first"] < auc["lightgbm"] < auc["oracle"]
    assert auc["oracle"] == 1.0


def test_metrics_are_those_of_the_predictions_on_disk(
    backtest: Backtest, profile: Profile, tmp_path: Path
) -> None:
    folder = save_backtest(Home(tmp_path), backtest, AS_OF)
    settings = profile.settings
    predictions = pl.read_parquet(folder / "predictions.parquet")
    measured = metrics_of(predictions, settings.capacity.city, settings.backtest.bootstrap, settings.seed)
    drawn = (settings.capacity.city, settings.backtest.bootstrap, settings.seed)
    gains = recall_gains(predictions, RULES, *drawn)
    again = pl.concat([measured, gains, fairness_audit(predictions, profile)])
    assert again.equals(pl.read_parquet(folder / "metrics.parquet"))


def test_the_same_backtest_is_the_same_folder(
    backtest: Backtest, world: World, profile: Profile, sealed: Path, tmp_path: Path
) -> None:
    again = run_backtest(History.of(*world, sealed), profile, AS_OF)
    assert again is not None
    folders = [save_backtest(Home(tmp_path), each, AS_OF) for each in (backtest, again)]
    assert folders[0] == folders[1]
    assert folders[0].name.startswith("2025-12-29-")
    assert [path.name for path in (tmp_path / "backtests").iterdir()] == [folders[0].name]


def test_what_a_promotion_is_decided_on_does_not_hang_on_the_rest(
    backtest: Backtest, world: World, profile: Profile
) -> None:
    alone = run_backtest(History.of(*world), profile, AS_OF, scope=LIST_ONLY)
    assert alone is not None
    judged = ["lightgbm", "checklist", "category_rate", "oldest_first"]
    assert alone.predictions.equals(backtest.predictions.filter(pl.col("model").is_in(judged)))
    kept = backtest.metrics.filter(
        pl.col("as_of").is_null(),
        pl.col("model").is_in(judged),
        (pl.col("segment") == "all")
        | pl.col("segment").str.starts_with("against=")
        | (pl.col("segment").str.starts_with("audit=") & ~pl.col("segment").str.contains(" period=")),
    )
    assert alone.metrics.equals(kept)
    unmet = [
        unmet_conditions(PromotionInputs(metrics=each.metrics, difference=None, has_champion=False), profile)
        for each in (alone, backtest)
    ]
    assert unmet[0] == unmet[1]


def test_no_truth_no_oracle(world: World, profile: Profile) -> None:
    result = run_backtest(History.of(*world), profile, AS_OF)
    assert result is not None
    assert "oracle" not in set(result.predictions["model"])


def test_too_short_a_history_gives_no_backtest(world: World, profile: Profile) -> None:
    assert run_backtest(History.of(*world), profile, date(2024, 7, 1)) is None


def test_a_dispute_no_longer_at_risk_in_truth_has_no_hazard(sealed: Path) -> None:
    cohort = pl.DataFrame({"as_of": [date(2025, 6, 2)], "dispute_id": ["never seen"]})
    assert oracle(cohort, sealed).score.tolist() == [0.0]


@pytest.mark.parametrize(("origin", "has_truth"), [("simulated", True), ("real", False)])
def test_the_sealed_file_is_looked_for_beside_simulated_data_only(
    tmp_path: Path, origin: str, has_truth: bool
) -> None:
    (tmp_path / SEALED).parent.mkdir()
    (tmp_path / SEALED).touch()
    with open_warehouse(":memory:") as con:
        con.execute(
            "insert into intake_setting values ('origin', $1), ('data_folder', $2)", [origin, str(tmp_path)]
        )
        assert (sealed_file(con) is not None) == has_truth


def test_only_the_oracle_and_the_trials_own_oracle_name_the_truth() -> None:
    named = [
        path.relative_to(REPO).as_posix()
        for floor in ("features", "models", "dashboards", "dagster_project")
        for path in (REPO / floor).rglob("*.py")
        if "true_hazards" in path.read_text(encoding="utf-8")
    ]
    assert sorted(named) == [
        "dagster_project/trial/one_year.py",
        "models/backtesting/backtest.py",
        "models/benchmarks/interval_comparison.py",
        "models/escalation/matured_history.py",
        "models/escalation/true_hazards.py",
    ]


def test_the_audit_of_places_that_record_little_groups_by_the_published_column(
    world: World, profile: Profile
) -> None:
    """One rule: the townships that the week's places mark, and no others."""
    matrix, labels = world
    little, usual = "530302001", "530302002"
    half = pl.when(pl.col("dispute_id").rank("dense") % 2 == 0)
    cohort = matrix.cohort.with_columns(township_code=half.then(pl.lit(little)).otherwise(pl.lit(usual)))
    recorded = pl.DataFrame({"area_code": [little, usual], "few_records": [True, False]})
    history = History.of(replace(matrix, cohort=cohort), labels)
    replayed = run_backtest(history, profile, AS_OF, scope=LIST_ONLY, recorded=recorded)
    assert replayed is not None
    rows = replayed.predictions
    assert rows["few_records"].to_list() == (rows["township_code"] == little).to_list()
    for group, marked in (("few_records", True), ("usual", False)):
        harmed = rows.filter("label", few_records=marked, model="lightgbm")["dispute_id"].n_unique()
        counted = replayed.metrics.filter(segment=f"audit=reporting group={group}", metric="n_harmed")
        assert counted["value"].to_list() == [harmed]
