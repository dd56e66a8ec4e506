"""The page of a trial's results in `docs/`: main table, parts of the city, faults, feedback, other assumptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from models.card.markdown import table
from models.trial.policies import NOTHING, POLICIES

HEAD = """# What acting on the list prevents · 按名单先行调解防止了多少

Written by `{command}` (run `{run}`); do not edit. Figures stand with 90 % intervals over simulated cities, each a draw of its own,
all arms in the same world; "expected" adds up every dispute's true hazard, which tells the same as counting and is less noisy.
Per year: brought to a whole city and year. How it is measured: `notebooks/4_what_acting_prevents.py`; what a real trial needs: `docs/field_trial.md`.

{sentences}

An arm is a policy of `fengqiao trial --arms`. `oracle` goes by true hazard of the next four weeks, whatever mediation does there, so that it is
no ceiling; `uplift` is told how well mediation works by category, as the simulator has it; `oldest` also lists what is closed. `+random`: 5 % of
the places, at least one a week, drawn at random from below the line (a quarter city has ten places, so one in ten);
`+naive`: nobody marks what came to light only because a warning sent somebody; `@silence`, `@thorough`, `@shortage`: one county stops
reporting for a quarter, one records everything, mediators are short in harvest. Figures of parts of the city are counted.
"""
MAIN = {
    "harms_per_year": ("outcomes a year", 0, 1),
    "expected_prevented_per_year": ("prevented, expected", 0, 1),
    "prevented_per_year": ("counted", 0, 1),
    "expected_prevented_per_100": ("per 100 mediations", 1, 1),
    "expected_share_of_oracle": ("share of the oracle's, %", 0, 100),
    "expected_more_than_checklist_per_year": ("more than the checklist", 1, 1),
    "days_to_attention": ("days from record to attention", 0, 1),
    "weeks_by_model": ("weeks ranked by a model, %", 0, 100),
    "weeks_by_new_model": ("by one trained in the year, %", 0, 100),
}
"""By figure: heading, digits, factor."""
WITHOUT_HELP = {
    "never_violent": ("never violent in the year, %", 0, 100),
    "peaceful_after": ("not violent from that week on, %", 0, 100),
    "recorded_within_4_weeks": ("violent and on record within 4 weeks, %", 1, 100),
    "recorded_within_26_weeks": ("within 26 weeks, %", 1, 100),
}
MARKED = {
    "expected_prevented_per_year": ("prevented a year, expected", 0, 1),
    "expected_more_than_plain_per_year": ("more than without the mark", 1, 1),
    "expected_share_of_oracle": ("share of the oracle's, %", 0, 100),
}
FAULT = {
    "expected_prevented_per_year": ("prevented a year, expected", 0, 1),
    "expected_more_than_plain_per_year": ("more than without the fault", 1, 1),
    "expected_share_of_oracle": ("share of the oracle's in the same fault, %", 0, 100),
}
CONCENTRATION = {
    "attention_on_hazard": ("attention on hazard (1: in proportion)", 2, 1),
    "attention_on_hazard_more": ("more than the plain arm", 2, 1),
    "attention_gini": ("Gini of attention", 2, 1),
    "attention_gini_more": ("more than the plain arm", 3, 1),
    "fair_gini": ("Gini of as many visits thrown in proportion to hazard", 2, 1),
    "repeat_share": ("attention where it was most a quarter before, %", 0, 100),
    "repeat_hazard": ("hazard there, %", 0, 100),
    "repeat_share_more": ("more than the plain arm, points", 1, 100),
}
CHANCES = {
    "predicted_attended": ("attended: predicted, %", 1, 100),
    "predicted_attended_more": ("more than in the plain arm, points", 2, 100),
    "true_attended": ("true, %", 1, 100),
    "predicted_others": ("others: predicted, %", 2, 100),
    "recorded_others": ("recorded, %", 2, 100),
    "true_others": ("true, %", 2, 100),
    "base_true": ("base rate: true, %", 2, 100),
    "base_recorded": ("recorded, %", 2, 100),
    "base_random": ("recorded among those drawn at random, %", 1, 100),
    "base_asked": ("told if every first visit asked about violence before it, %", 2, 100),
}
LOST = {
    "listed": "attended to by us, too, in whatever week",
    "next": "missed, at its best within twice the places",
    "further": "within five times",
    "far": "further down",
    "without_model": "missed, at risk in weeks without a model only",
    "instead": "attended to by us and never by the oracle",
}
PARTS = {
    "category": "By category · 按类别",
    "urban": "Urban and rural · 城乡",
    "county_code": "By county · 按县区",
}
Figures = Mapping[str, tuple[str, int, int]]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Result tables of a trial; None for a part that was not played.

    They are those of `effects.effects`, `feedback.feedback`, `losses.losses`; `sweep` has setting, arm, seeds, value, low, high.
    """

    effects: pl.DataFrame
    feedback: pl.DataFrame | None = None
    losses: pl.DataFrame | None = None
    sweep: pl.DataFrame | None = None


