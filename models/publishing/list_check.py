"""Check of a week's list, before it is published and again afterwards."""

import polars as pl

from pipelines.warehouse.checks import Finding


def list_finding(warnings: pl.DataFrame, capacity: int) -> Finding:
    """Errors of the list that would mislead: a duplicate row, a missing rank, an impossible probability, a list longer than the capacity.

    Args:
        warnings: the rows of `dispute_warnings.parquet`.
        capacity: the length of a week's list.
    """
    wrong = [name for name, is_wrong in _faults(warnings, capacity).items() if is_wrong]
    return Finding(
        name="list",
        passed=not wrong,
        zh=f"名单有误：{'、'.join(wrong)}" if wrong else "名单完整",
        en=f"the list is wrong: {', '.join(wrong)}" if wrong else "the list is whole",
        facts={"ranked": len(warnings), "listed": int(warnings["listed"].sum())},
    )


def _faults(warnings: pl.DataFrame, capacity: int) -> dict[str, bool]:
    scored = warnings.filter(pl.col("probability").is_not_null())
    low, chance, high = (pl.col(name) for name in ("probability_low", "probability", "probability_high"))
    impossible = ~((low >= 0) & (low <= chance) & (chance <= high) & (high <= 1)).fill_null(value=False)
    return {
        "dispute_id": bool(warnings["dispute_id"].is_duplicated().any()),
        "rank": warnings["rank"].sort().to_list() != list(range(1, len(warnings) + 1)),
        "probability": len(scored) not in (0, len(warnings)) or len(scored.filter(impossible)) > 0,
        "listed": int(warnings["listed"].sum()) != min(capacity, len(warnings)),
        "level": len(warnings.filter(pl.col("level") == "red")) > capacity,
    }
