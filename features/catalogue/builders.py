"""Functions that write an entry of the catalogue over several windows or places at once. What an entry may say is fixed in `feature.py`, not here."""

from collections.abc import Iterable, Mapping
from typing import Any

from features.catalogue.feature import WINDOWS, Entity, Feature
from features.catalogue.said import Said

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
SPAN_SAID = {
    weeks: (
        "一年内" if weeks == 52 else SPAN_ZH[weeks],
        " within a year" if weeks == 52 else f" {SPAN_EN[weeks]}",
    )
    for weeks in SPAN_ZH
}
"""The windows as people say them."""
PLACE_ZH = {
    "grid": "本网格", "village": "本村", "township": "本乡镇", "county": "本县", "township_category": "本乡镇同类",
    "township_service": "本乡镇该项", "unit": "承办单位", "pair": "同一双方",
}  # fmt: skip
PLACE_EN = {
    "grid": "in the grid", "village": "in the village", "township": "in the township", "county": "in the county",
    "township_category": "of this category in the township", "township_service": "of this service in the township",
    "unit": "at the unit in charge", "pair": "between the same pair",
}  # fmt: skip
_OF_CATEGORY = (PLACE_ZH["township_category"], f" {PLACE_EN['township_category']}")


def windows(
    lengths: Iterable[int | None],
    name: str,
    zh: str,
    en: str,
    place: tuple[str, str] = ("", ""),
    said: Said | None = None,
    **rest: Any,
) -> list[Feature]:
    """One entry per window; the window's words go before the Chinese label and after the English one.

    Args:
        lengths: in weeks.
        name: the column's, without the window.
        zh: what is counted, in Chinese.
        en: the same in English.
        place: words of the place.
        said: patterns with words of `in_words`, if label and number are no sentence.
        rest: of the feature.
    """
    return [
        Feature(
            name=f"{name}_{WINDOWS[weeks]}",
            label_zh=f"{SPAN_ZH[weeks]}{place[0]}{zh}",
            label_en=f"{en}{place[1]} {SPAN_EN[weeks]}",
            weeks=weeks,
            said=in_words(said or _counted(zh, en), SPAN_SAID[weeks], place),
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
            zh,
            en,
            place=(PLACE_ZH[entity], f" {PLACE_EN[entity]}"),
            entity=entity,
            **rest,
        )
    ]


def current(entity: Entity, name: str, zh: str, en: str, said: Said | None = None, **rest: Any) -> Feature:
    """An entry whose label names no window: a present state, or the time since an event."""
    place = PLACE_ZH[entity], f" {PLACE_EN[entity]}"
    return Feature(
        name=f"{entity}_{name}", label_zh=f"{place[0]}{zh}", label_en=f"{en}{place[1]}",
        entity=entity, said=in_words(said or _counted(zh, en), ("", ""), place), **rest,
    )  # fmt: skip


def in_words(said: Said, when: tuple[str, str], place: tuple[str, str]) -> Said:
    """Patterns with `{when}` and `{where}` filled in; what else is in braces stays.

    `{matter}` and `{place}` are for what is counted in disputes: disputes of this category, in the township.
    """
    of_category = place == _OF_CATEGORY
    matter = ("同类纠纷", "disputes of this category") if of_category else ("纠纷", "disputes")
    plain = (PLACE_ZH["township"], f" {PLACE_EN['township']}") if of_category else place
    where = (f"{plain[0]}同类纠纷", f" in disputes of this category{plain[1]}") if of_category else place

    def filled(pair: tuple[str, str] | None) -> tuple[str, str] | None:
        if pair is None:
            return None
        zh, en = (
            text.replace("{when}", when[at])
            .replace("{where}", where[at])
            .replace("{place}", plain[at])
            .replace("{matter}", matter[at])
            for at, text in enumerate(pair)
        )
        return zh, en

    some = filled(said.some)
    assert some is not None
    return Said(some, *(filled(getattr(said, part)) for part in ("zero", "one", "below", "missing")))


def _counted(zh: str, en: str) -> Said:
    """Patterns of what is counted: label and number, and in words where there is none."""
    return Said(
        (f"{{when}}{{where}}{zh}{{n}}", f"{en}{{where}}{{when}}: {{n}}"),
        zero=(f"{{when}}{{where}}没有{zh}", f"{en}{{where}}{{when}}: none"),
        missing=(f"{{when}}{{where}}{zh}：没有记录", f"{en}{{where}}{{when}}: not recorded"),
    )


def where(**columns: str | tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Conditions on columns, joined by AND; each is column = value, or column in a list of values."""
    return tuple((column, (v,) if isinstance(v, str) else v) for column, v in columns.items())
