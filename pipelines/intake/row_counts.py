"""What became of every row of every file: read = loaded + quarantined + duplicates + unchanged."""

from dataclasses import dataclass

import duckdb

NOTICE = "notice "
"""Before a file's hash: the setting under which it is kept what of the file was not read."""

NOT_READ = "(not read)"
"""In place of a table, in the report of a file that was left out."""
LEFT_OUT = "未能读入，其余文件已读入 · left out, the other files are read: "


@dataclass(frozen=True)
class FileReport:
    """One file's rows for one table; `released` rows of earlier files were held and are now corrected.

    `notices` say what of the file was not read.
    """

    file: str
    file_id: str
    table: str
    encoding: str | None
    read: int
    loaded: int
    quarantined: int
    duplicates: int
    unchanged: int
    released: int = 0
    notices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != self.loaded + self.quarantined + self.duplicates + self.unchanged:
            raise AssertionError(f"rows of {self.file} do not add up: {self}")

    def line(self) -> str:
        """The accounting in one line."""
        freed = f"; {self.released:,} held before are released" if self.released else ""
        return (
            f"{self.file} -> {self.table}: read {self.read:,} = loaded {self.loaded:,} + quarantined "
            f"{self.quarantined:,} + duplicates {self.duplicates:,} + unchanged {self.unchanged:,}{freed}"
            f"{''.join(f'; {notice}' for notice in self.notices)}"
        )


def record(con: duckdb.DuckDBPyConnection, report: FileReport) -> None:
    """Keep the accounting of a file and table in the warehouse, in the open transaction."""
    con.execute(
        "insert or ignore into intake_file values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            report.file_id, report.file, report.table, report.encoding,
            report.read, report.loaded, report.quarantined, report.duplicates, report.unchanged,
        ],
    )  # fmt: skip
    keep_notices(con, report)


def keep_notices(con: duckdb.DuckDBPyConnection, report: FileReport) -> None:
    """Keep what of a file was not read, in the open transaction; what was kept of it before is outdated."""
    name = f"{NOTICE}{report.file_id} {report.table}"
    con.execute("delete from intake_setting where name = $1", [name])
    if report.notices:
        begin = LEFT_OUT if report.table == NOT_READ else f"{report.file}: "
        text = begin + "; ".join(report.notices)
        con.execute("insert into intake_setting values ($1, $2)", [name, text])


def forget_files_left_out(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what is kept of files that could not be read: each that is still there is tried again, and kept anew."""
    con.execute(
        "delete from intake_setting where starts_with(name, $1) and ends_with(name, $2)", [NOTICE, NOT_READ]
    )


def files_left_out(con: duckdb.DuckDBPyConnection) -> list[str]:
    """One line for each file of the landing folder that could not be read, with its reason and remedy."""
    rows = con.execute(
        "select value from intake_setting where starts_with(name, $1) and ends_with(name, $2) order by name",
        [NOTICE, NOT_READ],
    ).fetchall()
    return [text for (text,) in rows]


def names_left_out(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The files that could not be read, by the names that may be kept."""
    return sorted({line.removeprefix(LEFT_OUT).partition(": ")[0] for line in files_left_out(con)})
