"""The checks of the graph: what stops a week where publishing would mislead, and what is only said.

Blocking: contracts, accounting, both leakage canaries, the published list. A blocked week is not published,
last week's stays in force, and HOME/run.json says why on the screens. Warning: freshness, volume, and
everything watched (models/watching).
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import polars as pl

from dagster_project.defs import asset_metadata
from dagster_project.operations.city import City
from pipelines.tables.core import CORE_TABLES
from pipelines.tables.publication_meta import read_meta
from pipelines.tables.published import PUBLISHED, faults
from pipelines.warehouse import checks
from pipelines.warehouse.checks import Finding
from pipelines.warehouse.warehouse import open_warehouse

CANARY_WEEKS_BACK = 4
"""The canary's week is this many weeks back, so that later records exist that could leak."""

BLOCKING = {"contract", "accounting", "leakage", "description_leakage", "list"}


def _spec(name: str, asset: str, description: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=name in BLOCKING)


INTAKE_CHECKS = [
    *(
        _spec(
            "contract",
            core,
            "Columns hold what the contract allows; one version of each record is in force, in time order.",
        )
        for core in CORE_TABLES.values()
    ),
    _spec(
        "accounting", "intake_file", "Read = loaded + quarantined + duplicates + unchanged, in every file."
    ),
]
WEEK_CHECKS = [
    _spec("leakage", "feat_dispute", "A past Monday looks the same without what was known only later."),
    _spec(
        "description_leakage",
        "feat_dispute",
        "What was described on a past Monday is the same without what was known only later.",
    ),
    _spec("freshness", "feat_dispute", "The newest record was known shortly before the Monday."),
    _spec("volume", "feat_dispute", "Last week holds about as many records as the twelve weeks before."),
]
PUBLISHED_CHECKS = [
    _spec(
        "contract", table, "The file holds what its class allows, no key twice, ranked rows in their order."
    )
    for table in PUBLISHED
]
LIST_CHECKS = [
    _spec("list", "dispute_warnings", "Ranks, chances and the length of the lists are what they must be."),
    _spec("units", "dispute_warnings", "Every list is within what the units of its area take up in a week."),
]

WATCH_CHECKS = [
    _spec("arrivals", "watch", "Each county still reports, and harms come in as usual."),
    _spec("codes", "watch", "The codes of each source are shared out as in the half year before."),
    _spec("missing", "watch", "No column is left empty much more often."),
    _spec("delay", "watch", "Records are entered as soon as before."),
    _spec("drift", "watch", "Features and scores are distributed as before."),
    _spec("calibration", "watch", "As many harms came as the matured lists expected."),
    _spec("recall", "watch", "The matured lists held the share of harms that the backtest promised."),
    _spec("turnover", "watch", "The list is neither the same nor another one altogether."),
]


def intake_findings(city: City) -> dict[str, list[Finding]]:
    """Findings about the core tables after an intake, by table."""
    with open_warehouse(city.home.warehouse, read_only=True) as con:
        findings = {core: [checks.contract(con, core)] for core in CORE_TABLES.values()}
        findings["intake_file"] = [checks.accounting(con)]
    city.block("intake", None, [one for of_table in findings.values() for one in of_table])
    return findings


def week_findings(city: City, as_of: date) -> list[Finding]:
    """Findings that decide whether this Monday may be published."""
    from features.leakage_canary import leakage
    from models.publishing.descriptions_canary import description_leakage

    with open_warehouse(city.home.warehouse, read_only=True) as con:
        monday = as_of - timedelta(weeks=CANARY_WEEKS_BACK)
        canaries = [look(con, city.profile, monday) for look in (leakage, description_leakage)]
        city.block("features", as_of, canaries)
        return [*canaries, checks.freshness(con, as_of), checks.volume(con, as_of)]


def publication_findings(city: City, folder: Path) -> dict[str, list[Finding]]:
    """Findings about the published files, by table; the list is checked before publishing as well."""
    from models.monitoring.monitoring import watch_findings
    from models.publishing.list_check import list_finding, units_finding

    findings = {table: [published_contract(folder, table)] for table in PUBLISHED}
    city.block(
        "publish", read_meta(folder).as_of, [one for of_table in findings.values() for one in of_table]
    )
    warnings, watch = (pl.read_parquet(folder / f"{name}.parquet") for name in ("dispute_warnings", "watch"))
    findings["dispute_warnings"] += [
        list_finding(warnings, city.profile),
        units_finding(warnings, city.profile),
    ]
    findings["watch"] += watch_findings(watch)
    return findings


def published_contract(folder: Path, table: str) -> Finding:
    """Whether a published file, read again, is what its class says; a table that the week leaves out breaks nothing."""
    path = folder / f"{table}.parquet"
    if not path.exists():
        return Finding(
            name="contract",
            passed=True,
            zh=f"{table}：本周没有",
            en=f"{table}: left out this week",
            facts={"rows": 0},
        )
    try:
        frame = pl.read_parquet(path)
        broken, rows = faults(table, frame), len(frame)
    except (OSError, pl.exceptions.PolarsError):
        broken, rows = ["the file cannot be read"], 0
    return Finding(
        name="contract",
        passed=not broken,
        zh=f"{table}：" + ("；".join(broken) or f"与定义相符，共{rows}行"),
        en=f"{table}: " + ("; ".join(broken) or f"as its class says, {rows} rows"),
        facts={"rows": rows},
    )


def results(findings: Iterable[Finding], asset: str) -> list[dg.AssetCheckResult]:
    """Findings as check results of one asset."""
    return [asset_metadata.checked(one, asset, blocking=one.name in BLOCKING) for one in findings]
