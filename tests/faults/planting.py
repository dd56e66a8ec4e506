"""Planting tokens where a city's files may hold something about a person, and looking for them in every byte that is kept."""

from functools import cache
from pathlib import Path

import polars as pl

from pipelines.city.code_lists import list_of
from pipelines.city.profile import REFERENCE
from pipelines.erasure.search_files import search_files
from pipelines.errors import RefusedInput
from pipelines.privacy.refused_words import refuse_headings
from pipelines.reading.encodings import detect_encoding
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES

TOKEN = "QZTOKEN"
NAMES = ("欧阳钦佐", "Zhang Qinzuo")
"""As people type them; no other text of the platform holds them."""
NUMBERS = (
    "530302199001011234",
    "13812345678",
    "530302900101123",
    "1381 234 5678",
    "５３０３０２１９９００１０１１２３４",
)
WIDE = ("５３０３０２１９９００１０１１２３４", "１３８１２３４５６７８")
STORY = f"{TOKEN}·案情：双方因琐事多次争吵，互不相让" * 5
TOWN = "530302001"
ROWS = {
    "disputes": {"dispute_id": "A1", "registered_at": "2024-11-04 08:05", "category": "D2", "area_code": TOWN},
    "dispute_events": {"event_id": "E1", "dispute_id": "A1", "event_at": "2024-11-05 08:05", "event_type": "accepted"},
    "outcomes": {"outcome_id": "O1", "dispute_id": "A1", "occurred_at": "2024-11-06 08:05", "severity": "1"},
    "grid_reports": {"report_id": "W1", "reported_at": "2024-11-04 08:05", "area_code": TOWN, "report_type": "noise"},
    "service_visits": {"area_code": TOWN, "service": "S1", "visit_due_on": "2024-11-04", "visited_on": "2024-11-04"},
    "service_coverage": {"area_code": TOWN, "service": "S2", "week": "2024-11-04", "due": "20", "done": "10", "overdue": "10"},
    "outreach": {"event_on": "2024-11-04", "area_code": TOWN, "kind": "lecture"},
    "volunteers": {"area_code": TOWN, "as_of_on": "2024-11-04", "count": "10"},
}  # fmt: skip
"""A good row of each input table that a city sends."""


@cache
def personal_headings() -> list[str]:
    """Every heading the boundary leaves outside of a file it reads: names, numbers, addresses, free text, traits."""
    return [heading for heading in _unmapped_headings() if not _is_banned(heading)]


@cache
def banned_headings() -> list[str]:
    """Those for which the whole file is refused, since another rule bans a word in them."""
    return [heading for heading in _unmapped_headings() if _is_banned(heading)]


def _unmapped_headings() -> list[str]:
    kept_out = pl.read_csv(REFERENCE / "refused_fields.csv").filter(kind="mapped")["word"].to_list()
    return [f"{word}{at}" for at, word in enumerate(kept_out)]


def _is_banned(heading: str) -> bool:
    try:
        refuse_headings("", [heading])
    except RefusedInput:
        return True
    return False


def planted(table: str, row: dict[str, str], tag: str) -> dict[str, str]:
    """The row with a token of its own in every column that could name a person or hold free text."""
    values = {heading: f"{TOKEN}·{table}{tag}{at}姓" for at, heading in enumerate(personal_headings())}
    if table == "disputes":
        values |= {name: f"{TOKEN}·{tag}{name}氏" for name in (*PAIR_COLUMNS, "parties_key")}
    return row | values


def astray(table: str) -> list[dict[str, str]]:
    """Rows with a name, number or story in one column each: every column of the table."""
    columns = TABLES[table].columns()
    numbers = [name for name, c in columns.items() if c.dtype == pl.String and list_of(table, name) is None]
    named = [name for name in columns if name not in numbers]
    return [
        *(ROWS[table] | {column: name} for column in columns if column != "parties_key" for name in NAMES),
        *(ROWS[table] | {column: f"N {number}"} for column in numbers for number in NUMBERS),
        *(ROWS[table] | {column: number} for column in named for number in WIDE),
        *(ROWS[table] | {column: STORY} for column in columns if column != "parties_key"),
    ]


def write(folder: Path, table: str, rows: list[dict[str, str]], kind: str) -> None:
    """Write rows as one file of a table: `csv`, `gb.csv` (GB18030), `xlsx` or `parquet`, with whatever stands before it."""
    every = dict.fromkeys(column for row in rows for column in row)
    frame = pl.DataFrame([{column: row.get(column, "") for column in every} for row in rows])
    path = folder / f"{table}_{kind.replace('.', '_')}.{kind.rsplit('.')[-1]}"
    if kind == "xlsx":
        frame.write_excel(path)
    elif kind == "parquet":
        frame.write_parquet(path)
    else:
        path.write_bytes(frame.write_csv().encode("gb18030" if kind.startswith("gb") else "utf-8"))


def plant_in(path: Path, headings: list[str]) -> None:
    """Give every row of a landing file tokens of its own under these personal headings, and names to its parties."""
    kind = path.suffix
    encoding = detect_encoding(path) if kind == ".csv" else ""
    if kind == ".csv":
        frame = pl.read_csv(path.read_bytes().decode(encoding).lstrip("\ufeff").encode(), infer_schema=False)
    else:
        frame = pl.read_parquet(path) if kind == ".parquet" else pl.read_excel(path, infer_schema_length=0)
    row = pl.int_range(pl.len()).cast(pl.String)
    parties = [pl.format(f"{TOKEN}·{{}}", c).alias(c) for c in PAIR_COLUMNS.values() if c in frame.columns]
    tokens = [pl.format(f"{TOKEN}·{at}-{{}}姓", row).alias(h) for at, h in enumerate(headings)]
    frame = frame.with_columns(*parties, *tokens)
    if kind == ".csv":
        path.write_bytes(frame.write_csv().encode(encoding))
    elif kind == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_excel(path)


def planted_files(folder: Path) -> list[str]:
    """Every file under a folder that holds anything planted, in its bytes in any encoding, or in what they mean."""
    words = [TOKEN, *NAMES, *NUMBERS, *WIDE]
    sought = [w.encode(e) for w in words for e in ("utf-8", "gb18030", "utf-16-le", "unicode_escape")]
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    bare = [
        str(path) for path in files for content in [path.read_bytes()] if any(w in content for w in sought)
    ]
    return [*bare, *map(str, search_files(folder, words))]
