"""Sentences and tables about the data: files received, rows refused, delay."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from dashboards.markup.markup import Table
from dashboards.wording.code_names import Names
from dashboards.wording.language import Words

_HEADS = {"files": "files_n"}


def files_table(words: Words, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows taken in, by kind of record."""
    counts = ("files", "read", "loaded", "duplicates", "unchanged", "quarantined")
    head = [words("data.table"), *(words(f"data.{_HEADS.get(name, name)}") for name in counts)]
    return head, [
        [words(f"table.{row['table']}"), *(words.number(row[name]) for name in counts)] for row in rows
    ]


def refusals_table(words: Words, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Rows set aside, with the reason."""
    return [words(f"data.{name}") for name in ("table", "why", "n")], [
        [words(f"table.{row['table']}"), refusal(words, row["column"], row["rule"]), words.number(row["n"])]
        for row in rows
    ]


def refusal(words: Words, column: str | None, rule: str) -> str:
    """The reason for a refused row, in words that let its sender correct it."""
    if rule.startswith("not in the list "):
        rule = "not in the list"
    reason = words.texts.get(f"rule.{rule.replace(' ', '_')}", words("rule.other"))
    return reason if column is None else words("data.rule_of", column=words(f"field.{column}"), reason=reason)


def lateness_table(words: Words, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Records of the newest week compared with the usual, by kind, and their delay."""
    head = [words(f"data.{name}") for name in ("table", "last_week", "usual_week", "half", "ninety", "late")]
    return head, [
        [
            words(f"table.{row['table']}"),
            words.number(row["records"]) + ("\n" + words("data.few") if row["few"] else ""),
            words.number(row["usual"]),
            _days(words, row["late_days"]),
            _days(words, row["late_days_90"]),
            _share(words, row["late_share"]),
        ]
        for row in rows
    ]


def missing_line(words: Words, tables: Sequence[str]) -> str:
    """A sentence about kinds of record that were never received, and the consequence."""
    named = words("general.between").join(words(f"table.{table}") for table in tables)
    return words("data.missing", tables=named) if tables else words("data.none_missing")


def beyond_units_lines(names: Names, beyond: pl.DataFrame) -> list[str]:
    """Which lists are longer than their units can take up in a week; no line where there is none."""
    words = names.words
    named = [
        words(
            "data.beyond_units_of",
            name=names.place(row["list_area"]),
            n=words.number(row["length"]),
            units=words.number(row["weekly_capacity"]),
        )
        for row in beyond.iter_rows(named=True)
    ]
    return [words("data.beyond_units", lists=words("general.between").join(named))] if named else []


def left_out_lines(words: Words, names: Sequence[str]) -> list[str]:
    """Which files could not be read at all; no line where there is none."""
    listed = words("general.between").join(names)
    return [words("data.left_out", n=words.number(len(names)), files=listed)] if names else []


def _share(words: Words, share: float | None) -> str:
    if share is None:
        return words("general.none")
    return words("general.percent", n=words.number(share * 100))


def _days(words: Words, days: float | None) -> str:
    return words("general.none") if days is None else words("data.days", n=words.number(days, 1))
