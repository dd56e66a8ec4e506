"""All descriptive files of one publication, computed from one set of temporary tables.

They describe handling, places and arrivals; no row is about a person, none ranks a unit, and the care
services are not touched here: their cells are suppressed where they are published.
"""

from datetime import date

import duckdb
import polars as pl

from models.publishing.descriptions.arrivals import arrivals
from models.publishing.descriptions.as_known import know
from models.publishing.descriptions.effect import effect
from models.publishing.descriptions.funnel import funnel
from models.publishing.descriptions.grid_load import grid_load
from models.publishing.descriptions.places import places
from models.publishing.descriptions.similar import similar
from models.publishing.descriptions.units import units
from pipelines.city.profile import Profile


def descriptions(
    con: duckdb.DuckDBPyConnection, profile: Profile, as_of: date, wanted: pl.Series
) -> dict[str, pl.DataFrame]:
    """Frames by file name; the same warehouse and Monday give the same frames.

    Args:
        con: the warehouse; only temporary tables are made in it.
        profile: of the home.
        as_of: the Monday; nothing known later counts.
        wanted: numbers of the disputes that get similar ones.
    """
    know(con, as_of)
    return {
        "arrivals.parquet": arrivals(con, as_of),
        "effect.parquet": effect(con, profile.settings.label_maturity_days, as_of),
        **funnel(con, as_of),
        "grid_load.parquet": grid_load(con, as_of),
        "places.parquet": places(con, as_of),
        "similar.parquet": similar(con, profile, wanted, as_of),
        "units.parquet": units(con, as_of),
    }
