"""90 % intervals of shares and durations, in the descriptive files."""

import warnings
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

LEVEL = 0.90
_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))


def wilson(part: str, whole: str, name: str) -> list[pl.Expr]:
    """`name`, `name_low`, `name_high`: the share of two counts with Wilson's interval; null where the whole is zero."""
    n, share = pl.col(whole), pl.col(part) / pl.col(whole)
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * (share * (1 - share) / n + _Z**2 / (4 * n**2)).sqrt()
    some = pl.when(n > 0)
    return [
        some.then(share).alias(name),
        some.then((centre - half).clip(0, 1)).alias(f"{name}_low"),
        some.then((centre + half).clip(0, 1)).alias(f"{name}_high"),
    ]


def middle_days(days: np.ndarray, ended: np.ndarray) -> dict[str, float | None]:
    """`days`, `days_low`, `days_high`: the median duration (Kaplan-Meier) with its interval; None where it is not reached.

    What has not ended yet counts as "longer than so far", not as ended today; a mean of what has ended
    would look short exactly where much is still open.

    Args:
        days: how long each took, or has taken so far [n].
        ended: whether it has ended [n].
    """
    unknown: dict[str, float | None] = {"days": None, "days_low": None, "days_high": None}
    if not ended.any():
        return unknown
    data = stats.CensoredData(uncensored=days[ended], right=days[~ended])
    survival = stats.ecdf(data).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where nobody is left the interval has no formula
        interval = survival.confidence_interval(LEVEL, method="log-log")
    steps = {"days": survival, "days_low": interval.low, "days_high": interval.high}
    return unknown | {name: _halved(step) for name, step in steps.items()}


def middle_days_by(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`middle_days` of the columns `days` and `ended` in every group; the key columns first."""
    rows: list[dict[str, Any]] = []
    for key, part in frame.sort(by).group_by(by, maintain_order=True):
        rows.append(
            dict(zip(by, key, strict=True)) | middle_days(part["days"].to_numpy(), part["ended"].to_numpy())
        )
    kept = {name: frame.schema[name] for name in by}
    return pl.DataFrame(rows, schema=kept | dict.fromkeys(("days", "days_low", "days_high"), pl.Float64))


def _halved(step: Any) -> float | None:
    """The first time at which a falling step function is at or below one half; None where there is none."""
    at = np.flatnonzero(np.nan_to_num(step.probabilities, nan=1.0) <= 0.5)
    return float(step.quantiles[at[0]]) if len(at) else None
