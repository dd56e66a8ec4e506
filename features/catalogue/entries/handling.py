"""Entries about the handling of a dispute: its recorded steps, and what was reported in them."""

from typing import Any

from features.catalogue.builders import MISSING, NONE_IS_ZERO, where, windows
from features.catalogue.feature import Feature
from features.catalogue.said import Said

_COUNTED: dict[str, Any] = {
    "source": "handling",
    "entity": "dispute",
    "aggregation": "count",
    "unit": "times",
    "when_none": NONE_IS_ZERO,
}


def _days_since(name: str, zh: str, en: str, group: str, **rest: Any) -> Feature:
    what: dict[str, Any] = {"source": "handling", "aggregation": "days_since_last"}
    return Feature(
        name=name, label_zh=zh, label_en=en, entity="dispute", unit="days", when_none=MISSING, group=group, **(what | rest)
    )  # fmt: skip


MEDIATION = [
    *windows((4, 13, None), "mediations", "组织调解", "Mediations", own_steps="mediation", where=where(event_type="mediation"), group="mediation", **_COUNTED),
    *windows((4, 13, None), "failed_mediations", "调解未成", "Mediations without settlement", own_steps="mediation",
          where=where(event_type="mediation", result="failed"), group="mediation", direction=1, **_COUNTED),
    *windows((None,), "failed_mediation_share", "调解未成占比", "Share of mediations without settlement", own_steps="mediation", source="handling", entity="dispute",
          aggregation="share", among=where(event_type="mediation"), where=where(result="failed"), unit="share", when_none=MISSING, group="mediation"),
    *windows((None,), "agreements", "达成协议", "Agreements", own_steps="agreement", where=where(event_type="agreement"), group="mediation", **_COUNTED),
    _days_since("days_since_mediation", "距上次调解", "Days since the last mediation", "mediation", own_steps="mediation", where=where(event_type="mediation")),
    _days_since("days_since_first_mediation", "距首次调解", "Days since the first mediation", "mediation", own_steps="mediation", aggregation="days_since_first",
                where=where(event_type="mediation")),
    _days_since("days_since_agreement", "距上次达成协议", "Days since the last agreement", "mediation", own_steps="agreement", where=where(event_type="agreement")),
]  # fmt: skip

CONTACT = [
    *windows((4, None), "visits", "走访回访", "Visits and follow-ups", own_steps="visit", where=where(event_type=("visit", "follow_up")), group="contact", **_COUNTED),
    _days_since("days_since_visit", "距上次走访回访", "Days since the last visit or follow-up", "contact", own_steps="visit", where=where(event_type=("visit", "follow_up"))),
    *windows((1, 4, None), "steps", "办理环节", "Steps taken", own_steps="step", group="handling", **_COUNTED),
    _days_since("days_since_step", "距上次办理", "Days since the last step", "handling", own_steps="step"),
]  # fmt: skip

DANGER = [
    *windows((1, 4, 13, None), "threat_reports", "报告威胁", "Threats reported", own_steps="threat", where=where(event_type="threat_reported"), group="threats", direction=1, **_COUNTED),
    _days_since("days_since_threat", "距上次报告威胁", "Days since a threat was last reported", "threats", own_steps="threat", where=where(event_type="threat_reported")),
    *windows((4, 13, None), "violence_reports", "报告动手", "Blows reported", own_steps="blows", where=where(event_type="violence_reported"), group="violence", direction=1, **_COUNTED),
    _days_since("days_since_violence", "距上次报告动手", "Days since blows were last reported", "violence", own_steps="blows", where=where(event_type="violence_reported")),
    *windows((None,), "outcomes", "已记录伤害", "Harms recorded", own_steps="harm", group="violence", direction=1, **{**_COUNTED, "source": "outcomes"}),
    _days_since("days_since_outcome", "距上次记录伤害", "Days since a harm was last recorded", "violence", own_steps="harm", source="outcomes"),
]  # fmt: skip

COURSE = [
    *windows((None,), "referrals_up", "上报上级", "Referrals to a higher tier", own_steps="referral", where=where(event_type="referred_up"), group="handling", **_COUNTED),
    *windows((None,), "consultations", "专家会商", "Expert consultations", own_steps="consultation", where=where(event_type="expert_consultation"), group="handling", **_COUNTED),
    *windows((None,), "highest_tier", "办理到过的最高层级（1网格至5市）", "Highest tier that took a step (1 grid to 5 city)", source="handling", entity="dispute",
          aggregation="max", measure="tier_reached", unit="grade", when_none=MISSING, group="handling",
          said=Said(("已办到{n}一级", "Taken up as far as the {n} tier"), missing=("没有记录办到哪一级", "No tier recorded"))),
    *windows((None,), "units_involved", "经手单位", "Units that took a step", source="handling", entity="dispute", aggregation="count_distinct",
          measure="unit_no", unit="units", when_none=NONE_IS_ZERO, group="handling",
          said=Said(("经手过{n}单位", "{n} units have taken steps"), zero=("没有记录经手单位", "No unit recorded"), one=("一直由{n}单位经手", "One unit has taken every step"))),
    *windows((None,), "breaches", "违反协议", "Breaches of agreement", own_steps="breach", where=where(event_type="breach"), group="relapse", direction=1, **_COUNTED),
    *windows((None,), "reopenings", "重新办理或再次登记", "Reopened or registered again", own_steps="return", where=where(event_type=("reopened", "reregistered")),
          group="relapse", direction=1, **_COUNTED),
    _days_since("days_since_breach", "距上次违反协议", "Days since an agreement was last breached", "relapse", own_steps="breach", where=where(event_type="breach")),
]  # fmt: skip

ENTRIES = (*MEDIATION, *CONTACT, *DANGER, *COURSE)
