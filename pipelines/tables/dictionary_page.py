"""The data dictionary page, written from the contracts: `python -m pipelines.tables.dictionary_page`."""

import dataframely as dy

from pipelines.home import REPO
from pipelines.tables.bookkeeping import BOOKKEEPING
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES
from pipelines.tables.core import CORE, CORE_TABLES, PLACES, Versioned
from pipelines.tables.published import PUBLISHED

PAGE = REPO / "docs" / "data_dictionary.md"
HEAD = """# Data dictionary · 数据字典

Written by `make docs` from the classes in `pipelines/tables`; do not edit. A landing folder holds files of these tables:
CSV, XLSX or Parquet, under the column names or the Chinese headings below, or anything a mapping describes
(`docs/new_city.md`). Codes are listed in `data/reference/codes.csv`, each with the words it is understood by;
`categories` and `services` are the profile's `risk_categories.csv`, `areas` its `areas.csv`.

本页由合同代码生成。列名或中文表头均可；代码表见 `data/reference/codes.csv`。
"""
_COLUMNS = (
    "| column | 中文表头 | type | needed | codes | what it is | 含义 |",
    "|---|---|---|---|---|---|---|",
)
CORE_HEAD = """
# Core tables · 核心表

In `HOME/warehouse.duckdb`, made from the input tables' classes by `pipelines/tables/core.py`. Each versioned table also has
`first_known_at`, `known_at`, `superseded_at` and `file_id`; its past is read through `pipelines/warehouse/as_known.py` only.

各表由输入表的定义生成；每条记录的各个版本都保留，过去某日的情况只经 `as_known` 读取。
"""
BOOKKEEPING_HEAD = """
# Bookkeeping · 接收记录

In the same warehouse: what was taken in, set aside, linked and erased. The classes are in `pipelines/tables/bookkeeping.py`.

同一数据库中的接收、暂存、关联和删除记录。

| table | columns | what it is | 含义 |
|---|---|---|---|
"""
PUBLISHED_HEAD = """
# Published tables · 发布的表

Of each week, under `HOME/published/<as_of>/`. The classes are in `pipelines/tables/published_*.py`: what is written is
checked against them, what is read is shaped by them. Columns "read by analysts" are shown on no screen and in no paper.

每周发布的文件。写入时按这些表的定义检查；“analysts”一列不在屏幕和文稿中显示，供分析使用。
"""
TYPES = {
    "String": "text",
    "Int64": "whole number",
    "Int32": "whole number",
    "List": "list of structs",
    "Float64": "number",
    "Bool": "yes or no",
    "Date": "date",
    "Datetime": "moment",
}


def page() -> str:
    """The page as it should stand in `docs/`."""
    inputs = "".join(_table(name, contract) for name, contract in TABLES.items())
    published = "".join(_published(name, contract) for name, contract in PUBLISHED.items())
    core = "".join(_core(name, table) for name, table in (PLACES | CORE).items())
    bookkeeping = "".join(_bookkeeping(name, table) for name, table in BOOKKEEPING.items())
    return HEAD + inputs + CORE_HEAD + core + BOOKKEEPING_HEAD + bookkeeping + PUBLISHED_HEAD + published


def _table(name: str, contract: type[dy.Schema]) -> str:
    loaded = CORE_TABLES.get(name, "core_service_coverage, counted while it is read")
    lines = [
        f"\n## {name}\n",
        f"{(contract.__doc__ or '').splitlines()[0]} Loaded into `{loaded.split(',')[0]}`{loaded[len(loaded.split(',')[0]) :]}.\n",
    ]
    lines += _COLUMNS
    lines += [_row(column, spec) for column, spec in contract.columns().items()]
    if name == "disputes":
        lines += [
            f"| `{column}` | {zh} | text | | | Hashed into `parties_key` at the door, order-free, then dropped. | 在入口处合成双方的加密标识，不分先后，原文不留。 |"
            for column, zh in PAIR_COLUMNS.items()
        ]
    rules = sorted(rule.replace("_", " ") for rule in _rules(contract))
    if rules:
        lines.append(f"\nA row is held back unless: {'; '.join(rules)}.")
    return "\n".join(lines) + "\n"


def _core(name: str, table: type[dy.Schema]) -> str:
    """A core table; what all versioned ones share is said once, above."""
    columns = {
        column: spec
        for column, spec in table.columns().items()
        if name in PLACES or column not in Versioned.columns()
    }
    rows = [_row(column, spec) for column, spec in columns.items()]
    return "\n".join([f"\n### {name}\n", (table.__doc__ or "").splitlines()[0], "", *_COLUMNS, *rows]) + "\n"


def _bookkeeping(name: str, table: type[dy.Schema]) -> str:
    english, chinese = ((table.__doc__ or "").split("\n\n") + [""])[:2]
    columns = " ".join(f"`{column}`" for column in table.column_names())
    return f"| `{name}` | {columns} | {english} | {chinese.strip()} |\n"


def _published(name: str, contract: type[dy.Schema]) -> str:
    lines = [
        f"\n### {name}.parquet\n",
        *(contract.__doc__ or "").split("\n\n"),
        "",
        "| column | type | null | codes or unit | what it is | 含义 | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    return (
        "\n".join(
            [line.strip() for line in lines] + [_published_row(*one) for one in contract.columns().items()]
        )
        + "\n"
    )


def _published_row(name: str, column: dy.Column) -> str:
    about = column.metadata or {}
    listed = about["codes"] or about["unit"] or ""
    said = " ".join(filter(None, [column.description, about["caveat"]]))
    kind, null = TYPES[type(column).__name__], "yes" if column.nullable else ""
    return (
        f"| `{name}` | {kind} | {null} | {listed} | {said} | {about['meaning_zh']} | {about['for'] or ''} |"
    )


def _row(name: str, column: dy.Column) -> str:
    about = column.metadata or {}
    needed = "key" if about["key"] else "" if column.nullable else "yes"
    kind = TYPES[type(column).__name__]
    bounds = [
        f"{word} {bound}"
        for word, bound in (("from", getattr(column, "min", None)), ("to", getattr(column, "max", None)))
        if bound is not None
    ]
    typed = f"{kind}, {' '.join(bounds)}" if bounds and kind not in ("date", "moment") else kind
    return f"| `{name}` | {about['zh']} | {typed} | {needed} | {about['codes'] or ''} | {column.description} | {about['meaning_zh']} |"


def _rules(contract: type[dy.Schema]) -> list[str]:
    return [name for name, value in vars(contract).items() if type(value).__name__.endswith("RuleFactory")]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
