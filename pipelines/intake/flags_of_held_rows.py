"""What a row that is held says of minors and of scale, read the safe way (boundary 12).

A held row is loaded into no table, yet a dispute that any row calls a minor's or collective is not ranked: it stays off the
list from when the row could be known until a later version of it, with a later known time, says that it is not. A row that
does not say when, or says a day that lies ahead, was known when the newest record was.
"""

from datetime import datetime

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.intake.cell_values import HAPPENED_IN, Reading, filled_cells, happened_on, typed
from pipelines.intake.row_checks import NO_DATE_AFTER
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import LINE
from pipelines.tables.contracts import TABLES
from pipelines.warehouse.as_of import dense_until

MINOR, COLLECTIVE = "minor", "collective"
NEEDED = ("dispute_id", HAPPENED_IN["disputes"], "recorded_at", "minor_involved", "scale")


def keep_flags(
    con: duckdb.DuckDBPyConnection,
    named: pl.DataFrame,
    held_lines: pl.Series,
    mapping: TableMapping,
    profile: Profile,
    file_name: str,
    file_id: str,
    until: datetime | None,
) -> None:
    """Keep the flags of the held lines of a file of disputes; named columns as received, with `file_line`."""
    present = [name for name in NEEDED if name in named.columns]
    if mapping.table != "disputes" or not len(held_lines) or not {"minor_involved", "scale"} & {*present}:
        return
    rows = named.filter(pl.col(LINE).is_in(held_lines.implode())).with_columns(
        pl.col(pl.String).str.strip_chars().replace("", None)
    )
    reading = Reading(mapping, profile, file_name, happened_on(rows, mapping))
    columns = TABLES["disputes"].columns()
    read = pl.DataFrame(
        {
            name: typed(filled_cells(rows[name], name, columns[name], mapping), name, columns[name], reading)
            if name in present
            else pl.Series(name, [None] * len(rows), dtype=columns[name].dtype)
            for name in NEEDED
        }
    )
    known = pl.coalesce("recorded_at", NEEDED[1])
    told_at = (
        pl.when(known <= (until or NO_DATE_AFTER))
        .then(known)
        .otherwise(pl.lit(dense_until(con), pl.Datetime("us")))
    )
    flags = pl.concat(
        read.filter(said).select("dispute_id", flag=pl.lit(flag), told_at=told_at)
        for flag, said in (
            (MINOR, pl.col("minor_involved")),
            (COLLECTIVE, pl.col("scale").is_in(["02", "03"])),
        )
    ).drop_nulls("dispute_id")
    con.register("flags", flags)
    con.execute(
        "insert into held_flag select dispute_id, flag, told_at, $id from flags order by all", {"id": file_id}
    )
    con.unregister("flags")
