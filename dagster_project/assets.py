"""The graph: files to core tables, then week by week a champion, a publication and its papers.

Each asset calls one plain function and tells Dagster what came of it.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from dagster_project.partitions import weeks
from dagster_project.resources import City
from dashboards.brief import write_brief
from dashboards.handing_over import handed_over
from models.weekly import score_and_publish, train_champion_if_none
from pipelines.contracts import TABLES
from pipelines.intake import FileReport, take_in
from pipelines.warehouse import CORE_TABLES

CORE = [
    dg.AssetSpec(core, group_name="core", description=TABLES[table].__doc__, kinds={"duckdb"})
    for table, core in CORE_TABLES.items()
]


@dg.multi_asset(name="intake", specs=CORE)
def intake(city: dg.ResourceParam[City]) -> Iterator[dg.MaterializeResult]:
    """Every file of the landing folder, and the decisions so far, checked and loaded in one transaction."""
    with handed_over(city.home) as decisions:
        reports = take_in(city.landing, city.profile, city.home, progress=city.progress, also=decisions)
    for table, core in CORE_TABLES.items():
        yield dg.MaterializeResult(asset_key=core, metadata=_counts(table, reports))


@dg.asset(partitions_def=weeks, group_name="models", kinds={"lightgbm", "mlflow"}, deps=CORE)
def champion(context: dg.AssetExecutionContext, city: dg.ResourceParam[City]) -> dg.MaterializeResult:
    """The model in use. Trained and judged here only when there is none yet."""
    told = train_champion_if_none(city.home, city.profile, _as_of(context), progress=city.progress)
    return dg.MaterializeResult(metadata={"model": told.version, "why": told.reason_en})


@dg.asset(partitions_def=weeks, group_name="published", kinds={"parquet"}, deps=[champion])
def out_dispute_warning(
    context: dg.AssetExecutionContext, city: dg.ResourceParam[City]
) -> dg.MaterializeResult:
    """This week's ranked disputes with reasons, published in one atomic step."""
    folder = score_and_publish(city.home, city.profile, _as_of(context), progress=city.progress)
    return dg.MaterializeResult(metadata={"folder": dg.MetadataValue.path(str(folder))})


@dg.asset(partitions_def=weeks, group_name="brief", kinds={"docx", "xlsx"}, deps=[out_dispute_warning])
def weekly_brief(city: dg.ResourceParam[City]) -> dg.MaterializeResult:
    """The weekly meeting's papers, from what is published."""
    folder = write_brief(city.home, city.profile)
    return dg.MaterializeResult(metadata={"folder": dg.MetadataValue.path(str(folder))})


ASSETS = [intake, champion, out_dispute_warning, weekly_brief]


def _as_of(context: dg.AssetExecutionContext) -> date:
    return date.fromisoformat(context.partition_key)


def _counts(table: str, reports: list[FileReport]) -> dict[str, int]:
    mine = [report for report in reports if report.table == table]
    return {
        name: sum(getattr(report, name) for report in mine)
        for name in ("read", "loaded", "quarantined", "duplicates", "unchanged")
    }
