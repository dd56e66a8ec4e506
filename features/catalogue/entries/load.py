"""Entries about the workload of mediation units and the time cases take. They describe institutions, never persons."""

from typing import Any

from features.catalogue.builders import MISSING, NONE_IS_ZERO, by_place, current
from features.catalogue.feature import Feature
from features.catalogue.said import Said

_STOCK: dict[str, Any] = {
    "aggregation": "count",
    "unit": "disputes",
    "when_none": NONE_IS_ZERO,
    "group": "load",
}

_NOW_OPEN = Said(
    ("{place}目前在办{matter}{n}", "{matter} open now{place}: {n}"),
    zero=("{place}目前没有在办的{matter}", "{matter} open now{place}: none"),
)
_NOW_OVERDUE = Said(
    ("{where}目前超期未结纠纷{n}", "Disputes past their deadline now{where}: {n}"),
    zero=("{where}目前没有超期未结的纠纷", "Disputes past their deadline now{where}: none"),
)
_CLOSED = Said(
    ("{when}{place}办结{matter}{n}", "{matter} closed{place}{when}: {n}"),
    zero=("{when}{place}没有办结{matter}", "{matter} closed{place}{when}: none"),
)
_STAY = Said(
    ("{when}{where}办结平均用时{n}", "Mean time to close {matter}{place}{when}: {n}"),
    zero=("{when}{where}都在当天办结", "{matter} were closed on the same day{place}{when}"),
    missing=("{when}{place}没有办结{matter}", "{matter} closed{place}{when}: none"),
)
_LONGEST_STAY = Said(
    ("{when}{where}办结最长用时{n}", "Longest time to close {matter}{place}{when}: {n}"),
    zero=_STAY.zero,
    missing=_STAY.missing,
)

NOW = [
    *(current(place, "open_disputes", "目前在办纠纷", "Disputes open now", source="open_disputes", said=_NOW_OPEN, **_STOCK)
      for place in ("village", "township", "county", "township_category")),
    *(current(place, "overdue_disputes", "目前超期未结纠纷", "Disputes past their deadline now", source="overdue_disputes", said=_NOW_OVERDUE, **_STOCK)
      for place in ("township", "county")),
    current("township", "load", "每周接案能力所摊在办纠纷", "Disputes open now per weekly place", source="open_disputes", aggregation="sum", measure="load_permille",
        scale=1000.0, unit="disputes", when_none=MISSING, group="load",
        said=Said(("{where}在办纠纷相当于{weeks}的接案能力", "Disputes open{where}: as many as its units take in within {weeks}"),
                  zero=("{where}目前没有在办纠纷", "Disputes open now{where}: none"),
                  missing=("{where}没有填接案能力", "Weekly capacity{where}: not filled in"))),
    Feature(name="township_weekly_capacity", label_zh="本乡镇调解单位每周接案能力", label_en="Disputes the township's units can take a week", source="area", entity="township",
            aggregation="attribute", measure="weekly_capacity", unit="disputes", when_none=MISSING, group="load", is_reason=False),
    Feature(name="township_units", label_zh="本乡镇调解单位", label_en="Mediation units in the township", source="area", entity="township",
            aggregation="attribute", measure="n_units", unit="units", when_none=MISSING, group="load", is_reason=False),
]  # fmt: skip

WORK = [
    *by_place({"unit": (4,)}, "steps", "办理环节", "Steps taken", source="handling", aggregation="count", unit="times", when_none=NONE_IS_ZERO, group="load"),
    *by_place({"unit": (4,)}, "disputes_in_hand", "经办纠纷", "Disputes worked on", source="handling", aggregation="count_distinct", measure="case_no",
               unit="disputes", when_none=NONE_IS_ZERO, group="load"),
    *by_place({"unit": (4,), "township": (4, 13), "township_category": (13,)}, "closings", "办结纠纷", "Disputes closed", said=_CLOSED, source="closings", aggregation="count",
               unit="disputes", when_none=NONE_IS_ZERO, group="load"),
    *by_place({"unit": (13,), "township": (13,), "township_category": (13,), "county": (13,)}, "stay", "办结平均用时", "Mean time to close", said=_STAY, source="closings",
               aggregation="mean", measure="minutes", scale=1440.0, unit="days", when_none=MISSING, group="load"),
    *by_place({"township": (13,)}, "longest_stay", "办结最长用时", "Longest time to close", said=_LONGEST_STAY, source="closings", aggregation="max", measure="minutes", scale=1440.0,
               unit="days", when_none=MISSING, group="load"),
]  # fmt: skip

ENTRIES = (*NOW, *WORK)
