"""Rows that broke a rule: kept with file, line and every reason, and without what the privacy gate removed.

A row is kept under its source's own headings, so that it can be sent back as XLSX, corrected and come
again; when it does, it is released. Of a care visit nothing is kept but line and reasons (boundary 2).
What may be kept of a value that was not understood says `pipelines/leftovers.py`.
"""

import json
from pathlib import Path

import duckdb
import polars as pl
import xlsxwriter

from pipelines.contracts import PAIR_COLUMNS, key_columns
from pipelines.erasure import hash_of
from pipelines.errors import RefusedInput
from pipelines.home import Home
from pipelines.leftovers import keeper
from pipelines.mapping import CORRECTIONS, TableMapping, mapping_of_name
from pipelines.parsing import RULES, headings_used
from pipelines.privacy import MASK
from pipelines.profile import Profile
from pipelines.readers import LINE, RawFile
from pipelines.warehouse import open_warehouse, read_frame

PRIVATE = (*PAIR_COLUMNS, "parties_key")
ENOUGH = 3
"""Filled columns that must agree before a row without its key counts as the one that was held."""
ADDED = ("行号 line", "原因 reasons")
AT = "__at"
"""A column of positions beside a source's own."""


def hold(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    bad: pl.DataFrame,
    profile: Profile,
) -> None:
    """File the bad rows (`file_line`, `__rules`) of one file and table; DuckDB finds `filed` by its name.

    A row that an earlier file of the same name already had held takes that one's place.
    """
    if not len(bad):
        return
    kept = _kept_headings(raw, mapping)
    lines = pl.col(LINE).is_in(bad[LINE].implode())
    shown = raw.frame.filter(lines).select(
        LINE, *(_without_persons(c, heading, raw, mapping, profile) for heading, c in kept.items())
    )
    rows = bad.sort(LINE).join(shown, on=LINE, how="left", maintain_order="left")
    told = [json.dumps(row, ensure_ascii=False) for row in rows.select(*kept).iter_rows(named=True)]
    filed = rows.select(LINE, RULES).with_columns(
        row_json=pl.Series(told or ["{}"] * len(rows), dtype=pl.String),
        record_key=_record_keys(rows, mapping, kept),
    )
    filed = _without_erased(con, filed, rows, kept)
    about = {"id": known, "name": raw.name, "table_name": mapping.table}
    con.execute(
        """
        delete from quarantine where file_name = $name and table_name = $table_name and file_id <> $id and row_json <> '{}'
            and (record_key in (select record_key from filed) or row_json in (select row_json from filed))
        """,
        about,
    )
    con.execute(
        f"""
        insert into quarantine (file_id, file_name, table_name, line, rules, row_json, record_key)
        select $id, $name, $table_name, {LINE}, {RULES}, row_json, record_key from filed order by {LINE}
        """,
        about,
    )


def release(
    con: duckdb.DuckDBPyConnection,
    raw: RawFile,
    mapping: TableMapping,
    known: str,
    accepted: pl.Series,
    new: pl.Series,
) -> int:
    """Let go of the rows of earlier files that have now come corrected.

    A held row is the one that came if they agree in every column that was not at fault, or if a new
    version of the record that it names has been loaded.

    Args:
        con: the warehouse, in its transaction.
        raw: the file that came.
        mapping: its table.
        known: its hash; its own held rows stay.
        accepted: lines that are loaded, or are in the warehouse already.
        new: of those, the lines loaded now.

    Returns:
        How many rows were released.
    """
    held = read_frame(
        con,
        """
        select file_id, line, rules, row_json, record_key from quarantine
        where table_name = $table_name and file_id <> $id and row_json <> '{}' order by file_id, line
        """,
        {"table_name": mapping.table, "id": known},
    )
    if not len(held) or not len(accepted):
        return 0
    kept = _kept_headings(raw, mapping)
    came = raw.frame.filter(pl.col(LINE).is_in(accepted.implode()))
    con.register("free", pl.concat([_named_by(held, came, new, mapping, kept), *_agreeing(held, came, kept)]))
    freed = con.execute(
        """
        delete from quarantine q where table_name = $table_name
            and exists (select 1 from free f where f.file_id = q.file_id and f.line = q.line)
        """,
        {"table_name": mapping.table},
    ).fetchall()[0][0]
    con.unregister("free")
    return freed


