"""Writing frames so that the same frames give the same bytes, the same name, and never half a folder."""

import hashlib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import xlsxwriter

from pipelines.durable_files import put_durably


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """One way to write, so that equal frames are equal files."""
    frame.write_parquet(path, compression="zstd", compression_level=3, statistics=True)


FORMULA = r"^(\s*[=+\-@＝＋－＠]|[\t\r\n])"
"""How a text begins that a spreadsheet program would run, or that hides such a beginning."""


def write_csv(frame: pl.DataFrame, target: Path) -> None:
    """The one way to write a CSV for people: a text that a spreadsheet program would run begins with an apostrophe."""
    names = {name: re.sub(FORMULA, r"'\1", name) for name in frame.columns}
    safe = frame.with_columns(
        pl.col(pl.String, pl.Categorical, pl.Enum).cast(pl.String).str.replace(FORMULA, "'$1")
    )
    safe.rename(names).write_csv(target)


def new_workbook(target: str | Path | BinaryIO, **options: Any) -> xlsxwriter.Workbook:
    """The one way to begin a workbook: text from data stays text, whatever it begins with.

    Args:
        target: a path, or a buffer.
        options: further ones of XlsxWriter.
    """
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options | as_text)


def write_folder(parent: Path, name: str, files: Mapping[str, pl.DataFrame | bytes]) -> Path:
    """Write the files into `parent/<name>-<digest12>`, which appears whole or not at all.

    Args:
        parent: made where it is missing.
        name: first part of the folder's name.
        files: by file name; a frame becomes Parquet.

    Returns:
        The folder. Where one of the same content is there already, it is left as it is; a damaged one is replaced.
    """
    parent.mkdir(parents=True, exist_ok=True)
    partial = parent / f".partial-{name}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for file_name, content in files.items():
        if isinstance(content, bytes):
            (partial / file_name).write_bytes(content)
        else:
            write_parquet(content, partial / file_name)
    folder = parent / f"{name}-{digest_of(partial)[:12]}"
    if not folder.is_dir():
        put_durably(partial, folder)
    elif digest_of(folder) == digest_of(partial):
        shutil.rmtree(partial)
    else:
        _replace(folder, partial)
    return folder


def _replace(folder: Path, whole: Path) -> None:
    """Put a whole folder where one lies that something has damaged."""
    damaged = folder.with_name(f".partial-damaged-{folder.name}")
    shutil.rmtree(damaged, ignore_errors=True)
    folder.rename(damaged)
    put_durably(whole, folder)
    shutil.rmtree(damaged)


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and bytes of the folder's files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
