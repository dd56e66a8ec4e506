"""Entries about the same pair of parties, at most 52 weeks back. No history of a single party is allowed (boundary 7, 13)."""

from typing import Any

from features.catalogue.builders import NONE_IS_ZERO, where, windows
from features.catalogue.said import Said

_PAIR: dict[str, Any] = {
    "entity": "pair",
    "aggregation": "count",
    "unit": "times",
    "when_none": NONE_IS_ZERO,
    "group": "pair",
}


def _said(zh: str, en: str, none_zh: str) -> Said:
    """Patterns that name the pair and the window first."""
    return Said(
        (f"同一对当事人{{when}}（含本案）{zh}", f"{en}{{when}}, this dispute included: {{n}}"),
        zero=(f"{{when}}同一对当事人{none_zh}", f"{en}{{when}}: none"),
    )


_REGISTERED = Said(
    ("同一对当事人{when}第{nth}次登记", "{nth} registration of the same pair{when}"),
    zero=("{when}没有同一对当事人的登记", "Registrations of the same pair{when}: none"),
    one=("同一对当事人{when}只登记过这一次", "The only registration of the same pair{when}"),
)
_KINDS = Said(
    ("同一对当事人{when}登记过{n}纠纷", "Categories of the same pair's disputes{when}: {n}"),
    zero=("{when}没有同一对当事人的登记", "Registrations of the same pair{when}: none"),
    one=("同一对当事人{when}只登记过同一种纠纷", "The same pair's disputes were of one category{when}"),
)
_OPEN = Said(
    ("同一对当事人有{n}纠纷在办（含本次）", "Disputes of the same pair still open, this one included: {n}"),
    zero=("同一对当事人没有纠纷在办", "No dispute of the same pair is open"),
    one=("同一对当事人只有一件纠纷在办", "One dispute of the same pair is open"),
)

ENTRIES = [
    *windows((13, 52), "pair_registrations", "同一双方登记（含本次）", "Registrations of the same pair, this one included", source="registrations", direction=1, said=_REGISTERED, **_PAIR),
    *windows((52,), "pair_categories", "同一双方登记的纠纷类别", "Categories of the same pair's disputes", source="registrations",
          **(_PAIR | {"aggregation": "count_distinct", "measure": "category", "unit": "kinds", "said": _KINDS})),
    *windows((52,), "pair_open_disputes", "同一双方登记且仍在办理（含本次）", "Disputes of the same pair still open, this one included", source="open_disputes", **(_PAIR | {"unit": "disputes", "said": _OPEN})),
    *windows((52,), "pair_failed_mediations", "同一双方调解未成", "Mediations without settlement between the same pair", source="handling", said=_said("调解未成{n}", "Mediations without settlement between the same pair", "没有调解未成的记录"),
          where=where(event_type="mediation", result="failed"), **_PAIR),
    *windows((13, 52), "pair_threats", "同一双方报告威胁", "Threats reported between the same pair", source="handling", said=_said("报告威胁{n}", "Threats reported between the same pair", "没有报告过威胁"), where=where(event_type="threat_reported"), direction=1, **_PAIR),
    *windows((13, 52), "pair_violence", "同一双方报告动手", "Blows reported between the same pair", source="handling", said=_said("报告动手{n}", "Blows reported between the same pair", "没有报告过动手"), where=where(event_type="violence_reported"), direction=1, **_PAIR),
    *windows((52,), "pair_breaches", "同一双方违反协议", "Breaches of agreement between the same pair", source="handling", said=_said("违反协议{n}", "Breaches of agreement between the same pair", "没有违反过协议"), where=where(event_type="breach"), direction=1, **_PAIR),
    *windows((52,), "pair_outcomes", "同一双方记录伤害", "Harms recorded between the same pair", source="outcomes", said=_said("有{n}伤害记录", "Harms recorded between the same pair", "没有伤害记录"), direction=1, **_PAIR),
]  # fmt: skip
