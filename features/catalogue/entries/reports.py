"""Entries about grid reports: matters that residents and grid workers report, and the time until they are handled."""

from typing import Any

from features.catalogue.builders import MISSING, NONE_IS_ZERO, by_place, where
from features.catalogue.said import Said

_COUNT: dict[str, Any] = {
    "source": "grid_reports",
    "aggregation": "count",
    "unit": "reports",
    "when_none": NONE_IS_ZERO,
    "group": "reports",
}
_MEAN: dict[str, Any] = {"aggregation": "mean", "when_none": MISSING, "group": "reports"}

_TREND = Said(
    ("{when}{where}网格上报是近一年平均的{n}", "Grid reports{where}{when}: {n} the average of the last year"),
    zero=("{when}{where}没有网格上报", "Grid reports{where}{when}: none"),
    missing=("一年内{where}没有网格上报", "Grid reports{where} within a year: none"),
)


def _mean(zh: str, en: str) -> Said:
    return Said(
        (f"{{when}}{{where}}网格上报平均{{n}}{zh}", f"{en}{{where}}{{when}}: {{n}}"),
        zero=(f"{{when}}{{where}}网格上报当即{zh}", f"{en}{{where}}{{when}}: none"),
        missing=(f"{{when}}{{where}}没有{zh}的网格上报", f"{en}{{where}}{{when}}: not recorded"),
    )


ENTRIES = [
    *by_place({"village": (4, 13), "township": (1, 4, 13)}, "grid_reports", "网格上报", "Grid reports", **_COUNT),
    *by_place({"township": (4,)}, "grid_reports_trend", "网格上报与近52周平均之比", "Grid reports against the 52-week average",
               **(_COUNT | {"aggregation": "trend", "unit": "ratio", "when_none": MISSING, "said": _TREND})),
    *by_place({"grid": (13,), "village": (4, 13), "township": (4, 13)}, "quarrel_reports", "口角上报", "Quarrels reported", where=where(report_type="conflict"), **_COUNT),
    *by_place({"township": (13,)}, "noise_reports", "噪声上报", "Noise reported", where=where(report_type="noise"), **_COUNT),
    *by_place({"township": (13,)}, "land_water_reports", "用地用水上报", "Land and water use reported", where=where(report_type="land_water"), **_COUNT),
    *by_place({"township": (13,)}, "snapshot_share", "随手拍占上报比", "Share of reports by residents' snapshot", where=where(channel="snapshot"),
               **(_COUNT | {"aggregation": "share", "unit": "share", "when_none": MISSING, "is_reason": False})),
    *by_place({"township": (13,)}, "response_hours", "上报平均首次响应用时", "Mean time to a first response", said=_mean("首次响应", "Mean time to a first response to grid reports"), source="grid_responses", measure="minutes",
               scale=60.0, unit="hours", **_MEAN),
    *by_place({"township": (13,)}, "report_hours", "上报平均办结用时", "Mean time to deal with a report", said=_mean("办结", "Mean time to deal with a grid report"), source="grid_closings", measure="minutes",
               scale=60.0, unit="hours", **_MEAN),
    *by_place({"township": (13,)}, "report_satisfaction", "上报平均满意度（1至5）", "Mean satisfaction with reports (1 to 5)", source="grid_closings", measure="satisfaction",
               unit="points", is_reason=False, **_MEAN),
    *by_place({"township": (13,)}, "unresolved_share", "上报未解决占比", "Share of reports not solved", source="grid_closings", aggregation="share",
               where=where(resolved="false"), unit="share", when_none=MISSING, group="reports", is_reason=False),
]  # fmt: skip
