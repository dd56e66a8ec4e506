"""The feature catalogue: every column of the matrix, declared. Adding a feature is adding an entry here."""

import hashlib
from collections.abc import Iterable
from typing import Any

from features.feature import WINDOWS, Feature

NAN = float("nan")
SPAN_ZH = {1: "近7天", 4: "近28天", 13: "近13周", 52: "近52周", None: "至今"}
SPAN_EN = {
    1: "in the last 7 days",
    4: "in the last 28 days",
    13: "in the last 13 weeks",
    52: "in the last 52 weeks",
    None: "so far",
}


def _over(windows: Iterable[int | None], stem: str, zh: str, en: str, **rest: Any) -> list[Feature]:
    """The same entry over several windows."""
    return [
        Feature(
            name=f"{stem}_{WINDOWS[w]}",
            label_zh=f"{SPAN_ZH[w]}{zh}",
            label_en=f"{en} {SPAN_EN[w]}",
            weeks=w,
            **rest,
        )
        for w in windows
    ]


def _attribute(
    name: str, zh: str, en: str, unit: str, group: str, direction: int = 0, scale: float = 1.0,
    measure: str | None = None, how: Any = "attribute",
) -> Feature:
    return Feature(
        name=name, label_zh=zh, label_en=en, source="dispute", entity="none", aggregation=how, measure=measure or name,
        unit=unit, when_none=NAN, group=group, direction=direction, scale=scale,
    )  # fmt: skip


def _events(*types: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("event_type", types),)


STATE = [
    _attribute("days_open", "登记至今", "Days since registration", "days", "state", measure="registered_on", how="days_since"),
    _attribute("days_to_due", "距办结期限", "Days to the deadline", "days", "state", measure="due_on", how="days_until"),
    _attribute("days_since_closed", "办结至今", "Days since it was closed", "days", "state", measure="closed_on", how="days_since"),
    _attribute("open_now", "目前仍在办理", "Still open", "flag", "state"),
    _attribute(
        "reporting_delay_days", "发生到登记相隔", "Days from the quarrel to its registration", "days", "state"
    ),
    _attribute("n_parties", "涉及人数", "People involved", "people", "matter"),
    _attribute("amount_yuan", "涉及金额", "Amount in dispute", "yuan", "matter"),
    Feature(name="urban", label_zh="城镇地区", label_en="Urban township", source="area", entity="township", aggregation="attribute", measure="urban", unit="flag", when_none=NAN, group="place"),
    _attribute(
        "tier_reached", "受理层级（1网格至5市）", "Tier that took it in (1 grid to 5 city)", "ratio", "state"
    ),
]

CHECKLIST = [
    _attribute("threat", "登记时报告有威胁", "A threat was recorded at intake", "flag", "checklist", 1),
    _attribute("violence", "登记时报告有动手", "Blows were recorded at intake", "flag", "checklist", 1, measure="violence_told"),
    _attribute("weapon", "登记时报告有持械", "A weapon was recorded at intake", "flag", "checklist", 1),
    _attribute("alcohol", "登记时报告涉酒", "Alcohol was recorded at intake", "flag", "checklist", 1),
    _attribute("fear", "登记时当事人表示害怕", "A party said they were afraid", "flag", "checklist", 1),
    _attribute("separation", "登记时分居或离婚中", "Separation or divorce under way", "flag", "checklist"),
    _attribute(
        "checklist_unknown", "登记核查表未填项", "Checklist questions not asked", "times", "checklist"
    ),
]

