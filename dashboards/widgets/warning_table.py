"""The list of warnings on the screen: rows turned into words, and the table that shows them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from streamlit.components import v2

from dashboards.decisions.store import Entry
from dashboards.markup.markup import dispute_link
from dashboards.texts.dispute_words import decision_line, tags
from dashboards.wording.code_names import Names
from dashboards.wording.phrases import days_left, short_chance

_FOLDER = Path(__file__).parent
_COLUMNS = ("choose", "position", "level", "dispute", "age", "chance", "reason", "offer", "decision")
_WIDTHS = ("2.1rem", "2.9rem", "4.6rem", "24%", "6.6rem", "6.6rem", "auto", "7rem", "14%")
_TEN_PERCENT = 0.1


@dataclass(frozen=True)
class Asked:
    """The reader's actions on the list: disputes selected, and the one to open."""

    chosen: Sequence[str]
    opened: str | None


def warning_list(
    rows: Sequence[Mapping[str, Any]], names: Names, key: str, chosen: Sequence[str] = ()
) -> Asked:
    """Show the rows of `in_words` and return the reader's actions.

    Args:
        rows: in the order they are shown.
        names: of the codes, and the language.
        key: another key is a fresh list with nothing ticked.
        chosen: ticked at first.
    """
    words = names.words
    result = _component()(
        data={
            "rows": list(rows),
            "head": [words(f"column.{column}") for column in _COLUMNS],
            "widths": list(_WIDTHS),
            "label": words("table.alt"),
            "choose_all": words("column.choose_all"),
            "chosen": list(chosen),
        },
        key=key,
        default={"chosen": list(chosen)},
        on_chosen_change=_nothing,
        on_opened_change=_nothing,
    )
    return Asked(result.chosen or [], result.opened)


def in_words(rows: pl.DataFrame, names: Names, decided: Mapping[str, Entry]) -> list[dict[str, Any]]:
    """The rows of `read_model.Week`, as texts.

    Args:
        rows: what one page of the list shows.
        names: of the codes, and the language.
        decided: decisions that stand, by dispute.
    """
    top = max(_TEN_PERCENT, float(rows["probability_high"].max() or 0))  # pyright: ignore[reportArgumentType]
    return [_in_words(row, names, decided.get(row["dispute_id"]), top) for row in rows.iter_rows(named=True)]


def _in_words(row: Mapping[str, Any], names: Names, entry: Entry | None, top: float) -> dict[str, Any]:
    words, number = names.words, row["dispute_id"]
    return {
        "id": number,
        "href": dispute_link(words, number).address,
        "see": words("row.see", number=number),
        "choose": f"{words('column.choose')} {number}",
        "position": words.number(row["position"]),
        "level": names.code("level", row["level"]) if row["level"] else words("row.no_score"),
        "kind": row["level"] or "plain",
        "what": names.category(row["category"]),
        "place": names.place(row["area_code"]),
        "where": words("general.part").join([names.category(row["category"]), names.place(row["area_code"])]),
        "tags": tags(row, names),
        "age": words.count("row.open", row["days_open"]),
        "due": days_left(words, row["due_in_days"], row["is_open"]),
        "late": bool(row["is_open"] and (row["due_in_days"] or 0) < 0),
        "chance": _chance(row, names, top),
        "reason": words.localized(row, "top_reason") if row["reasons"] else words("row.no_reason"),
        "offer": names.offers[row["recommendation"]][0],
        "decision": decision_line(names, entry) if entry else "",
    }


def _chance(row: Mapping[str, Any], names: Names, top: float) -> dict[str, Any]:
    """The probability as text, and the lengths of a bar from 0 to the week's largest."""
    if row["probability"] is None:
        return {"text": names.words("row.no_score"), "at": None}
    place: Callable[[str], float] = lambda name: round(100 * row[name] / top, 1)  # noqa: E731
    return {
        "text": short_chance(names.words, row["probability"]),
        "at": place("probability"),
        "low": place("probability_low"),
        "high": place("probability_high"),
    }


def _nothing() -> None:
    """An empty callback; Streamlit requires one for each value of a component."""


@st.cache_resource(show_spinner=False)
def _component() -> Any:
    return v2.component(
        "fengqiao_warning_list",
        html="<table></table>",
        css=(_FOLDER / "warning_table.css").read_text(encoding="utf-8"),
        js=(_FOLDER / "warning_table.js").read_text(encoding="utf-8"),
    )
