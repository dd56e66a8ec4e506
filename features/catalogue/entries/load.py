"""Entries about the workload of mediation units and the time cases take. They describe institutions, never persons."""

from typing import Any

from features.catalogue.builders import MISSING, NONE_IS_ZERO, by_place, current
from features.catalogue.feature import Feature

_STOCK: dict[str, Any] = {
    "aggregation": "count",
    "unit": "disputes",
    "when_none": NONE_IS_ZERO,
    "group": "load",
}

NOW = [
    *(current(place, "open_disputes", "目前在办纠纷", "Disputes open now", source="open_disputes", **_STOCK)
      for place in ("village", "township", "county", "township_category")),
    *(current(place, "overdue_disputes", "目前超期未结纠纷", "Disputes past their deadline now", source="overdue_disputes", **_STOCK)
      for place in ("township", "county")),
    current("township", "load", "每周接案能力所摊在办纠纷", "Disputes open now per weekly place", source="open_disputes", aggregation="sum", measure="load_permille",
        scale=1000.0, unit="disputes", when_none=MISSING, group="load"),
    Feature(name="township_weekly_capacity", label_zh="本乡镇调解单位每周接案能力", label_en="Disputes the township's units can take a week", source="area", entity="township",
            aggregation="attribute", measure="weekly_capacity", unit="disputes", when_none=MISSING, group="load"),
    Feature(name="township_units", label_zh="本乡镇调解单位", label_en="Mediation units in the township", source="area", entity="township",
            aggregation="attribute", measure="n_units", unit="units", when_none=MISSING, group="load"),
]  # fmt: skip

WORK = [
    *by_place({"unit": (4,)}, "steps", "办理环节", "Steps taken", source="handling", aggregation="count", unit="times", when_none=NONE_IS_ZERO, group="load"),
    *by_place({"unit": (4,)}, "disputes_in_hand", "经办纠纷", "Disputes worked on", source="handling", aggregation="count_distinct", measure="case_no",
               unit="disputes", when_none=NONE_IS_ZERO, group="load"),
    *by_place({"unit": (4,), "township": (4, 13), "township_category": (13,)}, "closings", "办结纠纷", "Disputes closed", source="closings", aggregation="count",
               unit="disputes", when_none=NONE_IS_ZERO, group="load"),
    *by_place({"unit": (13,), "township": (13,), "township_category": (13,), "county": (13,)}, "stay", "办结平均用时", "Mean time to close", source="closings",
               aggregation="mean", measure="minutes", scale=1440.0, unit="days", when_none=MISSING, group="load"),
    *by_place({"township": (13,)}, "longest_stay", "办结最长用时", "Longest time to close", source="closings", aggregation="max", measure="minutes", scale=1440.0,
               unit="days", when_none=MISSING, group="load"),
]  # fmt: skip

ENTRIES = (*NOW, *WORK)
