"""Pictures of the backtest for the registry: reliability of probabilities and forecasts, and recall of each list."""

import altair as alt
import polars as pl
import vl_convert

from models.counts.shared.families_evidence import MODEL, USUAL, Families
from models.counts.shared.intervals import SHARE

SHOWN = ("lightgbm", "logistic", "checklist", "oracle")


def pictures(metrics: pl.DataFrame, calibration: pl.DataFrame) -> dict[str, bytes]:
    """PNG files by name; the same tables give the same bytes.

    Args:
        metrics: `evaluation.METRICS_SCHEMA`.
        calibration: `reliability.CALIBRATION_SCHEMA`.
    """
    return {
        "reliability.png": _png(reliability(calibration)),
        "recall_by_week.png": _png(recall_by_week(metrics)),
        "metrics.png": _png(compared(metrics)),
    }


def family_pictures(families: Families) -> dict[str, bytes]:
    """PNG files by name, for each family with a backtest: counts against forecasts, and coverage of the intervals."""
    images = {}
    for name in families.metrics["family"].unique().sort():
        rows = families.reliability.filter(pl.col("model").is_in([MODEL, USUAL]), family=name)
        images[f"{name}_reliability.png"] = _png(counts_came(rows))
        inside = families.metrics.filter(
            ~pl.col("segment").str.contains(" "), family=name, metric="coverage_80"
        )
        images[f"{name}_intervals.png"] = _png(intervals_held(inside))
    return images


def counts_came(rows: pl.DataFrame) -> alt.HConcatChart:
    """Mean count against mean forecast by bins of the forecast, with 90 % intervals; the diagonal is perfect.

    Args:
        rows: `counting.reliability.RELIABILITY_SCHEMA` of one family.
    """
    across = alt.X("expected:Q", title="expected", scale=alt.Scale(type="sqrt"))
    up = alt.Y("came:Q", title="came", scale=alt.Scale(type="sqrt"))
    model = alt.Color("model:N", sort=[MODEL, USUAL])
    charts = []
    for (target,), part in rows.group_by("target", maintain_order=True):
        base = alt.Chart(alt.Data(values=part.to_dicts()))
        diagonal = base.mark_line(color="#999999", strokeDash=[4, 4]).encode(x=across, y=alt.Y("expected:Q"))
        spread = base.mark_rule().encode(x=across, y=alt.Y("low:Q"), y2="high:Q", color=model)
        points = base.mark_point(filled=True).encode(x=across, y=up, color=model)
        charts.append((diagonal + spread + points).properties(width=360, height=300, title=str(target)))
    return alt.hconcat(*charts)


def intervals_held(rows: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Share of counts inside the 80 % interval, by grain and model, with 90 % intervals.

    Args:
        rows: `counting.measures.METRICS_SCHEMA`, metric `coverage_80` of whole grains.
    """
    labelled = rows.with_columns(
        pl.format("{} {}", pl.col("segment").str.strip_prefix("grain="), "model").alias("of")
    )
    base = alt.Chart(alt.Data(values=labelled.to_dicts()))
    down = alt.Y("of:N", title=None)
    promised = alt.Chart(alt.Data(values=[{"share": SHARE}])).mark_rule(color="#999999", strokeDash=[4, 4])
    points = base.mark_point(filled=True).encode(
        y=down, x=alt.X("value:Q", title="share of counts inside the 80 % interval")
    )
    spread = base.mark_rule().encode(y=down, x="low:Q", x2="high:Q")
    return (promised.encode(x="share:Q") + spread + points).properties(width=420, title="Intervals")


def reliability(calibration: pl.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Observed share of outcomes against predicted probability, with 90 % intervals; the diagonal is perfect."""
    rows = calibration.filter((pl.col("model") == "lightgbm") & (pl.col("segment") == "all"))
    across = alt.X("predicted:Q", title="predicted probability", scale=alt.Scale(type="sqrt"))
    up = alt.Y("observed:Q", title="share with an outcome", scale=alt.Scale(type="sqrt"))
    base = alt.Chart(alt.Data(values=rows.to_dicts()))
    diagonal = base.mark_line(color="#999999", strokeDash=[4, 4]).encode(x=across, y=alt.Y("predicted:Q"))
    spread = base.mark_rule().encode(x=across, y=alt.Y("low:Q"), y2="high:Q")
    return (diagonal + spread + base.mark_point(filled=True).encode(x=across, y=up)).properties(
        width=420, height=320, title="Reliability"
    )


def recall_by_week(metrics: pl.DataFrame) -> alt.Chart:
    """Recall at capacity of every Monday, by model."""
    rows = metrics.filter(
        pl.col("as_of").is_not_null()
        & (pl.col("metric") == "recall_at_capacity")
        & pl.col("model").is_in(SHOWN)
        & pl.col("value").is_not_null()
    ).with_columns(pl.col("as_of").cast(pl.String))
    return (
        alt.Chart(alt.Data(values=rows.select("model", "as_of", "value").to_dicts()))
        .mark_line()
        .encode(
            x=alt.X("as_of:T", title="Monday"),
            y=alt.Y("value:Q", title="recall at capacity"),
            color=alt.Color("model:N", sort=list(SHOWN)),
        )
        .properties(width=640, height=300, title="Recall at capacity by week")
    )


def compared(metrics: pl.DataFrame) -> alt.HConcatChart:
    """Every model side by side, with 90 % intervals."""
    pooled = metrics.filter(pl.col("as_of").is_null() & (pl.col("segment") == "all"))
    return alt.hconcat(
        *(
            _bars(pooled.filter(pl.col("metric") == name), name)
            for name in ("recall_at_capacity", "pr_auc", "roc_auc", "brier_skill")
        )
    )


def _bars(rows: pl.DataFrame, name: str) -> alt.LayerChart | alt.FacetChart:
    base = alt.Chart(alt.Data(values=rows.drop_nulls("value").drop("as_of").to_dicts()))
    down = alt.Y("model:N", title=None)
    points = base.mark_point(filled=True).encode(y=down, x=alt.X("value:Q", title=name))
    return (points + base.mark_rule().encode(y=down, x="low:Q", x2="high:Q")).properties(width=200)


def _png(chart: alt.TopLevelMixin) -> bytes:
    return vl_convert.vegalite_to_png(chart.to_dict(), scale=2)
