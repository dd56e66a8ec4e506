"""One Monday's publication: scores, list, levels, reasons, facts and evidence, from a read-only warehouse."""

from datetime import date
from pathlib import Path

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
from models.escalation.reason_sentences import sentences
from models.monitoring.monitoring import watch, watch_entry
from models.monitoring.signal import watch_frame
from models.progress import Progress
from models.publishing.atomic_switch import write_publication
from models.publishing.descriptions.all_descriptions import descriptions
from models.publishing.dispute_history import facts, tier_now, timeline
from models.publishing.dispute_warnings import WeekScores, completed, rank_week
from models.publishing.family_files import publish_families
from models.publishing.last_week import last_week
from models.publishing.list_check import list_finding
from models.publishing.meta_json import meta, model_entry
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
from models.scope import WHOLE, Scope
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.tables.published_evidence import Calibration, ModelMetrics
from pipelines.warehouse.data_digest import data_digest
from pipelines.warehouse.warehouse import open_warehouse

EXPLAINED_ROWS = 400
"""Rows from the top that carry reasons, besides all listed ones."""


def publish_week(
    home: Home,
    profile: Profile,
    as_of: date,
    origin: str,
    champion: Registered | None,
    evidence: Registered | None,
    progress: Progress,
    scope: Scope = WHOLE,
) -> Path:
    """Assemble and publish one week.

    Args:
        home: read and written.
        profile: of the home.
        as_of: the Monday.
        origin: `simulated` or `real`.
        champion: the version in use, if any; it scores only where its standing allows.
        evidence: the version whose backtest is shown; the champion, else the challenger.
        progress: told how far it is.
        scope: without `screens`, what the list of disputes does not follow from is left out: places, services, the
            monitoring, and what screens show beside the list.

    Returns:
        HOME/published/<as_of>.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        progress("features of the week", 0.1)
        known = data_digest(con, as_of)
        with states(con, profile, [as_of]):
            matrix = week_matrix(con, home, profile, as_of, known)
            excluded = excluded_counts(con, profile, as_of)
        now = ScoringContext(
            as_of=as_of, profile=profile.name, origin=origin, catalogue_hash=catalogue_hash()
        )
        verdict = (
            usability(champion, now, _precision(con, home, profile, as_of, champion.version))
            if champion is not None
            else Usability(False, _why_no_champion(con, profile, as_of, evidence))
        )
        trained = champion.trained if champion is not None and verdict.usable else None
        progress("scores and reasons", 0.4)
        scores = _scores(matrix, profile, trained, champion)
        ranked = rank_week(matrix.cohort, scores, profile, as_of, origin == "simulated")
        told_why = _reasons(matrix, ranked, profile, trained)
        warnings = completed(ranked, told_why, tier_now(con, matrix.cohort, as_of))
        looked_at = list_finding(warnings, profile)
        if not looked_at.passed:
            raise FengqiaoError(f"not published: {looked_at.en}")
        progress("publishing", 0.8)
        if not verdict.usable:
            verdict = Usability(False, with_order(verdict.reason, profile.settings))
        entry = model_entry(champion, verdict, now.catalogue_hash)
        files: dict[str, pl.DataFrame | bytes] = {"dispute_warnings.parquet": warnings}
        families = {"escalation": (True, message("escalation_published"))}
        seen = watch_frame([])
        if scope.screens:
            files |= _beside(con, home, profile, as_of, matrix, warnings, evidence)
            published = publish_families(con, profile, now, evidence)
            files |= published.files
            families |= published.families
            seen = watch(con, home, profile, as_of, matrix, warnings, champion)
            files["watch.parquet"] = seen
        files["meta.json"] = meta(
            con,
            profile,
            as_of,
            origin=origin,
            data_digest=known,
            excluded=excluded,
            warnings=warnings,
            model=entry,
            families=families,
            watched=watch_entry(seen),
        )
    return write_publication(home, as_of, files)


def _beside(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    profile: Profile,
    as_of: date,
    matrix: Matrix,
    warnings: pl.DataFrame,
    evidence: Registered | None,
) -> dict[str, pl.DataFrame | bytes]:
    """What screens and papers tell beside the list."""
    files: dict[str, pl.DataFrame | bytes] = {
        "dispute_timeline.parquet": timeline(con, matrix.cohort, as_of),
        "dispute_facts.parquet": facts(con, matrix.cohort, as_of),
        "model_metrics.parquet": evidence.metrics if evidence else ModelMetrics.create_empty(),
        "calibration.parquet": evidence.calibration if evidence else Calibration.create_empty(),
    }
    explained = warnings.filter(pl.col("listed") | (pl.col("reasons").list.len() > 0))
    files |= descriptions(con, profile, as_of, explained["dispute_id"])
    before = last_week(con, home, profile, as_of)
    return files if before is None else files | {"last_week.parquet": before}


def _why_no_champion(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, challenger: Registered | None
) -> Message:
    if challenger is not None and challenger.refused is not None:
        return challenger.refused
    return why_not_trainable(con, profile, as_of) or message("no_champion")


def _precision(
    con: duckdb.DuckDBPyConnection, home: Home, profile: Profile, as_of: date, version: str
) -> Precision | None:
    """How the lists of the newest matured weeks came true, if this version published them all."""
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


def _reasons(matrix: Matrix, ranked: pl.DataFrame, profile: Profile, trained: Trained | None) -> pl.DataFrame:
    """Reasons of the rows near the top and on the list; none without a model."""
    if trained is None or ranked.is_empty():
        return pl.DataFrame(schema={"dispute_id": pl.String, "reasons": pl.List(REASON)})
    chosen = ranked.filter(pl.col("listed") | (pl.col("rank") <= EXPLAINED_ROWS))["dispute_id"]
    at = np.flatnonzero(matrix.cohort["dispute_id"].is_in(chosen.implode()).to_numpy())
    built = design(matrix, trained.levels)
    rows = built.rows(at)
    cohort = matrix.cohort[at]
    explained = explain(trained, rows, cohort["category"])
    return reasons(explained, rows, cohort["dispute_id"], built.names, sentences(profile, trained.levels))
