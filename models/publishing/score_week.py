"""Scores of a Monday's disputes: probability, rank, level, list and reasons; or the default order without a model."""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl

from features.catalogue.catalogue import catalogue_hash
from features.cohort import at_risk, excluded_counts, states
from features.engine.matrix import Matrix
from features.found_after_warning import with_found_after_warning
from features.labels import label_cohort
from features.week_matrix import week_matrix
from models.escalation.default_order import default_scores, with_order
from models.escalation.design_matrix import design
from models.escalation.explain import REASON, explain, reasons
from models.escalation.fitted_model import Trained
from models.escalation.matured_history import matured_mondays, why_not_trainable
from models.progress import Progress
from models.publishing.dispute_history import sentences_of, tier_now
from models.publishing.dispute_warnings import WeekScores, completed, rank_week
from models.publishing.list_check import list_finding
from models.registry.champion_check import (
    WATCHED_WEEKS,
    Precision,
    ScoringContext,
    Usability,
    published_precision,
    published_weeks,
    usability,
)
from models.registry.registry import Registered
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.warehouse.data_digest import data_digest

EXPLAINED_ROWS = 400
"""Number of rows from the top that get reasons; listed rows always do."""


@dataclass(frozen=True, kw_only=True)
class ScoredWeek:
    """One Monday's disputes, scored and listed.

    Attributes:
        context: the Monday, and what a model must have been trained for to be used.
        data_digest: of what the warehouse knew before the Monday.
        matrix: the features of every dispute at risk.
        excluded: how many disputes are not ranked, by reason.
        warnings: the rows of `dispute_warnings.parquet`.
        standing: whether the champion ranks them, and why not.
    """

    context: ScoringContext
    data_digest: str
    matrix: Matrix
    excluded: dict[str, int]
    warnings: pl.DataFrame
    standing: Usability


def score_week(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    profile: Profile,
    as_of: date,
    origin: str,
    champion: Registered | None,
    evidence: Registered | None,
    progress: Progress,
) -> ScoredWeek:
    """The Monday's disputes with their scores; arguments as in `publish.publish_week`.

    Raises:
        FengqiaoError: the list breaks a rule of the boundary; nothing may be published.
    """
    progress("features of the week", 0.1)
    digest = data_digest(con, as_of)
    with states(con, profile.settings.watch_days, [as_of]):
        matrix = week_matrix(con, home, profile, as_of, digest)
        excluded = excluded_counts(con, profile, as_of)
    context = ScoringContext(
        as_of=as_of, profile=profile.name, origin=origin, catalogue_hash=catalogue_hash()
    )
    if champion is not None:
        standing = usability(champion, context, _precision(con, home, profile, as_of, champion.version))
    else:
        standing = Usability(False, _why_no_champion(con, profile, as_of, evidence))
    trained = champion.trained if champion is not None and standing.usable else None
    progress("scores and reasons", 0.4)
    scores = _scores(matrix, profile, trained, champion)
    ranked = rank_week(matrix.cohort, scores, profile, as_of, origin == "simulated")
    explained = _reasons(con, matrix, ranked, as_of, trained)
    warnings = completed(ranked, explained, tier_now(con, matrix.cohort, as_of))
    finding = list_finding(warnings, profile)
    if not finding.passed:
        raise FengqiaoError(f"not published: {finding.en}")
    if not standing.usable:
        standing = Usability(False, with_order(standing.reason, profile.settings))
    return ScoredWeek(
        context=context,
        data_digest=digest,
        matrix=matrix,
        excluded=excluded,
        warnings=warnings,
        standing=standing,
    )


def _why_no_champion(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, challenger: Registered | None
) -> Message:
    if challenger is not None and challenger.refused is not None:
        return challenger.refused
    return why_not_trainable(con, profile, as_of) or message("no_champion")


def _precision(
    con: duckdb.DuckDBPyConnection, home: Home, profile: Profile, as_of: date, version: str
) -> Precision | None:
    """Precision of the lists of the newest matured weeks; None unless this version published them all."""
    recent = matured_mondays(con, profile, as_of)[-WATCHED_WEEKS:]
    published = published_weeks(home, version, recent)
    if published["as_of"].n_unique() < WATCHED_WEEKS:
        return None
    cohort = with_found_after_warning(con, at_risk(con, profile, recent), as_of).filter(
        ~pl.col("found_after_warning")
    )
    return published_precision(published, label_cohort(con, profile, cohort, as_of))


def _scores(
    matrix: Matrix, profile: Profile, trained: Trained | None, champion: Registered | None
) -> WeekScores:
    if trained is None or champion is None or not len(matrix.cohort):
        return WeekScores(score=default_scores(matrix, profile.settings), version="checklist")
    category = matrix.cohort["category"]
    rows = design(matrix, trained.levels).rows(np.arange(len(category)))
    z = trained.log_odds(rows)
    probability = trained.calibration.probability(z, category)
    low, high = trained.calibration.interval(z, category)
    rates = category.replace_strict(trained.base_rates, default=None, return_dtype=pl.Float64)
    return WeekScores(
        score=probability,
        version=champion.version,
        probability=probability,
        low=low,
        high=high,
        base_rate=rates.fill_null(float("nan")).to_numpy(),
    )


def _reasons(
    con: duckdb.DuckDBPyConnection, matrix: Matrix, ranked: pl.DataFrame, as_of: date, trained: Trained | None
) -> pl.DataFrame:
    """Reasons of the rows near the top and on the list; empty without a model."""
    if trained is None or ranked.is_empty():
        return pl.DataFrame(schema={"dispute_id": pl.String, "reasons": pl.List(REASON)})
    chosen = ranked.filter(pl.col("listed") | (pl.col("rank") <= EXPLAINED_ROWS))["dispute_id"]
    at = np.flatnonzero(matrix.cohort["dispute_id"].is_in(chosen.implode()).to_numpy())
    built = design(matrix, trained.levels)
    rows = built.rows(at)
    cohort = matrix.cohort[at]
    explained = explain(trained, rows, cohort["category"])
    return reasons(explained, rows, cohort["dispute_id"], built.names, sentences_of(con, cohort, as_of))
