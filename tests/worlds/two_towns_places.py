"""The places of the two towns: their panel, inputs and a model of them."""

from dataclasses import dataclass

import polars as pl

from models.counts.demand.inputs import Inputs, build_inputs
from models.counts.demand.panel import Panel, read_panel
from models.counts.demand.reporting import reporting
from models.counts.demand.training import Demand, train_demand
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.store import value_of
from tests.worlds.two_towns import AS_OF, quick_profile, two_towns


@dataclass(frozen=True)
class Places:
    """What the family of places makes of the two towns before it is asked for a week."""

    panel: Panel
    inputs: Inputs
    demand: Demand
    recorded: pl.DataFrame


def places() -> Places:
    """The places, read and trained once."""
    return value_of(read_and_train)


def read_and_train() -> Places:
    """Read the panel and train the model anew."""
    profile = quick_profile()
    with open_warehouse(two_towns(), read_only=True) as con:
        panel = read_panel(con, profile, AS_OF)
        recorded = reporting(con, profile, AS_OF)
    assert panel is not None
    inputs = build_inputs(panel, profile)
    demand = train_demand(panel, inputs, profile, AS_OF)
    assert demand is not None
    return Places(panel, inputs, demand, recorded)
