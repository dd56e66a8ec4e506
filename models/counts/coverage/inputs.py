"""Inputs of a coverage forecast: the visits usually due, the share of them that is late, and the place.

Everything said of a Monday comes from ledger lines known before it.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from models.counts.coverage.ledger import Ledger
from models.counts.shared.weekly_counts import as_rows, window_sum

PRIOR_VISITS = 40.0
"""Weight of the prior in visits: a cell's short record is drawn to its longer one, and that to its county's."""
LEAST_SHARE = 1e-3
CODED = ("service",)


@dataclass(frozen=True)
class Inputs:
    """Rows of the design, cell within Monday: [mondays x cells], all Mondays of the ledger.

    Attributes:
        values: float32 [rows, names].
        names: of the columns.
        due: visits usually due in a horizon; NaN where nothing is known of the cell [rows].
        share: of them usually overdue, between 0 and 1 [rows].
        recent: overdue in the last horizon [rows].
    """

    values: np.ndarray
    names: tuple[str, ...]
    due: np.ndarray
    share: np.ndarray
    recent: np.ndarray


def build_inputs(ledger: Ledger) -> Inputs:
    """The inputs of every Monday of the ledger."""
    year = _share(ledger, 52, _county_share(ledger))
    quarter = _share(ledger, 13, year)
    due, weeks = (
        _over_weeks(ledger.known["due"], 13),
        _over_weeks((ledger.known["due"] > 0).astype(float), 13),
    )
    usually_due = np.where(weeks > 0, due / np.maximum(weeks, 1) * ledger.horizon_weeks, np.nan)
    columns = {
        "share_year": np.log(year),
        "share_half_year": np.log(_share(ledger, 26, year) / year),
        "share_quarter": np.log(quarter / year),
        "share_month": np.log(_share(ledger, 4, quarter) / quarter),
        "share_fortnight": np.log(_share(ledger, 2, quarter) / quarter),
        "share_quarter_before": np.log(_share(_earlier(ledger, 13), 13, year) / year),
        "township_quarter": np.log(_township(ledger, quarter, 13) / quarter),
        "county_quarter": np.log(_county_share(ledger) / year),
        "due": usually_due,
    }
    shape = quarter.shape
    urban = ledger.cells["urban"].cast(float).to_numpy()
    service = np.arange(shape[0]) % ledger.cells["service"].n_unique()
    columns |= {
        name: np.broadcast_to(column[:, None], shape)
        for name, column in (("urban", urban), ("service", service))
    }
    return Inputs(
        values=np.stack([as_rows(column) for column in columns.values()], axis=1).astype(np.float32),
        names=tuple(columns),
        due=as_rows(usually_due),
        share=as_rows(quarter),
        recent=as_rows(_over_weeks(ledger.known["overdue"], ledger.horizon_weeks)),
    )


def _share(ledger: Ledger, weeks: int, prior: np.ndarray) -> np.ndarray:
    """Share of the visits due in the last weeks that were overdue, drawn to a prior; [cells, mondays]."""
    due, overdue = (_over_weeks(ledger.known[name], weeks) for name in ("due", "overdue"))
    return np.clip((overdue + PRIOR_VISITS * prior) / (due + PRIOR_VISITS), LEAST_SHARE, 1.0)


def _county_share(ledger: Ledger) -> np.ndarray:
    """The overdue share of the last year in the county, drawn to the service's share in the city."""
    return _group_share(ledger, ["county_code", "service"], 52, _group_share(ledger, ["service"], 52, None))


def _township(ledger: Ledger, prior: np.ndarray, weeks: int) -> np.ndarray:
    """The overdue share of all services of the township."""
    return _group_share(ledger, ["area_code"], weeks, prior)


def _group_share(ledger: Ledger, by: list[str], weeks: int, prior: np.ndarray | None) -> np.ndarray:
    group = ledger.cells.select(pl.struct(by).rank("dense").cast(pl.Int64)).to_series().to_numpy() - 1
    due, overdue = (_grouped(_over_weeks(ledger.known[name], weeks), group) for name in ("due", "overdue"))
    base = 0.1 if prior is None else prior
    return np.clip((overdue + PRIOR_VISITS * base) / (due + PRIOR_VISITS), LEAST_SHARE, 1.0)


def _grouped(amount: np.ndarray, group: np.ndarray) -> np.ndarray:
    total = np.zeros((int(group.max()) + 1, amount.shape[1]))
    np.add.at(total, group, amount)
    return total[group]


def _earlier(ledger: Ledger, weeks: int) -> Ledger:
    """The ledger as it was `weeks` weeks before each Monday."""
    known = {
        name: np.concatenate([np.zeros((len(amount), weeks)), amount], axis=1)[:, : amount.shape[1]]
        for name, amount in ledger.known.items()
    }
    return replace(ledger, known=known)


def _over_weeks(weekly: np.ndarray, weeks: int) -> np.ndarray:
    """Sum of the `weeks` weeks before every Monday; [cells, mondays]."""
    return window_sum(weekly, np.arange(weekly.shape[1]), weeks)
