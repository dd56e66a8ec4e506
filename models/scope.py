"""How much of a run is done: all of it, or only what the list of disputes and a promotion follow from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The parts of a run that may be left out; the list of disputes does not follow from any of them.

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
"""Of a trial's many weeks and retrainings."""
BACKTEST_ONLY = Scope(training=False)
