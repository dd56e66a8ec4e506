"""The places of the made-up city: who lives where, and what only the simulator knows of them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.errors import RefusedInput
from pipelines.profile import Profile
from pipelines.simulator.dice import Dice, Floats, Stream
from pipelines.simulator.parameters import Parameters

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Places:
    """Arrays by township, village and grid; a *row* is a row of the profile's `areas`.

    `volume` sums to one. `detection` is how much of what happens reaches the records, around one;
    it does not depend on the true risk. `log_hazard` is the true risk of the place.
    """

    area_codes: pl.Series
    city_row: int
    county_rows: Rows
    township_rows: Rows
    township_county: Rows
    urban: NDArray[np.bool_]
    population: Floats
    volume: Floats
    detection: Floats
    silent: NDArray[np.bool_]
    log_hazard: Floats
    flag_unknown: Floats
    village_rows: Rows
    village_township: Rows
    village_upto: Floats
    grid_rows: Rows
    grid_first: Rows
    grid_count: Rows
    unit_ids: pl.Series
    unit_of_township: Rows
    unit_of_county: Rows
    unit_of_city: Rows

    def village_of(self, township: Rows, u: Floats) -> Rows:
        """A village of each township, by population: `village_upto` runs from j to j + 1 in township j."""
        return np.searchsorted(self.village_upto, township + u, side="right").clip(
            0, len(self.village_rows) - 1
        )

    def grid_row_of(self, village: Rows, u: Floats) -> Rows:
        """A grid of each village."""
        return self.grid_rows[self.grid_first[village] + (u * self.grid_count[village]).astype(np.int64)]


def make_places(profile: Profile, categories: tuple[str, ...], dice: Dice, figures: Parameters) -> Places:
    """Number the profile's areas and draw what is hidden about its townships.

    Raises:
        RefusedInput: the profile has no townships, villages or grids to put disputes into.
    """
    areas = profile.areas.with_row_index("row")
    tiers = {
        tier: areas.filter(pl.col("tier") == tier)
        for tier in ("city", "county", "township", "village", "grid")
    }
    empty = [tier for tier, rows in tiers.items() if not len(rows)]
    if empty:
        raise RefusedInput(f"{profile.folder / 'areas.csv'}: the simulator needs areas of tier {empty[0]!r}")
    towns, villages, grids = (
        tiers["township"],
        tiers["village"].sort("area_code"),
        tiers["grid"].sort("area_code"),
    )
    village_township = _positions(villages["parent_code"], towns["area_code"])
    order = np.argsort(village_township, kind="stable")
    villages, village_township = villages[order.tolist()], village_township[order]
    grid_village = _positions(grids["parent_code"], villages["area_code"])
    order = np.argsort(grid_village, kind="stable")
    grids, grid_village = grids[order.tolist()], grid_village[order]
    grid_count = np.bincount(grid_village, minlength=len(villages))
    units = _units(profile, categories, tiers["county"]["area_code"], towns["area_code"])
    return Places(
        area_codes=areas["area_code"],
        city_row=int(tiers["city"]["row"][0]),
        county_rows=_int(tiers["county"]["row"]),
        township_rows=_int(towns["row"]),
        township_county=_positions(towns["parent_code"], tiers["county"]["area_code"]),
        village_rows=_int(villages["row"]),
        village_township=village_township,
        village_upto=_running(villages["population"].to_numpy().astype(float), village_township, len(towns)),
        grid_rows=_int(grids["row"]),
        grid_first=np.concatenate([[0], np.cumsum(grid_count)[:-1]]),
        grid_count=grid_count,
        **_hidden(towns, dice, figures),
        **units,
    )


def _hidden(towns: pl.DataFrame, dice: Dice, figures: Parameters) -> dict[str, np.ndarray]:
    """Volume, detection and risk of the townships, each drawn on its own."""
    rng = dice.generator(Stream.PLACES)
    n = len(towns)
    urban = towns["urban"].to_numpy()
    population = towns["population"].to_numpy().astype(float)
    detection = np.exp(rng.normal(0, figures.detection_sd, n))
    silent = np.zeros(n, dtype=bool)
    silent[rng.choice(n, min(figures.silent_townships, n), replace=False)] = True
    detection[silent] = figures.silent_detection
    volume = population * np.where(urban, figures.urban_volume, 1.0)
    volume = volume * np.exp(rng.normal(0, figures.township_volume_sd, n)) * detection
    busy = volume.argsort().argsort() / max(n - 1, 1)
    low, high = figures.flag_unknown
    risk = rng.normal(0, figures.township_log_hazard, n) + np.where(urban, 0.0, figures.rural_log_hazard)
    return {
        "urban": urban,
        "population": population,
        "volume": volume / volume.sum(),
        "detection": detection,
        "silent": silent,
        "log_hazard": risk,
        "flag_unknown": low + (high - low) * busy,
    }


def _units(
    profile: Profile, categories: tuple[str, ...], counties: pl.Series, townships: pl.Series
) -> dict[str, pl.Series | np.ndarray]:
    """The unit that takes each category in each township, county and in the city; -1 where there is none."""
    units = profile.units.with_row_index("row")
    if not len(units):
        none = {"unit_of_township": townships, "unit_of_county": counties, "unit_of_city": ["city"]}
        tables = {name: np.full((len(areas), len(categories)), -1) for name, areas in none.items()}
        return {"unit_ids": units["unit_id"], **tables}
    wide = units.with_columns(speciality=pl.col("specialities").str.split("|")).explode("speciality")
    n_taken = pl.col("specialities").str.count_matches("|", literal=True)
    narrowest = wide.sort(n_taken, "row").group_by("area_code", "speciality", maintain_order=True).first()
    found = dict(
        zip(zip(narrowest["area_code"], narrowest["speciality"], strict=True), narrowest["row"], strict=True)
    )
    city = profile.areas.filter(pl.col("tier") == "city")["area_code"]
    tables = {
        name: np.array(
            [[found.get((area, code), -1) for code in categories] for area in areas], dtype=np.int64
        )
        for name, areas in (
            ("unit_of_township", townships),
            ("unit_of_county", counties),
            ("unit_of_city", city),
        )
    }
    return {"unit_ids": units["unit_id"], **tables}


def _positions(values: pl.Series, among: pl.Series) -> Rows:
    """Where each value stands in `among`."""
    table = pl.DataFrame({"code": among, "at": np.arange(len(among))})
    return (
        pl.DataFrame({"code": values})
        .join(table, on="code", how="left", maintain_order="left")["at"]
        .to_numpy()
    )


def _running(weight: Floats, group: Rows, groups: int) -> Floats:
    """Running share of the weight within each group, plus the group's number."""
    total = np.bincount(group, weights=weight, minlength=groups)
    upto = np.cumsum(weight) - np.concatenate([[0], np.cumsum(total)[:-1]])[group]
    return group + upto / total[group]


def _int(series: pl.Series) -> Rows:
    return series.to_numpy().astype(np.int64)
