"""The definitions that Dagster loads; `dagster dev` and the `fengqiao` command use the same graph."""

import dagster as dg

from dagster_project.defs.assets import ASSETS
from dagster_project.defs.automation import AUTOMATION
from dagster_project.operations.city import city_from_environment

defs = dg.Definitions(assets=ASSETS, resources={"city": city_from_environment()}, **AUTOMATION)
