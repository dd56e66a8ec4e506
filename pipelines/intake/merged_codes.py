"""Codes of areas that were merged: their records are taken under the area they are part of, those after the day with a notice."""

from datetime import date

import polars as pl

from pipelines.city.code_lists import fold
from pipelines.city.profile import Profile
from pipelines.intake.cell_values import HAPPENED_IN
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import LINE

LENGTH_OF_CODE = 12
"""Of a code of places written in full, with noughts behind."""


def merged_code_of_lines(named: pl.DataFrame, mapping: TableMapping, profile: Profile) -> dict[int, str]:
    """The merged area whose code each line of named columns bears; lines of other areas are left out."""
    old = {
        word: code for code in profile.merged_areas for word in (fold(code), code.ljust(LENGTH_OF_CODE, "0"))
    }
    if not old or "area_code" not in named.columns or mapping.codes.get("area_code"):
        return {}
    cells = named["area_code"].cast(pl.String)
    words = {cell: old[fold(cell)] for cell in cells.drop_nulls().unique() if fold(cell) in old}
    rows = named.select(LINE, code=cells.replace_strict(words, default=None, return_dtype=pl.String))
    return dict(rows.drop_nulls().iter_rows())


def old_codes_notice(
    good: pl.DataFrame, table: str, codes: dict[int, str], profile: Profile
) -> tuple[str, ...]:
    """Say how many rows bear the code of an area after the day it was merged; those before are its history.

    Args:
        good: parsed rows.
        table: which.
        codes: of `merged_code_of_lines`.
        profile: says since when an area is merged.
    """
    late: dict[str, int] = {}
    rows = good.filter(pl.col(LINE).is_in(list(codes))) if codes else good.clear()
    for line, day in rows.select(LINE, pl.col(HAPPENED_IN[table]).cast(pl.Date)).iter_rows():
        since = profile.merged_on[codes[line]]
        if since is not None and day >= since:
            late[codes[line]] = late.get(codes[line], 0) + 1
    return tuple(
        _notice(code, n, profile.merged_areas[code], profile.merged_on[code]) for code, n in late.items()
    )


def _notice(code: str, n: int, new: str, since: date | None) -> str:
    return (
        f"{n}行仍用已于{since}并入{new}的{code}，按{new}计 · {n:,} rows still bear {code}, which is part of {new} since "
        f"{since}: taken for {new}"
    )
