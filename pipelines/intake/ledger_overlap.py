"""Which care visits of a ledger an earlier ledger brought already: no visit counts twice, and none that only coincides vanishes.

A visit is compared by keyed hashes: of its cell (place, service, day due), of its row (with the days of its making and
entry) and, between files with the same headings, of the rest of the row. It comes again where row and rest do, or where one
that was not made yet comes made, its cell and rest alike. A file that brings at least half of an earlier one's visits of the days
that both reach over, in the townships and services it holds, is a later state of it: it takes the earlier one's place on those
days. Of another file, such as the next week's entries or another worker's, only what comes again is dropped, and that is said.
"""

import hmac
from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from pipelines.intake.parsing import headings_used
from pipelines.intake.value_parsers import moments
from pipelines.mapping.heading_roles import RUNNING_NUMBER, roles_of
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import RawFile
from pipelines.warehouse.warehouse import read_row

SPAN = "ledger_days "
"""Before a file's hash: the setting that keeps its first and last day due, and what its headings are."""
HELD_ANEW = 0.5
"""Share of an earlier file's visits that must come again before this one is a later state of it."""
CHANGING = ("visited_on", "recorded_at")
"""What the source fills in later of a visit it has listed."""
KEYED = "('0x' || left(sha256($secret || {}), 16))::ubigint"


def lasting_headings(raw: RawFile, mapping: TableMapping) -> list[str]:
    """The headings of a ledger whose cells stay as they are from one export to the next: no running number, no day of export."""
    used = headings_used(raw, mapping)
    composed = [mapping.templates.get(column, "") for column in CHANGING]
    return sorted(
        heading
        for heading in raw.headings
        if used.get(heading) not in CHANGING
        and not any(f"{{{heading}}}" in template for template in composed)
        and RUNNING_NUMBER not in roles_of(heading)
        and not _differs_by_export(raw.frame[heading])
    )


def rest_of_rows(raw: RawFile, headings: Sequence[str]) -> pl.Series:
    """What stands under these headings as one text per row."""
    cells = [pl.col(h).cast(pl.String).fill_null("").str.strip_chars() for h in headings]
    return raw.frame.select(pl.concat_str(cells, separator="|") if cells else pl.lit("")).to_series()


def hash_rows(con: duckdb.DuckDBPyConnection, part: pl.DataFrame, key: bytes, columns: Sequence[str]) -> None:
    """Add visits to the table `arriving_visit`, their texts as keyed hashes.

    Args:
        con: the warehouse, in its transaction.
        part: `columns`, hash, done, is_made, and as text day, place (with service and day), row, rest.
        key: hashes them.
        columns: the cell that the visits are counted in.
    """
    con.register("part", part)
    hashes = ", ".join(
        KEYED.format(text) for text in ("'day|' || day", "'row|' || row", "'rest|' || place || '|' || rest")
    )
    con.execute(
        f"insert into arriving_visit select {', '.join(columns)}, hash, done, is_made, {hashes} from part",
        {"secret": hmac.digest(key, b"rows of visits", "sha256").hex()},
    )
    con.unregister("part")


