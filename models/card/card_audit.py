"""Sections of the model card on fairness and on places and services, from the registered metrics."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from models.backtesting.fairness import DISPARITIES, LEAST_HARMS
from models.backtesting.fairness_limits import GROUP_METRICS, beyond_limits, gaps, group_name, groups, trend
from models.card.markdown import table
from models.counts.demand.grains import GRAINS
from models.counts.shared.families_evidence import COVERAGE_FILE, DEMAND_FILE
from models.counts.train_families import FINEST
from models.display_names import (
    AXES,
    CARD,
    FAMILY_METRIC_NAMES,
    FAMILY_MODEL_NAMES,
    FAMILY_TARGETS,
    GAP_NAMES,
    GRAIN_NAMES,
    GROUP_METRIC_NAMES,
)
from models.wording import Message
from pipelines.city.profile import Profile

Language = Literal["zh", "en"]
Value = tuple[float, float | None, float | None]
FILES = {"demand": DEMAND_FILE, "coverage": COVERAGE_FILE}


def fairness(metrics: pl.DataFrame, profile: Profile, lang: Language) -> str:
    """Gaps by axis with their trend, every group, and which groups are beyond the limits of promotion.

    An axis or group that holds too few outcomes to be compared is named as such.
    """
    of_groups = groups(metrics)
    compared = of_groups.filter(metric="recall_at_capacity")["axis"].unique()
    tables = []
    if len(compared):
        tables.append(_gaps(metrics, lang))
    for axis in AXES:
        if axis not in compared:
            tables.append(_not_audited(of_groups.filter(axis=axis), axis, profile, lang))
    if len(compared):
        tables += [_groups(of_groups, profile, lang), _beyond(metrics, profile, lang)]
    return "\n\n".join(tables)


def families(metrics: pl.DataFrame, kept: Sequence[str], lang: Language) -> str:
    """One table per family and target at the grain it is judged by, and our figures at every coarser grain.

    Args:
        metrics: `counting.measures.METRICS_SCHEMA` of the version.
        kept: names of the model files the version holds.
        lang: zh or en.
    """
    parts = []
    for family, grain in FINEST.items():
        rows = metrics.filter(family=family)
        kept_code = "family_kept" if FILES[family] in kept else "family_left"
        state_code = "not_judged" if rows.is_empty() else kept_code
        parts.append(f"**{_in(CARD[family], lang)}**: {_in(CARD[state_code], lang)}")
        for (of, target), name in FAMILY_TARGETS.items():
            judged = rows.filter(target=target)
            if of == family and not judged.is_empty():
                parts.append(f"{_in(name, lang)} ({_in(GRAIN_NAMES[grain], lang)})")
                parts.append(_compared(judged, grain, lang))
                parts += _above(judged, grain, lang)
    return "\n\n".join(parts)


def figure(value: Value | None) -> str:
    """A value with its interval, where it has one; an empty text for None."""
    if value is None:
        return ""
    middle, low, high = value
    return f"{middle:.4f}" if low is None else f"{middle:.4f} ({low:.4f}–{high:.4f})"


def _gaps(metrics: pl.DataFrame, lang: Language) -> str:
    by_axis, by_period = gaps(metrics), trend(metrics, "recall_ratio")
    head = ["", *(_in(GAP_NAMES[name], lang) for name in DISPARITIES), _in(CARD["trend"], lang)]
    lines = []
    for axis in by_axis["axis"].unique(maintain_order=True):
        values = _by_metric(by_axis.filter(axis=axis))
        steps = by_period.filter(axis=axis).sort("period")["value"].to_list()
        arrows = " → ".join(f"{value:.2f}" for value in steps)
        lines.append([_in(AXES[axis], lang), *(figure(values.get(name)) for name in DISPARITIES), arrows])
    return table(head, lines)


def _groups(of_groups: pl.DataFrame, profile: Profile, lang: Language) -> str:
    head = ["", "", *(_in(GROUP_METRIC_NAMES[name], lang) for name in GROUP_METRICS)]
    lines = []
    for (axis, group), rows in of_groups.group_by("axis", "group", maintain_order=True):
        values = _by_metric(rows)
        counted = f"{values['n_harmed'][0]:.0f}"
        shares = [figure(values.get(name)) or _in(CARD["too_few"], lang) for name in GROUP_METRICS[1:]]
        name = _in(group_name(profile, str(axis), str(group)), lang)
        lines.append([_in(AXES[str(axis)], lang), name, counted, *shares])
    return table(head, lines)


def _not_audited(rows: pl.DataFrame, axis: str, profile: Profile, lang: Language) -> str:
    name = _in(AXES[axis], lang)
    if rows.is_empty():
        return _in(CARD["one_group"], lang).format(axis=name)
    counted = ", ".join(
        f"{_in(group_name(profile, axis, group), lang)} {n:.0f}"
        for group, n in rows.filter(metric="n_harmed").select("group", "value").iter_rows()
    )
    return _in(CARD["axis_too_few"], lang).format(axis=name, counted=counted, least=LEAST_HARMS)


def _beyond(metrics: pl.DataFrame, profile: Profile, lang: Language) -> str:
    whole = metrics.filter(
        pl.col("as_of").is_null(), model="lightgbm", segment="all", metric="recall_at_capacity"
    )["value"].item()
    limits = profile.settings.promotion
    sentences = [
        f"{_in(AXES[one.axis], lang)} {_in(group_name(profile, one.axis, one.group), lang)}: "
        f"{_in(GROUP_METRIC_NAMES[one.metric], lang)} {figure((one.value, one.low, one.high))}"
        for one in beyond_limits(metrics, whole, limits)
    ]
    sentence = _in(CARD["beyond" if sentences else "none_beyond"], lang).format(
        share=f"{limits.recall_share_of_whole:.0%}", factor=limits.calibration_factor
    )
    return "\n".join([sentence, *(f"- {one}" for one in sentences)])


def _compared(rows: pl.DataFrame, grain: str, lang: Language) -> str:
    at = rows.filter(segment=f"grain={grain}")
    lines = [
        [_in(name, lang), *(figure(values.get(metric)) for metric in FAMILY_METRIC_NAMES)]
        for model, name in FAMILY_MODEL_NAMES.items()
        if (values := _by_metric(at.filter(model=model)))
    ]
    return table(["", *(_in(name, lang) for name in FAMILY_METRIC_NAMES.values())], lines)


def _above(rows: pl.DataFrame, finest: str, lang: Language) -> list[str]:
    """Interval coverage of our model at the coarser grains; empty where there are no intervals or no such grain."""
    shown = ("coverage_80", "wis", "rmsse")
    lines = []
    for grain in GRAINS:
        values = _by_metric(rows.filter(segment=f"grain={grain}", model="lightgbm"))
        if grain != finest and "coverage_80" in values:
            lines.append([_in(GRAIN_NAMES[grain], lang), *(figure(values.get(name)) for name in shown)])
    head = [_in(CARD["above"], lang), *(_in(FAMILY_METRIC_NAMES[name], lang) for name in shown)]
    return [table(head, lines)] if lines else []


def _by_metric(rows: pl.DataFrame) -> dict[str, Value]:
    return {
        name: (value, low, high)
        for name, value, low, high in rows.drop_nulls("value")
        .select("metric", "value", "low", "high")
        .iter_rows()
    }


def _in(text: Message, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en
