"""The week's files of the two counting families: places (demand) and care services (coverage).

A family whose source is missing, or that fails, is left out and says why; one without a usable model falls back on what
is usual, and says so.
"""

import logging
from dataclasses import dataclass

import duckdb
import polars as pl

from models.counts.coverage.inputs import build_inputs as coverage_inputs
from models.counts.coverage.ledger import read_ledger
from models.counts.coverage.training import Coverage
from models.counts.coverage.warnings import PERSISTENCE, service_warnings
from models.counts.demand.inputs import build_inputs as demand_inputs
from models.counts.demand.panel import read_panel
from models.counts.demand.reporting import reporting
from models.counts.demand.training import Demand
from models.counts.demand.warnings import USUAL, place_warnings
from models.counts.shared.families_evidence import COVERAGE_FILE, DEMAND_FILE
from models.registry.champion_check import ScoringContext, mismatch
from models.registry.registry import Registered
from models.wording import Message, message
from pipelines.city.profile import Profile

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """The files of both families for one week, and a message about each family."""

    files: dict[str, pl.DataFrame]
    families: dict[str, tuple[bool, Message]]


def publish_families(
    con: duckdb.DuckDBPyConnection,
    profile: Profile,
    now: ScoringContext,
    registered: Registered | None,
) -> Published:
    """Forecasts of the week's places and services.

    Args:
        con: the warehouse; only read.
        profile: horizon, levels.
        now: the Monday, and what a model must have been trained for to be used.
        registered: the version in use, or the one waiting where there is none.
    """
    usable = registered if registered is not None and _fits(registered, now) else None
    files: dict[str, pl.DataFrame] = {}
    families: dict[str, tuple[bool, Message]] = {}
    for name, forecast in (("demand", _demand), ("coverage", _coverage)):
        try:
            own_files, families[name] = forecast(con, profile, now, usable)
            files |= own_files
        except Exception as problem:  # whatever fails, the list of disputes is published
            logger.exception("%s could not be computed for %s", name, now.as_of)
            families[name] = False, message("family_failed", why=type(problem).__name__)
    return Published(files, families)


def _demand(
    con: duckdb.DuckDBPyConnection, profile: Profile, now: ScoringContext, usable: Registered | None
) -> tuple[dict[str, pl.DataFrame], tuple[bool, Message]]:
    panel = read_panel(con, profile, now.as_of)
    if panel is None:
        return {}, (False, message("no_places"))
    weeks, needed = len(panel.mondays) - 1, profile.settings.demand.publish_weeks
    if weeks < needed:
        return {}, (False, message("no_usual_yet", weeks=weeks, needed=needed))
    inputs = demand_inputs(panel, profile)
    text = usable.file(DEMAND_FILE) if usable else None
    demand = Demand.from_json(text) if text else None
    if demand is not None and demand.names != inputs.names:
        demand = None
    version = usable.version_of("demand") if usable and demand else USUAL
    recorded = reporting(con, profile, now.as_of)
    synthetic = now.origin == "simulated"
    files = place_warnings(panel, inputs, profile, now.as_of, recorded, demand, version, synthetic)
    return files, (True, message("family_published") if demand else message("usual_published"))


def _coverage(
    con: duckdb.DuckDBPyConnection, profile: Profile, now: ScoringContext, usable: Registered | None
) -> tuple[dict[str, pl.DataFrame], tuple[bool, Message]]:
    ledger = read_ledger(con, profile, now.as_of)
    if ledger is None:
        return {}, (False, message("no_service_ledger"))
    weeks = int((ledger.known["due"].sum(axis=0) > 0).sum())
    needed = profile.settings.coverage.publish_weeks
    if weeks < needed:
        return {}, (False, message("ledger_too_short", weeks=weeks, needed=needed))
    inputs = coverage_inputs(ledger)
    text = usable.file(COVERAGE_FILE) if usable else None
    coverage = Coverage.from_json(text) if text else None
    if coverage is not None and coverage.names != inputs.names:
        coverage = None
    version = usable.version_of("coverage") if usable and coverage else PERSISTENCE
    warnings = service_warnings(
        ledger, inputs, profile, now.as_of, coverage, version, now.origin == "simulated"
    )
    reason = message("family_published") if coverage else message("persistence_published")
    return {"service_warnings.parquet": warnings}, (True, reason)


def _fits(registered: Registered, now: ScoringContext) -> bool:
    """Whether a version was trained for this city and origin, and the Monday is between its training and its expiry."""
    trained, expires = registered.signature.trained_as_of, registered.expires_on
    return mismatch(registered, now) is None and trained <= now.as_of <= expires
