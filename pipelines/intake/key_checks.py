"""Whether a record's number is one: rows under one key that cannot be versions of one record.

A correction changes one thing of a record, or comes with a later time of recording and the same beginning. Rows under one
key that begin on different days in different places are two matters under one number, and both are held.
"""

import duckdb
import polars as pl

from pipelines.errors import RefusedInput
from pipelines.intake.cell_values import HAPPENED_IN
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import LINE
from pipelines.tables.contracts import key_columns
from pipelines.tables.core import CORE_TABLES
from pipelines.warehouse.as_known import table_as_it_stands
from pipelines.warehouse.warehouse import read_frame

TWO_MATTERS = "one number, two matters; if numbers are unique only within a place or a year, say `key_within` in a mapping"
NOUGHTS_LOST = (
    "the number of a known record but for noughts in front, on the same day and in the same place: saved as a number? "
    "Save the column as text and send it again"
)
SAME_MATTER = {
    "disputes": ("township_code", "category", "parties_key"),
    "grid_reports": ("township_code", "report_type"),
    "dispute_events": ("dispute_id", "event_type"),
    "outcomes": ("dispute_id",),
}
"""What beside the day of its beginning makes a record the matter it is; one of all these may be corrected."""
MOVES_DAYS = 31
"""A beginning that moves further than this, without a time of recording, is another matter by itself."""
MOVING_KEYS, MOVING_SHARE = 2, 0.05
"""So many keys, and such a share of a file's, whose beginning moves say that its rows are steps, or its dates last changes."""


def keys_checked(
    con: duckdb.DuckDBPyConnection, name: str, mapping: TableMapping, rows: pl.DataFrame
) -> list[int]:
    """The lines of core rows (with `file_line`, `known_at`) whose number names another matter as well.

    Raises:
        RefusedInput: the beginning moves under many keys: each row is a step of a log, or the date that of a last change.
    """
    table = mapping.table
    if table not in SAME_MATTER or not len(rows):
        return []
    (key,) = key_columns(table)
    began = HAPPENED_IN[table]
    facts = [key, began, "known_at", *(c for c in SAME_MATTER[table] if c in rows.columns)]
    known = _known_versions(con, table, rows, facts)
    repeated = rows.filter(pl.col(key).is_duplicated() | pl.col(key).is_in(known[key].unique().implode()))
    if not len(repeated):
        return []
    versions = pl.concat(
        [known.with_columns(pl.lit(-1, dtype=pl.Int64).alias(LINE)), repeated.select(*facts, LINE)]
    )
    versions = versions.sort(key, LINE, maintain_order=True)
    judged = versions.with_columns(other=_is_another_matter(key, began, facts[3:]))
    if table in ("disputes", "grid_reports"):
        _refuse_moving(name, table, key, began, judged, rows[key].n_unique())
    in_file_only = (pl.col(LINE) >= 0).all().over(key)
    other_matters = judged.filter(
        (pl.col(LINE) >= 0) & (pl.col("other") | (in_file_only & pl.col("other").any().over(key)))
    )
    return other_matters[LINE].sort().to_list()


