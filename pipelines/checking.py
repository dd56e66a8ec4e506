"""A dry run of the intake: what would load, what would be refused or held, and why. Nothing is kept."""

from dataclasses import dataclass, field
from pathlib import Path

from pipelines.accounting import FileReport
from pipelines.intake import latest, load_sources, origin_of, refresh_reference, refuse_by_headings
from pipelines.mapping import SourceFile, find_sources
from pipelines.parsing import headings_used
from pipelines.profile import Profile
from pipelines.readers import RawFile
from pipelines.warehouse import open_warehouse

DRY_KEY = bytes(32)
"""Stands in for the key of the pairs: what is hashed with it is thrown away."""


@dataclass
class CheckReport:
    """What a take-in would do: the accounting, the columns left out, and the rules broken by table."""

    files: list[FileReport] = field(default_factory=list)
    dropped: dict[str, list[str]] = field(default_factory=dict)
    rules: dict[str, dict[str, int]] = field(default_factory=dict)

    def look(self, raw: RawFile, source: SourceFile) -> None:
        """Note which columns of a file no table takes."""
        used = {h for mapping in source.mapping.tables for h in headings_used(raw, mapping)}
        self.dropped[raw.name] = [h for h in raw.headings if h not in used]

    def text(self) -> str:
        """The report as an engineer reads it on a terminal."""
        lines = [report.line() for report in self.files]
        lines += [
            f"{name}: columns left out unread: {', '.join(columns)}"
            for name, columns in self.dropped.items()
            if columns
        ]
        for table, rules in self.rules.items():
            lines += [f"{table}: {n:,} rows would be quarantined: {rule}" for rule, n in rules.items()]
        return "\n".join(lines)


def check_folder(data: Path, profile: Profile) -> CheckReport:
    """Do everything a take-in does in memory, and keep nothing."""
    report = CheckReport()
    sources = find_sources(data, profile)
    refuse_by_headings(data, sources)
    origin = origin_of(data)
    with open_warehouse(":memory:") as con:
        refresh_reference(con, profile, data, origin, DRY_KEY)
        report.files = load_sources(
            con, sources, profile, DRY_KEY, latest(origin, None), lambda words, share: None, report.look
        )
        rows = con.execute(
            """
            select table_name, rule, count(*) from (select table_name, unnest(rules) as rule from quarantine)
            group by all order by 1, 3 desc, 2
            """
        ).fetchall()
    for table, rule, n in rows:
        report.rules.setdefault(table, {})[rule] = n
    return report
