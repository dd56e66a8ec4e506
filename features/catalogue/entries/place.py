"""Entries about the place: disputes and harms recorded there and their results. They describe no resident."""

from typing import Any

from features.catalogue.builders import MISSING, NONE_IS_ZERO, by_place, where
from features.catalogue.feature import Feature
from features.catalogue.said import Said

_COUNT: dict[str, Any] = {"aggregation": "count", "when_none": NONE_IS_ZERO, "group": "place"}
_SHARE: dict[str, Any] = {
    "aggregation": "share",
    "unit": "share",
    "when_none": MISSING,
    "group": "place",
    "is_reason": False,
}

_REGISTERED = Said(
    ("{when}{place}登记{matter}{n}", "{matter} registered{place}{when}: {n}"),
    zero=("{when}{place}没有登记{matter}", "{matter} registered{place}{when}: none"),
)
_HARMED = Said(
    ("{when}{where}有{n}伤害记录", "Harms recorded{where}{when}: {n}"),
    zero=("{when}{where}没有伤害记录", "Harms recorded{where}{when}: none"),
)

REGISTRATIONS = [
    *by_place({"grid": (13,), "village": (4, 13, 52), "township": (1, 4, 13, 52), "county": (4, 52), "township_category": (1, 4, 13, 52)},
               "registrations", "登记纠纷", "Disputes registered", source="registrations", unit="disputes", said=_REGISTERED, **_COUNT),
    *by_place({"township": (4, 13), "county": (4,), "township_category": (4, 13)}, "registrations_trend", "登记数与近52周平均之比",
               "Registrations against the 52-week average", source="registrations", aggregation="trend", unit="ratio", when_none=MISSING, group="place",
               said=Said(("{when}{place}登记{matter}是近一年平均的{n}", "{matter} registered{place}{when}: {n} the average of the last year"),
                         zero=("{when}{place}没有登记{matter}", "{matter} registered{place}{when}: none"),
                         missing=("一年内{place}没有登记{matter}", "{matter} registered{place} within a year: none"))),
    Feature(name="township_category_registrations_last_year", label_zh="本乡镇同类去年未来4周同期登记纠纷", source="registrations", entity="township_category",
            label_en="Disputes of this category registered in the township in the next 4 weeks' place of last year", weeks=4, weeks_ago=48, unit="disputes", **_COUNT,
            said=Said(("去年同期四周本乡镇登记同类纠纷{n}", "Disputes of this category registered in the township in the same four weeks of last year: {n}"),
                      zero=("去年同期四周本乡镇没有登记同类纠纷", "Disputes of this category registered in the township in the same four weeks of last year: none"))),
    *by_place({"township": (52,)}, "villages_with_disputes", "登记过纠纷的村", "Villages with a dispute registered", source="registrations", aggregation="count_distinct",
               measure="village_no", unit="villages", when_none=NONE_IS_ZERO, group="place",
               said=Said(("{when}{where}有{n}村登记过纠纷", "Villages with a dispute registered{where}{when}: {n}"),
                         zero=("{when}{where}没有村登记过纠纷", "Villages with a dispute registered{where}{when}: none"))),
    *by_place({"township": (13,)}, "patrol_share", "网格员巡查发现占比", "Share of disputes found by grid patrol", source="registrations",
               where=where(channel="grid"), **_SHARE),
    *by_place({"township": (13,)}, "threat_share", "登记时报告有威胁的占比", "Share of disputes with a threat recorded at intake", source="registrations",
               where=where(threat="true"), **_SHARE),
]  # fmt: skip

HARM = [
    *by_place({"village": (13, 52), "township": (4, 13, 52), "county": (13, 52), "township_category": (13, 52)}, "outcomes", "记录伤害", "Harms recorded", said=_HARMED,
               source="outcomes", unit="times", **_COUNT),
    *by_place({"village": (13,), "township": (4, 13), "township_category": (13,)}, "threat_reports", "报告威胁", "Threats reported", source="handling",
               where=where(event_type="threat_reported"), unit="times", **_COUNT),
    *by_place({"township": (13,), "township_category": (13,)}, "violence_reports", "报告动手", "Blows reported", source="handling",
               where=where(event_type="violence_reported"), unit="times", **_COUNT),
]  # fmt: skip

RESULTS = [
    *by_place({"township": (13,), "township_category": (13,)}, "failed_share", "调解未成占比", "Share of mediations without settlement", source="handling",
               among=where(event_type="mediation"), where=where(result="failed"), **_SHARE),
    *by_place({"township": (13,)}, "reopenings", "重新办理或再次登记", "Reopenings and repeated registrations", source="handling",
               where=where(event_type=("reopened", "reregistered")), unit="times", **_COUNT),
    *by_place({"township": (52,)}, "recording_delay", "办理环节录入平均滞后", "Mean time until a step is entered", source="handling", aggregation="mean",
               measure="delay_minutes", scale=60.0, unit="hours", when_none=MISSING, group="place",
               said=Said(("{when}{where}办理环节平均滞后{n}录入", "Mean time until a step is entered{where}{when}: {n}"),
                         zero=("{when}{where}办理环节当时录入", "Mean time until a step is entered{where}{when}: none"),
                         missing=("{when}{where}没有办理环节", "Steps taken{where}{when}: none"))),
]  # fmt: skip


def _area(name: str, zh: str, en: str, unit: str, **rest: Any) -> Feature:
    return Feature(
        name=name, label_zh=zh, label_en=en, source="area", entity="township", aggregation="attribute", measure=name.removeprefix("township_"),
        unit=unit, when_none=MISSING, group="place", is_reason=False, **rest,
    )  # fmt: skip


TOWNSHIP = [
    _area(
        "urban",
        "城镇地区",
        "Urban township",
        "flag",
        said=Said(
            ("城镇地区", "Urban township"),
            zero=("农村地区", "Rural township"),
            missing=("没有填城乡", "Urban or rural not filled in"),
        ),
    ),
    _area("township_population", "本乡镇人口", "People living in the township", "people"),
    _area("township_households", "本乡镇户数", "Households in the township", "households"),
]

ENTRIES = (*REGISTRATIONS, *HARM, *RESULTS, *TOWNSHIP)
