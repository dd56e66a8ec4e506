"""Sentences and tables about townships and their care services."""

from typing import Any

import polars as pl

from dashboards.markup.markup import Cell, Table, level_cell
from dashboards.pictures.maps import HIDDEN, NO_LEVEL
from dashboards.published.place_queries import MARKS, OUTREACH_DAYS, Places, marks
from dashboards.wording.code_names import Names

SHOWN = 15
_TEXTS = dict.fromkeys(("kind", "kind_name", "place", "figure", "mark"), pl.String) | {"ringed": pl.Boolean}


def place_summary(names: Names, ranked: Places) -> list[str]:
    """Number of townships with rising demand, and of townships with marks."""
    words, rows = names.words, ranked.rows
    facts = {name: int(rows[name].sum()) for name in ("rising", *MARKS)}
    facts["clear"] = len(rows.filter("rising", pl.col("low") > pl.col("usual")))
    counts = {name: words.number(n) for name, n in facts.items()}
    key = "place.forecast_line" if ranked.is_forecast else "place.counted_line"
    return [words(key, **counts), words("place.marks_line", days=OUTREACH_DAYS, **counts)]


def place_table(names: Names, ranked: Places, chosen: pl.DataFrame) -> Table:
    """Demand compared with the usual and marks, by township."""
    words = names.words
    head = [words(f"place.{name}") for name in ("place", "expected", "usual", "level", "marked")]
    return head, [
        [
            names.place(row["area_code"]),
            words("general.range", value=_n(names, row["expected"]), low=_n(names, row["low"]), high=_n(names, row["high"])),
            _n(names, row["usual"]),
            level_cell(names, row["level"], "place.no_level"),
            marked(names, row),
        ]
        for row in chosen.iter_rows(named=True)
    ]  # fmt: skip


def marked(names: Names, row: dict[str, Any]) -> str:
    """Marks of a township; where it records little, also its reporting ratio and the number expected otherwise."""
    words = names.words
    labels = {mark: words(f"place.{mark}") for mark in marks(row)}
    if "few_records" in labels:
        share, many = words.number(row["reporting_ratio"] * 100), _n(names, row["expected_if_recorded"])
        labels["few_records"] = words("place.few_records_told", share=share, many=many)
    return words("general.between").join(labels.values())


def help_table(names: Names, rows: pl.DataFrame) -> Table:
    """Last legal outreach session and volunteers of marked townships."""
    words = names.words
    head = [words(f"place.{name}") for name in ("place", "marked", "last_session", "volunteers")]
    return head, [
        [
            names.place(row["area_code"]),
            marked(names, row),
            words("place.never")
            if row["outreach_days"] is None
            else words.count("place.days_ago", row["outreach_days"]),
            words("general.none")
            if row["volunteers_per_1000"] is None
            else words.number(row["volunteers_per_1000"], 1),
        ]
        for row in rows.iter_rows(named=True)
    ]


def map_words(names: Names, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows for `maps.township_map`: sized by the expected number; townships that record little have a ring."""
    words = names.words
    texts = [
        {
            "kind": row["level"] or NO_LEVEL,
            "kind_name": names.code("level", row["level"]) if row["level"] else words("place.no_level"),
            "ringed": row["few_records"],
            "place": names.place(row["area_code"]),
            "figure": words("place.told", expected=_n(names, row["expected"]), usual=_n(names, row["usual"])),
            "mark": words("place.few_records") if row["few_records"] else words("place.usual_records"),
        }
        for row in rows.iter_rows(named=True)
    ]
    return rows.select("area_code", "lon", "lat", size="expected").hstack(pl.DataFrame(texts, schema=_TEXTS))


def service_map_words(names: Names, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of one service for the map: sized by caseload; suppressed rows have no figure."""
    words = names.words
    texts = [
        {
            "kind": HIDDEN if row["suppressed"] else row["level"] or NO_LEVEL,
            "kind_name": words("service.suppressed")
            if row["suppressed"]
            else names.code("level", row["level"])
            if row["level"]
            else words("place.no_level"),
            "ringed": False,
            "place": names.place(row["area_code"]),
            "figure": words("service.suppressed") if row["suppressed"] else _whole(names, row["caseload"]),
            "mark": cell if isinstance(cell := _cells(names, row)[1], str) else "",
        }
        for row in rows.iter_rows(named=True)
    ]
    return rows.select("area_code", "lon", "lat", size="caseload").hstack(pl.DataFrame(texts, schema=_TEXTS))


def service_summary(names: Names, rows: pl.DataFrame) -> list[str]:
    """Number of townships shown, suppressed, and in most need of help."""
    words = names.words
    urgent = len(rows.filter(pl.col("level").is_in(["red", "orange"])))
    hidden = int(rows["suppressed"].sum())
    hidden_sentence = words.count("service.hidden", hidden) if hidden else words("service.none_hidden")
    return [
        words("service.line", shown=words.number(len(rows) - hidden), urgent=words.number(urgent)),
        hidden_sentence + words("service.rounded"),
    ]


def service_table(names: Names, rows: pl.DataFrame) -> Table:
    """Care visits due and overdue by township; what is suppressed says so in every cell."""
    words = names.words
    head = [words(f"service.{name}") for name in ("place", "caseload", "overdue", "expected", "level")]
    return head, [[names.place(row["area_code"]), *_cells(names, row)] for row in rows.iter_rows(named=True)]


def _cells(names: Names, row: dict[str, Any]) -> list[Cell]:
    words = names.words
    if row["suppressed"]:
        return [*[words("service.suppressed")] * 3, words("general.none")]
    expected, low, high = (_whole(names, row[name]) for name in ("expected", "low", "high"))
    return [
        _whole(names, row["caseload"]),
        words("service.few") if row["overdue"] is None else _whole(names, row["overdue"]),
        words("general.range", value=expected, low=low, high=high),
        level_cell(names, row["level"], "place.no_level"),
    ]


def _n(names: Names, value: float | None) -> str:
    return names.words("general.none") if value is None else names.words.number(value, 1)


def _whole(names: Names, value: object) -> str:
    return names.words.number(float(value)) if isinstance(value, int | float) else names.words("general.none")
