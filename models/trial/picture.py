"""The feedback in one picture: where attention went against where the hazard truly is, quarter by quarter."""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    import altair as alt


def feedback_picture(shares: pl.DataFrame) -> "alt.Chart | alt.FacetChart":
    """Townships as points, one panel per quarter and arm, the diagonal where attention is in proportion to hazard.

    Args:
        shares: `feedback.township_shares`.
    """
    import altair as alt

    shown = shares.with_columns(
        pl.format("quarter {}", pl.col("quarter") + 1).alias("when"),
        (100 * pl.col("hazard_share")).alias("hazard_pct"),
        (100 * pl.col("attention_share")).alias("attention_pct"),
    ).to_pandas()
    most = float(max(shown["hazard_pct"].max(), shown["attention_pct"].max()))
    scale = alt.Scale(domain=[0, most])
    points = (
        alt.Chart(shown)
        .mark_circle(size=18, opacity=0.45)
        .encode(
            x=alt.X("hazard_pct:Q", title="share of true hazard, %", scale=scale),
            y=alt.Y("attention_pct:Q", title="share of attention, %", scale=scale),
        )
    )
    line = (
        alt.Chart(shown)
        .transform_calculate(y="datum.hazard_pct")
        .mark_line(color="#888", strokeDash=[4, 4])
        .encode(x="hazard_pct:Q", y=alt.Y("y:Q"))
    )
    return (
        alt.layer(points, line)
        .properties(width=170, height=170)
        .facet(row=alt.Row("arm:N", title=None), column=alt.Column("when:N", title=None))
    )


def save_picture(shares: pl.DataFrame, path: Path) -> None:
    """Write the picture as SVG."""
    feedback_picture(shares).save(str(path))
