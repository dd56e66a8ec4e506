"""Wrong folders and broken files: one clear line, exit code 2, nothing changed."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.worlds.command import fengqiao, fengqiao_process

Command = Callable[..., subprocess.CompletedProcess[str]]
ROW = "A1,2025-03-04,D2,530302001\n"
HEAD = "dispute_id,registered_at,category,area_code\n"


def run(
    data: Path, tmp_path: Path, *more: str, command: Command = fengqiao
) -> subprocess.CompletedProcess[str]:
    words = ("run", "--data", data, "--home", tmp_path / "home", *more)
    return command(*words, FENGQIAO_KEY_FILE=tmp_path / "key", HOME=tmp_path)


def missing_folder(folder: Path) -> str:
    return "no folder"


def empty_folder(folder: Path) -> str:
    folder.mkdir()
    return "holds no file"


def missing_column(folder: Path) -> str:
    folder.mkdir()
    (folder / "disputes.csv").write_text(HEAD.replace("category", "kind") + ROW)
    return "column 'category' of disputes is missing"


def refused_field(folder: Path) -> str:
    folder.mkdir()
    (folder / "disputes.csv").write_text(HEAD.strip() + ",宗教\n" + ROW.strip() + ",x\n", encoding="utf-8")
    return "boundary rule 4"


def truncated_xlsx(folder: Path) -> str:
    folder.mkdir()
    pl.DataFrame({"dispute_id": ["A1"] * 100}).write_excel(folder / "disputes.xlsx")
    whole = (folder / "disputes.xlsx").read_bytes()
    (folder / "disputes.xlsx").write_bytes(whole[: len(whole) // 2])
    return "cannot be read as xlsx"


def date_no_calendar_has(folder: Path) -> str:
    folder.mkdir()
    days = pl.Series("registered_at", [-2_147_463_492], dtype=pl.Int32).cast(pl.Date)
    pl.DataFrame({"dispute_id": ["A1"], "category": ["D2"], "area_code": ["530302001"]}).with_columns(
        days
    ).write_parquet(folder / "disputes.parquet")
    return "cannot be read as parquet"


def parquet_with_headings_that_are_no_text(folder: Path) -> str:
    folder.mkdir()
    pl.DataFrame({"dispute_id": ["A1"]}).write_parquet(
        folder / "disputes.parquet", compression="uncompressed"
    )
    whole = (folder / "disputes.parquet").read_bytes()
    (folder / "disputes.parquet").write_bytes(whole.replace(b"dispute_id", b"dispute\xffid"))
    return "cannot be read as parquet"


def wrong_encoding(folder: Path) -> str:
    folder.mkdir()
    (folder / "disputes.csv").write_bytes(HEAD.encode() + b"A1,2025-03-04,\xff\xfe\xff,530302001\n")
    return "neither UTF-8 nor GB18030"


@pytest.mark.parametrize(
    "fault",
    [
        missing_folder,
        empty_folder,
        missing_column,
        refused_field,
        truncated_xlsx,
        wrong_encoding,
        date_no_calendar_has,
        parquet_with_headings_that_are_no_text,
    ],
)
def test_one_clear_line_exit_code_2_and_nothing_changed(fault, tmp_path: Path) -> None:
    expected = fault(tmp_path / "data")
    command = fengqiao_process if fault is parquet_with_headings_that_are_no_text else fengqiao
    result = run(tmp_path / "data", tmp_path, command=command)
    assert result.returncode == 2, result.stderr
    assert expected in result.stderr
    assert "Traceback" not in result.stderr
    assert "panicked" not in result.stderr
    assert not (tmp_path / "home" / "warehouse.duckdb").exists()
    assert not (tmp_path / "home" / "published").exists()


def test_an_as_of_date_that_is_no_monday_is_a_usage_error(tmp_path: Path) -> None:
    result = run(tmp_path, tmp_path, "--as-of", "2025-03-04")
    assert result.returncode == 2
    assert "Mondays" in result.stderr
