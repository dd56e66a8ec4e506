"""Monitoring of the sources: does each county still report, do codes keep their meaning, are columns filled as before, are records as prompt?

The newest two weeks are held against the half year before them. Counties are compared with what the
rest of the city does at the same time, so that a holiday is no alarm.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl
from scipy.stats import chi2_contingency

from models.monitoring.recent_records import CODES, FILLED
from models.monitoring.signal import Signal
from models.monitoring.statistics import departure, later, stability
from pipelines.city.model_settings import MonitoringLimits

SPAN_WEEKS = 2
BEFORE_SPANS = 13
LEAST_P = 1e-6
"""A difference must also have a p-value below this to be a signal."""
LEAST_USUAL = 8.0
"""With fewer usual records in a span, having none is not a signal."""


def source_signals(records: Mapping[str, pl.DataFrame], limits: MonitoringLimits) -> Iterator[Signal]:
    """Every signal of every source with records in the last half year."""
    for name, rows in records.items():
        spanned = rows.with_columns(span=(pl.col("week") - 1) // SPAN_WEEKS).filter(
            pl.col("span") <= BEFORE_SPANS
        )
        if spanned.filter(pl.col("span") > 0)["span"].n_unique() < BEFORE_SPANS // 2:
            continue
        if "county_code" in rows.columns:
            yield from _counties(name, spanned, limits)
        if name == "outcomes":
            yield _whole(name, spanned, limits)
        for column in CODES[name]:
            yield _codes(name, column, spanned, limits)
        for column in FILLED.get(name, ()):
            yield _filled(name, column, spanned, limits)
        yield _delay(name, spanned, limits)


def _counties(name: str, rows: pl.DataFrame, limits: MonitoringLimits) -> Iterator[Signal]:
    counts = _by_span(rows, "county_code")
    city = counts.sum(axis=0)
    counties = rows["county_code"].drop_nulls().unique().sort().to_list()
    for county, of_county in zip(counties, counts, strict=True):
        others = city - of_county
        share = of_county[1:].sum() / max(others[1:].sum(), 1)
        expected = share * others
        z = departure(of_county[0], np.stack([expected, of_county], axis=1))
        enough = max(expected[0], of_county[0]) >= LEAST_USUAL
        yield Signal(
            signal="arrivals",
            segment=f"{name} county={county}",
            value=float(of_county[0]),
            usual=float(expected[0]),
            limit=limits.departure,
            strength=z,
            crossed=enough and abs(z) > limits.departure,
        )


def _whole(name: str, rows: pl.DataFrame, limits: MonitoringLimits) -> Signal:
    counts = np.bincount(rows["span"].to_numpy(), minlength=BEFORE_SPANS + 1)[: BEFORE_SPANS + 1].astype(
        float
    )
    spans = counts[: int(rows["span"].max()) + 1]  # pyright: ignore[reportArgumentType]
    expected = np.full(len(spans), spans[1:].mean())
    z = departure(spans[0], np.stack([expected, spans], axis=1))
    enough = max(expected[0], spans[0]) >= LEAST_USUAL
    return Signal(
        signal="arrivals",
        segment=name,
        value=float(spans[0]),
        usual=float(expected[0]),
        limit=limits.departure,
        strength=z,
        crossed=enough and abs(z) > limits.departure,
    )


def _codes(name: str, column: str, rows: pl.DataFrame, limits: MonitoringLimits) -> Signal:
    counts = _by_span(rows, column)
    now, before = counts[:, 0], counts[:, 1:].sum(axis=1)
    index, p = stability(now, before)
    return Signal(
        signal="codes",
        segment=f"{name}.{column}",
        value=index,
        usual=0.0,
        limit=limits.stability,
        strength=index,
        crossed=index > limits.stability and p < LEAST_P,
    )


def _filled(name: str, column: str, rows: pl.DataFrame, limits: MonitoringLimits) -> Signal:
    newest = pl.col("span") == 0
    table = rows.select(
        *(
            pl.col(column).filter(which).is_null().sum().alias(f"gone{at}")
            for at, which in enumerate((newest, ~newest))
        ),
        *(
            pl.col(column).filter(which).is_not_null().sum().alias(f"there{at}")
            for at, which in enumerate((newest, ~newest))
        ),
    ).row(0, named=True)
    counts = np.array([[table["gone0"], table["there0"]], [table["gone1"], table["there1"]]], dtype=float)
    share = counts[:, 0] / np.maximum(counts.sum(axis=1), 1)
    usable = (counts.sum(axis=0) > 0).all() and (counts.sum(axis=1) > 0).all()
    p = float(chi2_contingency(counts).pvalue) if usable else 1.0  # pyright: ignore[reportAttributeAccessIssue]
    more = share[0] - share[1]
    return Signal(
        signal="missing",
        segment=f"{name}.{column}",
        value=float(share[0]),
        usual=float(share[1]),
        limit=limits.missing_share,
        strength=float(more),
        crossed=more > limits.missing_share and p < LEAST_P,
    )


def _delay(name: str, rows: pl.DataFrame, limits: MonitoringLimits) -> Signal:
    newest = pl.col("span") == 0
    now, before = (rows.filter(which)["delay_days"].to_numpy() for which in (newest, ~newest))
    chance, p = later(now, before)
    return Signal(
        signal="delay",
        segment=name,
        value=float(np.mean(now)) if len(now) else 0.0,
        usual=float(np.mean(before)),
        limit=limits.delay_chance,
        strength=chance,
        crossed=chance > limits.delay_chance and p < LEAST_P,
    )


def _by_span(rows: pl.DataFrame, column: str) -> np.ndarray:
    """Counts by value of the column (sorted, without nulls) and span, the newest first."""
    known = rows.drop_nulls(column)
    values = known[column].unique().sort()
    at = known[column].cast(pl.Enum(values)).to_physical().cast(pl.Int64).to_numpy()
    key = at * (BEFORE_SPANS + 1) + known["span"].to_numpy()
    return (
        np.bincount(key, minlength=len(values) * (BEFORE_SPANS + 1))
        .reshape(len(values), BEFORE_SPANS + 1)
        .astype(np.float64)
    )
