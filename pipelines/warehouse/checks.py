"""What is checked of a warehouse before a week is published from it; each check gives one finding.

Contracts and accounting say whether the tables can be believed at all; freshness and volume whether
this week's delivery looks like the ones before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

import duckdb

from pipelines.tables.core import CORE, CORE_TABLES, core_key
from pipelines.warehouse.warehouse import data_until, read_row

FRESH_DAYS = 8
VOLUME_WEEKS = 12
VOLUME_LEAST_USUAL = 20
"""Below so many records in a usual week a quiet week says nothing."""
VOLUME_LEAST_SHARE, VOLUME_MOST_SHARE = 0.4, 2.5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check's result.

    Attributes:
        name: the check.
        passed: whether all is well.
        zh: what was found, in Chinese.
        en: the same in English.
        facts: the figures behind it.
    """

    name: str
    passed: bool
    zh: str
    en: str
    facts: Mapping[str, int | float | str] = field(default_factory=dict)


def contract(con: duckdb.DuckDBPyConnection, core: str) -> Finding:
    """Whether a core table keeps its promise: what each column may hold, one version of a record in force, versions in time order."""
    beyond, limits = _beyond_the_contract(core)
    key = next(", ".join(core_key(table)) for table, name in CORE_TABLES.items() if name == core)
    twice, astray, broken = read_row(
        con,
        f"""
        select
            (select count(*) from (
                select 1 from {core} where superseded_at is null group by {key} having count(*) > 1)),
            (select count(*) from {core} where first_known_at > known_at or superseded_at <= known_at),
            (select count(*) from {core} where {beyond})
        """,
        limits,
    )
    passed = twice + astray + broken == 0
    return Finding(
        name="contract",
        passed=passed,
        zh=f"{core}每条记录只有一个有效版本，各列合乎规定"
        if passed
        else f"{core}有{twice + astray}条记录的版本互相矛盾，{broken}条不合乎规定",
        en=f"{core}: one version of each record is in force, its columns hold what they may"
        if passed
        else f"{core}: the versions of {twice + astray} records contradict each other, {broken} hold what they may not",
        facts={"two_in_force": twice, "out_of_order": astray, "beyond_the_contract": broken},
    )


def _beyond_the_contract(core: str) -> tuple[str, dict[str, object]]:
    """A condition that no row may meet, read off the core table's class, and the bounds in it by name."""
    conditions, limits = ["false"], {}
    for name, column in CORE[core].columns().items():
        if not column.nullable:
            conditions.append(f"{name} is null")
        for bound, broken in (("min", "{} < {}"), ("max", "{} > {}"), ("max_length", "length({}) > {}")):
            if (limit := getattr(column, bound, None)) is not None:
                conditions.append(broken.format(name, f"${name}_{bound}"))
                limits[f"{name}_{bound}"] = limit
    return " or ".join(conditions), limits


def accounting(con: duckdb.DuckDBPyConnection) -> Finding:
    """Whether every row read is loaded, quarantined, a duplicate or unchanged, and no file left more than it held."""
    query = """
        select
            (select count(*) from intake_file where n_read != n_loaded + n_quarantined + n_duplicate + n_unchanged),
            (select count(*) from (
                select file_id, table_name, count(*) as n from quarantine group by all) q
             join intake_file using (file_id, table_name) where q.n > n_quarantined),
            (select coalesce(sum(n_read), 0) from intake_file)
        """
    unequal, overfull, n_read = read_row(con, query)
    passed = unequal + overfull == 0
    return Finding(
        name="accounting",
        passed=passed,
        zh=f"读入的{n_read:,}行全部有着落" if passed else f"{unequal + overfull}个文件读入的行数对不上",
        en=f"each of {n_read:,} rows read is accounted for"
        if passed
        else f"the rows of {unequal + overfull} files do not add up",
        facts={"rows_read": int(n_read), "files_that_do_not_add_up": unequal + overfull},
    )


def freshness(con: duckdb.DuckDBPyConnection, as_of: date) -> Finding:
    """Whether the newest record was known shortly before the Monday."""
    until = data_until(con)
    days = (as_of - until.date()).days if until is not None else None
    passed = days is not None and days <= FRESH_DAYS
    return Finding(
        name="freshness",
        passed=passed,
        zh=f"数据截至{until:%Y-%m-%d}，距截至日{days}天" if until else "没有数据",
        en=f"the newest record is of {until:%Y-%m-%d}, days before the Monday: {days}"
        if until
        else "no record",
        facts={"days_before_as_of": -1 if days is None else days},
    )


def volume(con: duckdb.DuckDBPyConnection, as_of: date) -> Finding:
    """Whether each table's last week holds about as many records as its twelve weeks before."""
    shares: dict[str, float] = {}
    for core in CORE:
        weeks = con.execute(
            f"""
            select date_diff('day', first_known_at::date, $as_of::date - 1) // 7 as weeks_before, count(*) from {core}
            where first_known_at < $as_of and first_known_at >= $from_day and known_at = first_known_at group by all
            """,
            {"as_of": as_of, "from_day": as_of - timedelta(weeks=VOLUME_WEEKS + 1)},
        ).fetchall()
        counted = dict(weeks)
        usual = median(counted.get(week, 0) for week in range(1, VOLUME_WEEKS + 1))
        if usual >= VOLUME_LEAST_USUAL:
            shares[core] = round(counted.get(0, 0) / usual, 3)
    odd = [core for core, share in shares.items() if not VOLUME_LEAST_SHARE <= share <= VOLUME_MOST_SHARE]
    listed = ", ".join(f"{core} {shares[core]:.0%}" for core in odd)
    return Finding(
        name="volume",
        passed=not odd,
        zh=f"上周记录数与往常相差很大：{listed}" if odd else "上周各表记录数与往常相近",
        en=f"last week's records are far from usual: {listed}"
        if odd
        else "last week's records are about as many as usual",
        facts=shares,
    )
