"""Entries about the dispute itself: its age, the intake checklist, who registered it; taken from the version in force."""

from typing import Any

from features.catalogue.builders import MISSING
from features.catalogue.feature import Feature
from features.catalogue.said import Said


def _asked(zh: str, en: str, no_zh: str, no_en: str, about_zh: str, about_en: str) -> Said:
    """Patterns of an answer on the intake checklist: yes, no, and not asked, which is not no."""
    return Said(
        (f"登记时{zh}", f"{en} at intake"),
        zero=(f"登记时{no_zh}", f"{no_en} at intake"),
        missing=(f"登记时没有问{about_zh}", f"Not asked at intake: {about_en}"),
    )


def _own(name: str, zh: str, en: str, unit: str, group: str, **rest: Any) -> Feature:
    what: dict[str, Any] = {"aggregation": "attribute", "measure": name}
    return Feature(
        name=name, label_zh=zh, label_en=en, source="dispute", entity="none", unit=unit, group=group, when_none=MISSING, **(what | rest)
    )  # fmt: skip


STATE = [
    _own("days_open", "登记至今", "Days since registration", "days", "state", aggregation="days_since", measure="registered_on", own_steps="registration"),
    _own("days_to_due", "距办结期限", "Days to the deadline", "days", "state", aggregation="days_until", measure="due_on",
         said=Said(("离办结期限还有{n}", "{n} to the deadline"), zero=("今天到办结期限", "The deadline is today"),
                   below=("已超过办结期限{n}", "{n} past the deadline"), missing=("没有填办结期限", "No deadline filled in"))),
    _own("days_since_closed", "办结至今", "Days since it was closed", "days", "state", aggregation="days_since", measure="closed_on", own_steps="closing"),
    _own("open_now", "目前仍在办理", "Still open", "flag", "state", own_steps="closing"),
    _own("reporting_delay_days", "发生到登记相隔", "Days from the quarrel to its registration", "days", "state",
         said=Said(("发生{n}后才登记", "Registered {n} after it happened"), zero=("发生当天登记", "Registered on the day it happened"),
                   below=("登记日期早于发生日期", "The day of registration is before the day it happened"),
                   missing=("没有填发生日期", "No day filled in on which it happened"))),
    _own("tier_reached", "受理层级（1网格至5市）", "Tier that took it in (1 grid to 5 city)", "grade", "state", is_reason=False, said=Said(("由{n}受理", "Taken in by the {n} tier"), missing=("没有填受理层级", "No tier filled in"))),
]  # fmt: skip

MATTER = [
    _own("n_parties", "涉及人数", "People involved", "people", "matter",
         said=Said(("涉及{n}", "{n} involved"), missing=("没有填涉及人数", "Number of people not filled in"))),
    _own("amount_yuan", "涉及金额", "Amount in dispute", "yuan", "matter",
         said=Said(("涉及金额{n}", "{n} in dispute"), zero=("不涉及金额", "No money in dispute"), missing=("没有填涉及金额", "Amount not filled in"))),
    _own("pair_unknown", "登记时未填双方", "Parties were not filled in at intake", "flag", "matter", is_reason=False,
         said=Said(("登记时没有填双方", "Parties were not filled in at intake"), zero=("登记时填了双方", "Parties were filled in at intake"))),
    _own("village_unknown", "登记时未填到村", "Village was not filled in at intake", "flag", "matter", is_reason=False,
         said=Said(("登记时没有填到村", "Village was not filled in at intake"), zero=("登记时填到了村", "Village was filled in at intake"))),
]  # fmt: skip

CHECKLIST = [
    _own("threat", "登记时报告有威胁", "A threat was recorded at intake", "flag", "checklist", direction=1,
         said=_asked("报告有威胁", "A threat was recorded", "说没有威胁", "No threat", "有没有威胁", "threats")),
    _own("violence", "登记时报告有动手", "Blows were recorded at intake", "flag", "checklist", direction=1, measure="violence_told",
         said=_asked("报告已动手", "Blows were recorded", "说没有动手", "No blows", "有没有动手", "blows")),
    _own("weapon", "登记时报告有持械", "A weapon was recorded at intake", "flag", "checklist", direction=1,
         said=_asked("报告持械", "A weapon was recorded", "说没有持械", "No weapon", "有没有持械", "weapons")),
    _own("alcohol", "登记时报告涉酒", "Alcohol was recorded at intake", "flag", "checklist", direction=1,
         said=_asked("报告涉酒", "Alcohol was recorded", "说不涉酒", "No alcohol", "是否涉酒", "alcohol")),
    _own("fear", "登记时当事人表示害怕", "A party said they were afraid", "flag", "checklist", direction=1,
         said=_asked("当事人表示害怕", "A party said they were afraid", "当事人没有表示害怕", "No fear expressed", "当事人是否害怕", "fear")),
    _own("separation", "登记时分居或离婚中", "Separation or divorce under way", "flag", "checklist",
         said=_asked("双方分居或正在离婚", "Separation or divorce under way", "双方没有分居或离婚", "No separation or divorce", "是否分居或离婚", "separation or divorce")),
    _own("checklist_unknown", "登记核查表未填项", "Checklist questions not asked", "items", "checklist",
         said=Said(("登记核对表有{n}没有问", "Checklist questions not asked: {n}"), zero=("登记核对表各项都问过", "Every checklist question was asked"))),
]  # fmt: skip

ENTRIES = (*STATE, *MATTER, *CHECKLIST)
