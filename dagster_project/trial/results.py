"""A trial's years as three tables over all seeds and arms."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.simulator.landing_files import dispute_numbers
from pipelines.simulator.parameters import NEXT_DOOR_NUMBERS


@dataclass(frozen=True)
class Results:
    """`attended`, `harms`, `weeks` and `at_risk` of every year, each with `seed` and `arm`.

    Attended disputes and harms bear category, township, county and whether the township is urban. What was found only
    because somebody was sent next door is not there where nobody is sent: it is left out of harms and of what is at
    risk; one that was attended to was work, and is marked `is_found`.
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
    attended, harms, at_risk = (
        frame.with_columns(is_found=dispute_numbers(frame["dispute_id"]) >= NEXT_DOOR_NUMBERS)
        if len(frame)
        else frame
        for frame in (attended, harms, at_risk)
    )
    return Results(
        attended=_placed(attended, profile),
        harms=_placed(harms.filter(~pl.col("is_found")), profile),
        weeks=weeks,
        at_risk=at_risk.filter(~pl.col("is_found")) if len(at_risk) else at_risk,
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
    """With the township's county and kind as the profile has them; the county on record where the township is not known."""
    areas = profile.areas.select(
        pl.col("area_code").alias("township_code"),
        of_township="county_code",
        urban=pl.when("urban").then(pl.lit("urban")).otherwise(pl.lit("rural")),
    )
    known = (
        frame if "county_code" in frame.columns else frame.with_columns(county_code=pl.lit(None, pl.String))
    )
    return (
        known.join(areas, on="township_code", how="left", maintain_order="left")
        .with_columns(county_code=pl.coalesce("of_township", "county_code"))
        .drop("of_township")
    )