_DISPUTE: dict[str, Any] = {
    "source": "handling",
    "entity": "dispute",
    "aggregation": "count",
    "unit": "times",
    "when_none": 0.0,
}
HANDLING = [
    *_over((4, 13, None), "mediations", "组织调解", "Mediations", where=_events("mediation"), group="mediation", **_DISPUTE),
    *_over((4, None), "failed_mediations", "调解未成", "Mediations without settlement",
           where=(("event_type", ("mediation",)), ("result", ("failed",))), group="mediation", direction=1, **_DISPUTE),
    *_over((4, None), "visits", "走访回访", "Visits and follow-ups", where=_events("visit", "follow_up"), group="contact", **_DISPUTE),
    *_over((1, 4, 13, None), "threat_reports", "报告威胁", "Threats reported", where=_events("threat_reported"), group="threats", direction=1, **_DISPUTE),
    *_over((4, 13, None), "violence_reports", "报告动手", "Blows reported", where=_events("violence_reported"), group="violence", direction=1, **_DISPUTE),
    *_over((None,), "referrals_up", "上报上级", "Referrals to a higher tier", where=_events("referred_up"), group="handling", **_DISPUTE),
    *_over((None,), "consultations", "专家会商", "Expert consultations", where=_events("expert_consultation"), group="handling", **_DISPUTE),
    *_over((None,), "breaches", "违反协议", "Breaches of agreement", where=_events("breach"), group="relapse", direction=1, **_DISPUTE),
    *_over((None,), "reopenings", "重新办理或再次登记", "Reopened or registered again", where=_events("reopened", "reregistered"), group="relapse", direction=1, **_DISPUTE),
    *_over((None,), "agreements", "达成协议", "Agreements", where=_events("agreement"), group="mediation", **_DISPUTE),
    *_over((4, None), "steps", "办理环节", "Steps taken", group="handling", **_DISPUTE),
    Feature(name="days_since_step", label_zh="距上次办理", label_en="Days since the last step", source="handling", entity="dispute",
            aggregation="days_since_last", unit="days", when_none=NAN, group="handling"),
    Feature(name="days_since_mediation", label_zh="距上次调解", label_en="Days since the last mediation", source="handling", entity="dispute",
            aggregation="days_since_last", where=_events("mediation"), unit="days", when_none=NAN, group="mediation"),
    Feature(name="days_since_threat", label_zh="距上次报告威胁", label_en="Days since a threat was last reported", source="handling", entity="dispute",
            aggregation="days_since_last", where=_events("threat_reported"), unit="days", when_none=NAN, group="threats"),
    *_over((None,), "outcomes", "已记录伤害", "Harms recorded", source="outcomes", entity="dispute", aggregation="count",
           unit="times", when_none=0.0, group="violence", direction=1),
    Feature(name="days_since_outcome", label_zh="距上次记录伤害", label_en="Days since a harm was last recorded", source="outcomes", entity="dispute",
            aggregation="days_since_last", unit="days", when_none=NAN, group="violence"),
]  # fmt: skip

_PAIR: dict[str, Any] = {
    "entity": "pair",
    "aggregation": "count",
    "unit": "times",
    "when_none": 0.0,
    "group": "pair",
}
PAIR = [
    *_over((13, 52), "pair_registrations", "同一双方登记（含本次）", "Registrations of the same pair, this one included", source="registrations", direction=1, **_PAIR),
    *_over((52,), "pair_threats", "同一双方报告威胁", "Threats reported between the same pair", source="handling", where=_events("threat_reported"), direction=1, **_PAIR),
    *_over((52,), "pair_violence", "同一双方报告动手", "Blows reported between the same pair", source="handling", where=_events("violence_reported"), direction=1, **_PAIR),
    *_over((52,), "pair_outcomes", "同一双方记录伤害", "Harms recorded between the same pair", source="outcomes", direction=1, **_PAIR),
]  # fmt: skip


def _place(entity: str, zh: str, en: str) -> list[Feature]:
    """What is known of a place: disputes registered there, harms, and how long closing takes."""
    base: dict[str, Any] = {"entity": entity, "aggregation": "count", "when_none": 0.0, "group": "place"}
    found = [
        *_over((4, 52), f"{entity}_registrations", f"{zh}登记纠纷", f"Disputes registered in the {en}", source="registrations", unit="disputes", **base),
        *_over((13, 52), f"{entity}_outcomes", f"{zh}记录伤害", f"Harms recorded in the {en}", source="outcomes", unit="times", **base),
    ]  # fmt: skip
    return found


