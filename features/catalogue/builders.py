"""Functions that write an entry of the catalogue over several windows or places at once. What an entry may say is fixed in `feature.py`, not here."""

from collections.abc import Iterable, Mapping
from typing import Any

from features.catalogue.feature import WINDOWS, Entity, Feature

MISSING = float("nan")
NONE_IS_ZERO = 0.0
SPAN_ZH = {1: "近7天", 4: "近28天", 13: "近13周", 52: "近52周", None: "至今"}
SPAN_EN = {
    1: "in the last 7 days",
    4: "in the last 28 days",
    13: "in the last 13 weeks",
    52: "in the last 52 weeks",
    None: "so far",
}
PLACE_ZH = {
    "grid": "本网格", "village": "本村", "township": "本乡镇", "county": "本县", "township_category": "本乡镇同类",
    "township_service": "本乡镇该项", "unit": "承办单位", "pair": "同一双方",
}  # fmt: skip
PLACE_EN = {
    "grid": "in the grid", "village": "in the village", "township": "in the township", "county": "in the county",
    "township_category": "of this category in the township", "township_service": "of this service in the township",
    "unit": "at the unit in charge", "pair": "between the same pair",
}  # fmt: skip


def windows(lengths: Iterable[int | None], name: str, zh: str, en: str, **rest: Any) -> list[Feature]:
    """One entry per window; the window's words go before the Chinese label and after the English one."""
    return [
        Feature(
            name=f"{name}_{WINDOWS[weeks]}",
            label_zh=f"{SPAN_ZH[weeks]}{zh}",
            label_en=f"{en} {SPAN_EN[weeks]}",
            weeks=weeks,
            **rest,
        )
        for weeks in lengths
    ]


def by_place(
    lengths: Mapping[str, Iterable[int | None]], name: str, zh: str, en: str, **rest: Any
) -> list[Feature]:
    """One entry per place and window."""
    return [
        feature
        for entity, weeks in lengths.items()
        for feature in windows(
            weeks,
            f"{entity}_{name}",
            f"{PLACE_ZH[entity]}{zh}",
            f"{en} {PLACE_EN[entity]}",
            entity=entity,
            **rest,
        )
    ]


def current(entity: Entity, name: str, zh: str, en: str, **rest: Any) -> Feature:
    """An entry whose label names no window: a present state, or the time since an event."""
    return Feature(
        name=f"{entity}_{name}", label_zh=f"{PLACE_ZH[entity]}{zh}", label_en=f"{en} {PLACE_EN[entity]}",
        entity=entity, **rest,
    )  # fmt: skip


def where(**columns: str | tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Conditions on columns, joined by AND; each is column = value, or column in a list of values."""
    return tuple((column, (v,) if isinstance(v, str) else v) for column, v in columns.items())
