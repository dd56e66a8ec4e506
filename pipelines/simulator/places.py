"""The places of the made-up city: who lives where, and what only the simulator knows of them."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput
from pipelines.simulator.parameters import Parameters
from pipelines.simulator.random_keys import Dice, Floats, Stream

Rows = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Townships:
    """What is true of each township, an array per property.

    `volume` sums to one. `detection` is how much of what happens reaches the records, around one; it
    does not depend on the true risk, `log_hazard`. `flag_unknown` is the share of ticks never asked.
    """

    rows: Rows
    county: Rows
    urban: Bools
    population: Floats
    volume: Floats
    detection: Floats
    silent: Bools
    log_hazard: Floats
    flag_unknown: Floats


@dataclass(frozen=True)
class Units:
    """Rows of the profile's units by township or county and category; -1 where there is none."""

    ids: pl.Series
    of_township: Rows
    of_county: Rows


@dataclass(frozen=True)
class Places:
    """Townships, and the villages and grids under them; a *row* is a row of the profile's `areas`.

    `struck_county` is where the register fails, or becomes thorough (`Parameters.outage_week`, `thorough_week`).
    """

    area_codes: pl.Series
    county_rows: Rows
    townships: Townships
    units: Units
    village_rows: Rows
    village_township: Rows
    village_upto: Floats
    grid_rows: Rows
    grid_first: Rows
    grid_count: Rows
    struck_county: int

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
        RefusedInput: the profile has no counties, townships, villages or grids to put disputes into.
    """
    areas = profile.areas.with_row_index("row")
    tiers = {tier: areas.filter(pl.col("tier") == tier) for tier in ("county", "township", "village", "grid")}
    empty = [tier for tier, rows in tiers.items() if not len(rows)]
    if empty:
        raise RefusedInput(f"{profile.folder / 'areas.csv'}: the simulator needs areas of tier {empty[0]!r}")
    towns, counties = tiers["township"], tiers["county"]
    villages, village_township = _under(tiers["village"], towns["area_code"])
    grids, grid_village = _under(tiers["grid"], villages["area_code"])
    grid_count = np.bincount(grid_village, minlength=len(villages))
    return Places(
        area_codes=areas["area_code"],
        county_rows=_int(counties["row"]),
        townships=_townships(towns, _positions(towns["parent_code"], counties["area_code"]), dice, figures),
        units=_units(profile, categories, counties["area_code"], towns["area_code"]),
        village_rows=_int(villages["row"]),
        village_township=village_township,
        village_upto=_running(villages["population"].to_numpy().astype(float), village_township, len(towns)),
        grid_rows=_int(grids["row"]),
        grid_first=np.concatenate([[0], np.cumsum(grid_count)[:-1]]),
        grid_count=grid_count,
        struck_county=int(dice.uniform(Stream.OUTAGE, np.array([0]))[0] * len(counties)),
    )


def _townships(towns: pl.DataFrame, county: Rows, dice: Dice, figures: Parameters) -> Townships:
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
    return Townships(
        rows=_int(towns["row"]),
        county=county,
        urban=urban,
        population=population,
        volume=volume / volume.sum(),
        detection=detection,
        silent=silent,
        log_hazard=risk,
        flag_unknown=low + (high - low) * busy,
    )


def _units(profile: Profile, categories: tuple[str, ...], counties: pl.Series, townships: pl.Series) -> Units:
    """For each place and category the unit with the fewest specialities among those that take it."""
    units = profile.units.with_row_index("row")
    n_taken = pl.col("specialities").str.count_matches("|", literal=True)
    narrowest = (
        units.sort(n_taken, "row")
        .with_columns(speciality=pl.col("specialities").str.split("|"))
        .explode("speciality")
        .group_by("area_code", "speciality", maintain_order=True)
        .first()
    )
    keys = zip(narrowest["area_code"], narrowest["speciality"], strict=True)
    row_of = dict(zip(keys, narrowest["row"], strict=True))
    of_township, of_county = (
        np.array([[row_of.get((area, code), -1) for code in categories] for area in areas], dtype=np.int64)
        for areas in (townships, counties)
    )
    return Units(units["unit_id"], of_township, of_county)


def _under(areas: pl.DataFrame, parents: pl.Series) -> tuple[pl.DataFrame, Rows]:
    """Areas ordered by where their parent stands among `parents`, and that position."""
    areas = areas.sort("area_code")
    at = _positions(areas["parent_code"], parents)
    order = np.argsort(at, kind="stable")
    return areas[order.tolist()], at[order]


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
