"""A trial's results as a page of `docs/`: main table, parts of the city, faults, feedback, other assumptions."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from models.markdown import table

HEAD = """# What acting on the list prevents · 按名单先行调解防止了多少

Written by `{command}` (run `{run}`); do not edit. Figures stand with 90 % intervals over simulated cities, each a draw of its own,
all arms in the same world; "expected" adds up every dispute's true hazard, which tells the same as counting and is less noisy.
Per year: brought to a whole city. How it is measured: `notebooks/4_what_acting_prevents.py`; what a real trial needs: `docs/field_trial.md`.

{sentences}

An arm is a policy of `fengqiao trial --arms`; `+random`: 5 % of the places drawn at random from below the line; `+naive`: nobody marks what
came to light only because a warning sent somebody; `@silence`, `@thorough`, `@shortage`: one county stops reporting for a quarter,
one records everything, mediators are short in harvest.
"""
MAIN = {
    "expected_prevented_per_year": ("prevented a year, expected", 0, 1),
    "prevented_per_year": ("counted", 0, 1),
    "expected_prevented_per_100": ("per 100 mediations", 1, 1),
    "expected_share_of_oracle": ("share of the oracle's, %", 0, 100),
    "never_violent": ("never violent, %", 0, 100),
    "days_to_attention": ("days from record to attention", 0, 1),
    "weeks_by_model": ("weeks ranked by a model, %", 0, 100),
}
"""Figure to heading, digits, factor."""
FAULT = {
    "expected_prevented_per_year": ("prevented a year, expected", 0, 1),
    "expected_lost_to_fault_per_year": ("lost to the fault", 1, 1),
    "expected_share_of_oracle": ("share of the oracle's in the same fault, %", 0, 100),
}
FEEDBACK = {
    "attention_on_hazard": ("attention on hazard (1: in proportion)", 2, 1),
    "attention_gini": ("Gini of attention", 2, 1),
    "hazard_gini": ("Gini of hazard", 2, 1),
    "repeat_share": ("attention where it was most a quarter before, %", 0, 100),
    "base_true": ("base rate: true, %", 2, 100),
    "base_recorded": ("recorded, %", 2, 100),
    "base_random": ("recorded among those drawn at random, %", 1, 100),
    "predicted_attended": ("attended: predicted, %", 1, 100),
    "true_attended": ("true, %", 1, 100),
    "predicted_others": ("others: predicted, %", 2, 100),
    "true_others": ("true, %", 2, 100),
}
PARTS = {
    "category": "By category · 按类别",
    "urban": "Urban and rural · 城乡",
    "county_code": "By county · 按县区",
}
Figures = Mapping[str, tuple[str, int, int]]


def page(
    content: Mapping[str, Any],
    effects: pl.DataFrame,
    feedback: pl.DataFrame | None,
    sweep: pl.DataFrame | None,
    names: Mapping[str, str],
    command: str,
) -> str:
    """The page.

    Args:
        content: `summary.summary`.
        effects: `effects.effects`.
        feedback: `feedback.feedback`, where a model ranked.
        sweep: setting, arm, seeds, value, low, high, where lists were replayed.
        names: what to call categories and counties, by code.
        command: what produced it.
    """
    said = [content[f"{what}_{language}"] for language in ("zh", "en") for what in ("sentence", "limits")]
    lines = [
        HEAD.format(command=command, run=content["run"], sentences="\n".join(line for line in said if line))
    ]
    whole = effects.filter(segment="all")
    sound, struck = (whole.filter(pl.col("arm").str.contains("@") == there) for there in (False, True))
    lines += ["## Every policy · 各种先后次序\n", _by_arm(sound, MAIN), ""]
    for axis, title in PARTS.items():
        lines += [f"## {title}\n", _by_part(effects, axis, names), ""]
    if len(struck):
        lines += ["## Faults in the world · 出现异常时\n", _by_arm(struck, FAULT), ""]
    if feedback is not None and len(feedback):
        lines += [
            "## What acting does to the list, by quarter · 名单受处置的影响\n",
            _by_quarter(feedback),
            "",
        ]
    if sweep is not None and len(sweep):
        lines += [
            "## Other assumptions: prevented per 100 mediations · 换一种假设\n",
            _by_setting(sweep),
            "",
        ]
    return "\n".join(lines)


def _by_arm(rows: pl.DataFrame, figures: Figures) -> str:
    lines = []
    for arm in rows["arm"].unique(maintain_order=True):
        mine = rows.filter(arm=arm)
        lines.append([f"`{arm}`", str(mine["seeds"].max()), *_said(mine, figures)])
    return table(["arm", "seeds", *_titles(figures)], lines)


def _by_part(effects: pl.DataFrame, axis: str, names: Mapping[str, str]) -> str:
    """Counted harms prevented per 100 mediations, and the mediations a year, in each part of the city."""
    known = effects.filter(
        pl.col("segment").str.starts_with(f"{axis}=") & ~pl.col("arm").str.contains(r"@|\+|nothing")
    )
    arms = known["arm"].unique(maintain_order=True).to_list()
    lines = []
    for segment in known["segment"].unique(maintain_order=True):
        cells = []
        for arm in arms:
            mine = known.filter(segment=segment, arm=arm)
            done = mine.filter(metric="mediations_per_year")["value"]
            found = _said(mine, {"prevented_per_100": ("", 1, 1)})[0]
            cells.append(f"{found} ({done[0]:.0f})" if len(done) and done[0] is not None else found)
        code = segment.removeprefix(f"{axis}=")
        lines.append([names.get(code, code), *cells])
    return table(["part", *(f"`{arm}`: per 100 (mediations a year)" for arm in arms)], lines)


def _by_quarter(rows: pl.DataFrame) -> str:
    lines = [
        [f"`{arm}`", str(int(str(quarter)) + 1), *_said(mine, FEEDBACK)]
        for (arm, quarter), mine in rows.group_by("arm", "quarter", maintain_order=True)
    ]
    return table(["arm", "quarter", *_titles(FEEDBACK)], lines)


def _by_setting(rows: pl.DataFrame) -> str:
    arms = rows["arm"].unique(maintain_order=True).sort().to_list()
    lines = []
    for setting in rows["setting"].unique(maintain_order=True):
        mine = rows.filter(setting=setting)
        lines.append([setting, *(_figure(mine.filter(arm=arm), 1, 1) for arm in arms)])
    return table(["what acting does", *(f"`{arm}`" for arm in arms)], lines)


def _titles(figures: Figures) -> list[str]:
    return [title for title, _, _ in figures.values()]


def _said(rows: pl.DataFrame, figures: Figures) -> list[str]:
    return [
        _figure(rows.filter(metric=name), digits, factor) for name, (_, digits, factor) in figures.items()
    ]


def _figure(rows: pl.DataFrame, digits: int, factor: int) -> str:
    """`34 (29 to 40)`, or a dash where there is none."""
    if not len(rows) or rows["value"][0] is None:
        return "–"
    value, low, high = (rows[name][0] for name in ("value", "low", "high"))
    told = f"{factor * value:.{digits}f}"
    return told if low is None else f"{told} ({factor * low:.{digits}f} to {factor * high:.{digits}f})"
