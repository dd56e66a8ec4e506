"""What may leave the warehouse of the care services (boundary 2): no cell under ten, nor what would give one away.

A cell is the people of one township and service. Under ten it is not shown; and where the cells hidden
of one county and service are a single one, or together under ten, the next smallest are hidden too, so
that a total known from elsewhere gives none of them away. What is shown is rounded to five, and an
overdue count under ten is left out though its cell is shown.

Weeks side by side must tell no more than one of them: a cell is hidden well above the line, so that crossing it
happens out of sight, is shown again only further above, and what was hidden for another's sake stays so for a quarter.
"""

import numpy as np
import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.engine.matrix import Matrix

SMALLEST = 10
ROUNDED_TO = 5
HIDDEN_BELOW = 15
"""A shown cell is hidden when its count falls below this."""
SHOWN_FROM = 20
"""A hidden cell is shown again only from this count."""
MEMORY_WEEKS = 13
"""Weeks that a cell hidden to protect another cell stays hidden."""
CASELOAD = "township_service_caseload"
WITHHELD_NAMES = frozenset(feature.name for feature in CATALOGUE if feature.is_withheld)


def with_suppression(
    cells: pl.DataFrame, group: tuple[str, ...] = ("county_code", "service")
) -> pl.DataFrame:
    """Add the column `suppressed`: the small cells of one week, and cells hidden to protect them.

    Args:
        cells: the columns of `group`, area_code and caseload; a missing caseload is suppressed too. Where there is a
            column `small`, it says which cells are hidden for their own sake; else those under ten.
        group: whose total may be known from elsewhere.

    Returns:
        The rows in their order.
    """
    small = pl.col("caseload").fill_null(0) < SMALLEST
    if "small" in cells.columns:
        small = small | pl.col("small")
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


def hidden_cells(cells: pl.DataFrame, caseload: np.ndarray) -> np.ndarray:
    """Whether each cell is hidden on the last of these weeks, given its counts in all of them; bool [cells].

    Args:
        cells: area_code, county_code, service.
        caseload: by week, oldest first; NaN is missing [cells, weeks].
    """
    n_cells, n_weeks = caseload.shape
    own, hidden = np.ones(n_cells, dtype=bool), np.zeros(n_cells, dtype=bool)
    for week in range(n_weeks):
        own = ~(caseload[:, week] >= np.where(own, SHOWN_FROM, HIDDEN_BELOW))
        if week >= n_weeks - MEMORY_WEEKS:
            of_week = cells.select("area_code", "county_code", "service").with_columns(
                caseload=pl.Series(caseload[:, week]).fill_nan(None), small=pl.Series(own)
            )
            suppressed = with_suppression(of_week)["suppressed"].to_numpy()
            hidden |= suppressed & ~own
    return own | hidden


def shown_counts(cells: pl.DataFrame) -> pl.DataFrame:
    """Round the shown values and remove the others, in `caseload`, `overdue`, `expected_overdue`, `low`, `high`.

    The interval is widened to whole fives, never narrowed.
    """
    hidden = pl.col("suppressed")
    few = pl.col("overdue") < SMALLEST
    return cells.with_columns(
        caseload=pl.when(~hidden).then(rounded(pl.col("caseload"))),
        overdue=pl.when(~hidden & ~few).then(rounded(pl.col("overdue"))),
        expected_overdue=pl.when(~hidden).then(rounded(pl.col("expected_overdue"))),
        low=pl.when(~hidden).then(rounded_down(pl.col("low"))),
        high=pl.when(~hidden).then(rounded_up(pl.col("high"))),
    )


def hide_small_cells(matrix: Matrix) -> Matrix:
    """Remove small counts of the care services from a matrix, in place; both the written matrix and the training data are treated so.

    A count under ten becomes missing, others are rounded to five. Of rows that are cells themselves (a township and
    service), those suppressed for their own or another's sake lose all their counts.

    Returns:
        The same matrix.
    """
    withheld = [at for at, name in enumerate(matrix.names) if name in WITHHELD_NAMES]
    suppressed = _suppressed_rows(matrix) if "service" in matrix.cohort.columns else None
    for at in withheld:
        counts = matrix.values[:, at]
        kept = counts >= SMALLEST if suppressed is None else (counts >= SMALLEST) & ~suppressed
        matrix.values[:, at] = np.where(kept, np.round(counts / ROUNDED_TO) * ROUNDED_TO, np.nan)
    return matrix


def rounded(amount: pl.Expr) -> pl.Expr:
    """Rounded to the nearest multiple of five."""
    return (amount / ROUNDED_TO).round() * ROUNDED_TO


def rounded_down(amount: pl.Expr) -> pl.Expr:
    """Rounded down to a multiple of five."""
    return (amount / ROUNDED_TO).floor() * ROUNDED_TO


def rounded_up(amount: pl.Expr) -> pl.Expr:
    """Rounded up to a multiple of five."""
    return (amount / ROUNDED_TO).ceil() * ROUNDED_TO


def _suppressed_rows(matrix: Matrix) -> np.ndarray:
    """Whether each row of a township and service matrix is suppressed, Monday by Monday in their order; bool [rows]."""
    order = ("service", "township_code")
    rows = matrix.cohort.with_row_index("__at").with_columns(
        caseload=pl.Series(matrix.values[:, matrix.names.index(CASELOAD)].astype(np.float64))
    )
    mondays = rows["as_of"].unique().sort().to_list()
    suppressed = np.ones(len(rows), dtype=bool)
    cells = rows.filter(as_of=mondays[0]).sort(order) if mondays else rows
    by_week = [rows.filter(as_of=monday).sort(order) for monday in mondays]
    for last, week in enumerate(by_week, start=1):
        history = np.column_stack([each["caseload"].to_numpy() for each in by_week[:last]])
        named = cells.select("service", "county_code", area_code="township_code")
        suppressed[week["__at"].to_numpy()] = hidden_cells(named, history)
    return suppressed
