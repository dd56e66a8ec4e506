"""A map without a network: the profile's polygons, or marks at the townships' positions."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from dashboards.pictures.charts import GRID, dressed
from dashboards.published.warnings_queries import LEVELS
from dashboards.wording.code_names import Names

COLOURS = {"red": "#a3262a", "orange": "#d9822b", "yellow": "#f0c93a", "blue": "#9dbdd6"}
"""By level, dark to light, so that they differ in grey and for red-green colour blindness."""
HIDDEN, NO_LEVEL = "hidden", "none"
_OTHERS = {NO_LEVEL: "#c3ccd3", HIDDEN: "#7b8b97"}
_PLAIN, _RING = "#f2f5f7", "#1c2730"
_SIZES, _RING_SIZE, _HIDDEN_SIZE = [30, 900], 260, 70


def can_be_drawn(rows: pl.DataFrame, shapes: Mapping[str, Any]) -> bool:
    """Whether any township has a polygon or a position."""
    return bool(shapes) or len(rows.drop_nulls(["lon", "lat"])) > 0


def township_map(
    names: Names, rows: pl.DataFrame, shapes: Mapping[str, Any], size: str, figure: str, mark: str
) -> Any:
    """Townships coloured by level: their polygons, and marks sized by a figure where there is none.

    What may not be shown is grey, an empty square where it is a mark; a dashed ring is put where the row says so.

    Args:
        names: the language, and the counties' names.
        rows: area_code, lon, lat, `size` (null where it may not be shown), `kind` (a level, `none` or
            `hidden`), `kind_name`, `ringed`, and in words `place`, `figure`, `mark`.
        shapes: of `boundaries.boundaries_of`.
        size: what the size of a mark is called.
        figure: what `figure` is called.
        mark: what `mark` is called.
    """
    words = names.words
    titles = {
        "place": words("place.place"),
        "figure": figure,
        "kind_name": words("place.level"),
        "mark": mark,
    }
    present = [kind for kind in (*LEVELS, *_OTHERS) if kind in set(rows["kind"])]
    kind_names = dict(rows.select("kind", "kind_name").iter_rows())
    colour: dict[str, Any] = {
        "scale": alt.Scale(
            domain=[kind_names[kind] for kind in present],
            range=[(COLOURS | _OTHERS)[kind] for kind in present],
        ),
        "legend": alt.Legend(title=words("place.level"), orient="bottom"),
    }
    placed = rows.drop_nulls(["lon", "lat"])
    layers = [
        *_polygons(rows, shapes, titles, colour),
        *_marks(placed.filter(~pl.col("area_code").is_in(list(shapes))), titles, colour, size),
        *_rings(placed.filter("ringed")),
        *_counties(names),
    ]
    return dressed(alt.layer(*layers).project(type="mercator").properties(height=600))


def _polygons(
    rows: pl.DataFrame, shapes: Mapping[str, Any], titles: dict[str, str], colour: dict[str, Any]
) -> list[Any]:
    """Each polygon in the colour of its township; a polygon without a row is plain."""
    if not shapes:
        return []
    facts = {row["area_code"]: row for row in rows.select("area_code", *titles).iter_rows(named=True)}
    drawn = {code: {"type": "Feature", "geometry": shape} for code, shape in shapes.items()}
    plain = alt.Chart(alt.InlineData(list(drawn.values()))).mark_geoshape(fill=_PLAIN, stroke=GRID)
    features = [feature | facts[code] for code, feature in drawn.items() if code in facts]
    coloured = (
        alt.Chart(alt.InlineData(features))
        .mark_geoshape(stroke="#ffffff", strokeWidth=1)
        .encode(color=alt.Color("kind_name:N", **colour), tooltip=_tooltip(titles))
    )
    return [plain, coloured]


def _marks(rows: pl.DataFrame, titles: dict[str, str], colour: dict[str, Any], size: str) -> list[Any]:
    if rows.is_empty():
        return []
    columns = ["lon", "lat", "size", *titles]
    hidden = pl.col("kind") == HIDDEN
    shown = _placed(rows.filter(~hidden).select(columns)).encode(
        color=alt.Color("kind_name:N", **colour),
        size=alt.Size(
            "size:Q",
            scale=alt.Scale(range=_SIZES),
            legend=alt.Legend(title=size, orient="bottom", symbolType="circle", tickCount=3),
        ),
        tooltip=_tooltip(titles),
    )
    layers = [shown.mark_circle(opacity=0.85, stroke="#ffffff", strokeWidth=1)]
    if len(rows.filter(hidden)):
        empty = _placed(rows.filter(hidden).select(columns)).encode(
            color=alt.Color("kind_name:N", **colour), tooltip=_tooltip(titles)
        )
        layers.append(
            empty.mark_point(shape="square", filled=False, size=_HIDDEN_SIZE, strokeWidth=2, opacity=1)
        )
    return layers


def _rings(rows: pl.DataFrame) -> list[Any]:
    if rows.is_empty():
        return []
    return [
        _placed(rows.select("lon", "lat")).mark_point(
            filled=False, stroke=_RING, strokeWidth=2.5, strokeDash=[3, 2], size=_RING_SIZE, opacity=1
        )
    ]


def _counties(names: Names) -> list[Any]:
    """Names of the counties at their positions."""
    where = [
        {"name": names.area(code), "lon": lon, "lat": lat} for code, (lon, lat) in names.county_seats.items()
    ]
    base = alt.Chart(alt.InlineData(where)).encode(longitude="lon:Q", latitude="lat:Q", text="name:N")
    halo = base.mark_text(fontSize=13, fontWeight=600, stroke="#ffffff", strokeWidth=4, dy=-20)
    return [halo, base.mark_text(fontSize=13, fontWeight=600, color="#34434e", dy=-20)] if where else []


def _placed(rows: pl.DataFrame) -> alt.Chart:
    return alt.Chart(alt.InlineData(rows.to_dicts())).encode(longitude="lon:Q", latitude="lat:Q")


def _tooltip(titles: dict[str, str]) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()]
