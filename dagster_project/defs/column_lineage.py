"""Column lineage for Dagster, derived from the contracts and the catalogue."""

import dagster as dg

from features.catalogue.catalogue import CATALOGUE
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.as_known import VERSION_TIMES

PLACES = ("village_code", "township_code", "county_code", "grid_code")
CORE_OF_SOURCE = {
    "handling": "core_dispute_event",
    "closings": "core_dispute_event",
    "registrations": "core_dispute",
    "outcomes": "core_outcome",
    "grid_reports": "core_grid_report",
    "grid_closings": "core_grid_report",
    "coverage": "core_service_coverage",
    "outreach": "core_outreach",
    "volunteers": "core_volunteer",
    "dispute": "core_dispute",
}
"""By source of the catalogue, the core table it is read from; the calendar has none."""

FROM_FEATURES = ("as_of", "dispute_id", "category", "area_code", "township_code", "county_code", "days_open")
FROM_CHAMPION = ("probability", "reasons")


def of_core(core: str) -> dg.TableColumnLineage:
    """Columns of a core table, from the columns of its input table."""
    table = next(name for name, of in CORE_TABLES.items() if of == core)
    columns = list(TABLES[table].columns())
    sources_of = {name: [name] for name in columns if name != "recorded_at"}
    if "area_code" in columns:
        sources_of |= {place: ["area_code"] for place in PLACES}
    if "recorded_at" in columns:
        sources_of |= dict.fromkeys(VERSION_TIMES, ["recorded_at"])
    if table == "disputes":
        sources_of["parties_key"] = ["parties_key", *PAIR_COLUMNS]
    return _lineage(
        {column: [(table, source) for source in sources] for column, sources in sources_of.items()}
    )


def of_features() -> dg.TableColumnLineage:
    """Columns of the matrix, from the core columns that each declaration names."""
    deps = {}
    for feature in CATALOGUE:
        core = CORE_OF_SOURCE.get(feature.source)
        if core is not None:
            named = dict.fromkeys(
                [*(column for column, _ in feature.where), *filter(None, [feature.measure])]
            )
            deps[feature.name] = [(core, column) for column in named] or [(core, "known_at")]
    return _lineage(deps)


def of_warnings() -> dg.TableColumnLineage:
    """Columns of the list, from the cohort; scores depend on every feature through the champion."""
    deps = {column: [("feat_dispute", column)] for column in FROM_FEATURES}
    scored = [("feat_dispute", feature.name) for feature in CATALOGUE]
    return _lineage(deps | dict.fromkeys(FROM_CHAMPION, scored))


def _lineage(deps: dict[str, list[tuple[str, str]]]) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(asset_key=asset, column_name=name) for asset, name in sources]
            for column, sources in deps.items()
        }
    )
