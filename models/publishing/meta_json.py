"""`meta.json`: the data and model behind a publication and how far it may be trusted. It contains no wall-clock time."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl

from models.measuring.metrics import headline_metrics
from models.registry.champion_check import Usability
from models.registry.provenance import publication_code_version
from models.registry.registry import Registered
from models.wording import Message
from pipelines.city.profile import Profile
from pipelines.home import SCHEMA_VERSION
from pipelines.intake.row_counts import names_left_out
from pipelines.tables.core import CORE_TABLES
from pipelines.tables.publication_meta import PublicationMeta
from pipelines.warehouse.as_known import as_known
from pipelines.warehouse.warehouse import data_until

LATER_FILES = """
select file_id from ({all_rows}) group by file_id having min(known_at) >= $as_of
""".format(
    all_rows=" union all ".join(f"select file_id, known_at from {core}" for core in CORE_TABLES.values())
)
"""Files with no record known before the Monday; a past week that is published again does not depend on them."""


def meta(
    con: duckdb.DuckDBPyConnection,
    profile: Profile,
    as_of: date,
    *,
    origin: str,
    data_digest: str,
    excluded: Mapping[str, int],
    warnings: pl.DataFrame,
    model: Mapping[str, Any],
    families: Mapping[str, tuple[bool, Message]],
    watched: Mapping[str, Any],
) -> bytes:
    """The file's bytes: the same warehouse, model and Monday give the same ones.

    `data_digest` is the Monday's, `excluded` its `excluded_counts`, `model` of `model_entry`, `watched` of `watch_entry`.
    """
    settings = profile.settings
    content = {
        "schema_version": SCHEMA_VERSION,
        "code_version": publication_code_version(),
        "as_of": as_of,
        "profile": profile.name,
        "title_zh": settings.title_zh,
        "title_en": settings.title_en,
        "origin": origin,
        "synthetic": origin == "simulated",
        "data_from": _data_from(con, as_of),
        "data_until": data_until(con, as_of),
        "data_digest": data_digest,
        "rows": _rows(con, as_of),
        "inputs": _inputs(con, as_of),
        "left_out": names_left_out(con),
        "quarantine": _quarantine(con, as_of),
        "excluded": excluded,
        "capacity": settings.capacity.city,
        "listed": int(warnings["listed"].sum()),
        "ranked": len(warnings),
        "horizon_days": settings.horizon_days,
        "outcome_zh": settings.outcome_zh,
        "outcome_en": settings.outcome_en,
        "levels": settings.levels.model_dump(),
        "model": model,
        "watch": watched,
        "families": {
            name: {"published": published, "reason_zh": why.zh, "reason_en": why.en}
            for name, (published, why) in families.items()
        },
    }
    return PublicationMeta.model_validate(content).as_bytes()


def model_entry(champion: Registered | None, standing: Usability, catalogue_hash: str) -> dict[str, Any]:
    """The `model` part: version, whether it may be used and why, and its backtest metrics."""
    entry: dict[str, Any] = {
        "version": champion.version if champion and standing.usable else "checklist",
        "champion": champion.version if champion else None,
        "usable": standing.usable,
        "reason_zh": standing.reason.zh,
        "reason_en": standing.reason.en,
        "catalogue_hash": catalogue_hash,
        "trained_until": None,
        "registered_as_of": None,
        "expires_on": None,
        "metrics": {},
    }
    if champion is not None:
        entry |= {
            "trained_until": champion.trained.trained_until,
            "registered_as_of": champion.signature.trained_as_of,
            "expires_on": champion.expires_on,
            "metrics": headline_metrics(champion.metrics, "lightgbm"),
        }
    return entry


def _data_from(con: duckdb.DuckDBPyConnection, as_of: date) -> datetime | None:
    return _row(con, "select min(registered_at) from core_dispute where known_at < $as_of", {"as_of": as_of})[
        0
    ]


def _rows(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, int]:
    """By input table, the number of records in force on the Monday."""
    return {
        table: _row(con, f"select count(*) from {as_known(core)}", {"as_of": as_of})[0]
        for table, core in CORE_TABLES.items()
    }


def _inputs(con: duckdb.DuckDBPyConnection, as_of: date) -> list[dict[str, Any]]:
    names = (
        *("file", "file_id", "table", "encoding"),
        *("read", "loaded", "quarantined", "duplicates", "unchanged"),
    )
    rows = con.execute(
        f"""
        select file_name, file_id, table_name, encoding, n_read, n_loaded, n_quarantined, n_duplicate, n_unchanged
        from intake_file where file_id not in (select * from ({LATER_FILES})) order by file_name, file_id, table_name
        """,
        {"as_of": as_of},
    ).fetchall()
    return [dict(zip(names, row, strict=True)) for row in rows]


def _quarantine(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for table, rule, n in con.execute(
        f"""
        select table_name, rule, count(*) from (
            select table_name, unnest(rules) as rule from quarantine where file_id not in (select * from ({LATER_FILES})))
        group by all order by all
        """,
        {"as_of": as_of},
    ).fetchall():
        counts.setdefault(table, {})[rule] = n
    return counts


def _row(con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None) -> tuple:
    return con.execute(query, parameters or {}).fetchall()[0]
