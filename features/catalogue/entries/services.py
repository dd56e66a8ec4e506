"""Entries about care services, outreach and volunteers of a township: counts of visits, never of a visited person."""

from typing import Any

from features.catalogue.builders import MISSING, NONE_IS_ZERO, by_place, current
from features.catalogue.feature import Feature

_VISITS: dict[str, Any] = {
    "source": "coverage",
    "aggregation": "sum",
    "unit": "visits",
    "when_none": MISSING,
    "group": "services",
}

COVERAGE = [
    *by_place({"township": (4, 13), "township_service": (1, 4, 13, 52)}, "visits_due", "应访服务", "Care visits due", measure="due", **_VISITS),
    *by_place({"township_service": (1, 4, 13, 52)}, "visits_done", "按时实访服务", "Care visits made in time", measure="done", **_VISITS),
    *by_place({"township": (4, 13), "township_service": (1, 4, 13, 52)}, "visits_overdue", "逾期服务", "Care visits overdue", measure="overdue", **_VISITS),
    *by_place({"township_service": (4, 13)}, "largest_visits_overdue", "单周逾期服务最多", "Most care visits overdue in one week", measure="overdue",
               **(_VISITS | {"aggregation": "max"})),
    Feature(name="township_service_overdue_last_year", label_zh="本乡镇该项去年未来4周同期逾期服务", entity="township_service", measure="overdue", weeks=4, weeks_ago=48,
            label_en="Care visits of this service overdue in the township in the next 4 weeks' place of last year", **_VISITS),
    current("township_service", "visits_overdue_last", "上次统计逾期服务", "Care visits overdue at the last count", weeks=52, measure="overdue",
        **{**_VISITS, "aggregation": "last_value"}),
    current("township_service", "caseload", "服务对象", "People entitled to care visits", source="coverage", weeks=52, aggregation="last_value", measure="caseload",
        unit="people", when_none=MISSING, group="services"),
]  # fmt: skip

OUTREACH = [
    *by_place({"township": (13,)}, "outreach", "宣讲议事活动", "Outreach sessions", source="outreach", aggregation="count", unit="times",
               when_none=NONE_IS_ZERO, group="outreach"),
    *by_place({"township": (13,)}, "outreach_attendance", "宣讲议事参加人次", "Attendance at outreach sessions", source="outreach", aggregation="sum",
               measure="attendance", unit="people", when_none=NONE_IS_ZERO, group="outreach", is_reason=False),
    Feature(name="days_since_outreach", label_zh="本乡镇距上次宣讲议事", label_en="Days since the township's last outreach session (at most 52 weeks)", source="outreach",
            entity="township", aggregation="days_since_last", weeks=52, unit="days", when_none=MISSING, group="outreach", is_reason=False),
    current("township", "volunteers", "平安志愿者", "Volunteers", source="volunteers", weeks=52, aggregation="last_value", measure="n_volunteers", unit="people",
        when_none=MISSING, group="outreach", is_reason=False),
]  # fmt: skip

ENTRIES = (*COVERAGE, *OUTREACH)
