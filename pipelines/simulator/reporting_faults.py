"""Rows that are wrong, as some always are: bad codes, impossible dates, missing keys, a number astray.

The identity-like numbers bear an area that does not exist (999999) and a birthday in 1900: they
belong to nobody, but have the right form and check digit, so that a privacy gate must see them.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.simulator.random_keys import Dice, Stream
from pipelines.simulator.wording import made_up_names

Columns = dict[str, pl.Series]
IMPOSSIBLE = "2024-02-31 10:00"


def in_disputes(dice: Dice, share: float, frame: pl.DataFrame, columns: Columns) -> Columns:
    """Six faults, each in one column."""
    words = made_up_names()["faults"]
    number = frame["number"].to_numpy() * 2 + frame["version"].to_numpy()
    kind = _fault(dice, share, number, 6, part=1)
    stray = _identity_like(dice, number)
    put = {"category": (0, words["code"]), "registered_at": (1, IMPOSSIBLE), "dispute_id": (2, None)}
    put |= {"area_code": (3, words["area"])}
    planted = _planted(columns, kind, put)
    for column, at in (("channel", 4), ("n_parties", 5)):
        planted[column] = pl.select(
            pl.when(pl.Series(kind == at)).then(stray).otherwise(planted[column])
        ).to_series()
    return planted


def in_events(dice: Dice, share: float, frame: pl.DataFrame, columns: Columns) -> Columns:
    """An unknown step, a missing key, an entry before the step."""
    kind = _fault(dice, share, frame["number"].to_numpy(), 3, part=2)
    planted = _planted(
        columns, kind, {"event_type": (0, made_up_names()["faults"]["event"]), "dispute_id": (1, None)}
    )
    early = pl.lit(columns["event_at"]) - pl.duration(days=1)
    planted["recorded_at"] = pl.select(
        pl.when(pl.Series(kind == 2)).then(early).otherwise(columns["recorded_at"])
    ).to_series()
    return planted


def in_outcomes(dice: Dice, share: float, frame: pl.DataFrame, columns: Columns) -> Columns:
    """A severity there is none of."""
    kind = _fault(dice, share, frame["number"].to_numpy(), 1, part=3)
    return _planted(columns, kind, {"severity": (0, 9)})


def in_reports(dice: Dice, share: float, frame: pl.DataFrame, columns: Columns) -> Columns:
    """An unknown area, a missing key, an impossible date."""
    kind = _fault(dice, share, frame["number"].to_numpy(), 3, part=4)
    area = made_up_names()["faults"]["area"]
    return _planted(
        columns, kind, {"area_code": (0, area), "report_id": (1, None), "reported_at": (2, IMPOSSIBLE)}
    )


def in_visits(dice: Dice, share: float, frame: pl.DataFrame, columns: Columns) -> Columns:
    """An unknown service, an impossible day."""
    kind = _fault(dice, share, frame["number"].to_numpy(), 2, part=5)
    service = made_up_names()["faults"]["service"]
    return _planted(columns, kind, {"service": (0, service), "visit_due_on": (1, IMPOSSIBLE.split()[0])})


def _fault(dice: Dice, share: float, number: np.ndarray, kinds: int, part: int) -> np.ndarray:
    """Which fault each row has, -1 for none."""
    u = dice.uniform(Stream.FAULT, number, part=part)
    return np.where(u < share, (u / share * kinds).astype(np.int64), -1)


def _planted(
    columns: Mapping[str, pl.Series], kind: np.ndarray, put: dict[str, tuple[int, object]]
) -> Columns:
    """The columns with the value of each fault in its rows."""
    changed = {
        name: pl.select(
            pl.when(pl.Series(kind == at)).then(pl.lit(value)).otherwise(columns[name])
        ).to_series()
        for name, (at, value) in put.items()
    }
    return {**columns, **changed}


def _identity_like(dice: Dice, number: np.ndarray) -> pl.Series:
    """Eighteen characters in the form of an identity number, check digit included."""
    serial = (dice.uniform(Stream.FAULT, number, part=9) * 1_000).astype(np.int64)
    stem = pl.select(pl.lit("99999919000101") + pl.Series(serial).cast(pl.String).str.zfill(3)).to_series()
    weights = [pow(2, 17 - at, 11) for at in range(17)]
    digits = np.stack([stem.str.slice(at, 1).cast(pl.Int64).to_numpy() for at in range(17)], axis=1)
    check = pl.Series(list("10X98765432")).gather(pl.Series(digits @ np.array(weights) % 11))
    return stem + check
