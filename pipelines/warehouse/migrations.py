"""Which form a warehouse has, and how an older one is brought to this one.

The number stands in the warehouse. Writing brings an older one up to date; reading asks for that first;
a newer one is opened by nobody, for this program does not know what its columns mean.
"""

import duckdb

from pipelines.errors import FengqiaoError

WAREHOUSE_SCHEMA = 6
MIGRATIONS: dict[int, tuple[str, ...]] = {
    2: ("alter table quarantine add column if not exists record_key text",),
    3: (),
    4: (),
    5: (),
    6: (
        "alter table kept_visit add column if not exists is_made boolean",
        *(
            f"alter table kept_visit add column if not exists {name}_hash ubigint"
            for name in ("day", "row", "rest")
        ),
    ),
}
"""Statements that make each version from the one before; new tables (3: links of disputes, 4: visits by hash, 5: flags of held rows, whole exports, columns of sources) come with the DDL."""


def version_of(con: duckdb.DuckDBPyConnection) -> int | None:
    """The number the warehouse carries, 1 for one from before there were numbers, None for an empty one."""
    try:
        stored = con.execute("select value from intake_setting where name = 'warehouse_schema'").fetchall()
    except duckdb.CatalogException:
        return None
    return int(stored[0][0]) if stored else 1


def refuse_newer(con: duckdb.DuckDBPyConnection) -> None:
    """Stop before a warehouse that a later release has written.

    Raises:
        FengqiaoError: it is one.
    """
    version = version_of(con)
    if version is not None and version > WAREHOUSE_SCHEMA:
        raise FengqiaoError(
            f"the warehouse has schema {version} and this program knows {WAREHOUSE_SCHEMA}: use the release that wrote it"
        )


def refuse_older(con: duckdb.DuckDBPyConnection) -> None:
    """Stop before a warehouse that must be brought up to date first.

    Raises:
        FengqiaoError: it is one; names the command.
    """
    version = version_of(con)
    if version is not None and version < WAREHOUSE_SCHEMA:
        raise FengqiaoError(
            f"the warehouse has schema {version} and this program reads {WAREHOUSE_SCHEMA}: "
            "`fengqiao run --data FOLDER` brings it up to date and keeps everything in it"
        )


def migrate(con: duckdb.DuckDBPyConnection, ddl: str) -> None:
    """Make what is missing, change what is old, and write the number; nothing where all is as it should be."""
    stored_version = version_of(con)
    con.execute(ddl)
    for version in range((stored_version or WAREHOUSE_SCHEMA) + 1, WAREHOUSE_SCHEMA + 1):
        for statement in MIGRATIONS[version]:
            con.execute(statement)
    if stored_version != WAREHOUSE_SCHEMA:
        con.execute(
            "insert or replace into intake_setting values ('warehouse_schema', $1)", [str(WAREHOUSE_SCHEMA)]
        )
