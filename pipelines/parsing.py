"""From a file's headings and text to a table's columns and types, every failure named by column and rule.

Frame in, frame out: the result has the contract's columns, `file_line`, and `__rules`, the list of
rules the row broke. A row without rules is good.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import dataframely as dy
import polars as pl

from pipelines.contracts import PAIR_COLUMNS, TABLES
from pipelines.errors import RefusedInput
from pipelines.mapping import TableMapping, headings_of
from pipelines.privacy import looks_personal
from pipelines.profile import Profile, reference_codes
from pipelines.readers import LINE, RawFile
from pipelines.refused import refuse_values

RULES = "__rules"
TRUE = ("是", "有", "true", "1", "y", "yes", "t")
FALSE = ("否", "无", "false", "0", "n", "no", "f")
MOMENTS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%dT%H:%M:%S",
    "%Y年%m月%d日 %H:%M", "%Y年%m月%d日 %H时%M分",
)  # fmt: skip
DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d")


def choose_rows(raw: RawFile, mapping: TableMapping) -> pl.DataFrame:
    """The source rows a table mapping takes.

    Raises:
        RefusedInput: the mapping names a heading the file does not have.
    """
    frame = raw.frame
    named = [*mapping.where, *([mapping.present] if mapping.present else [])]
    for heading in named:
        if heading not in frame.columns:
            raise RefusedInput(
                f"{raw.name}: no column {heading!r}, which the profile's mapping chooses rows by"
            )
    for heading, values in mapping.where.items():
        frame = frame.filter(pl.col(heading).is_in(list(values)))
    if mapping.present:
        frame = frame.filter(pl.col(mapping.present).is_not_null() & (pl.col(mapping.present) != ""))
    return frame


def name_columns(raw: RawFile, mapping: TableMapping, rows: pl.DataFrame) -> pl.DataFrame:
    """The mapped columns of the source under their canonical names, plus `file_line`; all else is dropped unread.

    Raises:
        RefusedInput: a required column is missing; names file, column and the headings it may stand under.
    """
    chosen: dict[str, pl.Expr] = {}
    for name, headings in headings_of(mapping.table).items():
        source = mapping.columns.get(name)
        if source is not None and source not in rows.columns:
            raise RefusedInput(f"{raw.name}: no column {source!r}, which the mapping takes {name!r} from")
        found = source or next((h for h in headings if h in rows.columns and not mapping.columns), None)
        if name in mapping.templates:
            chosen[name] = _template(mapping.templates[name])
        elif name in mapping.constants:
            chosen[name] = pl.lit(mapping.constants[name])
        elif found is not None:
            chosen[name] = pl.col(found)
        elif name not in PAIR_COLUMNS and not TABLES[mapping.table].columns()[name].nullable:
            raise RefusedInput(
                f"{raw.name}: column {name!r} of {mapping.table} is missing; it may stand under "
                f"{' or '.join(headings)}. Add it to the file, or map it in the profile's mappings."
            )
    return rows.select(LINE, **chosen)


def parse(named: pl.DataFrame, mapping: TableMapping, profile: Profile, file_name: str) -> pl.DataFrame:
    """Parse named text columns to the contract's types and check every row.

    Raises:
        RefusedInput: a code column holds a value the boundary refuses.
    """
    contract = TABLES[mapping.table]
    frame = named.with_columns(pl.col(pl.String).str.strip_chars().replace("", None))
    parsed: dict[str, pl.Expr] = {}
    broken: list[pl.Expr] = []
    for name, column in contract.columns().items():
        if name not in frame.columns:
            parsed[name] = pl.lit(None, dtype=column.dtype)
            continue
        value = _parsed(frame, name, column, mapping, profile, file_name)
        parsed[name] = value
        broken.append(_when(pl.col(name).is_not_null() & value.is_null(), f"{name}: {_expectation(column)}"))
        if not column.nullable:
            broken.append(_when(pl.col(name).is_null() & value.is_null(), f"{name}: missing"))
        if frame.schema[name] == pl.String and not _list_of(column):
            broken.append(
                _when(
                    looks_personal(pl.col(name)), f"{name}: holds what looks like an identity or phone number"
                )
            )
    pairs = [c for c in PAIR_COLUMNS if c in frame.columns]
    result = frame.select(LINE, *pairs, **parsed, **{RULES: pl.concat_list(broken).list.drop_nulls()})
    return _with_contract_rules(result, contract)


def _with_contract_rules(frame: pl.DataFrame, contract: type[dy.Schema]) -> pl.DataFrame:
    """Add the names of the contract's own rules to the rows that break them."""
    lined = type("Lined", (contract,), {LINE: dy.Int64()})
    good = frame.filter(pl.col(RULES).list.len() == 0)
    details = lined.filter(good.select(LINE, *contract.columns())).failure.details()
    rules = [c for c in details.columns if c != LINE and c not in contract.columns()]
    if not len(details):
        return frame
    named = details.select(
        LINE,
        pl.concat_list(
            _when(pl.col(r).cast(pl.String) == "invalid", r.replace("_", " ").replace("|", ": "))
            for r in rules
        )
        .list.drop_nulls()
        .alias("__more"),
    )
    joined = frame.join(named, on=LINE, how="left", maintain_order="left")
    return joined.with_columns(pl.col(RULES).list.concat(pl.col("__more").fill_null([]))).drop("__more")


