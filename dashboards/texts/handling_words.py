"""Sentences and tables about handling: deadlines (clocks), tiers and kinds of mediation, units."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from dashboards.decisions.store import Entry
from dashboards.markup.markup import Table, dispute_link
from dashboards.published.handling_queries import FEEDBACK_HOURS, RESPONSE_HOURS, WAITING, Clocks
from dashboards.wording.code_names import Names
from dashboards.wording.phrases import share, with_interval
from pipelines.city.profile import TIERS

HOURS = {"no_response": RESPONSE_HOURS, "no_feedback": FEEDBACK_HOURS}
COLUMNS = {"no_response": "response", "no_feedback": "feedback", "overdue": "due"}
"""Clock and the column it is shown in."""


def clock_summary(names: Names, waiting: Clocks) -> list[str]:
    """Number of open disputes, and of deadlines missed."""
    words = names.words
    every = words.number(len(waiting.late("all")))
    parts = [
        words(f"clock.part_{name}", n=words.number(len(waiting.late(name))), hours=HOURS.get(name, 0))
        for name in WAITING
        if name in waiting.fed
    ]
    sentence = words("clock.line", all=every, parts=words("clock.between").join(parts))
    sentences = [sentence if parts else words("clock.line_plain", all=every)]
    return [*sentences, words.count("clock.hidden", waiting.hidden)] if waiting.hidden else sentences


def clock_table(names: Names, rows: pl.DataFrame, fed: frozenset[str]) -> Table:
    """Open disputes with the deadlines that run for them."""
    words = names.words
    shown = [name for clock, name in COLUMNS.items() if clock in fed]
    head = [words(f"clock.{name}") for name in ("number", "what", *shown)]
    return head, [
        [
            dispute_link(words, row["dispute_id"]),
            _what(names, row["category"], row["area_code"]),
            *(_cell(names, row, name) for name in shown),
        ]
        for row in rows.iter_rows(named=True)
    ]


def _cell(names: Names, row: Mapping[str, Any], clock: str) -> str:
    if clock == "due":
        return _due(names, row["overdue_days"])
    limit = RESPONSE_HOURS if clock == "response" else FEEDBACK_HOURS
    return _clock(names, row[f"{clock}_hours"], limit, row["hours"])


def accepted_table(
    names: Names, warnings: pl.DataFrame, entries: Sequence[Entry], visited: set[str], today: date
) -> Table:
    """Accepted warnings with unit and due day, the earliest first; one no longer at risk shows its number only."""
    words = names.words
    of_entries = warnings.filter(pl.col("dispute_id").is_in([entry.decision.dispute_id for entry in entries]))
    what = {
        number: _what(names, *place_and_kind)
        for number, *place_and_kind in of_entries.select("dispute_id", "category", "area_code").iter_rows()
    }
    head = [words(f"clock.{name}") for name in ("number", "what", "unit", "due", "visit")]
    return head, [
        [
            dispute_link(words, entry.decision.dispute_id),
            what.get(entry.decision.dispute_id, words("row.over")),
            names.unit(entry.decision.unit_id),
            _due(names, (today - entry.decision.due_on).days if entry.decision.due_on else None),
            words("clock.visited" if entry.decision.dispute_id in visited else "clock.not_visited"),
        ]
        for entry in entries
    ]


def load_table(names: Names, rows: pl.DataFrame) -> Table:
    """Grid reports by county: how many and how quickly handled."""
    words = names.words
    columns = ("county", "reports", "usual", "answered", "handled", "resolved", "waiting")
    return [words(f"load.{name}") for name in columns], [
        [
            names.area(row["county_code"]),
            words.number(row["reports"]),
            words.number(row["reports_usual"]),
            *(share(words, row, f"{name}_share") for name in ("answered", "handled", "resolved")),
            words.number(row["waiting"]),
        ]
        for row in rows.iter_rows(named=True)
    ]


def funnel_line(names: Names, tiers: pl.DataFrame) -> str:
    """The year in one sentence: registered, settled, referred up, returned, still open."""
    words, whole = names.words, tiers.filter(pl.col("to_tier").is_null())
    facts = ("disputes", "settled", "referred_up", "came_back", "open")
    counts = {name: words.number(int(whole[name].sum())) for name in facts}
    if whole["settled_share"].is_null().all():
        counts["settled"] = words("general.none")
    return words("funnel.line", **counts)


def funnel_rows(names: Names, tiers: pl.DataFrame) -> pl.DataFrame:
    """from_name, to_name, disputes, order: the rows of the picture, highest tier first."""
    named = {tier: names.code("tier", tier) for tier in TIERS}
    return (
        tiers.drop_nulls("to_tier")
        .sort(_order("from_tier"), _order("to_tier"))
        .select(
            from_name=pl.col("from_tier").replace(named),
            to_name=pl.col("to_tier").replace(named),
            disputes="disputes",
        )
        .with_row_index("order")
    )


def tiers_table(names: Names, tiers: pl.DataFrame) -> Table:
    """Cases by the tier that took them in."""
    rows = tiers.filter(pl.col("to_tier").is_null()).sort(_order("from_tier"))
    return _funnel(names, rows, "from_tier", "tier")


def kinds_table(names: Names, kinds: pl.DataFrame) -> Table:
    """Cases by the kind of unit of their last mediation."""
    return _funnel(names, kinds.sort("disputes", descending=True), "kind", "unit_kind")


def _funnel(names: Names, rows: pl.DataFrame, key: str, code_list: str) -> Table:
    words = names.words
    columns = ("cases", "settled", "open", "up", "back", "days")
    first = words("funnel.tier" if key == "from_tier" else "funnel.kind")
    return [first, *(words(f"funnel.{name}") for name in columns)], [
        [
            names.code(code_list, row[key]),
            words.number(row["disputes"]),
            share(words, row, "settled_share"),
            words.number(row["open"]),
            words.number(row["referred_up"]),
            share(words, row, "back_share"),
            with_interval(words, row, "days"),
        ]
        for row in rows.iter_rows(named=True)
    ]


def _order(name: str) -> pl.Expr:
    return pl.col(name).replace_strict({tier: n for n, tier in enumerate(TIERS)}, default=len(TIERS))


def units_table(names: Names, rows: pl.DataFrame) -> Table:
    """Units by place, each compared with the city's results for the same kind of cases."""
    words = names.words
    columns = ("unit", "cases", "in_time", "usual", "stands", "settled", "days", "overdue", "free")
    return [words(f"unit.{name}") for name in columns], [
        [
            names.unit(row["unit_id"]),
            words.number(row["disputes"]),
            share(words, row, "in_time_share"),
            words("general.none")
            if row["in_time_usual"] is None
            else words("general.percent", n=words.number(row["in_time_usual"] * 100)),
            words(f"unit.{row['stands'] or 'few'}"),
            share(words, row, "settled_share"),
            with_interval(words, row, "days"),
            words.number(row["overdue"]),
            words("general.none") if row["free"] is None else words.number(row["free"]),
        ]
        for row in rows.iter_rows(named=True)
    ]


