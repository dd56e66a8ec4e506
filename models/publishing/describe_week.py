"""Everything that is shown beside the list: histories, evidence, places, services and the monitoring."""

from dataclasses import dataclass

import duckdb
import polars as pl

from models.monitoring.monitoring import watch
from models.monitoring.signal import watch_frame
from models.publishing.descriptions.all_descriptions import descriptions
from models.publishing.dispute_history import facts, timeline
from models.publishing.family_files import publish_families
from models.publishing.last_week import last_week
from models.publishing.score_week import ScoredWeek
from models.registry.registry import Registered
from models.wording import Message
from pipelines.city.profile import Profile
from pipelines.home import Home
from pipelines.tables.published_evidence import Calibration, ModelMetrics


@dataclass(frozen=True)
class DescribedWeek:
    """The files beside the list, a message about each family, and the monitoring's rows."""

    files: dict[str, pl.DataFrame]
    families: dict[str, tuple[bool, Message]]
    monitoring: pl.DataFrame


NOT_DESCRIBED = DescribedWeek({}, {}, watch_frame([]))
"""For a week of which only the list is published."""


def describe_week(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    profile: Profile,
    scored: ScoredWeek,
    champion: Registered | None,
    evidence: Registered | None,
) -> DescribedWeek:
    """Every file beside the list; arguments as in `publish.publish_week`."""
    as_of = scored.context.as_of
    families = publish_families(con, profile, scored.context, evidence)
    monitoring = watch(con, home, profile, as_of, scored.matrix, scored.warnings, champion)
    explained = scored.warnings.filter(pl.col("listed") | (pl.col("reasons").list.len() > 0))
    files = {
        "dispute_timeline.parquet": timeline(con, scored.matrix.cohort, as_of),
        "dispute_facts.parquet": facts(con, scored.matrix.cohort, as_of),
        "model_metrics.parquet": evidence.metrics if evidence else ModelMetrics.create_empty(),
        "calibration.parquet": evidence.calibration if evidence else Calibration.create_empty(),
        **descriptions(con, profile, as_of, explained["dispute_id"]),
        **families.files,
        "watch.parquet": monitoring,
    }
    before = last_week(con, home, profile, as_of)
    if before is not None:
        files["last_week.parquet"] = before
    return DescribedWeek(files, families.families, monitoring)
