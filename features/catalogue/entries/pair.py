"""Entries about the same pair of parties, at most 52 weeks back. No history of a single party is allowed (boundary 7, 13)."""

from typing import Any

from features.catalogue.builders import NONE_IS_ZERO, where, windows

_PAIR: dict[str, Any] = {
    "entity": "pair",
    "aggregation": "count",
    "unit": "times",
    "when_none": NONE_IS_ZERO,
    "group": "pair",
}

ENTRIES = [
    *windows((13, 52), "pair_registrations", "同一双方登记（含本次）", "Registrations of the same pair, this one included", source="registrations", direction=1, **_PAIR),
    *windows((52,), "pair_categories", "同一双方登记的纠纷类别", "Categories of the same pair's disputes", source="registrations",
          **(_PAIR | {"aggregation": "count_distinct", "measure": "category", "unit": "kinds"})),
    *windows((52,), "pair_open_disputes", "同一双方登记且仍在办理（含本次）", "Disputes of the same pair still open, this one included", source="open_disputes", **(_PAIR | {"unit": "disputes"})),
    *windows((52,), "pair_failed_mediations", "同一双方调解未成", "Mediations without settlement between the same pair", source="handling",
          where=where(event_type="mediation", result="failed"), **_PAIR),
    *windows((13, 52), "pair_threats", "同一双方报告威胁", "Threats reported between the same pair", source="handling", where=where(event_type="threat_reported"), direction=1, **_PAIR),
    *windows((13, 52), "pair_violence", "同一双方报告动手", "Blows reported between the same pair", source="handling", where=where(event_type="violence_reported"), direction=1, **_PAIR),
    *windows((52,), "pair_breaches", "同一双方违反协议", "Breaches of agreement between the same pair", source="handling", where=where(event_type="breach"), direction=1, **_PAIR),
    *windows((52,), "pair_outcomes", "同一双方记录伤害", "Harms recorded between the same pair", source="outcomes", direction=1, **_PAIR),
]  # fmt: skip
