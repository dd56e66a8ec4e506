"""The pictures of the screens and papers: one chance beside the usual, and how true the stated chances were."""

from typing import Any

import altair as alt
import polars as pl

from dashboards.phrases import Chance, out_of
from dashboards.wording import Words

INK, SOFT, USUAL, GRID = "#1f5673", "#8fb0c4", "#b45309", "#d3dbe1"
FONT = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_SMALLEST_AXIS = 10.0


def chance_picture(words: Words, chance: Chance) -> alt.LayerChart:
    """A dispute's chance with its interval, and below it what is usual, on one scale of counts."""
    many = out_of(chance.value)
    rows = [(words("chance.picture_value"), chance.value, chance.low, chance.high, INK)]
    if chance.usual is not None:
        rows.append((words("chance.picture_usual"), chance.usual, chance.usual, chance.usual, USUAL))
    counts = pl.DataFrame(rows, schema=["name", "value", "low", "high", "colour"], orient="row").with_columns(
        (pl.col("value", "low", "high") * many).round(1)
    )
    top = max(_SMALLEST_AXIS, float(chance.high * many) * 1.1)
    base = alt.Chart(alt.InlineData(counts.to_dicts())).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False)),
        color=alt.Color("colour:N", scale=None),
    )
    axis = alt.X(
        "value:Q",
        title=words("chance.picture_axis", many=words.number(many)),
        scale=alt.Scale(domain=[0, top]),
        axis=alt.Axis(tickCount=5),
    )
    interval = (
        base.mark_rule(strokeWidth=6, opacity=0.45)
        .encode(x=axis.copy(), x2="high:Q")
        .transform_calculate(value="datum.low")
    )
    point = base.mark_point(size=130, filled=True, opacity=1).encode(x=axis)
    return _dressed(alt.layer(interval, point).properties(height=alt.Step(34)))


def reliability_picture(words: Words, bins: pl.DataFrame) -> alt.LayerChart:
    """What was stated against what came, in counts of 100, with the line on which both agree."""
    counts = bins.with_columns((pl.col("predicted", "observed", "low", "high") * 100).round(2))
    top = float(max(counts["high"].max() or 0, counts["predicted"].max() or 0, 1)) * 1.05  # pyright: ignore[reportArgumentType]
    scale = alt.Scale(domain=[0, top])
    x = alt.X("predicted:Q", title=words("model.predicted"), scale=scale)
    y = alt.Y("observed:Q", title=words("model.observed"), scale=scale)
    base = alt.Chart(alt.InlineData(counts.select("predicted", "observed", "low", "high").to_dicts()))
    agree = (
        alt.Chart(alt.InlineData([{"predicted": 0, "observed": 0}, {"predicted": top, "observed": top}]))
        .mark_line(color=USUAL, strokeDash=[6, 4])
        .encode(x=x, y=y)
    )
    interval = base.mark_rule(color=SOFT, strokeWidth=3).encode(
        x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
    )
    point = base.mark_point(color=INK, filled=True, size=90, opacity=1).encode(x=x, y=y)
    return _dressed(alt.layer(agree, interval, point).properties(height=340))


def _dressed(chart: Any) -> Any:
    """The common look. Marks are not read out one by one: the sentence beside a picture says what it shows."""
    return (
        chart.configure(font=FONT, background="#ffffff")
        .configure_mark(aria=False)
        .configure_axis(
            aria=False,
            labelColor="#34434e",
            titleColor="#34434e",
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
            gridColor=GRID,
            domainColor="#9fb0bc",
            labelLimit=220,
        )
        .configure_view(stroke=None)
    )
