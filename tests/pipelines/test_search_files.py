"""A word is found wherever it stands for itself, and not where bytes are like it by chance."""

from pathlib import Path

import polars as pl

from pipelines.erasure.search_files import search_files


def test_a_short_number_is_found_in_texts_and_tables_and_not_in_bytes_that_are_like_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0\1 K7 \0")
    (tmp_path / "log.txt").write_text("case K7 was loaded", encoding="utf-8")
    (tmp_path / "other.txt").write_text("case K77 was loaded", encoding="utf-8")
    pl.DataFrame({"id": ["K7"]}).write_parquet(tmp_path / "cases.parquet")
    assert [path.name for path in search_files(tmp_path, ["K7"])] == ["cases.parquet", "log.txt"]


def test_a_long_number_is_found_in_any_bytes(tmp_path: Path) -> None:
    (tmp_path / "page.bin").write_bytes(b"\0\1JF00001\0")
    assert search_files(tmp_path, ["JF00001"]) == [tmp_path / "page.bin"]