def page(
    content: Mapping[str, Any], tables: Tables, names: Mapping[str, str], command: str, picture: str
) -> str:
    """The text of the page.

    Args:
        content: `summary.summary`.
        tables: what was found.
        names: what to call categories and counties, by code.
        command: what produced it.
        picture: the file of `picture.save_picture`, beside the page.
    """
    said = [content[f"{what}_{language}"] for language in ("zh", "en") for what in ("sentence", "limits")]
    head = HEAD.format(
        command=command, run=content["run"], sentences="\n".join(line for line in said if line)
    )
    effects = _in_order(tables.effects)
    whole = effects.filter(segment="all")
    marked, struck = (pl.col("arm").str.contains(mark, literal=True) for mark in "+@")
    sections = {
        "Every policy · 各种先后次序": _by_arm(whole.filter(~marked & ~struck), MAIN),
        "With places drawn at random, and without marking · 随机抽取与不作标记": _by_arm(
            whole.filter(marked & ~struck), MARKED
        ),
        "The disputes attended to, had nobody come · 不介入的话，这些纠纷会怎样": _by_arm(
            whole.filter(~marked & ~struck & (pl.col("arm") != NOTHING)), WITHOUT_HELP
        ),
        **{title: _by_part(effects, axis, names) for axis, title in PARTS.items()},
        "Where the share of the oracle is lost · 差距在哪里": tables.losses is not None
        and _lost(tables.losses),
        "Faults in the world · 出现异常时": _by_arm(whole.filter(struck), FAULT),
    }
    if tables.feedback is not None:
        fed_back = _in_order(tables.feedback)
        sections |= {
            "What acting does to the list · 名单受处置的影响": f"![by quarter]({picture})",
            "Where attention gathers, by quarter · 关注集中在哪里": _by_quarter(fed_back, CONCENTRATION),
            "Whether chances stay true, by quarter · 可能性是否仍然准确": _by_quarter(fed_back, CHANCES),
        }
    if tables.sweep is not None:
        title = "Other assumptions: expected prevented per 100 mediations · 换一种假设"
        sections[title] = _by_setting(_in_order(tables.sweep))
    parts = [head, *(f"## {title}\n\n{body}\n" for title, body in sections.items() if body)]
    return "\n".join(parts)


def _in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Arms from the simplest policy to the oracle, each followed by its marked variants."""
    policy = pl.col("arm").str.extract(r"^(\w+)").replace_strict({name: n for n, name in enumerate(POLICIES)})
    return rows.sort(policy, "arm", maintain_order=True)


def _by_arm(rows: pl.DataFrame, figures: Figures) -> str:
    if rows.is_empty():
        return ""
    lines = []
    for arm in rows["arm"].unique(maintain_order=True):
        of_arm = rows.filter(arm=arm)
        lines.append([f"`{arm}`", str(of_arm["seeds"].max()), *_said(of_arm, figures)])
    return table(["arm", "seeds", *_titles(figures)], lines)


def _by_part(effects: pl.DataFrame, axis: str, names: Mapping[str, str]) -> str:
    """Recorded harms prevented per 100 mediations, and mediations per year, in each part of the city."""
    known = effects.filter(
        pl.col("segment").str.starts_with(f"{axis}=") & ~pl.col("arm").str.contains(r"@|\+")
    )
    arms = _unmarked(known)
    lines = []
    for segment in known["segment"].unique(maintain_order=True):
        cells = []
        for arm in arms:
            of_part = known.filter(segment=segment, arm=arm)
            done = of_part.filter(metric="mediations_per_year")["value"]
            figures = _said(of_part, {"prevented_per_100": ("", 1, 1)})[0]
            cells.append(f"{figures} ({done[0]:.0f})" if len(done) and done[0] is not None else figures)
        code = segment.removeprefix(f"{axis}=")
        lines.append([names.get(code, code), *cells])
    return table(["part", *(f"`{arm}`: per 100 (mediations a year)" for arm in arms)], lines)


def _lost(rows: pl.DataFrame) -> str:
    """Shares of the hazard at the top of the oracle's order, by the position of those disputes in our order."""
    lines = [
        [
            LOST[band],
            *(_figure(rows.filter(arm=arm, band=band), 0, 100) for arm in _unmarked(rows)),
        ]
        for band in LOST
        if band in rows["band"]
    ]
    return table(["hazard of the oracle's disputes, %", *(f"`{arm}`" for arm in _unmarked(rows))], lines)


def _unmarked(rows: pl.DataFrame) -> list[str]:
    return [arm for arm in POLICIES if arm in rows["arm"]]


def _by_quarter(rows: pl.DataFrame, figures: Figures) -> str:
    lines = [
        [f"`{arm}`", str(int(str(quarter)) + 1), *_said(of_quarter, figures)]
        for (arm, quarter), of_quarter in rows.group_by("arm", "quarter", maintain_order=True)
        if "@" not in str(arm)
    ]
    return table(["arm", "quarter", *_titles(figures)], lines)


def _by_setting(rows: pl.DataFrame) -> str:
    arms = _unmarked(rows)
    lines = []
    for setting in rows["setting"].unique(maintain_order=True):
        of_setting = rows.filter(setting=setting)
        lines.append([setting, *(_figure(of_setting.filter(arm=arm), 1, 1) for arm in arms)])
    return table(["what acting does", *(f"`{arm}`" for arm in arms)], lines)


def _titles(figures: Figures) -> list[str]:
    return [title for title, _, _ in figures.values()]


def _said(rows: pl.DataFrame, figures: Figures) -> list[str]:
    return [
        _figure(rows.filter(metric=name), digits, factor) for name, (_, digits, factor) in figures.items()
    ]


def _figure(rows: pl.DataFrame, digits: int, factor: int) -> str:
    """`34 (29 to 40)`; a dash for None."""
    if not len(rows) or rows["value"][0] is None:
        return "–"
    value, low, high = (rows[name][0] for name in ("value", "low", "high"))
    text = f"{factor * value:.{digits}f}"
    return text if low is None else f"{text} ({factor * low:.{digits}f} to {factor * high:.{digits}f})"
