"""Homes of a test's own with what the product published, and a week of them published again with a table changed.

home = shown(tmp_path / "home")                               # three weeks, the last one scored, nothing decided
republish(home, places=lambda rows: rows.with_columns(...))   # the newest week again, one table's rows replaced
republish(home, without=("place_warnings",))                  # a family is left out
republish(home, meta={"synthetic": False})                    # another entry of meta.json
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import polars as pl

from models.publishing.atomic_switch import write_publication
from pipelines.home import Home
from pipelines.tables.publication_meta import META, PublicationMeta, read_meta
from pipelines.tables.published import PUBLISHED, shaped
from tests.worlds.published_city import published_city
from tests.worlds.store import copy_of

Rows = Callable[[pl.DataFrame], pl.DataFrame]


def shown(folder: Path, scored: bool = True) -> Home:
    """A home that holds the published weeks and nothing else, to do things to."""
    copy_of(published_city(scored).home / "published", folder / "published")
    return Home(folder)


def newest(home: Home) -> Path:
    """The folder of the newest week."""
    return max(home.published.glob("????-??-??"))


def republish(
    home: Home, *, without: Collection[str] = (), meta: Mapping[str, object] | None = None, **tables: Rows
) -> Path:
    """Publish the newest week again through the product's own writer, which refuses what is not of a table's class.

    Args:
        home: of the test's own.
        without: tables to leave out.
        meta: entries of `meta.json` to replace.
        tables: by name, what becomes of the rows the product wrote.
    """
    week = newest(home)
    files: dict[str, pl.DataFrame | bytes] = {
        path.name: shaped(tables.get(path.stem, _same)(pl.read_parquet(path)), PUBLISHED[path.stem])
        for path in sorted(week.glob("*.parquet"))
        if path.stem not in without
    }
    said = read_meta(week)
    entries = said.model_dump() | dict(meta or {})
    return write_publication(
        home, said.as_of, files | {META: PublicationMeta.model_validate(entries).as_bytes()}
    )


def _same(rows: pl.DataFrame) -> pl.DataFrame:
    return rows
