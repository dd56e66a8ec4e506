"""Publication of one Monday in three steps: score its disputes, describe what is shown beside them, seal the folder."""

from datetime import date
from pathlib import Path

import duckdb

from models.monitoring.monitoring import watch_entry
from models.progress import Progress
from models.publishing.atomic_switch import write_publication
from models.publishing.describe_week import NOT_DESCRIBED, DescribedWeek, describe_week
from models.publishing.meta_json import meta, model_entry
from models.publishing.score_week import ScoredWeek, score_week
from models.registry.registry import Registered
from models.scope import WHOLE, Scope
from models.wording import message
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.tables.publication_meta import META
from pipelines.warehouse.warehouse import open_warehouse


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
    """The published folder of one week, from a read-only warehouse.

    Args:
        home: read and written.
        profile: of the home.
        as_of: the Monday.
        origin: `simulated` or `real`.
        champion: the version in use, if any; it scores only where its standing allows.
        evidence: the version whose backtest is shown; the champion, else the challenger.
        progress: hears how far it is.
        scope: without `screens`, what the list of disputes does not follow from is left out: places, services, the
            monitoring, and what screens show beside the list.

    Returns:
        HOME/published/<as_of>.

    Raises:
        FengqiaoError: the list breaks a rule of the boundary; last week's publication stays in force.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        scored = score_week(con, home, profile, as_of, origin, champion, evidence, progress)
        progress("publishing", 0.8)
        described = (
            describe_week(con, home, profile, scored, champion, evidence) if scope.screens else NOT_DESCRIBED
        )
        sealed = _meta_json(con, profile, scored, described, champion)
    files = {"dispute_warnings.parquet": scored.warnings, **described.files, META: sealed}
    return write_publication(home, as_of, files)


def _meta_json(
    con: duckdb.DuckDBPyConnection,
    profile: Profile,
    scored: ScoredWeek,
    described: DescribedWeek,
    champion: Registered | None,
) -> bytes:
    context = scored.context
    return meta(
        con,
        profile,
        context.as_of,
        origin=context.origin,
        data_digest=scored.data_digest,
        excluded=scored.excluded,
        warnings=scored.warnings,
        model=model_entry(champion, scored.standing, context.catalogue_hash),
        families={"escalation": (True, message("escalation_published"))} | described.families,
        watched=watch_entry(described.monitoring),
    )
