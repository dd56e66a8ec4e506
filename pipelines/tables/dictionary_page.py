"""The data dictionary page, written from the contracts: `python -m pipelines.tables.dictionary_page`."""

import dataframely as dy

from pipelines.home import REPO
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES
from pipelines.warehouse.warehouse import CORE_TABLES

PAGE = REPO / "docs" / "data_dictionary.md"
HEAD = """# Data dictionary · 数据字典

Written by `make docs` from `pipelines/tables/contracts.py`; do not edit. A landing folder holds files of these tables:
CSV, XLSX or Parquet, under the column names or the Chinese headings below, or anything a mapping describes
(`docs/new_city.md`). Codes are listed in `data/reference/codes.csv`, each with the words it is understood by;
`categories` and `services` are the profile's `risk_categories.csv`, `areas` its `areas.csv`.

本页由合同代码生成。列名或中文表头均可；代码表见 `data/reference/codes.csv`。
"""
TYPES = {
    "String": "text",
    "Int64": "whole number",
    "Float64": "number",
    "Bool": "yes or no",
    "Date": "date",
    "Datetime": "moment",
}


def page() -> str:
    """The page as it should stand in `docs/`."""
    return HEAD + "".join(_table(name, contract) for name, contract in TABLES.items())


def _table(name: str, contract: type[dy.Schema]) -> str:
    loaded = CORE_TABLES.get(name, "core_service_coverage, counted while it is read")
    lines = [
        f"\n## {name}\n",
        f"{(contract.__doc__ or '').splitlines()[0]} Loaded into `{loaded.split(',')[0]}`{loaded[len(loaded.split(',')[0]) :]}.\n",
    ]
    lines += [
        "| column | 中文表头 | type | needed | codes | what it is | 含义 |",
        "|---|---|---|---|---|---|---|",
    ]
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
