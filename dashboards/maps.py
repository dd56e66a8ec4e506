"""A map that needs no network: the profile's polygons where it has them, else marks at the townships' positions."""

import json
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl

from dashboards.charts import GRID, dressed
from dashboards.names import Names
from dashboards.read_model import LEVELS

COLOURS = {"red": "#a3262a", "orange": "#d9822b", "yellow": "#f0c93a", "blue": "#9dbdd6"}
"""Dark to light by gravity, so that they stay apart in grey and for readers who confuse red and green."""
_NONE, _SILENT = "#c3ccd3", "#1c2730"
_SIZES = [30, 900]


def has_positions(rows: pl.DataFrame) -> bool:
    """Whether there is anywhere to put a mark."""
    return len(rows.drop_nulls(["lon", "lat"])) > 0


def place_map(names: Names, rows: pl.DataFrame, boundaries: Path) -> Any:
    """Townships sized by what is expected and coloured by level; those that report too little have a ring.

    Args:
        names: of the levels, and the language.
        rows: as `place_words.map_words` gives them.
        boundaries: GeoJSON polygons with an `area_code` each; none where the file is missing.
    """
    words = names.words
    told = rows.drop_nulls(["lon", "lat"]).with_columns(level=pl.col("level").fill_null("none"))
    base = alt.Chart(alt.InlineData(told.to_dicts())).encode(
        longitude="lon:Q",
        latitude="lat:Q",
        tooltip=[
            alt.Tooltip("place:N", title=words("place.place")),
            alt.Tooltip("told:N", title=words("place.told_title")),
            alt.Tooltip("level_name:N", title=words("place.level")),
            alt.Tooltip("mark:N", title=words("place.reporting")),
        ],
    )
    shown = [level for level in LEVELS if level in set(told["level"])]
    colour = alt.Color(
        "level_name:N",
        scale=alt.Scale(
            domain=[names.code("level", level) for level in shown] or [words("place.no_level")],
            range=[COLOURS[level] for level in shown] or [_NONE],
        ),
        legend=alt.Legend(title=words("place.level"), orient="bottom-left") if shown else None,
    )
    size = alt.Size(
        "expected:Q",
        scale=alt.Scale(range=_SIZES),
        legend=alt.Legend(title=words("place.size"), orient="bottom-left", symbolType="circle", tickCount=3),
    )
    marks = base.mark_circle(opacity=0.85, stroke="#ffffff", strokeWidth=1).encode(color=colour, size=size)
    rings = (
        base.transform_filter("datum.silent")
        .mark_point(filled=False, stroke=_SILENT, strokeWidth=2.5, strokeDash=[3, 2], opacity=1)
        .encode(size=size)
    )
    layers = [*_polygons(boundaries), marks, rings, *_counties(names)]
    return dressed(alt.layer(*layers).project(type="mercator").properties(height=600))


def _polygons(boundaries: Path) -> list[Any]:
    if not boundaries.exists():
        return []
    shapes = json.loads(boundaries.read_text(encoding="utf-8"))["features"]
    return [alt.Chart(alt.InlineData(shapes)).mark_geoshape(fill="#f2f5f7", stroke=GRID)]


def _counties(names: Names) -> list[Any]:
    """The counties' names where they lie."""
    where = [
        {"name": names.area(code), "lon": lon, "lat": lat} for code, (lon, lat) in names.county_seats.items()
    ]
    base = alt.Chart(alt.InlineData(where)).encode(longitude="lon:Q", latitude="lat:Q", text="name:N")
    halo = base.mark_text(fontSize=13, fontWeight=600, stroke="#ffffff", strokeWidth=4, dy=-20)
    return [halo, base.mark_text(fontSize=13, fontWeight=600, color="#34434e", dy=-20)] if where else []
