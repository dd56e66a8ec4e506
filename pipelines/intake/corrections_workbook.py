"""The corrections workbook: held rows, as Excel files that an office corrects and sends back."""

import json
from pathlib import Path

import duckdb
import polars as pl

from pipelines.city.profile import Profile
from pipelines.deterministic_write import new_workbook
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.mapping.landing_folder import CORRECTIONS, mapping_of_name
from pipelines.warehouse.warehouse import open_warehouse, read_frame

ADDED = ("行号 line", "原因 reasons")


def write_corrections(con: duckdb.DuckDBPyConnection, profile: Profile, out: Path) -> list[Path]:
    """Write the rows held of each file as XLSX in the file's own headings, line and reasons beside them.

    What the privacy gate removed is an empty column: it is filled in again at the source.

    Returns:
        The workbooks, `<file>.corrections.xlsx`; correct them and put them into the landing folder.
    """
    held_rows = read_frame(
        con,
        """
        select file_name, line, row_json, string_agg(table_name || ': ' || array_to_string(rules, '; '), ' | ' order by table_name)
            as reasons from quarantine where row_json <> '{}' group by all order by file_name, line
        """,
    )
    out.mkdir(parents=True, exist_ok=True)
    return [
        _write_workbook(out, str(name), rows, profile)
        for (name,), rows in held_rows.group_by("file_name", maintain_order=True)
    ]


def corrections_of_home(home: Path, profile: Profile, out: Path) -> list[Path]:
    """Write the rows a home holds back, as `write_corrections` does.

    Raises:
        RefusedInput: the home holds no warehouse.
    """
    warehouse = Home(home).warehouse
    if not warehouse.exists():
        raise RefusedInput(f"{home} holds no warehouse: run `fengqiao run` first, or leave --home out")
    with open_warehouse(warehouse, read_only=True) as con:
        return write_corrections(con, profile, out)


def _write_workbook(out: Path, name: str, rows: pl.DataFrame, profile: Profile) -> Path:
    mapping = mapping_of_name(name, profile)
    if mapping is None:
        raise RefusedInput(
            f"profile {profile.name} no longer knows the file {name}; its rows cannot be sent back"
        )
    stem = name.removesuffix(CORRECTIONS) if name.endswith(CORRECTIONS) else Path(name).stem
    path = out / f"{stem}{CORRECTIONS}"
    contents = [json.loads(text) for text in rows["row_json"]]
    headings = list(dict.fromkeys(heading for row in contents for heading in row))
    with new_workbook(path) as book:
        sheet = book.add_worksheet(mapping.sheet if isinstance(mapping.sheet, str) else "corrections")
        if mapping.header_row > 1:
            sheet.write_string(0, 0, "更正后放回数据文件夹 correct and put back into the landing folder")
        top = mapping.header_row - 1
        for at, heading in enumerate((*headings, *ADDED)):
            sheet.write_string(top, at, heading)
        for down, (row, line, why) in enumerate(
            zip(contents, rows["line"], rows["reasons"], strict=True), top + 1
        ):
            for at, heading in enumerate(headings):
                if row.get(heading) is not None:
                    sheet.write_string(down, at, row[heading])
            sheet.write_string(down, len(headings), str(line))
            sheet.write_string(down, len(headings) + 1, why)
    return path
