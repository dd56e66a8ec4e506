"""Metadata of Dagster's assets: row counts, columns, pictures in Markdown, links. It contains no row of a dispute.

Dagster keeps what it is told for ever, so nothing here may name one dispute (boundary 16): counts and
shares only.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import polars as pl

from dagster_project.defs import column_lineage
from dagster_project.operations.city import City
from dagster_project.operations.ports import MLFLOW_URL
from features.catalogue.catalogue import CATALOGUE
from features.engine.matrix import Matrix
from pipelines.intake.intake import FileReport
from pipelines.mapping.landing_folder import Unread
from pipelines.tables.bookkeeping import BOOKKEEPING
from pipelines.tables.core import CORE, CORE_TABLES, PLACES
from pipelines.tables.published import PUBLISHED
from pipelines.warehouse.as_known import versions
from pipelines.warehouse.checks import Finding
from pipelines.warehouse.warehouse import open_warehouse, read_frame, read_row


def checked(finding: Finding, asset: str, blocking: bool) -> dg.AssetCheckResult:
    """A finding as the result of one of the asset's checks."""
    return dg.AssetCheckResult(
        passed=finding.passed,
        asset_key=asset,
        check_name=finding.name,
        description=f"{finding.zh} · {finding.en}",
        severity=dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN,
        metadata=dict(finding.facts),
    )


def core_tables(warehouse: Path) -> dict[str, dict[str, Any]]:
    """By core table: rows, columns and the records of the newest weeks."""
    with open_warehouse(warehouse, read_only=True) as con:
        columns = read_frame(
            con,
            "select table_name, column_name, data_type from information_schema.columns order by table_name, ordinal_position",
        )
        metadata = {}
        for (table,), of_table in columns.group_by("table_name", maintain_order=True):
            rows = read_row(con, f"select count(*) from {table}")[0]
            metadata[str(table)] = {
                "dagster/row_count": rows,
                "dagster/column_schema": _schema(
                    zip(of_table["column_name"], of_table["data_type"], strict=True), str(table)
                ),
            }
        for core in CORE_TABLES.values():
            months = read_frame(
                con,
                f"""
                select strftime(known_at, '%Y-%m') as month, count(*) as records, count(retired_at) as superseded
                from {versions(core)} group by month order by month desc limit 6
                """,
            )
            metadata[core] |= {
                "preview": _markdown(months),
                "dagster/column_lineage": column_lineage.of_core(core),
            }
    return metadata


def read(table: str, reports: Sequence[FileReport]) -> dict[str, Any]:
    """Results of this intake for one input table's files."""
    of_table = [report for report in reports if report.table == table]
    counts = {
        name: sum(getattr(report, name) for report in of_table)
        for name in ("read", "loaded", "quarantined", "duplicates", "unchanged")
    }
    return counts | {
        "files": _markdown(
            pl.DataFrame(
                [(r.file, r.read, r.loaded, r.quarantined) for r in of_table],
                schema=["file", "read", "loaded", "quarantined"],
                orient="row",
            )
        )
    }


def unread(files: Unread) -> dict[str, Any]:
    """Number of files of the landing folder that were not read; without their names, which may be names of persons."""
    return {"files_no_mapping_knows": len(files.unmapped), "files_of_no_readable_kind": len(files.other)}


def features(matrix: Matrix) -> dict[str, Any]:
    """The week's matrix: rows, columns, and the share filled of each feature."""
    missing = np.isnan(matrix.values)
    filled = pl.DataFrame(
        {
            "feature": matrix.names,
            "missing": [f"{share:.1%}" for share in missing.sum(axis=0) / max(1, len(missing))],
            "mean": [
                f"{column[~gone].mean():.3g}" if not gone.all() else ""
                for column, gone in zip(matrix.values.T, missing.T, strict=True)
            ],
        }
    )
    return {
        "dagster/row_count": len(matrix.cohort),
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(one.name, "float32", description=f"{one.label_zh} · {one.label_en}")
                for one in CATALOGUE
            ]
        ),
        "dagster/column_lineage": column_lineage.of_features(),
        "preview": _markdown(filled),
    }


def model(city: City, version: str, reason: str) -> dict[str, Any]:
    """The model in use, the reason, its main backtest metrics and its page in MLflow."""
    from models.registry import mlflow_store, registry

    metadata: dict[str, Any] = {"model": version, "why": reason}
    champion = registry.champion(city.home, city.profile)
    if champion is None:
        return metadata
    page = f"{MLFLOW_URL}/#/models/{mlflow_store.model_name(city.profile)}/versions/{champion.number}"
    headline = champion.metrics.filter(pl.col("as_of").is_null(), pl.col("segment") == "all")
    return metadata | {
        "mlflow": dg.MetadataValue.url(page),
        "trained_as_of": champion.signature.trained_as_of.isoformat(),
        "expires_on": champion.expires_on.isoformat(),
        "backtest": _markdown(
            headline.select("model", "metric", "k", "value", "low", "high").sort("model", "metric")
        ),
    }


def published(folder: Path, table: str) -> dict[str, Any]:
    """One published table: rows, columns, and counts by level and category where it has them."""
    path = folder / f"{table}.parquet"
    frame = pl.read_parquet(path)
    metadata = _of_frame(frame, table) | {"file": dg.MetadataValue.path(str(path))}
    by = [name for name in ("model", "category", "service", "kind", "level") if name in frame.columns][:2]
    if by:
        metadata["preview"] = _markdown(frame.group_by(by).len("rows").sort(by).head(30))
    if table == "dispute_warnings":
        metadata["dagster/column_lineage"] = column_lineage.of_warnings()
    return metadata


def papers(folder: Path) -> dict[str, Any]:
    """The week's papers and their sizes."""
    sizes = {path.name: f"{path.stat().st_size / 1024:.0f} KiB" for path in sorted(folder.iterdir())}
    return {"folder": dg.MetadataValue.path(str(folder)), **sizes}


def week_of(partition_key: str) -> date:
    """The Monday of a partition."""
    return date.fromisoformat(partition_key)


def _of_frame(frame: pl.DataFrame, table: str) -> dict[str, Any]:
    return {
        "dagster/row_count": len(frame),
        "dagster/column_schema": _schema(((name, str(kind)) for name, kind in frame.schema.items()), table),
    }


def _schema(columns: Iterable[tuple[str, str]], table: str) -> dg.TableSchema:
    """Columns with the sentences of the table's class, where it has one."""
    contract = (CORE | PLACES | BOOKKEEPING | PUBLISHED).get(table)
    said = contract.columns() if contract else {}
    return dg.TableSchema(
        [
            dg.TableColumn(name, kind, description=said[name].description if name in said else None)
            for name, kind in columns
        ]
    )


def _markdown(frame: pl.DataFrame) -> dg.MarkdownMetadataValue:
    rows = [
        "| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |"
        for row in frame.iter_rows()
    ]
    head = "| " + " | ".join(frame.columns) + " |"
    return dg.MetadataValue.md("\n".join([head, "|" + "---|" * frame.width, *rows]))
