"""The lists of a published week as those read them who may not see all of it, and as older weeks tell them."""

from pathlib import Path

import polars as pl

from pipelines.city.capacity import LIST_TIERS

CITY = "city"
LIST_COLUMNS = ("list_tier", "list_area", "list_position")
_UNIT_AREA = ("list_tier", "list_area")


def with_tiers(warnings: pl.DataFrame) -> pl.DataFrame:
    """`dispute_warnings.parquet` with the columns of its lists; a week older than they are has the city's alone."""
    if "list_tier" in warnings.columns:
        return warnings
    position = pl.col("rank").rank("ordinal").over("listed").cast(pl.Int32)
    return warnings.with_columns(
        list_tier=pl.when("listed").then(pl.lit(CITY)),
        list_area=pl.lit(None, pl.String),
        list_position=pl.when("listed").then(position),
    )


def of_the_city(warnings: pl.DataFrame) -> pl.DataFrame:
    """The rows with `listed` and, where that is read, `selection` of the city's list alone, by which a model is judged."""
    if "list_tier" not in warnings.columns:
        return warnings
    on_it = pl.col("list_tier").eq_missing(CITY)
    own = {"listed": on_it, "selection": pl.when(on_it).then("selection")}
    return warnings.with_columns(**{name: value for name, value in own.items() if name in warnings.columns})


def read_city_lists(paths: list[Path], columns: list[str]) -> pl.DataFrame | None:
    """These columns of published weeks, `listed` and `selection` being of the city's list; None without a week.

    Args:
        paths: of `dispute_warnings.parquet`; those missing are left out.
        columns: among them `listed`.
    """
    frames = []
    for path in paths:
        if path.is_file():
            tier = ["list_tier"] if "list_tier" in pl.read_parquet_schema(path) else []
            frames.append(of_the_city(pl.read_parquet(path, columns=[*columns, *tier])).select(columns))
    return pl.concat(frames) if frames else None


def lists_seen(warnings: pl.DataFrame, seen: pl.Expr, city_places: int) -> pl.DataFrame:
    """The lists of those who see only some rows: each as long as the published one, its hidden places going to the next.

    Args:
        warnings: `dispute_warnings.parquet`.
        seen: which rows they see.
        city_places: length of the city's list; the other lists have the length they are published with.

    Returns:
        The listed rows by rank, with list_tier, list_area and list_position of these lists. Those drawn at random stay
        on the list they were drawn for. Where all is seen, what is published.
    """
    published = with_tiers(warnings)
    left = (
        published.filter(seen)
        .sort("rank")
        .with_columns(lot_of=pl.when(pl.col("selection").eq_missing("random")).then("list_tier"))
    )
    lengths = (
        published.filter("listed").group_by("list_tier", "list_area").agg(length=pl.len().cast(pl.Int64))
    )
    taken = []
    for tier in LIST_TIERS:
        lists = lengths.filter(pl.col("list_tier") == tier)
        if tier == CITY:
            area = lists["list_area"][0] if len(lists) else None
            lists = pl.DataFrame(
                {"list_tier": [CITY], "list_area": [area], "length": [city_places]}, schema=lengths.schema
            )
        chosen = _taken(left, tier, lists)
        left = left.join(chosen, on="dispute_id", how="anti", maintain_order="left")
        taken.append(chosen)
    position = pl.col("rank").rank("ordinal").over("list_tier", "list_area").cast(pl.Int32)
    return pl.concat(taken).sort("rank").with_columns(list_position=position).select(published.columns)


def beyond_units(warnings: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Lists longer than what the units of their area and tier take up in a week.

    Args:
        warnings: `dispute_warnings.parquet`.
        units: `Profile.units`; where it is empty nothing is known, and nothing is told.

    Returns:
        list_tier, list_area, length, weekly_capacity; the city's, then by area.
    """
    if units.is_empty():
        return pl.DataFrame(
            schema={
                "list_tier": pl.String,
                "list_area": pl.String,
                "length": pl.Int64,
                "weekly_capacity": pl.Int64,
            }
        )
    of_units = units.group_by(list_tier="tier", list_area="area_code").agg(pl.col("weekly_capacity").sum())
    return (
        with_tiers(warnings)
        .filter(pl.col("list_area").is_not_null())
        .group_by(_UNIT_AREA)
        .agg(length=pl.len().cast(pl.Int64))
        .join(of_units, on=_UNIT_AREA, how="left")
        .with_columns(pl.col("weekly_capacity").fill_null(0))
        .filter(pl.col("length") > pl.col("weekly_capacity"))
        .sort(
            pl.col("list_tier").replace_strict(
                {tier: n for n, tier in enumerate(LIST_TIERS)}, return_dtype=pl.Int8
            ),
            "list_area",
        )
    )


def _taken(left: pl.DataFrame, tier: str, lists: pl.DataFrame) -> pl.DataFrame:
    """The rows of one tier's lists: those drawn for it, and the first others of each area in what is left of its length."""
    area = pl.lit(lists["list_area"][0], pl.String) if tier == CITY else pl.col(f"{tier}_code")
    by_lot = pl.col("lot_of").eq_missing(tier)
    is_free = pl.col("lot_of").is_null()
    return (
        left.with_columns(_area=area)
        .join(
            lists.select(_area="list_area", length="length"),
            on="_area",
            how="inner",
            nulls_equal=tier == CITY,
            maintain_order="left",
        )
        .with_columns(room=pl.col("length") - by_lot.sum().over("_area"), nth=is_free.cum_sum().over("_area"))
        .filter(by_lot | (is_free & (pl.col("nth") <= pl.col("room"))))
        .with_columns(list_tier=pl.lit(tier), list_area="_area")
        .select(left.columns)
    )
