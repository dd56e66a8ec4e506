"""Entries about the calendar: the position of a Monday in the year."""

from features.catalogue.builders import MISSING
from features.catalogue.feature import Feature
from features.catalogue.said import Said


def _of_the_day(name: str, zh: str, en: str, unit: str, said: Said, is_reason: bool = True) -> Feature:
    return Feature(
        name=name, label_zh=zh, label_en=en, source="calendar", entity="none", aggregation="calendar", unit=unit, when_none=MISSING, group="season",
        said=said, is_reason=is_reason,
    )  # fmt: skip


ENTRIES = [
    _of_the_day(
        "weeks_to_spring_festival",
        "距春节",
        "Weeks to the Spring Festival",
        "weeks",
        Said(
            ("离春节还有{n}", "{n} to the Spring Festival"),
            zero=("本周就是春节", "The Spring Festival is this week"),
            below=("春节已过{n}", "{n} since the Spring Festival"),
        ),
    ),
    _of_the_day("month", "月份", "Month", "month", Said(("现在是{n}", "Month {n}")), is_reason=False),
    _of_the_day(
        "in_season",
        "处于重点时段个数",
        "Seasons of note under way",
        "times",
        Said(
            ("正处于重点时段", "A season of note is under way"),
            zero=("不在重点时段", "No season of note is under way"),
        ),
    ),
]
