"""What a home's records leave open: steps and harms of no known dispute, closings before registration, places that are no more."""

import duckdb

from pipelines.warehouse.as_known import table_as_it_stands
from pipelines.warehouse.warehouse import read_row

REFERRING = {"core_dispute_event": ("个办理环节", "steps"), "core_outcome": ("条伤害后果", "harms")}
PLACED = {"core_dispute": ("件纠纷", "disputes"), "core_grid_report": ("条上报", "reports")}


def open_questions(con: duckdb.DuckDBPyConnection) -> list[str]:
    """One line for each question that somebody has to answer, in both languages, with counts and no number of a record."""
    lines = []
    for core, (zh, en) in REFERRING.items():
        n = read_row(
            con,
            f"""
            select count(distinct dispute_id) from {core} where dispute_id not in (select dispute_id from core_dispute)
                and dispute_id not in (select dispute_id from dispute_link)
            """,
        )[0]
        rows = read_row(
            con, f"select count(*) from {core} where dispute_id not in (select dispute_id from core_dispute)"
        )[0]
        if n:
            lines.append(
                f"{rows:,}{zh}所属的{n:,}个纠纷编号未登记 · {rows:,} {en} of {n:,} disputes that are not known: are their numbers written otherwise?"
            )
    early = read_row(
        con,
        f"""
        select count(*) from {table_as_it_stands("core_dispute_event")} e join (
            select dispute_id, min(registered_at)::date as opened from core_dispute group by 1) d using (dispute_id)
        where e.event_type = 'closed' and e.event_at::date < d.opened
        """,
    )[0]
    if early:
        lines.append(
            f"{early:,}次办结早于登记 · {early:,} closings lie before their registration: is the day of one of the two another's?"
        )
    for core, (zh, en) in PLACED.items():
        n = read_row(
            con, f"select count(*) from {core} where area_code not in (select area_code from core_area)"
        )[0]
        if n:
            lines.append(
                f"{n:,}{zh}所在区域已不在areas.csv中 · {n:,} {en} of areas that areas.csv no longer holds: say `merged_into` and `merged_on` there"
            )
    return lines
