"""Check of a week's lists, before they are published and again afterwards."""

import polars as pl

from models.publishing.list_places import list_places
from pipelines.city.profile import Profile
from pipelines.city.published_lists import beyond_units
from pipelines.warehouse.checks import Finding

SHOWN = 5
"""Lists named in a finding; the data page names all."""


def list_finding(warnings: pl.DataFrame, profile: Profile) -> Finding:
    """Errors of the lists that would mislead: a duplicate row, a missing rank, an impossible probability, a list of another length.

    Args:
        warnings: the rows of `dispute_warnings.parquet`.
        profile: its capacity gives the length of each list, the city's is the most that may be red.
    """
    wrong = [name for name, is_wrong in _faults(warnings, profile).items() if is_wrong]
    return Finding(
        name="list",
        passed=not wrong,
        zh=f"名单有误：{'、'.join(wrong)}" if wrong else "名单完整",
        en=f"the list is wrong: {', '.join(wrong)}" if wrong else "the list is whole",
        facts={"ranked": len(warnings), "listed": int(warnings["listed"].sum())},
    )


def units_finding(warnings: pl.DataFrame, profile: Profile) -> Finding:
    """Lists longer than the units of their area and tier can take up in a week; they are published all the same.

    Args:
        warnings: the rows of `dispute_warnings.parquet`.
        profile: its units.
    """
    beyond = beyond_units(warnings, profile.units)
    named = [
        f"{row['list_area']} {row['length']} > {row['weekly_capacity']}"
        for row in beyond.iter_rows(named=True)
    ]
    first = named[:SHOWN]
    return Finding(
        name="units",
        passed=not named,
        zh=f"{len(named)}份名单超过本级调解组织每周承接数：{'、'.join(first)}"
        if named
        else "各名单都在本级调解组织承接数之内",
        en=f"lists longer than their units' week: {len(named)}: {', '.join(first)}"
        if named
        else "every list is within its units' week",
        facts={"beyond": len(named)},
    )


def _faults(warnings: pl.DataFrame, profile: Profile) -> dict[str, bool]:
    scored = warnings.filter(pl.col("probability").is_not_null())
    low, chance, high = (pl.col(name) for name in ("probability_low", "probability", "probability_high"))
    impossible = ~((low >= 0) & (low <= chance) & (chance <= high) & (high <= 1)).fill_null(value=False)
    return {
        "dispute_id": bool(warnings["dispute_id"].is_duplicated().any()),
        "rank": warnings["rank"].sort().to_list() != list(range(1, len(warnings) + 1)),
        "probability": len(scored) not in (0, len(warnings)) or len(scored.filter(impossible)) > 0,
        "listed": _lists_are_wrong(warnings, profile),
        "level": len(warnings.filter(pl.col("level") == "red")) > profile.settings.capacity.city,
    }


def _lists_are_wrong(warnings: pl.DataFrame, profile: Profile) -> bool:
    """Whether a list is longer than its places, shorter though its area has disputes on no list, or wrongly numbered."""
    named = [pl.col(name).is_not_null() for name in ("selection", "list_tier", "list_position")]
    if len(warnings.filter(pl.any_horizontal(pl.col("listed") != each for each in named))):
        return True
    places = list_places(profile.settings.capacity, profile.areas, warnings)
    lists = warnings.filter("listed").group_by("list_tier", "list_area")
    lengths = lists.agg(
        length=pl.len(), last=pl.col("list_position").max(), of=pl.col("list_position").n_unique()
    )
    whole = lengths.join(places, on=["list_tier", "list_area"], how="full", nulls_equal=True, coalesce=True)
    off = warnings.filter(~pl.col("listed"))
    left = {
        "city": len(off),
        **dict(off.group_by("county_code").len().iter_rows()),
        **dict(off.group_by("township_code").len().iter_rows()),
    }
    return any(
        row["places"] is None
        or (row["length"] or 0) > row["places"]
        or (row["length"] is not None and not row["last"] == row["of"] == row["length"])
        or (
            (row["length"] or 0) < row["places"]
            and left.get("city" if row["list_tier"] == "city" else row["list_area"], 0) > 0
        )
        for row in whole.iter_rows(named=True)
    )
