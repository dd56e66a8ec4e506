"""The graph: files to core tables, then week by week features, a champion, a publication and its papers.

Each asset is named like its table, calls one plain function and tells Dagster what came of it. Heavy
imports stay inside, so that the graph itself loads in a moment.
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs import asset_metadata
from dagster_project.defs.asset_metadata import week_of
from dagster_project.defs.checks import (
    INTAKE_CHECKS,
    LIST_CHECKS,
    PUBLISHED_CHECKS,
    WATCH_CHECKS,
    WEEK_CHECKS,
    intake_findings,
    publication_findings,
    results,
    week_findings,
)
from dagster_project.defs.partitions import weeks
from dagster_project.defs.retries import retry_transient
from dagster_project.operations.city import City
from pipelines.tables.bookkeeping import BOOKKEEPING, STEERING
from pipelines.tables.contracts import TABLES
from pipelines.tables.core import CORE as CORE_CLASSES
from pipelines.tables.core import CORE_TABLES, PLACES
from pipelines.tables.published import PUBLISHED

INTAKE, ANALYSIS = ["team:intake"], ["team:analysis"]
RAW = [
    dg.AssetSpec(
        table, group_name="raw", owners=INTAKE, kinds={"file"},
        description=f"Files of the landing folder: {contract.__doc__}",
    )
    for table, contract in TABLES.items()
]  # fmt: skip
CORE = [
    dg.AssetSpec(
        core, group_name="core", owners=INTAKE, kinds={"duckdb"}, description=CORE_CLASSES[core].__doc__,
        deps=[table, "service_visits"] if table == "service_coverage" else [table],
    )
    for table, core in CORE_TABLES.items()
]  # fmt: skip
BOOKS = [
    dg.AssetSpec(
        table, group_name="core", owners=INTAKE, kinds={"duckdb"}, description=said.__doc__,
        deps=[] if table in PLACES else list(TABLES),
    )
    for table, said in (PLACES | BOOKKEEPING).items()
    if table not in STEERING
]  # fmt: skip


INTAKE_JOB = "intake_job"
"""The job that takes files in and publishes nothing."""


@dg.multi_asset(name="intake", specs=[*CORE, *BOOKS], check_specs=INTAKE_CHECKS)
def intake(
    context: dg.AssetExecutionContext, city: dg.ResourceParam[City]
) -> Iterator[dg.MaterializeResult | dg.AssetObservation]:
    """Every file of the landing folder and the decisions so far, checked and loaded in one transaction."""
    from dashboards.decisions.export import exported_decisions
    from pipelines.intake.intake import load_folder
    from pipelines.mapping.landing_folder import unread_files

    alone = context.run.job_name == INTAKE_JOB
    with (
        city.stage("intake", last=alone) as progress,
        retry_transient(context),
        exported_decisions(city.home) as decisions,
    ):
        reports = load_folder(city.landing, city.profile, city.home, progress=progress, also=decisions)
        findings = intake_findings(city)
    for table in TABLES:
        context.log_event(dg.AssetObservation(table, metadata=asset_metadata.read(table, reports)))
    metadata = asset_metadata.core_tables(city.home.warehouse)
    metadata["intake_file"] |= asset_metadata.unread(unread_files(city.landing, city.profile))
    for spec in (*CORE, *BOOKS):
        name = spec.key.to_user_string()
        yield dg.MaterializeResult(
            asset_key=name, metadata=metadata[name], check_results=results(findings.get(name, []), name)
        )


@dg.asset(
    partitions_def=weeks, group_name="features", owners=ANALYSIS, kinds={"parquet"}, deps=[*CORE, "core_area"],
    check_specs=WEEK_CHECKS,
)  # fmt: skip
def feat_dispute(context: dg.AssetExecutionContext, city: dg.ResourceParam[City]) -> dg.MaterializeResult:
    """Every catalogue column for every dispute at risk on the Monday, from what was known before it."""
    from features.week_matrix import saved_week

    as_of = week_of(context.partition_key)
    with city.stage("features", as_of), retry_transient(context):
        matrix = saved_week(city.home, city.profile, as_of)
        findings = week_findings(city, as_of)
    return dg.MaterializeResult(
        metadata=asset_metadata.features(matrix), check_results=results(findings, "feat_dispute")
    )


@dg.asset(
    partitions_def=weeks, group_name="models", owners=ANALYSIS, kinds={"lightgbm", "mlflow"},
    deps=[*CORE, feat_dispute],
)  # fmt: skip
def champion(context: dg.AssetExecutionContext, city: dg.ResourceParam[City]) -> dg.MaterializeResult:
    """The model in use; trained on all matured weeks and judged in this step only if there is none yet."""
    from models.weekly import train_champion_if_none

    as_of = week_of(context.partition_key)
    with city.stage("train", as_of) as progress, retry_transient(context):
        outcome = train_champion_if_none(city.home, city.profile, as_of, progress=progress)
    return dg.MaterializeResult(metadata=asset_metadata.model(city, outcome.version, outcome.reason_en))


@dg.asset(
    partitions_def=weeks, group_name="models", owners=ANALYSIS, kinds={"lightgbm", "mlflow"},
    deps=[*CORE, feat_dispute],
)  # fmt: skip
def challenger(context: dg.AssetExecutionContext, city: dg.ResourceParam[City]) -> dg.MaterializeResult:
    """A newly trained model that may replace the champion; `fengqiao retrain --promote` decides."""
    from models.weekly import retrain

    as_of = week_of(context.partition_key)
    with city.stage("retrain", as_of, last=True) as progress, retry_transient(context):
        message = retrain(city.home, city.profile, as_of, progress=progress)
    return dg.MaterializeResult(metadata={"message": message})


@dg.multi_asset(
    name="publication",
    specs=[
        dg.AssetSpec(
            table, group_name="published", owners=ANALYSIS, kinds={"parquet"}, description=contract.__doc__,
            deps=[feat_dispute, champion], skippable=True,
        )
        for table, contract in PUBLISHED.items()
    ],
    partitions_def=weeks,
    check_specs=[*PUBLISHED_CHECKS, *LIST_CHECKS, *WATCH_CHECKS],
)  # fmt: skip
def publication(
    context: dg.AssetExecutionContext, city: dg.ResourceParam[City]
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
    """The week's ranked list with all that goes with it, switched to in one atomic step."""
    from models.weekly import score_and_publish

    as_of = week_of(context.partition_key)
    with city.stage("publish", as_of) as progress, retry_transient(context):
        folder = score_and_publish(city.home, city.profile, as_of, progress=progress)
        findings = publication_findings(city, folder)
    for table in sorted(PUBLISHED):
        said = results(findings[table], table)
        if not (folder / f"{table}.parquet").exists():
            yield from said
            continue
        yield dg.MaterializeResult(
            asset_key=table,
            metadata=asset_metadata.published(folder, table),
            check_results=said,
            data_version=dg.DataVersion(folder.resolve().name),
        )


@dg.asset(
    partitions_def=weeks, group_name="brief", owners=ANALYSIS, kinds={"word", "excel"},
    deps=["dispute_warnings"],
)  # fmt: skip
def brief(context: dg.AssetExecutionContext, city: dg.ResourceParam[City]) -> dg.MaterializeResult:
    """The weekly meeting's papers, from what is published.

    Depends on the one table every publication has: Dagster skips what depends on a table left out.
    """
    from dashboards.papers.weekly_brief import write_brief

    with city.stage("brief", week_of(context.partition_key), last=True):
        folder = write_brief(city.home, city.profile)
    return dg.MaterializeResult(metadata=asset_metadata.papers(folder))


WEEKLY = [feat_dispute, champion, publication, brief]
ASSETS = [*RAW, intake, *WEEKLY, challenger]
