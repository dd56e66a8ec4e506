"""Harms that came to light only because a warning sent somebody (boundary 14): such disputes neither train nor evaluate."""

from datetime import date

import duckdb
import polars as pl

from pipelines.warehouse.as_known import as_known
from pipelines.warehouse.warehouse import read_frame

_HARM_FOUND_BY_A_VISIT = f"""
select distinct dispute_id from {as_known("core_decision")}
where found_after_warning and not coalesce(undone, false)
order by dispute_id
"""


def with_found_after_warning(
    con: duckdb.DuckDBPyConnection, cohort: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """The cohort with `found_after_warning` also true where a visit noted before that day brought a harm to light.

    Weeks before the visit are marked as well: what was found counts towards their label.
    """
    dispute_ids = read_frame(con, _HARM_FOUND_BY_A_VISIT, {"as_of": as_of})["dispute_id"].cast(pl.String)
    return cohort.with_columns(
        found_after_warning=pl.col("found_after_warning") | pl.col("dispute_id").is_in(dispute_ids.implode())
    )
