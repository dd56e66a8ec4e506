"""Sentences and tables about the warnings' accuracy; a share is said as a count of 100."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboards.markup.markup import Table
from dashboards.published.model_queries import PLAIN_METRICS, SPECIALIST_METRICS, Card, Measured
from dashboards.published.usage_queries import Acted
from dashboards.published.warnings_queries import MODEL
from dashboards.wording.code_names import Names
from dashboards.wording.language import Words
from dashboards.wording.phrases import with_interval
from pipelines.tables.publication_meta import WatchEntry

_OF_HUNDRED = {"precision_at_capacity", "recall_at_capacity", "ece", "base_rate"}
_COUNTS = {"n_positives"}
CHECKLIST = "checklist"
_OLDEST = "oldest_first"
_CANNOT_SEE = ("cannot_unmet", "cannot_silent", "cannot_minor", "cannot_person")


@dataclass(frozen=True)
class Headline:
    """One large figure: its name, the number, its sentence and its interval."""

    title: str
    number: str
    text: str
    interval: str


def headline_figures(
    words: Words, measured: Mapping[str, Mapping[str, Measured]], outcome: str
) -> list[Headline]:
    """Precision and recall of the list, and those of today's practice."""
    wanted = (
        ("right", MODEL, "precision_at_capacity"),
        ("caught", MODEL, "recall_at_capacity"),
        ("against", _OLDEST, "precision_at_capacity"),
    )
    return [
        Headline(
            title=words(f"model.{name}"),
            number=_value(words, metric, figure.value),
            text=words(f"model.{name}_text", outcome=outcome, n=_value(words, metric, figure.value)),
            interval=_interval(words, metric, figure),
        )
        for name, method, metric in wanted
        if (figure := measured.get(method, {}).get(metric)) is not None
    ]


def record_sentence(words: Words, measured: Mapping[str, Mapping[str, Measured]]) -> str:
    """The list's accuracy in one sentence, for a paper."""
    model, oldest = measured.get(MODEL, {}), measured.get(_OLDEST, {})
    wanted = {"right": "precision_at_capacity", "caught": "recall_at_capacity"}
    if not set(wanted.values()) <= set(model) or "precision_at_capacity" not in oldest:
        return words("paper.no_record")
    facts = {"oldest": _value(words, "precision_at_capacity", oldest["precision_at_capacity"].value)}
    for name, metric in wanted.items():
        figure = model[metric]
        low, high = (figure.value if bound is None else bound for bound in (figure.low, figure.high))
        facts |= {
            name: _value(words, metric, figure.value),
            f"{name}_low": _value(words, metric, low),
            f"{name}_high": _value(words, metric, high),
        }
    return words("paper.record", **facts)


def comparison(words: Words, measured: Mapping[str, Mapping[str, Measured]]) -> Table:
    """Each method with the metrics for a general reader."""
    return _table(words, measured, PLAIN_METRICS)


def specialist_table(words: Words, measured: Mapping[str, Mapping[str, Measured]]) -> Table:
    """Each method with the metrics for a statistician."""
    return _table(words, measured, SPECIALIST_METRICS)


def audit_table(names: Names, rows: pl.DataFrame, axis: str) -> Table:
    """Measures of the groups of one axis; groups with too few harms show their count only."""
    words = names.words
    head = [words(f"audit.{name}") for name in (axis, "n_harmed", "caught", "in_vain", "came_over_stated")]
    return head, [
        [
            group_name(names, axis, row["group"]),
            words.number(row["n_harmed"] or 0),
            with_interval(words, row, "recall_at_capacity", lambda value: words.number(value * 100, 1)),
            with_interval(words, row, "false_alarm_rate", lambda value: words.number(value * 1000, 1)),
            with_interval(words, row, "calibration_ratio", lambda value: words.number(value, 2)),
        ]
        for row in rows.filter(pl.col("axis") == axis).iter_rows(named=True)
    ]


def group_name(names: Names, axis: str, group: str) -> str:
    """The name of a group of the audit."""
    match axis:
        case "county":
            return names.area(group)
        case "category":
            return names.category(group)
        case "channel":
            return names.code("channel", group)
    return names.words.text_or_unknown("audit", f"{axis}_{group}")


def watch_table(words: Words, rows: pl.DataFrame) -> Table:
    """Signals of the monitoring, and how close the furthest one is to its limit."""
    return [words(f"watch.{name}") for name in ("signal", "n", "crossed", "nearest")], [
        [
            words.text_or_unknown("signal", row["signal"]),
            words.number(row["n"]),
            words.number(row["crossed"]),
            words("general.none")
            if row["nearest"] is None
            else words("general.percent", n=words.number(row["nearest"] * 100)),
        ]
        for row in rows.iter_rows(named=True)
    ]


