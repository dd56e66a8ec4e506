"""Columns of a sample held against each other: what varies under one number, and which moment comes later."""

import polars as pl

from pipelines.intake.value_parsers import moments
from pipelines.onboarding.source_sample import SourceSample


def varying_share(sample: SourceSample, key: str, heading: str) -> float:
    """Of the numbers that repeat, the share whose rows differ in another column."""
    grouped = (
        pl.DataFrame({"key": sample.text(key), "value": sample.text(heading)})
        .drop_nulls("key")
        .group_by("key")
        .agg(n=pl.len(), different=pl.col("value").n_unique())
        .filter(pl.col("n") > 1)
    )
    return float((grouped["different"] > 1).sum()) / max(len(grouped), 1)


def later_share(sample: SourceSample, heading: str, other: str) -> float:
    """Of the rows with both moments, the share where one is not before the day of the other."""
    pairs = pl.DataFrame({"one": _moments(sample, heading), "other": _moments(sample, other)}).drop_nulls()
    if pairs.is_empty():
        return 0.0
    later = pairs["one"].dt.date() >= pairs["other"].dt.date()
    return float(later.sum()) / len(pairs)


def _moments(sample: SourceSample, heading: str) -> pl.Series:
    values = sample.raw.frame[heading]
    if values.dtype.is_temporal():
        return values.cast(pl.Datetime("us"))
    return moments(sample.text(heading), sample.habits[heading].formats)
