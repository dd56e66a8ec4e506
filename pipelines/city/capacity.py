"""How many disputes a week each list holds: the city's alone, or one list for every county and township as well."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from pipelines.city.checked_yaml import Checked

Tier = Literal["city", "county", "township"]
LIST_TIERS: tuple[Tier, ...] = ("city", "county", "township")
"""Tiers that may have lists, in the order in which they take: a dispute stands on the first that has room for it."""


class Places(Checked):
    """Places of the lists of one tier; a number is so many for each of its areas."""

    mean: float = Field(gt=0, description="places an area has, or has on the mean", examples=[3])
    by: Literal["area", "load"] = Field(
        default="area",
        description="`area`: so many for each; `load`: shared out by open disputes",
        examples=["load"],
    )

    @model_validator(mode="before")
    @classmethod
    def _number(cls, given: Any) -> Any:
        return given if isinstance(given, Mapping | Places) else {"mean": given}

    @model_validator(mode="after")
    def _whole(self) -> "Places":
        if self.by == "area" and self.mean != int(self.mean):
            raise ValueError("places of an area are a whole number; `by: load` takes any mean")
        return self


class Capacity(Checked):
    """How many disputes a week are taken up, by tier; a number is the city's alone. Model, backtest and trial are judged by the city's."""

    city: int = Field(gt=0, description="length of the city's list", examples=[12])
    county: Places | None = Field(
        default=None, description="of each county's list; none where silent", examples=[8]
    )
    township: Places | None = Field(
        default=None,
        description="of each township's list; none where silent",
        examples=[3, {"mean": 3, "by": "load"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _number(cls, given: Any) -> Any:
        return given if isinstance(given, Mapping | Capacity) else {"city": given}