def acted_table(words: Words, weeks: Sequence[Acted]) -> Table:
    """Number of decided warnings on each week's lists."""
    columns = ("accept", "decline", "correct", "visit")
    return [words(f"acted.{name}") for name in ("week", "listed", *columns, "share")], [
        [
            words.day(week.as_of),
            words.number(week.listed),
            *(words.number(week.decided[name]) for name in columns),
            words("general.percent", n=words.number(week.share * 100)),
        ]
        for week in weeks
    ]


def card_facts(words: Words, card: Card, excluded: Mapping[str, int]) -> list[tuple[str, str]]:
    """The model's version and dates, and what was left out of the ranking."""
    state = words("model.usable_yes" if card.usable else "model.usable_no")
    facts = [
        (words("model.version"), version_name(words, card.version)),
        (words("model.status"), state),
    ]
    if card.trained_until:
        facts.append((words("model.trained_until"), words.day(card.trained_until)))
    if card.expires_on:
        facts.append((words("model.expires_on"), words.day(card.expires_on)))
    counts = {name: words.number(n or 0) for name, n in excluded.items()}
    return [*facts, (words("model.excluded"), words("model.excluded_text", **counts))]


def watch_lines(words: Words, watch: WatchEntry) -> list[str]:
    """A sentence for each signal that crossed its limit; from `watch` of meta.json."""
    if not watch.crossed:
        return [words("model.watch_calm", n=words.number(watch.watched))]
    sentence = words("model.watch_line", n=words.number(watch.watched), crossed=words.number(watch.crossed))
    return [sentence, *(words.localized(row.model_dump(), "reason") for row in watch.rows)]


def fairness_lines(names: Names, groups: Sequence[tuple[str, str]] | None) -> list[str]:
    """A line per axis with the groups that the list serves less than all, beyond what chance explains."""
    words = names.words
    if groups is None:
        return [words("model.fair_unknown")]
    if not groups:
        return [words("model.fair_none")]
    named: dict[str, list[str]] = {}
    for axis, group in groups:
        named.setdefault(axis, []).append(group_name(names, axis, group))
    return [
        words("model.fair_some"),
        *(
            words("model.fair_axis", axis=words(f"audit.{axis}"), groups=words("general.between").join(each))
            for axis, each in named.items()
        ),
    ]


def history_table(words: Words, spells: Sequence[tuple[date, str]]) -> Table:
    """Which model made the lists since when."""
    return [words("model.since"), words("model.version")], [
        [
            words.day(first),
            words("model.checklist") if version == CHECKLIST else version_name(words, version),
        ]
        for first, version in spells
    ]


def version_name(words: Words, version: str | None) -> str:
    """A version by its number: `dispute-28d-v12` is version 12."""
    number = (version or "").rpartition("-v")[2]
    return words("model.version_number", n=number) if number.isdigit() else words("model.no_version")


def cannot_see(words: Words) -> list[str]:
    """Sentences about what no list of disputes can show."""
    return [words(f"model.{key}") for key in _CANNOT_SEE]


def _table(words: Words, measured: Mapping[str, Mapping[str, Measured]], metrics: tuple[str, ...]) -> Table:
    shown = [metric for metric in metrics if any(metric in figures for figures in measured.values())]
    head = [words("model.method"), *(words(f"metric.{metric}") for metric in shown)]
    rows = [
        [words(f"method.{method}"), *(_with_range(words, metric, figures.get(metric)) for metric in shown)]
        for method, figures in measured.items()
    ]
    return head, rows


def _with_range(words: Words, metric: str, figure: Measured | None) -> str:
    if figure is None:
        return words("general.none")
    value = _value(words, metric, figure.value)
    if figure.low is None or figure.high is None:
        return value
    low, high = _value(words, metric, figure.low), _value(words, metric, figure.high)
    return words("model.range", value=value, low=low, high=high)


def _interval(words: Words, metric: str, figure: Measured) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return words(
        "model.interval", low=_value(words, metric, figure.low), high=_value(words, metric, figure.high)
    )


def _value(words: Words, metric: str, value: float) -> str:
    if metric in _COUNTS:
        return words.number(value)
    return words.number(value * 100, 1) if metric in _OF_HUNDRED else words.number(value, 2)
