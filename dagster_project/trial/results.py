"""A trial's years as three tables over all seeds and arms."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.errors import FengqiaoError
from pipelines.profile import Profile
from pipelines.simulator.files import dispute_numbers
from pipelines.simulator.parameters import FOUND


@dataclass(frozen=True)
class Results:
    """`attended`, `harms`, `weeks` and `at_risk` of every year, each with `seed` and `arm`.

    Attended disputes and harms bear category, township, county and whether the township is urban; harms of
    what was found only because somebody was sent next door are left out: such a dispute is not there
    where nobody is sent.
    """

    attended: pl.DataFrame
    harms: pl.DataFrame
    weeks: pl.DataFrame
    at_risk: pl.DataFrame


def read_results(folder: Path, profile: Profile) -> Results:
    """Read HOME/trials/<run>/years.

    Raises:
        FengqiaoError: no year has been played.
    """
    years = sorted(path for path in (folder / "years").glob("*/*") if not path.name.startswith("."))
    if not years:
        raise FengqiaoError(f"{folder} holds no year: run `fengqiao trial` first")
    attended, harms, weeks, at_risk = (
        _all(years, name) for name in ("attended", "harms", "weeks", "at_risk")
    )
    ordinary = dispute_numbers(harms["dispute_id"]) < FOUND
    return Results(
        attended=_placed(attended, profile),
        harms=_placed(harms.filter(ordinary), profile),
        weeks=weeks,
        at_risk=at_risk,
    )


def _all(years: list[Path], name: str) -> pl.DataFrame:
    frames = [
        pl.read_parquet(year / f"{name}.parquet").with_columns(
            seed=pl.lit(int(year.parent.name)), arm=pl.lit(year.name)
        )
        for year in years
        if (year / f"{name}.parquet").is_file()
    ]
    if not frames:
        return pl.DataFrame(schema={"seed": pl.Int64, "arm": pl.String})
    return pl.concat([frame for frame in frames if len(frame)] or frames, how="diagonal_relaxed")


def _placed(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """With the township's county and kind as the profile has them."""
    areas = profile.areas.select(
        pl.col("area_code").alias("township_code"),
        "county_code",
        urban=pl.when("urban").then(pl.lit("urban")).otherwise(pl.lit("rural")),
    )
    return frame.drop("county_code", "urban", strict=False).join(
        areas, on="township_code", how="left", maintain_order="left"
    )