def free_lines(names: Names, unit_ids: Sequence[str], free: Mapping[str, int | None]) -> list[str]:
    """Units that could take a dispute, and how many more each can take this week."""
    words = names.words
    sentences = []
    for unit_id in unit_ids:
        n = free.get(unit_id)
        load = (
            words("unit.free_unknown")
            if n is None
            else words.count("unit.free_text", n)
            if n
            else words("unit.full")
        )
        sentences.append(words("unit.could", unit=names.unit(unit_id), load=load))
    return sentences


def similar_table(names: Names, rows: pl.DataFrame) -> Table:
    """Similar closed disputes and how they were settled."""
    words = names.words
    head = [words(f"similar.{name}") for name in ("place", "days", "by", "result")]
    return head, [
        [
            names.place(row["township_code"])
            + "\n"
            + words("similar.closed", day=words.day(row["closed_on"])),
            words("similar.days_text", n=words.number(row["days"], 1)),
            words.count(
                "similar.by_text",
                row["mediations"],
                kind=names.code("unit_kind", row["kind"]),
                tier=names.code("tier", row["tier"]),
            ),
            words(f"similar.{_end(row)}"),
        ]
        for row in rows.iter_rows(named=True)
    ]


def _end(row: Mapping[str, Any]) -> str:
    """The result of a closed dispute; without a recorded result it is not called unsettled."""
    if row["settled"] is None:
        return "no_result"
    return "unsettled" if not row["settled"] else "held" if row["held"] else "back"


def _what(names: Names, category: str, area_code: str) -> str:
    return names.words("general.part").join([names.category(category), names.place(area_code)])


def _clock(names: Names, hours: float | None, limit: int, waiting: float) -> str:
    words = names.words
    if hours is None:
        return words("clock.waiting_late" if waiting > limit else "clock.waiting", n=words.number(waiting))
    if hours < 1:
        return words("clock.done_soon")
    return words("clock.done_late" if hours > limit else "clock.done", n=words.number(hours, 1))


def _due(names: Names, overdue_days: int | None) -> str:
    words = names.words
    if overdue_days is None:
        return words("due.none")
    if overdue_days > 0:
        return words.count("due.over", overdue_days)
    return words("due.today") if overdue_days == 0 else words.count("due.left", -overdue_days)