PLACE = [
    *_place("village", "本村", "village"),
    *_place("township", "本乡镇", "township"),
    *_place("county", "本县", "county"),
    *_place("township_category", "本乡镇同类", "township and category"),
    *_over((4, 13), "township_registrations_trend", "本乡镇登记数与近52周平均之比", "Township registrations against the 52-week average", source="registrations",
           entity="township", aggregation="trend", unit="ratio", when_none=NAN, group="place"),
    *_over((13,), "township_stay", "本乡镇办结平均用时", "Mean time to close in the township", source="closings", entity="township",
           aggregation="mean", measure="minutes", scale=1440.0, unit="days", when_none=NAN, group="load"),
    *_over((13,), "township_category_stay", "本乡镇同类办结平均用时", "Mean time to close in the township and category", source="closings",
           entity="township_category", aggregation="mean", measure="minutes", scale=1440.0, unit="days", when_none=NAN, group="load"),
    *_over((13,), "township_failed_share", "本乡镇调解未成占比", "Share of township mediations without settlement", source="handling", entity="township",
           aggregation="share", among=(("event_type", ("mediation",)),), where=(("result", ("failed",)),), unit="share", when_none=NAN, group="load"),
    *_over((1, 4, 13), "township_grid_reports", "本乡镇网格上报", "Grid reports in the township", source="grid_reports", entity="township",
           aggregation="count", unit="reports", when_none=0.0, group="reports"),
    *_over((4, 13), "village_quarrel_reports", "本村口角上报", "Quarrels reported in the village", source="grid_reports", entity="village",
           aggregation="count", where=(("report_type", ("conflict",)),), unit="reports", when_none=0.0, group="reports"),
    *_over((13,), "township_report_hours", "本乡镇上报平均办结用时", "Mean time to deal with a report in the township", source="grid_closings", entity="township",
           aggregation="mean", measure="minutes", scale=60.0, unit="hours", when_none=NAN, group="reports"),
    *_over((13,), "township_unresolved_share", "本乡镇上报未解决占比", "Share of township reports not solved", source="grid_closings", entity="township",
           aggregation="share", where=(("resolved", ("false",)),), unit="share", when_none=NAN, group="reports"),
    *_over((4, 13), "township_visits_due", "本乡镇应访服务", "Care visits due in the township", source="coverage", entity="township",
           aggregation="sum", measure="due", unit="visits", when_none=NAN, group="services"),
    *_over((4, 13), "township_visits_overdue", "本乡镇逾期服务", "Care visits overdue in the township", source="coverage", entity="township",
           aggregation="sum", measure="overdue", unit="visits", when_none=NAN, group="services"),
    *_over((13,), "township_outreach", "本乡镇宣讲议事活动", "Outreach sessions in the township", source="outreach", entity="township",
           aggregation="count", unit="times", when_none=0.0, group="outreach"),
    Feature(name="days_since_outreach", label_zh="本乡镇距上次宣讲议事", label_en="Days since the township's last outreach session", source="outreach",
            entity="township", aggregation="days_since_last", weeks=52, unit="days", when_none=NAN, group="outreach"),
    Feature(name="township_volunteers", label_zh="本乡镇平安志愿者", label_en="Volunteers in the township", source="volunteers", entity="township", weeks=52,
            aggregation="last_value", measure="n_volunteers", unit="people", when_none=NAN, group="outreach"),
]  # fmt: skip

CALENDAR = [
    Feature(name="weeks_to_spring_festival", label_zh="距春节", label_en="Weeks to the Spring Festival", source="calendar", entity="none",
            aggregation="calendar", unit="weeks", when_none=NAN, group="season"),
    Feature(name="month", label_zh="月份", label_en="Month", source="calendar", entity="none", aggregation="calendar", unit="ratio", when_none=NAN, group="season"),
    Feature(name="in_season", label_zh="处于重点时段个数", label_en="Seasons of note under way", source="calendar", entity="none",
            aggregation="calendar", unit="times", when_none=NAN, group="season"),
]  # fmt: skip

CATALOGUE: tuple[Feature, ...] = (*STATE, *CHECKLIST, *HANDLING, *PAIR, *PLACE, *CALENDAR)


def feature(name: str) -> Feature:
    """The entry of that name.

    Raises:
        KeyError: there is none.
    """
    return {f.name: f for f in CATALOGUE}[name]


def monotone() -> dict[str, int]:
    """Known signs by feature name."""
    return {f.name: f.direction for f in CATALOGUE}


def catalogue_hash() -> str:
    """What a model was trained on: it changes with any entry."""
    return hashlib.sha256("\n".join(map(repr, CATALOGUE)).encode()).hexdigest()[:16]
