"""What may be shown of the care services (boundary 2): no cell under ten, nor what would give one away.

A cell is the people of one township and service. Under ten it is not shown; and where the cells hidden
of one county and service are a single one, or together under ten, the next smallest are hidden too, so
that a total known from elsewhere gives none of them away. What is shown is rounded to five, and an
overdue count under ten is left out though its cell is shown.
"""

import polars as pl

SMALLEST = 10
ROUNDED_TO = 5


def with_suppression(cells: pl.DataFrame) -> pl.DataFrame:
    """Add `suppressed`.

    Args:
        cells: county_code, service, area_code and caseload; a missing caseload is suppressed too.

    Returns:
        The rows in their order.
    """
    small = pl.col("caseload").fill_null(0) < SMALLEST
    group = ["county_code", "service"]
    ordered = (
        cells.with_row_index("__row")
        .with_columns(__size=pl.col("caseload").fill_null(0), __small=small)
        .sort(*group, "__size", "area_code")
        .with_columns(
            __hidden_before=pl.col("__size").cum_sum().over(group) - pl.col("__size"),
            __nth=pl.int_range(pl.len()).over(group),
            __any=pl.col("__small").any().over(group),
        )
    )
    complementary = pl.col("__any") & ((pl.col("__nth") < 2) | (pl.col("__hidden_before") < SMALLEST))
    return (
        ordered.with_columns(suppressed=pl.col("__small") | complementary)
        .sort("__row")
        .drop("__row", "__size", "__small", "__hidden_before", "__nth", "__any")
    )


def shown_counts(cells: pl.DataFrame) -> pl.DataFrame:
    """Round what is shown and take out the rest: `caseload`, `overdue`, `expected_overdue`, `low`, `high`.

    The interval is widened to whole fives, never narrowed.
    """
    hidden = pl.col("suppressed")
    few = pl.col("overdue") < SMALLEST
    return cells.with_columns(
        caseload=pl.when(~hidden).then(_rounded(pl.col("caseload"))),
        overdue=pl.when(~hidden & ~few).then(_rounded(pl.col("overdue"))),
        expected_overdue=pl.when(~hidden).then(_rounded(pl.col("expected_overdue"))),
        low=pl.when(~hidden).then((pl.col("low") / ROUNDED_TO).floor() * ROUNDED_TO),
        high=pl.when(~hidden).then((pl.col("high") / ROUNDED_TO).ceil() * ROUNDED_TO),
    )


def _rounded(amount: pl.Expr) -> pl.Expr:
    return (amount / ROUNDED_TO).round() * ROUNDED_TO