def noughts_lost(con: duckdb.DuckDBPyConnection, mapping: TableMapping, rows: pl.DataFrame) -> list[int]:
    """The lines of core rows that are a record of the warehouse, or of the same rows, but for noughts before their number.

    Two such numbers of one day, place and kind are one record that a spreadsheet saved as a number; others are two.
    """
    table = mapping.table
    if table not in SAME_MATTER or not len(rows):
        return []
    (key,) = key_columns(table)
    digits = rows.filter(pl.col(key).str.contains(r"^\d+$"))
    if not len(digits):
        return []
    facts = [c for c in SAME_MATTER[table] if c in rows.columns and c != "parties_key"]
    began = HAPPENED_IN[table]
    con.register(
        "arriving_numbers", digits.select(pl.col(key).str.strip_chars_start("0").alias("bare")).unique()
    )
    known = read_frame(
        con,
        f"""
        select {key}, {began}, {", ".join(facts)} from {table_as_it_stands(CORE_TABLES[table])}
        where ltrim({key}, '0') in (select bare from arriving_numbers) and regexp_full_match({key}, '[0-9]+') order by all
        """,
    )
    con.unregister("arriving_numbers")
    known = known.cast({name: rows.schema[name] for name in (key, began, *facts)})
    both = pl.concat(
        [known.with_columns(pl.lit(-1, dtype=pl.Int64).alias(LINE)), digits.select(key, began, *facts, LINE)]
    )
    matter = [pl.col(key).str.strip_chars_start("0").alias("bare"), pl.col(began).dt.date(), *facts]
    spellings = pl.col(key).n_unique().over(matter)
    is_new = ~pl.col(key).is_in(known[key].implode())
    return both.filter((pl.col(LINE) >= 0) & (spellings > 1) & is_new)[LINE].sort().to_list()


def _known_versions(
    con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame, facts: list[str]
) -> pl.DataFrame:
    """What the warehouse knows of the records that the rows name, the version in force of each."""
    con.register("arriving_keys", rows.select(facts[0]).unique())
    known = read_frame(
        con,
        f"select {', '.join(facts)} from {table_as_it_stands(CORE_TABLES[table])} semi join arriving_keys using ({facts[0]}) order by all",
    )
    con.unregister("arriving_keys")
    return known.cast({name: rows.schema[name] for name in facts})


def _is_another_matter(key: str, began: str, facts: list[str]) -> pl.Expr:
    """Whether a version differs from the first of its key in more than a correction changes."""
    first = {name: pl.col(name).first().over(key) for name in (began, *facts)}
    day, first_day = pl.col(began).dt.date(), first[began].dt.date()
    same_pair = (
        (pl.col("parties_key") == first["parties_key"]).fill_null(value=False)
        if "parties_key" in facts
        else pl.lit(value=False)
    )
    recorded = pl.col("known_at") != pl.col(began)
    far = (day - first_day).dt.total_days().abs() > MOVES_DAYS
    moved = (
        pl.when((day != first_day) & far & ~same_pair & ~recorded)
        .then(2)
        .when(pl.col(began) != first[began])
        .then(1)
        .otherwise(0)
    )
    if not facts or facts[0] != "dispute_id":
        moved = pl.when(day == first_day).then(0).otherwise(moved)
    changed = pl.sum_horizontal(
        (pl.col(name) != first[name]).fill_null(value=False).cast(pl.Int64) for name in facts
    )
    corrected_later = recorded & (pl.col(began) == first[began])
    return ~corrected_later & (moved + changed >= 2)


def _refuse_moving(name: str, table: str, key: str, began: str, judged: pl.DataFrame, n_keys: int) -> None:
    """Refuse a file whose records begin anew with every row, in one place and without a time of recording."""
    unrecorded = pl.col("known_at") == pl.col(began)
    moving = (
        judged.filter((pl.col(LINE) >= 0) & unrecorded)
        .group_by(key)
        .agg(
            began=pl.col(began).n_unique(),
            places=pl.col("township_code").n_unique(),
            kinds=pl.col(SAME_MATTER[table][1]).n_unique(),
        )
        .filter((pl.col("began") > 1) & (pl.col("places") == 1) & (pl.col("kinds") == 1))
    )
    if len(moving) >= MOVING_KEYS and len(moving) >= MOVING_SHARE * n_keys:
        raise RefusedInput(
            f"{name}: {began} moves under one {key}, in {len(moving):,} of {n_keys:,} of them. Is each row one step, "
            f"or {began} the time of the last change? Say `first: true` in the mapping, which takes a record's first row; "
            "map the heading of its beginning; or say `key_within` if numbers are unique only within a year."
        )
