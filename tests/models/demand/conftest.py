"""The small city's places: its panel, inputs and a model of them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from models.counts.demand.inputs import Inputs, build_inputs
from models.counts.demand.panel import Panel, read_panel
from models.counts.demand.reporting import reporting
from models.counts.demand.training import Demand, train_demand
from pipelines.city.profile import Profile
from pipelines.warehouse.warehouse import open_warehouse

AS_OF = date(2025, 12, 29)


@dataclass(frozen=True)
class Places:
    panel: Panel
    inputs: Inputs
    demand: Demand
    recorded: pl.DataFrame


@pytest.fixture(scope="session")
def places(warehouse: Path, profile: Profile) -> Places:
    with open_warehouse(warehouse, read_only=True) as con:
        panel = read_panel(con, profile, AS_OF)
        recorded = reporting(con, profile, AS_OF)
    assert panel is not None
    inputs = build_inputs(panel, profile)
    demand = train_demand(panel, inputs, profile, AS_OF)
    assert demand is not None
    return Places(panel, inputs, demand, recorded)
