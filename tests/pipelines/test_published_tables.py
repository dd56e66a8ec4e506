"""What a published table is, is said once: what is written, read and shown agrees with its class."""

import ast
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from models.publishing.atomic_switch import write_publication
from pipelines.errors import FengqiaoError
from pipelines.home import REPO, Home
from pipelines.tables.contracts import TABLES
from pipelines.tables.core import CORE, PLACES
from pipelines.tables.published import PUBLISHED, checked, schema_of

READERS = (
    "dashboards",
    "models/monitoring",
    "models/registry/champion_check.py",
    "dagster_project/operations",
)
"""Screens, papers, monitoring, and the commands that read a publication."""
COLUMNS = [(table, name) for table, contract in PUBLISHED.items() for name in contract.columns()]
AS_OF = date(2025, 12, 29)
REASON = {"feature": "x", "value": 1.0, "contribution": 0.2, "text_zh": "因", "text_en": "why"}


@cache
def words_of_readers() -> frozenset[str]:
    """Every name by which a reader could ask for a column: words of its strings, keywords and attributes."""
    words: set[str] = set()
    for root in READERS:
        path = REPO / root
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 60:
                    words.add(node.value)
                elif isinstance(node, ast.keyword | ast.Attribute):
                    words.add(str(node.arg if isinstance(node, ast.keyword) else node.attr))
    return frozenset(words)


def is_read(column: str) -> bool:
    """Whether a reader names the column, or composes it of a name and an ending."""
    words = words_of_readers()
    stem, _, end = column.rpartition("_")
    return column in words or (end in ("low", "high", "share") and f"_{end}" in words and is_read(stem))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_published_column_has_a_reader_or_is_for_analysts(table: str, column: str) -> None:
    for_analysts = (PUBLISHED[table].columns()[column].metadata or {})["for"] == "analysts"
    assert is_read(column) or for_analysts


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_published_table_says_what_it_is_in_both_languages(table: str) -> None:
    english, chinese = (PUBLISHED[table].__doc__ or "").strip().split("\n\n")
    assert english.isascii()
    assert not chinese.isascii()
    for column in PUBLISHED[table].columns().values():
        assert column.description
        assert (column.metadata or {})["meaning_zh"].endswith("。")


def test_every_column_of_every_table_says_what_it_is() -> None:
    silent = [
        f"{name}.{column}"
        for name, table in (TABLES | PLACES | CORE).items()
        for column, spec in table.columns().items()
        if not (spec.description and (spec.metadata or {}).get("meaning_zh"))
    ]
    assert silent == []


def sample(table: str) -> pl.DataFrame:
    """One row that may stand in a table."""
    values = {pl.Date: AS_OF, pl.String: "a", pl.Boolean: True, pl.List: [REASON]}
    row = {name: values.get(kind.base_type(), 10) for name, kind in schema_of(PUBLISHED[table]).items()}
    row |= {name: pl.Series([None]).item() for name in row if name.startswith("probability")}
    row |= {name: 0.5 for name in row if "share" in name or name in ("base_rate", "in_time_usual")}
    row |= {
        name: "2025-12-01T08:00"
        for name, kind in schema_of(PUBLISHED[table]).items()
        if kind == pl.Datetime("us")
    }
    schema = schema_of(PUBLISHED[table])
    return pl.DataFrame({name: [value] for name, value in row.items()}).select(
        pl.col(name).str.to_datetime(time_unit="us") if kind == pl.Datetime("us") else pl.col(name).cast(kind)
        for name, kind in schema.items()
    )


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_row_of_the_class_and_an_empty_frame_may_be_written(table: str) -> None:
    checked(table, sample(table))
    checked(table, PUBLISHED[table].create_empty())


@pytest.mark.parametrize("table", PUBLISHED)
@pytest.mark.parametrize(
    "fault", ["a column too many", "a column missing", "another kind", "another order", "null"]
)
def test_what_is_not_of_the_class_is_refused_and_nothing_is_written(
    table: str, fault: str, tmp_path: Path
) -> None:
    frame = sample(table)
    first = next(name for name, column in PUBLISHED[table].columns().items() if not column.nullable)
    wrong = {
        "a column too many": frame.with_columns(extra=pl.lit(1)),
        "a column missing": frame.drop(first),
        "another kind": frame.with_columns(pl.lit(b"x").alias(first)),
        "another order": frame.select(reversed(frame.columns)),
        "null": frame.with_columns(pl.lit(None, frame.schema[first]).alias(first)),
    }[fault]
    with pytest.raises(FengqiaoError, match=table):
        write_publication(Home(tmp_path), AS_OF, {f"{table}.parquet": wrong})
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_table_nobody_describes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FengqiaoError, match="says what surprise is"):
        write_publication(Home(tmp_path), AS_OF, {"surprise.parquet": pl.DataFrame({"a": [1]})})


def test_what_screens_and_papers_are_tested_on_was_written_by_the_product() -> None:
    """A week may be published again with a table's rows changed (`edited_week`); nobody writes one from nothing."""
    writers = [
        str(path.relative_to(REPO))
        for room in ("dashboards", "browser", "bench", "worlds", "notebooks")
        for path in sorted((REPO / "tests" / room).rglob("*.py"))
        if "write_publication" in path.read_text(encoding="utf-8")
    ]
    assert writers == ["tests/worlds/edited_week.py"]