def _parsed(
    frame: pl.DataFrame, name: str, column: Any, mapping: TableMapping, profile: Profile, file_name: str
) -> pl.Expr:
    text = frame.schema[name] == pl.String
    if (codes := _list_of(column)) is not None:
        known = dict(code_list(codes, profile)) | {
            _fold(k): v for k, v in mapping.codes.get(name, {}).items()
        }
        values = frame[name].cast(pl.String).unique(maintain_order=True).drop_nulls().to_list()
        if codes != "areas":
            refuse_values(file_name, name, values)
        translated = {v: known.get(_fold(v), known.get("*")) for v in values}
        coded = pl.col(name).cast(pl.String).replace_strict(translated, default=None, return_dtype=pl.String)
        return pl.when(pl.col(name).is_null()).then(pl.lit(known.get(""), dtype=pl.String)).otherwise(coded)
    if column.dtype == pl.Boolean and text:
        folded = pl.col(name).str.to_lowercase()
        return pl.when(folded.is_in(TRUE)).then(True).when(folded.is_in(FALSE)).then(False)
    if column.dtype == pl.Date and text:
        return _moment(name).cast(pl.Date)
    if isinstance(column, dy.Datetime) and text:
        return _moment(name)
    if text and column.dtype in (pl.Int64, pl.Float64):
        number = pl.col(name).str.replace_all(",", "").str.replace(r"\.0+$", "")
        return number.cast(column.dtype, strict=False)
    return pl.col(name).cast(
        column.dtype if not isinstance(column, dy.Datetime) else pl.Datetime("us"), strict=False
    )


def _moment(name: str) -> pl.Expr:
    """A moment in any of the habits; a T or a fraction of a second is tolerated."""
    text = pl.col(name).str.replace(r"\.\d+$", "")
    moments = [text.str.to_datetime(f, strict=False, time_unit="us") for f in MOMENTS]
    days = [text.str.to_date(f, strict=False).cast(pl.Datetime("us")) for f in DAYS]
    return pl.coalesce(moments + days)


@cache
def _reference() -> dict[str, dict[str, str]]:
    lists: dict[str, dict[str, str]] = {}
    for row in reference_codes().iter_rows(named=True):
        known = lists.setdefault(row["list"], {})
        words = [row["code"], row["name_zh"], row["name_en"], *(row["variants"] or "").split("|")]
        known.update({_fold(word): row["code"] for word in words if word})
    return lists


def code_list(name: str, profile: Profile) -> Mapping[str, str]:
    """Folded word to code, of a reference list or of the profile's own categories, services or areas."""
    if name == "areas":
        codes = profile.areas["area_code"].to_list()
        return {_fold(c): c for c in codes} | {c.ljust(12, "0"): c for c in codes if len(c) < 12}
    if name in ("categories", "services"):
        kind = "dispute" if name == "categories" else "service"
        rows = [r for r in profile.categories.iter_rows(named=True) if r["kind"] == kind]
        return {_fold(r[k]): r["code"] for r in rows for k in ("name_en", "name_zh", "code")}
    return _reference()[name]


def _list_of(column: Any) -> str | None:
    return (column.metadata or {}).get("codes")


def _fold(word: str) -> str:
    return word.strip().casefold()


def _template(template: str) -> pl.Expr:
    """A text composed of source columns named in braces; `{line}` is the file's line."""
    parts: list[pl.Expr] = []
    for piece in template.replace("}", "{").split("{")[::2]:
        parts.append(pl.lit(piece))
    for at, heading in enumerate(template.replace("}", "{").split("{")[1::2]):
        column = pl.col(LINE if heading == "line" else heading).cast(pl.String)
        parts.insert(2 * at + 1, column)
    return pl.concat_str(parts)


def _expectation(column: Any) -> str:
    if codes := _list_of(column):
        return f"not in the list {codes}"
    kinds = {
        pl.Boolean: "not yes or no",
        pl.Int64: "not a whole number",
        pl.Float64: "not a number",
        pl.String: "not a text",
    }
    return kinds.get(column.dtype, "not a date")


def _when(condition: pl.Expr, rule: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(rule))