def drop_what_comes_again(
    con: duckdb.DuckDBPyConnection, span: tuple[date, date], headings: str, key: bytes
) -> tuple[int, tuple[str, ...]]:
    """Delete from `kept_visit` what `arriving` (of `arriving_visit`, with `nth` of each cell) brings again.

    Args:
        con: the warehouse, in its transaction.
        span: first and last day on which a visit of the arriving file was due.
        headings: what its lasting headings are.
        key: hashed the days.

    Returns:
        How many arriving visits an earlier file had brought, and what to say of those that need a look.
    """
    secret = hmac.digest(key, b"rows of visits", "sha256").hex()
    con.execute(
        f"""
        create or replace temp table overlap as
        with files as (
            select name[length($span) + 1:] as file_id, greatest(value[:10]::date, $first) as first_due,
                least(value[12:21]::date, $last) as last_due, value[23:] = $headings as alike
            from intake_setting where starts_with(name, $span)),
        days as (select file_id, unnest(range(first_due, last_due + interval 1 day, interval 1 day))::date as day from files)
        select f.*, d.day_hash from files f join (
            select file_id, {KEYED.format("'day|' || day")} as day_hash from days) d using (file_id)
        """,
        {"span": SPAN, "first": span[0], "last": span[1], "headings": headings, "secret": secret},
    )
    con.execute(
        """
        create or replace temp table rivals as
        select v.*, v.rowid as kept_row, o.alike, case when v.row_hash is null then 'cell' when o.alike then 'rest' else 'row' end as kind,
            case when v.row_hash is null then [v.hash] when o.alike then [v.row_hash, v.rest_hash] else [v.row_hash] end as identity
        from kept_visit v join (select distinct file_id, alike, first_due, last_due from overlap) o using (file_id)
        where (v.day_hash in (select day_hash from overlap d where d.file_id = v.file_id)
                or (v.day_hash is null and v.week between o.first_due - 6 and o.last_due))
            and (v.township_code, v.service) in (select (township_code, service) from arriving)
        """
    )
    _mark_what_comes_again(con)
    con.execute(
        f"""
        create or replace temp table later_state as
        select file_id from rivals group by file_id having count(again) >= {HELD_ANEW} * count(*)
        """
    )
    again, apart = read_row(
        con,
        """
        select count(distinct again), count(distinct again) filter (file_id not in (select file_id from later_state)) from rivals
        """,
    )
    con.execute(
        """
        delete from kept_visit where rowid in (
            select kept_row from rivals where again is not null or file_id in (select file_id from later_state))
        """
    )
    for table in ("overlap", "rivals", "later_state"):
        con.execute(f"drop table {table}")
    return again, _notice(apart)


def _mark_what_comes_again(con: duckdb.DuckDBPyConnection) -> None:
    """Give each of `rivals` the arriving visit that it is (`again`), the first of those alike to the first, and so on."""
    con.execute(
        """
        create or replace temp table arriving_identity as
        with each as (
            select rowid as visit, unnest(['cell', 'row', 'rest']) as kind, unnest([[hash], [row_hash], [row_hash, rest_hash]]) as identity
            from arriving)
        select *, row_number() over (partition by kind, identity order by visit) as nth_alike from each
        """
    )
    con.execute(
        """
        create or replace temp table rivals as
        with numbered as (
            select *, row_number() over (partition by file_id, kind, identity order by kept_row) as nth_alike from rivals)
        select n.* exclude (nth_alike), i.visit as again from numbered n left join arriving_identity i using (kind, identity, nth_alike)
        """
    )
    con.execute(
        """
        update rivals set again = made_since.visit from (
            with unmade as (
                select kept_row, hash, case when alike then rest_hash end as rest, alike,
                    row_number() over (partition by file_id, hash, case when alike then rest_hash end order by kept_row) as nth_alike
                from rivals where again is null and is_made = false),
            made_later as (
                select a.rowid as visit, a.hash, k.alike, case when k.alike then a.rest_hash end as rest,
                    row_number() over (partition by k.alike, a.hash, case when k.alike then a.rest_hash end order by a.rowid) as nth_alike
                from arriving a, (select unnest([true, false]) as alike) k
                where a.is_made and a.rowid not in (select again from rivals where again is not null))
            select o.kept_row, s.visit from unmade o join made_later s on o.hash = s.hash and o.rest is not distinct from s.rest
                and o.alike = s.alike and o.nth_alike = s.nth_alike) made_since
        where rivals.kept_row = made_since.kept_row
        """
    )
    con.execute("drop table arriving_identity")


def _notice(n: int) -> tuple[str, ...]:
    if not n:
        return ()
    return (
        f"{n}次走访与早先文件的在能看到的各方面都相同，只计一次 · {n:,} visits are like earlier files' in all that is seen, and count "
        "once; if they are others, send a column that tells visits apart, such as a visit number",
    )


def _differs_by_export(cells: pl.Series) -> bool:
    """Whether a column says when the file was written: one day or moment in all rows."""
    words = cells.drop_nulls().unique()
    return len(words) == 1 and bool(moments(words.cast(pl.String)).is_not_null().all())