def write_corrections(con: duckdb.DuckDBPyConnection, profile: Profile, out: Path) -> list[Path]:
    """Write the rows held of each file as XLSX in the file's own headings, line and reasons beside them.

    What the privacy gate removed is an empty column: it is filled in again at the source.

    Returns:
        The workbooks, `<file>.corrections.xlsx`; correct them and put them into the landing folder.
    """
    held = read_frame(
        con,
        """
        select file_name, line, row_json, string_agg(table_name || ': ' || array_to_string(rules, '; '), ' | ' order by table_name)
            as reasons from quarantine where row_json <> '{}' group by all order by file_name, line
        """,
    )
    out.mkdir(parents=True, exist_ok=True)
    return [
        _write_workbook(out, str(name), rows, profile)
        for (name,), rows in held.group_by("file_name", maintain_order=True)
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
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
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


def _named_by(
    held: pl.DataFrame, came: pl.DataFrame, new: pl.Series, mapping: TableMapping, kept: dict[str, str | None]
) -> pl.DataFrame:
    """File and line of the held rows that name a record of which one of the `new` lines is a version."""
    heading = _key_heading(mapping, kept)
    if heading is None:
        return held.select("file_id", "line").clear()
    versions = came.filter(pl.col(LINE).is_in(new.implode())).select(_as_text(heading)).to_series()
    return held.filter(pl.col("record_key").is_in(versions.implode())).select("file_id", "line")


def _agreeing(held: pl.DataFrame, came: pl.DataFrame, kept: dict[str, str | None]) -> list[pl.DataFrame]:
    """File and line of the held rows that agree with one that came in all columns that were not at fault."""
    contents = [json.loads(text) for text in held["row_json"]]
    faults = [frozenset(rule.split(":")[0] for rule in rules) for rules in held["rules"]]
    found = []
    for fault in sorted(set(faults), key=sorted):
        sound = [h for h, column in kept.items() if column not in fault and column not in PRIVATE]
        mine = [at for at, other in enumerate(faults) if other == fault and set(sound) <= set(contents[at])]
        mine = [at for at in mine if sum(contents[at][h] is not None for h in sound) >= ENOUGH]
        if not mine or not sound:
            continue
        texts = {h: pl.Series(h, [contents[at][h] for at in mine], dtype=pl.String) for h in sound}
        likely = _likely(texts, came)
        if likely.is_empty():
            continue
        rows = pl.DataFrame(texts).with_row_index(AT)
        agreeing = rows.join(likely, on=sound, how="semi", nulls_equal=True, maintain_order="left")
        found.append(held[mine][agreeing[AT]].select("file_id", "line"))
    return found


def _likely(texts: dict[str, pl.Series], came: pl.DataFrame) -> pl.DataFrame:
    """Of the rows that came, as text, those alike in the column that tells most: few, where all would be millions."""
    telling = max(texts, key=lambda heading: texts[heading].n_unique())
    alike = came.filter(_as_text(telling).is_in(texts[telling].implode(), nulls_equal=True))
    return alike.select(_as_text(heading) for heading in texts) if len(alike) else alike


def _without_erased(
    con: duckdb.DuckDBPyConnection, filed: pl.DataFrame, rows: pl.DataFrame, kept: dict[str, str | None]
) -> pl.DataFrame:
    """Of a row that names a dispute that was erased, only line and reasons are held."""
    gone = [h for (h,) in con.execute("select dispute_hash from erased_dispute").fetchall()]
    heading = next((h for h, column in kept.items() if column == "dispute_id"), None)
    if not gone or heading is None:
        return filed
    erased = rows[heading].map_elements(hash_of, return_dtype=pl.String).is_in(gone).fill_null(value=False)
    return filed.with_columns(
        row_json=pl.when(erased).then(pl.lit("{}")).otherwise(pl.col("row_json")),
        record_key=pl.when(~erased).then(pl.col("record_key")),
    )


def _kept_headings(raw: RawFile, mapping: TableMapping) -> dict[str, str | None]:
    """Headings a held row keeps, and the column each stands for; none of a care visit."""
    return {} if mapping.table == "service_visits" else headings_used(raw, mapping)


def _without_persons(
    column: str | None, heading: str, raw: RawFile, mapping: TableMapping, profile: Profile
) -> pl.Expr:
    """A source column as text, without what the privacy gate removes."""
    if column in PRIVATE:
        return pl.lit(None, dtype=pl.String).alias(heading)
    keeps = keeper(mapping, column, profile, raw.frame[heading])
    return _as_text(heading).map_batches(
        lambda text: text.replace_strict(
            {word: word if keeps(word) else MASK for word in text.drop_nulls().unique()},
            return_dtype=pl.String,
        ),
        return_dtype=pl.String,
    )


def _as_text(heading: str) -> pl.Expr:
    return pl.col(heading).cast(pl.String).str.strip_chars().replace("", None)


def _record_keys(rows: pl.DataFrame, mapping: TableMapping, kept: dict[str, str | None]) -> pl.Series:
    """What names the record of each row, where its key is one column of the source and was not masked; else null."""
    heading = _key_heading(mapping, kept)
    if heading is None:
        return pl.Series("record_key", [None] * len(rows), dtype=pl.String)
    return rows[heading].replace(MASK, None).alias("record_key")


def _key_heading(mapping: TableMapping, kept: dict[str, str | None]) -> str | None:
    """The source's column that names the record; None where no single one does."""
    key = key_columns(mapping.table)
    return next((h for h, column in kept.items() if [column] == key), None)
