"""Summary of the trial in one small file, `effect.json`: a plain sentence, the main table, and its limits."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

LIMITS_ZH = "以上为模拟城市的结果：调解的效果是假设，不是证据。真实效果只能由分批试点得出，所需规模见 docs/field_trial.md。"
LIMITS_EN = (
    "These are figures of a simulated city: what mediation does there is an assumption, not evidence. Only a field "
    "trial can tell; docs/field_trial.md says how large it must be."
)
SENTENCE_ZH = (
    "模拟一年：按预警名单每周先调解{capacity:.0f}件，全市一年少发生{prevented}起（不作为时{harms:.0f}起），每100次调解防止{per_100}起；"
    "按专家清单为{checklist}起；若知道每件的真实风险并由高到低去做，为{oracle}起。依据{seeds}个模拟城市（各为全市规模的{scale:.0%}、{weeks}周，按全市全年折算），"
    "没有记录在案的后果也计入；区间90%。"
)
SENTENCE_EN = (
    "In a simulated year, mediating the first {capacity:.0f} of the list each week prevented {prevented} of {harms:.0f} "
    "outcomes in the whole city, {per_100} per 100 mediations; the expert checklist {checklist}; highest true "
    "hazard first, {oracle}. Outcomes count whether or not they got on record. Simulated cities: {seeds}, each {scale:.0%} of the size, "
    "over {weeks} weeks, brought to the whole city and year; 90 % intervals."
)
RANKING, CHECKLIST, ORACLE, NOTHING = "ranking", "checklist", "oracle", "nothing"


def summary(effects: pl.DataFrame, run: str, world: Mapping[str, Any], capacity: float) -> dict[str, Any]:
    """The content of the Effect page about the trial.

    Args:
        effects: `effects.effects`.
        run: the run's name, a folder of HOME/trials.
        world: scale, weeks and the like, as the plan has them.
        capacity: disputes a week that are attended to, for a whole city.

    Returns:
        run, world, sentence_zh, sentence_en (null while one of the four arms is missing), limits_zh, limits_en,
        and `table`: one entry per arm and figure of the whole city, with seeds, value, low and high.
    """
    whole = effects.filter(pl.col("segment") == "all")
    figures = {(row["arm"], row["metric"]): row for row in whole.iter_rows(named=True)}
    needed = [(arm, "expected_prevented_per_year") for arm in (RANKING, CHECKLIST, ORACLE)]
    sentences: dict[str, str | None] = {"sentence_zh": None, "sentence_en": None}
    if all(key in figures for key in needed) and (NOTHING, "harms_per_year") in figures:
        said = {
            "capacity": capacity,
            "prevented": _said(figures[RANKING, "expected_prevented_per_year"], 0),
            "harms": figures[NOTHING, "harms_per_year"]["value"],
            "per_100": _said(figures[RANKING, "expected_prevented_per_100"], 1),
            "checklist": _said(figures[CHECKLIST, "expected_prevented_per_year"], 0),
            "oracle": _said(figures[ORACLE, "expected_prevented_per_year"], 0),
            "scale": world["scale"],
            "weeks": world["weeks"],
            "seeds": figures[RANKING, "expected_prevented_per_year"]["seeds"],
        }
        sentences = {"sentence_zh": SENTENCE_ZH.format(**said), "sentence_en": SENTENCE_EN.format(**said)}
    return {
        "run": run,
        "world": dict(world),
        **sentences,
        "limits_zh": LIMITS_ZH,
        "limits_en": LIMITS_EN,
        "table": whole.drop("segment").to_dicts(),
    }


def as_json(content: Mapping[str, Any]) -> str:
    """The file's text; the same figures give the same text."""
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _said(row: Mapping[str, Any], digits: int) -> str:
    """`34 (29-40)`."""
    if row["low"] is None:
        return f"{row['value']:.{digits}f}"
    return f"{row['value']:.{digits}f} ({row['low']:.{digits}f}-{row['high']:.{digits}f})"
