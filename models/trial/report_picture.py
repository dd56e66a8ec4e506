"""The picture of the feedback: concentration of attention, calibration, and recorded rates."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from models.trial.feedback import by_tenth

if TYPE_CHECKING:
    import altair as alt

PLACES = (
    "Townships in tenths by true hazard: share of attention against share of hazard, last quarter, % · "
    "乡镇按真实风险分十组：关注占比与风险占比"
)
ROWS = {
    "attended": (
        "Chance of violence within four weeks, disputes attended to, % · 已调解的纠纷四周内动手的可能",
        ("predicted", "true", "recorded"),
    ),
    "others": (
        "The same, disputes not attended to, % · 未调解的纠纷四周内动手的可能",
        ("predicted", "true", "recorded"),
    ),
    "base": ("How often, of all disputes at risk, % · 全部在险纠纷的发生率", ("true", "recorded")),
}
LINES = {
    "predicted": ("predicted · 预测", "#1f5673"),
    "true": ("true · 真实", "#b45309"),
    "recorded": ("on record · 有记录", "#8a949c"),
}
WIDTH, HEIGHT = 230, 150


def feedback_picture(shares: pl.DataFrame, feedback: pl.DataFrame) -> "alt.VConcatChart":
    """A figure with one column of pictures per arm.

    Above: the share of attention of each tenth of the townships, by hazard, against their share of true hazard in the
    year's last quarter, and the line where they agree. Below, quarter by quarter: chances among attended and others, and how often violence
    comes, in truth and on record.

    Args:
        shares: `feedback.township_shares`.
        feedback: `feedback.feedback` of the same arms.
    """
    import altair as alt

    rows = [_quarters(feedback, part, *options) for part, options in ROWS.items()]
    return (
        alt.vconcat(_townships(shares), *rows)
        .configure(font="Noto Sans, Noto Sans CJK SC, sans-serif", background="#ffffff")
        .configure_header(labelFontSize=12)
        .configure_title(fontSize=13, anchor="start", offset=10)
        .configure_axis(gridColor="#e3e8ec", labelFontSize=10, titleFontSize=11, titleFontWeight="normal")
        .configure_legend(labelFontSize=11, title=None, orient="bottom")
    )


def save_picture(shares: pl.DataFrame, feedback: pl.DataFrame, path: Path) -> None:
    """Write the picture as SVG."""
    feedback_picture(shares, feedback).save(str(path))


def _townships(shares: pl.DataFrame) -> "alt.FacetChart":
    """Panel of township shares over all worlds, in the last quarter."""
    import altair as alt

    last = by_tenth(shares.filter(pl.col("quarter") == pl.col("quarter").max()))
    shown = last.with_columns(pl.col("hazard_share", "attention_share", "low", "high") * 100)
    top = float(
        shown.select(pl.max_horizontal(pl.col("hazard_share", "attention_share", "high").max())).item()
    )
    scale = alt.Scale(domain=[0, top])
    x = alt.X("hazard_share:Q", title="true hazard · 真实风险", scale=scale)
    y = alt.Y("attention_share:Q", title="attention · 关注", scale=scale)
    base = alt.Chart(_inline(shown)).encode(x=x)
    interval = base.mark_rule(strokeWidth=4, opacity=0.25, color="#1f5673").encode(
        y=alt.Y("low:Q", scale=scale), y2="high:Q"
    )
    points = base.mark_circle(size=40, color="#1f5673", opacity=1).encode(y=y)
    agree = base.mark_line(color="#b45309", strokeDash=[5, 4]).encode(y=alt.Y("hazard_share:Q", scale=scale))
    return _by_arm(alt.layer(agree, interval, points), PLACES)


def _quarters(feedback: pl.DataFrame, part: str, title: str, lines: tuple[str, ...]) -> "alt.FacetChart":
    import altair as alt

    metrics = {(f"base_{line}" if part == "base" else f"{line}_{part}"): line for line in lines}
    shown = (
        feedback.filter(pl.col("metric").is_in(list(metrics)))
        .select(
            "arm",
            quarter=pl.col("quarter") + 1,
            line=pl.col("metric").replace(metrics).replace({name: LINES[name][0] for name in lines}),
            value=100 * pl.col("value"),
            low=100 * pl.col("low"),
            high=100 * pl.col("high"),
        )
        .sort("arm", "line", "quarter")
    )
    base = alt.Chart(_inline(shown)).encode(
        x=alt.X("quarter:O", title="quarter of the year · 季度", axis=alt.Axis(labelAngle=0)),
        color=alt.Color(
            "line:N",
            scale=alt.Scale(
                domain=[LINES[name][0] for name in lines], range=[LINES[name][1] for name in lines]
            ),
        ),
    )
    y = alt.Y("value:Q", title=None, scale=alt.Scale(zero=True))
    interval = base.mark_rule(strokeWidth=4, opacity=0.25).encode(y=alt.Y("low:Q", title=None), y2="high:Q")
    line = base.mark_line(point=alt.OverlayMarkDef(size=30)).encode(y=y)
    return _by_arm(alt.layer(interval, line), title)


def _by_arm(chart: Any, title: str) -> "alt.FacetChart":
    import altair as alt

    panels = chart.properties(width=WIDTH, height=HEIGHT).facet(column=alt.Column("arm:N", title=None))
    return panels.properties(title=title)


def _inline(rows: pl.DataFrame) -> Any:
    import altair as alt

    return alt.InlineData(rows.to_dicts())
