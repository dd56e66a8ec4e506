"""Files given as text, loaded one after the other into a warehouse in memory."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb

from pipelines.city.profile import Profile, load_profile
from pipelines.intake.intake import load_sources, refresh_reference
from pipelines.intake.row_counts import FileReport
from pipelines.mapping.landing_folder import SourceFile
from pipelines.mapping.mapping import FileMapping, TableMapping
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
NOW = datetime(2026, 1, 6, 9)
TOWN, TOWN_2, TOWN_3, COUNTY = "530302001", "530302002", "530303001", "530302"
DISPUTES = "dispute_id,registered_at,category,area_code"
REPORTS = "report_id,reported_at,area_code,report_type"
STEPS = "event_id,dispute_id,event_at,event_type"


@dataclass
class Landing:
    """A warehouse, and what became of the files that were loaded into it."""

    con: duckdb.DuckDBPyConnection
    folder: Path
    profile: Profile
    reports: list[FileReport] = field(default_factory=list)

    def load(self, name: str, headings: str, rows: Sequence[str], mapping: dict | None = None) -> FileReport:
        """Load one more CSV; a `mapping` of one table, or the table its name begins with."""
        path = self.folder / name
        path.write_text("\n".join([headings, *rows]) + "\n", encoding="utf-8")
        table = TableMapping.model_validate(mapping or {"table": name.rsplit("_", 1)[0].removesuffix(".csv")})
        pattern = name.rsplit("_", 1)[0] + "*.csv"
        source = SourceFile(path, FileMapping(files=pattern, tables=(table,)))
        self.reports = load_sources(
            self.con, [source], self.profile, bytes(32), NOW, lambda words, share: None
        )
        return self.reports[0]

    def rows(self, sql: str) -> list[tuple]:
        return self.con.execute(sql).fetchall()

    def rules(self) -> list[str]:
        return sorted(rule for (rules,) in self.rows("select rules from quarantine") for rule in rules)

    def at_risk(self, day: date) -> list[str]:
        from features.cohort import at_risk

        return sorted(at_risk(self.con, self.profile, [day])["dispute_id"].to_list())


@contextmanager
def landing(profile: Profile = QUJING) -> Iterator[Landing]:
    """An empty warehouse that files can be loaded into."""
    with tempfile.TemporaryDirectory() as folder, open_warehouse(":memory:") as con:
        refresh_reference(con, profile, Path(folder), "real", bytes(32))
        yield Landing(con, Path(folder), profile)
