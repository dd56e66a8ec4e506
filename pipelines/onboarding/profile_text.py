"""A drafted profile's settings, areas and categories as text: what is to be prevented, and the words of the work."""

from pathlib import Path

import polars as pl

from pipelines.mapping.heading_roles import PARTY, roles_of
from pipelines.onboarding.column_guess import TableGuess
from pipelines.onboarding.source_sample import SourceSample

PROFILE = """\
# Drafted by `fengqiao check --draft`: read every line, then `fengqiao check DATA --profile {folder}`.
# Every setting, with an example: docs/profile_reference.md
title_zh: {name}
title_en: {name}
# What is to be prevented, as it completes a sentence, and how it is recognised (outcomes, event_types, overdue_days, overdue):
{outcome}
label_maturity_days: 0
watch_days: 0
# What a case, a party, a mediator and a mediation are called in this work:
{words}
"""
HARMS = "outcome_zh: 发生肢体暴力\noutcome_en: turn violent\noutcome: {table: outcomes, min_severity: 1}"
DEADLINE = "outcome_zh: 超过办结期限\noutcome_en: miss their deadline\noutcome: {overdue: due_at}"
LONG_OPEN = (
    "outcome_zh: 超过60天仍未办结\noutcome_en: stay open for more than 60 days\noutcome: {overdue_days: 60}"
)
NO_CLOSING = "# note: nothing in these files says when a case was closed, so every case would stay open: name a closing\n"
REOPENED = "# {event_types: [reopened]} would prevent reopenings, of which these files tell as well\n"
MAY_RECUR = ("reopened", "breach", "referred_up", "reregistered", "violence_reported", "threat_reported")
"""Steps whose coming again may be what is to be prevented."""
MEDIATION = """\
words:
  case: {zh: 纠纷, en: dispute}
  party: {zh: 当事人, en: party, en_plural: parties}
  mediator: {zh: 调解员, en: mediator}
  mediation: {zh: 调解, en: mediation}"""
OTHER_WORK = """\
words:
  case: {{zh: {case_zh}, en: {case_en}}}
  party: {{zh: 申请人, en: applicant}}
  mediator: {{zh: 承办人, en: case officer}}
  mediation: {{zh: 办理, en: handling}}"""
CASES = (
    ("工单", "工单", "work order"), ("诉求", "诉求", "request"), ("投诉", "投诉", "complaint"), ("许可", "许可申请", "permit"),
    ("complaint", "投诉", "complaint"), ("permit", "许可申请", "permit"), ("request", "诉求", "request"), ("ticket", "工单", "ticket"),
)  # fmt: skip


def profile_text(folder: Path, guesses: list[TableGuess], sample: SourceSample) -> str:
    """`profile.yml` of a draft."""
    return PROFILE.format(
        name=_yaml(folder.name),
        folder=folder,
        outcome=_outcome(guesses) + _again(guesses, sample),
        words=_words(sample),
    )


def areas_text(words: list[str]) -> str:
    """`areas.csv` with one township per word; a person gives each its code, name, tier and parent."""
    head = "area_code,name_zh,name_en,tier,parent_code,population,households,urban,lon,lat\n"
    rows = [f"{_cell(word)},{_cell(word)},{_cell(word)},township,,,,false,,\n" for word in words]
    return head + "".join(rows)


def categories_text(words: list[str]) -> str:
    """`risk_categories.csv` with one category of kind `dispute` per word."""
    rows = [f"D{at},{_cell(word)},{_cell(word)},dispute\n" for at, word in enumerate(words, 1)]
    return "code,name_zh,name_en,kind\n" + "".join(rows)


def _outcome(guesses: list[TableGuess]) -> str:
    steps = {c for g in guesses for c in g.codes.get("event_type", {}).values()}
    steps |= {g.constants["event_type"] for g in guesses if "event_type" in g.constants}
    if any(g.table == "outcomes" for g in guesses):
        return HARMS
    closes = "closed" in steps or any(g.table == "dispute_events" and not g.codes for g in guesses)
    outcome = DEADLINE if any("due_at" in g.columns for g in guesses if g.table == "disputes") else LONG_OPEN
    return ("" if closes else NO_CLOSING) + (REOPENED if "reopened" in steps else "") + outcome


def _again(guesses: list[TableGuess], sample: SourceSample) -> str:
    """Which steps some cases of a log have more than once, as comments beside the outcome."""
    steps = next((g for g in guesses if g.table == "dispute_events" and "event_type" in g.codes), None)
    if steps is None or any(
        steps.columns[c][0] not in sample.raw.headings for c in ("dispute_id", "event_type")
    ):
        return ""
    key, word = (sample.text(steps.columns[c][0]) for c in ("dispute_id", "event_type"))
    code = word.replace_strict(steps.codes["event_type"], default=None, return_dtype=pl.String)
    counted = pl.DataFrame({"key": key, "code": code}).drop_nulls().group_by("key", "code").len()
    again = (
        counted.filter((pl.col("len") > 1) & pl.col("code").is_in(MAY_RECUR))
        .group_by("code")
        .len()
        .sort("code")
    )
    return "".join(
        f"\n# {{event_types: [{one}], at_least: 2}} would prevent that it comes again, as it did in {n:,} cases"
        for one, n in again.iter_rows()
    )


def _words(sample: SourceSample) -> str:
    """The words of mediation where headings speak of it, else neutral ones with the case called as the headings call it."""
    headings = " ".join(sample.raw.headings).casefold()
    if any(w in headings for w in ("纠纷", "调解", "矛盾", "dispute", "mediat")) or any(
        PARTY in roles_of(h) for h in sample.raw.headings
    ):
        return MEDIATION
    case_zh, case_en = next(((zh, en) for word, zh, en in CASES if word in headings), ("案件", "case"))
    return OTHER_WORK.format(case_zh=case_zh, case_en=case_en)


def _yaml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""').replace("\n", " ") + '"'
