"""The scope of a run: everything, or only what the list of disputes and a promotion depend on."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Parts of a run that may be left out; the list of disputes depends on none of them.

    Attributes:
        families: forecasts of places and care services.
        comparisons: models that no promotion is decided on, metrics by segment and by Monday, the audit's trend.
        pictures: drawings of what a version is judged by.
        screens: what screens and papers show beside the list, and the weekly monitoring.
        training: the families' models, besides their backtest.
    """

    families: bool = True
    comparisons: bool = True
    pictures: bool = True
    screens: bool = True
    training: bool = True


WHOLE = Scope()
LIST_ONLY = Scope(families=False, comparisons=False, pictures=False, screens=False)
"""The scope for the many weeks and retrainings of a trial."""
BACKTEST_ONLY = Scope(training=False)
