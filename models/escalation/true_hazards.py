"""The upper ceiling in the simulator: the ranking of an oracle that knows every true hazard.

The only module that may name the sealed file. It reads it to judge, never to learn; where there is no
such file (real data, or the landing folder is gone) there are no oracle rows.
"""

from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from models.escalation.baselines import Scores

SEALED = Path("sealed") / "true_hazards.parquet"


def sealed_file(con: duckdb.DuckDBPyConnection) -> Path | None:
    """Path of the sealed file beside the landing files of a simulated warehouse, or None."""
    settings = dict(con.execute("select name, value from intake_setting").fetchall())
    if settings.get("origin") != "simulated" or "data_folder" not in settings:
        return None
    path = Path(settings["data_folder"]) / SEALED
    return path if path.is_file() else None


def oracle(cohort: pl.DataFrame, sealed: Path) -> Scores:
    """True probability of an outcome within the horizon for each row of the cohort; float64 [n].

    A dispute that by the records is at risk and in truth is not (the closing was entered late) has no
    hazard there: it is 0.

    Args:
        cohort: as_of, dispute_id; any order.
        sealed: as_of, dispute_id, hazard.
    """
    mondays = cohort["as_of"].unique()
    hazards = pl.scan_parquet(sealed).filter(pl.col("as_of").is_in(mondays.implode())).collect()
    joined = cohort.select("as_of", "dispute_id").join(
        hazards, on=["as_of", "dispute_id"], how="left", maintain_order="left"
    )
    hazard = joined["hazard"].fill_null(0.0).to_numpy().astype(np.float64)
    return Scores(hazard, hazard)
