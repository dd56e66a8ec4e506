"""Entries about the calendar: the position of a Monday in the year."""

from features.catalogue.builders import MISSING
from features.catalogue.feature import Feature


def _of_the_day(name: str, zh: str, en: str, unit: str) -> Feature:
    return Feature(
        name=name, label_zh=zh, label_en=en, source="calendar", entity="none", aggregation="calendar", unit=unit, when_none=MISSING, group="season"
    )  # fmt: skip


ENTRIES = [
    _of_the_day("weeks_to_spring_festival", "距春节", "Weeks to the Spring Festival", "weeks"),
    _of_the_day("month", "月份", "Month", "month"),
    _of_the_day("in_season", "处于重点时段个数", "Seasons of note under way", "times"),
]
