"""Every table of a publication by its file's stem, and what a frame must be to stand there."""

import dataframely as dy
import polars as pl
from dataframely.exc import ValidationError

from pipelines.errors import FengqiaoError
from pipelines.tables.published_evidence import Arrivals, Calibration, ModelMetrics, Watch
from pipelines.tables.published_handling import Effect, FunnelKinds, FunnelTiers, Similar, Units
from pipelines.tables.published_places import GridLoad, Places, PlaceTotals, PlaceWarnings, ServiceWarnings
from pipelines.tables.published_week import DisputeFacts, DisputeTimeline, DisputeWarnings, LastWeek

PUBLISHED: dict[str, type[dy.Schema]] = {
    "dispute_warnings": DisputeWarnings,
    "dispute_timeline": DisputeTimeline,
    "dispute_facts": DisputeFacts,
    "model_metrics": ModelMetrics,
    "calibration": Calibration,
    "place_warnings": PlaceWarnings,
    "place_totals": PlaceTotals,
    "service_warnings": ServiceWarnings,
    "watch": Watch,
    "last_week": LastWeek,
    "similar": Similar,
    "arrivals": Arrivals,
    "effect": Effect,
    "funnel_tiers": FunnelTiers,
    "funnel_kinds": FunnelKinds,
    "grid_load": GridLoad,
    "places": Places,
    "units": Units,
}


def schema_of(table: type[dy.Schema]) -> dict[str, pl.DataType]:
    """The table's columns and their kinds, in order, as Polars takes them."""
    return {name: column.dtype for name, column in table.columns().items()}


def shaped(frame: pl.DataFrame, table: type[dy.Schema]) -> pl.DataFrame:
    """The table's columns of a frame, in order and of their kinds; others are left out."""
    return frame.select(pl.col(name).cast(kind) for name, kind in schema_of(table).items())


def key_of(table: type[dy.Schema]) -> list[str]:
    """The columns that together name a row; none where rows have no name."""
    return [name for name, column in table.columns().items() if (column.metadata or {})["key"]]


def faults(name: str, frame: pl.DataFrame) -> list[str]:
    """What a published table's rows break of its class, in words without a value of any row; empty where nothing is broken.

    Columns and what they may hold, as `checked` asks; no key twice; ranked rows stand in the order of their ranks.
    """
    try:
        checked(name, frame)
    except FengqiaoError as problem:
        return [str(problem)]
    broken, key = [], key_of(PUBLISHED[name])
    if key and (twice := int(frame.select(key).is_duplicated().sum())):
        broken.append(f"{twice} rows share a key ({', '.join(key)})")
    if "rank" in frame.columns and not (frame["rank"].is_sorted() and frame["rank"].is_unique().all()):
        broken.append("rows do not stand in the order of their ranks")
    return broken


def checked(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, having proved to be what a published table is.

    Args:
        name: of the table.
        frame: its rows.

    Raises:
        FengqiaoError: there is no such table, or a column is missing, too many, of another kind, or holds what it may not.
    """
    table = PUBLISHED.get(name)
    if table is None:
        raise FengqiaoError(f"not published: no class of pipelines/tables says what {name} is")
    expected, actual = schema_of(table), dict(frame.schema)
    if list(actual.items()) != list(expected.items()):
        odd = sorted({name for name, _ in actual.items() ^ expected.items()}) or ["the order of columns"]
        raise FengqiaoError(f"not published: {name} does not have the columns of its class: {', '.join(odd)}")
    try:
        table.validate(frame)
    except ValidationError as problem:
        raise FengqiaoError(f"not published: {name} holds what it may not: {problem}") from problem
    return frame
