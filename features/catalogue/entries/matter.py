"""Entries about the dispute itself: its age, the intake checklist, who registered it; taken from the version in force."""

from typing import Any

from features.catalogue.builders import MISSING
from features.catalogue.feature import Feature


def _own(name: str, zh: str, en: str, unit: str, group: str, **rest: Any) -> Feature:
    what: dict[str, Any] = {"aggregation": "attribute", "measure": name}
    return Feature(
        name=name, label_zh=zh, label_en=en, source="dispute", entity="none", unit=unit, group=group, when_none=MISSING, **(what | rest)
    )  # fmt: skip


STATE = [
    _own("days_open", "登记至今", "Days since registration", "days", "state", aggregation="days_since", measure="registered_on"),
    _own("days_to_due", "距办结期限", "Days to the deadline", "days", "state", aggregation="days_until", measure="due_on"),
    _own("days_since_closed", "办结至今", "Days since it was closed", "days", "state", aggregation="days_since", measure="closed_on"),
    _own("open_now", "目前仍在办理", "Still open", "flag", "state"),
    _own("reporting_delay_days", "发生到登记相隔", "Days from the quarrel to its registration", "days", "state"),
    _own("tier_reached", "受理层级（1网格至5市）", "Tier that took it in (1 grid to 5 city)", "grade", "state"),
]  # fmt: skip

MATTER = [
    _own("n_parties", "涉及人数", "People involved", "people", "matter"),
    _own("amount_yuan", "涉及金额", "Amount in dispute", "yuan", "matter"),
    _own("pair_unknown", "登记时未填双方", "Parties were not filled in at intake", "flag", "matter"),
    _own("village_unknown", "登记时未填到村", "Village was not filled in at intake", "flag", "matter"),
]  # fmt: skip

CHECKLIST = [
    _own("threat", "登记时报告有威胁", "A threat was recorded at intake", "flag", "checklist", direction=1),
    _own("violence", "登记时报告有动手", "Blows were recorded at intake", "flag", "checklist", direction=1, measure="violence_told"),
    _own("weapon", "登记时报告有持械", "A weapon was recorded at intake", "flag", "checklist", direction=1),
    _own("alcohol", "登记时报告涉酒", "Alcohol was recorded at intake", "flag", "checklist", direction=1),
    _own("fear", "登记时当事人表示害怕", "A party said they were afraid", "flag", "checklist", direction=1),
    _own("separation", "登记时分居或离婚中", "Separation or divorce under way", "flag", "checklist"),
    _own("checklist_unknown", "登记核查表未填项", "Checklist questions not asked", "items", "checklist"),
]  # fmt: skip

ENTRIES = (*STATE, *MATTER, *CHECKLIST)
