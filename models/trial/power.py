"""What a field trial would need: a stepped wedge over townships, all starting without, all ending with the list.

Power by the design of Hussey and Hughes (2007): townships are drawn into groups that begin one after the other;
a linear mixed model with a random township effect and fixed periods gives the variance of the effect. Outcomes
are counts of harm per township and period, so that the variance within is the count's own, widened by
`dispersion`. Nothing here is simulated.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True, kw_only=True)
class Wedge:
    """A stepped-wedge design.

    Attributes:
        clusters: townships.
        steps: groups that begin one after the other; there is one period more than steps.
        period_weeks: length of a period.
        harms_per_year: outcomes of the whole city in a year without the list.
        between_sd: standard deviation over townships of the log rate of outcomes.
        dispersion: variance of a township-period's count over its mean, beside the township effect.
        level: two-sided significance.
    """

    clusters: int
    steps: int
    period_weeks: int
    harms_per_year: float
    between_sd: float
    dispersion: float = 1.2
    level: float = 0.05

    @property
    def periods(self) -> int:
        """Number of periods; in the first one no township has the list."""
        return self.steps + 1

    @property
    def harms_per_cell(self) -> float:
        """Expected outcomes of a township in a period, without the list."""
        return self.harms_per_year * self.period_weeks / 52 / self.clusters


def standard_error(wedge: Wedge) -> float:
    """Standard error of the estimated share of outcomes prevented (relative to the rate without the list)."""
    started = _starts(wedge)
    x = (np.arange(wedge.periods)[None, :] >= started[:, None]).astype(float)
    mean = wedge.harms_per_cell
    within = wedge.dispersion * mean
    between = (mean * wedge.between_sd) ** 2
    clusters, periods = x.shape
    u = x.sum()
    w = (x.sum(axis=0) ** 2).sum()
    v = (x.sum(axis=1) ** 2).sum()
    above = clusters * within * (within + periods * between)
    below = (clusters * u - w) * within + (
        u**2 + clusters * periods * u - periods * w - clusters * v
    ) * between
    return float(np.sqrt(above / below) / mean)


def power(wedge: Wedge, prevented_share: float) -> float:
    """Probability of detecting, at the design's significance level, that the list prevents this share of all outcomes."""
    z = stats.norm.ppf(1 - wedge.level / 2)
    return float(stats.norm.cdf(prevented_share / standard_error(wedge) - z))


def smallest_found(wedge: Wedge, wanted: float = 0.8) -> float:
    """The smallest share of outcomes prevented that is detected with the wanted power."""
    z = stats.norm.ppf(1 - wedge.level / 2) + stats.norm.ppf(wanted)
    return float(z * standard_error(wedge))


def _starts(wedge: Wedge) -> np.ndarray:
    """The period in which each township begins; groups as equal as possible; [clusters]."""
    return 1 + np.arange(wedge.clusters) * wedge.steps // wedge.clusters
