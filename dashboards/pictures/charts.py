"""Charts of the screens and papers."""

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from dashboards.wording.language import Words
from dashboards.wording.phrases import Chance, out_of

INK, SOFT, USUAL, GRID = "#1f5673", "#8fb0c4", "#b45309", "#d3dbe1"
FONT = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
_TIERS = ("#1f5673", "#5b8fb0", "#9dbdd6", "#d9822b", "#a3262a")
_SMALLEST_AXIS = 10.0


def chance_picture(words: Words, chance: Chance) -> alt.LayerChart:
    """A dispute's probability with its interval, and the usual one below, on one scale of counts."""
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
    return dressed(alt.layer(interval, point).properties(height=alt.Step(34)))


def reliability_picture(words: Words, bins: pl.DataFrame) -> alt.LayerChart:
    """Predicted against observed, in counts of 100, with the diagonal."""
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
    return dressed(alt.layer(agree, interval, point).properties(height=340))


def tiers_picture(words: Words, rows: pl.DataFrame) -> Any:
    """For each tier of intake, one bar of cases by present tier; rows: from_name, to_name, disputes, order."""
    base = alt.Chart(alt.InlineData(rows.to_dicts()))
    bars = base.mark_bar(stroke="#ffffff", strokeWidth=1).encode(
        y=alt.Y("from_name:N", title=words("funnel.tier"), sort=None, axis=alt.Axis(ticks=False)),
        x=alt.X("disputes:Q", title=words("funnel.cases"), axis=alt.Axis(tickCount=5)),
        color=alt.Color(
            "to_name:N",
            title=words("funnel.lies"),
            sort=None,
            scale=alt.Scale(domain=rows["to_name"].unique(maintain_order=True).to_list(), range=list(_TIERS)),
            legend=alt.Legend(orient="top"),
        ),
        order="order:Q",
    )
    return dressed(bars.properties(height=alt.Step(38)))


def period_picture(periods: pl.DataFrame, after_on: date, is_share: bool) -> Any:
    """One measure by period with its interval, and the line between before and after.

    Args:
        periods: from_on, value, low, high.
        after_on: the first day of after.
        is_share: whether the values are shares, shown as percentages from what is there on.
    """
    rows = periods.with_columns(pl.col("from_on").dt.to_string("%Y-%m-%d")).fill_nan(None).to_dicts()
    base = alt.Chart(alt.InlineData(rows))
    x = alt.X("from_on:T", title=None, axis=alt.Axis(format="%Y-%m", labelOverlap=True, tickCount=5))
    axis = alt.Axis(format="%") if is_share else alt.Axis()
    scale = alt.Scale(zero=not is_share)
    interval = base.mark_rule(color=SOFT, strokeWidth=4).encode(
        x=x, y=alt.Y("low:Q", title=None, scale=scale, axis=axis), y2="high:Q"
    )
    point = base.mark_point(color=INK, filled=True, size=45, opacity=1).encode(
        x=x, y=alt.Y("value:Q", title=None, scale=scale, axis=axis)
    )
    divide = (
        alt.Chart(alt.InlineData([{"from_on": after_on.isoformat()}]))
        .mark_rule(color=USUAL, strokeDash=[6, 4], strokeWidth=2)
        .encode(x=alt.X("from_on:T", title=None))
    )
    return dressed(alt.layer(interval, point, divide).properties(height=240))


def arms_picture(words: Words, arms: pl.DataFrame) -> Any:
    """Harms prevented by each policy in a simulated year, with its interval; rows: name, value, low, high."""
    base = alt.Chart(alt.InlineData(arms.to_dicts())).encode(
        y=alt.Y(
            "name:N",
            title=None,
            sort=arms["name"].to_list(),
            axis=alt.Axis(ticks=False, domain=False, labelLimit=320),
        )
    )
    across = {
        "title": words("effect.expected_prevented_per_year"),
        "scale": alt.Scale(zero=True),
        "axis": alt.Axis(tickCount=8),
    }
    interval = base.mark_rule(color=SOFT, strokeWidth=6).encode(x=alt.X("low:Q", **across), x2="high:Q")
    point = base.mark_point(color=INK, filled=True, size=110, opacity=1).encode(x=alt.X("value:Q", **across))
    return dressed(alt.layer(interval, point).properties(height=alt.Step(30)))


def dressed(chart: Any) -> Any:
    """The chart with the common style. Screen readers skip the marks, because the sentence beside a chart says what it shows."""
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
        .configure_legend(aria=False, labelFontSize=13, titleFontSize=13, titleFontWeight="normal")
        .configure_view(stroke=None)
    )
