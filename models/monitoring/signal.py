"""One signal of the monitoring: its present value, its usual value, and whether they differ too much."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import polars as pl

from pipelines.tables.published import schema_of
from pipelines.tables.published_evidence import Watch

WATCH_SCHEMA = schema_of(Watch)


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One row of `watch.parquet`.

    Attributes:
        signal: `arrivals`, `codes`, `missing`, `delay`, `drift`, `recall`, `calibration` or `turnover`.
        segment: of which source, column, county or weeks.
        value: now.
        usual: in the weeks it is held against.
        strength: what the limit is put on.
        limit: of the profile.
        crossed: whether somebody should look.
    """

    signal: str
    segment: str
    value: float
    usual: float
    strength: float
    limit: float
    crossed: bool


def watch_frame(signals: Sequence[Signal]) -> pl.DataFrame:
    """The signals as a frame: those that crossed their limit first, then in the order given."""
    frame = pl.DataFrame([asdict(one) for one in signals], schema=WATCH_SCHEMA)
    return frame.sort("crossed", descending=True, maintain_order=True)
