"""Reasons tell a dispute's own records: by the day they happened, with a late entry said, and never what was known later."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue.catalogue import CATALOGUE, feature
from features.catalogue.own_steps import OWN_STEPS
from features.catalogue.said import nth_said, number_said, times_said
from models.escalation.own_record_sentences import LATE_DAYS, OwnRecord, own_sentence
from models.escalation.reason_sentences import reason_group, sentences
from models.escalation.sentences_page import PAGE, page
from tests.models.test_explain import NO_INTAKE, NO_RECORDS

MONDAY = date(2026, 12, 28)


def at(month: int, day: int, hour: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour)


def record(
    kind: str,
    happened: datetime,
    known: datetime | None = None,
    result: str | None = None,
    severity: int | None = None,
) -> OwnRecord:
    return OwnRecord(kind, happened, known or happened, result, severity)


def mediations(*results: str) -> list[OwnRecord]:
    return [record("mediation", at(12, day + 1), result=result) for day, result in enumerate(results)]


@pytest.mark.parametrize(
    ("name", "records", "zh", "en"),
    [
        ("harm", [record("outcome", at(11, 4), at(12, 25), severity=2)],
         "11月4日受伤（轻伤及以上）（12月25日录入）", "Light injury or worse on 4 November (entered 25 December)"),
        ("harm", [record("outcome", at(12, 27, 23), severity=1)],
         "昨天（12月27日）发生肢体暴力", "Physical violence yesterday (27 December)"),
        ("harm", [record("outcome", at(12, 28), severity=3)], "今天（12月28日）有人死亡", "A death today (28 December)"),
        ("harm", [], "没有伤害记录", "No harm recorded"),
        ("harm", [record("outcome", at(12, 1)), record("outcome", at(11, 4), at(12, 25))],
         "两次伤害记录，最近一次在12月1日：发生伤害", "Harm recorded twice, last on 1 December: harm"),
        ("blows", [record("violence_reported", at(12, 27))], "昨天（12月27日）报告动手", "Blows reported yesterday (27 December)"),
        ("blows", [record("violence_reported", at(12, 24)), record("violence_reported", at(12, 25))],
         "两次报告动手，最近一次在3天前（12月25日）", "Blows reported twice, last 3 days ago (25 December)"),
        ("threat", [record("threat_reported", at(12, 20))], "12月20日报告威胁", "Threat reported on 20 December"),
        ("threat", [record("threat_reported", at(12, 30, year=2025))], "2025年12月30日报告威胁", "Threat reported on 30 December 2025"),
        ("mediation", mediations("failed", "settled"), "两次调解一次未成，最近一次在12月2日", "Mediated twice, once without settlement, last on 2 December"),
        ("mediation", mediations("failed", "failed", "settled"), "三次调解两次未成，最近一次在12月3日",
         "Mediated three times, twice without settlement, last on 3 December"),
        ("mediation", mediations("failed"), "12月1日调解未成", "Mediated without settlement on 1 December"),
        ("mediation", mediations("settled"), "12月1日调解成功", "Mediated with settlement on 1 December"),
        ("mediation", [record("mediation", at(12, 1))], "12月1日调解过", "Mediated on 1 December"),
        ("mediation", mediations(*["failed"] * 12), "12次调解都未成，最近一次在12月12日", "Mediated 12 times, never settled, last on 12 December"),
        ("closing", [record("closed", at(11, 2))], "11月2日办结", "Closed on 2 November"),
        ("closing", [record("closed", at(11, 2)), record("reopened", at(12, 8), at(12, 20))],
         "12月8日办结后又重新办理（12月20日录入）", "Reopened on 8 December after it was closed (entered 20 December)"),
        ("closing", [record("closed", at(11, 2)), record("reopened", at(12, 8)), record("closed", at(12, 15))], "12月15日办结", "Closed on 15 December"),
        ("closing", [], "还没有办结", "Not closed yet"),
        ("return", [record("reregistered", at(12, 8))], "12月8日再次登记", "Registered again on 8 December"),
        ("registration", [record("registered", at(12, 26))], "2天前（12月26日）登记", "Registered 2 days ago (26 December)"),
        ("registration", [record("registered", at(11, 4))], "11月4日登记，至今54天", "Registered on 4 November, 54 days so far"),
        ("step", [record("registered", at(11, 4)), record("outcome", at(11, 5))], "还没有办理记录", "No step taken yet"),
    ],
)  # fmt: skip
def test_a_sentence_tells_what_happened_and_when(
    name: str, records: list[OwnRecord], zh: str, en: str
) -> None:
    said = own_sentence(name, records, MONDAY)
    assert (said.zh, said.en) == (zh, en)


@pytest.mark.parametrize(("late", "is_said"), [(0, False), (LATE_DAYS, False), (LATE_DAYS + 1, True)])
def test_an_entry_is_late_after_a_few_days(late: int, is_said: bool) -> None:
    said = own_sentence("blows", [record("violence_reported", at(12, 1), at(12, 1 + late, 23))], MONDAY)
    assert ("录入" in said.zh) == ("entered" in said.en) == is_said


def test_the_newest_grave_record_is_the_one_that_happened_last() -> None:
    timeline = pl.DataFrame(
        [
            ("harm entered late", "outcome", at(11, 4), at(12, 25), None, 2),
            ("harm entered late", "violence_reported", at(12, 1), at(12, 1), None, None),
            ("harm and blows at once", "violence_reported", at(12, 1), at(12, 1), None, None),
            ("harm and blows at once", "outcome", at(12, 1), at(12, 2), None, 1),
            ("weapon at intake", "mediation", at(12, 1), at(12, 1), None, None),
            ("blows before a weapon", "violence_reported", at(10, 1), at(10, 1), None, None),
        ],
        schema=NO_RECORDS.schema,
        orient="row",
    )
    intake = pl.DataFrame(
        [
            ("weapon at intake", at(11, 1), True, True),
            ("blows before a weapon", at(11, 1), True, None),
            ("blows at intake", at(11, 1), False, True),
            ("nothing", at(11, 1), None, False),
        ],
        schema=NO_INTAKE.schema,
        orient="row",
    )
    assert sentences(timeline, intake, MONDAY).always() == {
        "harm entered late": "violence_reports_all",
        "harm and blows at once": "outcomes_all",
        "weapon at intake": "weapon",
        "blows before a weapon": "weapon",
        "blows at intake": "violence",
    }


KINDS = sorted({kind for steps in OWN_STEPS.values() for kind in steps.kinds})
MOMENTS = st.datetimes(at(1, 1, year=2024), datetime.combine(MONDAY, time()) - timedelta(seconds=1))


@st.composite
def histories(draw: st.DrawFn) -> list[OwnRecord]:
    """Records that happened, and were entered, before the Monday; at times of day or by the day only."""
    records = []
    for kind in draw(st.lists(st.sampled_from(KINDS), max_size=8)):
        first, second = sorted((draw(MOMENTS), draw(MOMENTS)))
        if draw(st.booleans()):
            first = datetime.combine(first.date(), time())
        result = (
            draw(st.sampled_from([None, "failed", "settled", "pending"])) if kind == "mediation" else None
        )
        records.append(
            OwnRecord(
                kind, first, second, result, draw(st.sampled_from([1, 2, 3])) if kind == "outcome" else None
            )
        )
    return records


def days_in(text: str) -> set[date]:
    """The dates a Chinese sentence names; without a year, of the Monday's."""
    parts = re.findall(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日", text)
    return {date(int(year or MONDAY.year), int(month), int(day)) for year, month, day in parts}


@given(records=histories(), name=st.sampled_from(sorted(OWN_STEPS)))
def test_every_day_in_a_reason_is_in_the_disputes_own_records(
    records: Sequence[OwnRecord], name: str
) -> None:
    said = own_sentence(name, records, MONDAY)
    days = {moment.date() for one in records for moment in (one.happened_at, one.known_at)}
    assert days_in(said.zh) <= days
    among = [one for one in records if one.kind in OWN_STEPS[name].kinds] if name != "step" else [
        one for one in records if one.kind not in ("registered", "reregistered", "outcome")
    ]  # fmt: skip
    if not among:
        assert said.zh == OWN_STEPS[name].never[0]
        return
    newest = max(among, key=lambda one: (one.happened_at, one.known_at, one.kind))
    assert newest.happened_at.date() in days_in(said.zh)
    late = (newest.known_at.date() - newest.happened_at.date()).days > LATE_DAYS
    assert ("录入" in said.zh) == (late and name != "registration")
    for near, word in ((1, "昨天"), (0, "今天")):
        assert (word in said.zh) == ((MONDAY - newest.happened_at.date()).days == near)


@given(records=histories(), name=st.sampled_from(sorted(OWN_STEPS)))
def test_the_order_in_which_records_are_read_changes_no_sentence(
    records: Sequence[OwnRecord], name: str
) -> None:
    assert own_sentence(name, records, MONDAY) == own_sentence(name, [*reversed(records)], MONDAY)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (72, "hours", "3天", "3 days"), (47, "hours", "47小时", "47 hours"), (0.4, "hours", "不到1小时", "under one hour"),
        (4.3, "days", "4天", "4 days"), (1, "days", "1天", "1 day"), (0.2, "days", "不到1天", "under one day"),
        (35_000, "yuan", "3.5万元", "35,000 yuan"), (1_200_000, "yuan", "120万元", "1,200,000 yuan"), (9_999, "yuan", "9999元", "9,999 yuan"),
        (250_000_000, "yuan", "2.5亿元", "250,000,000 yuan"), (1.0, "ratio", "1倍", "1 times"), (0.01, "ratio", "不到0.1倍", "under 0.1 times"),
        (3, "grade", "乡镇（街道）", "township"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_people_write_them(value: float, unit: str, zh: str, en: str) -> None:
    assert number_said(value, unit) == (zh, en)


def test_counts_of_times_are_words_up_to_ten() -> None:
    assert [times_said(n)[0] for n in (1, 2, 3, 10, 11)] == ["一次", "两次", "三次", "十次", "11次"]
    assert [nth_said(n)[0] for n in (1, 2, 10, 11)] == ["一", "二", "十", "11"]


@pytest.mark.parametrize(
    ("name", "value", "zh"),
    [
        ("pair_registrations_52w", 2, "同一对当事人一年内第二次登记"),
        ("days_to_due", -5, "已超过办结期限5天"),
        ("township_category_registrations_28d", 3, "近28天本乡镇登记同类纠纷3件"),
        ("weapon", 1, "登记时报告持械"),
        ("weapon", float("nan"), "登记时没有问有没有持械"),
        ("township_recording_delay_52w", 72, "一年内本乡镇办理环节平均滞后3天录入"),
    ],
)
def test_a_figure_is_told_in_a_sentence(name: str, value: float, zh: str) -> None:
    assert feature(name).sentence(value)[0] == zh


def test_no_sentence_has_a_gap_or_a_share_of_an_unknown_whole() -> None:
    rows = "".join(line for line in page().split("## Never told")[0].splitlines() if line.startswith("|"))
    assert not re.findall(r"[{}]|nan|  |：：|: :|%", rows.replace("|  |", "|"))
    assert not [
        entry.name
        for entry in CATALOGUE
        if entry.unit == "share" and reason_group(entry.name) and not entry.own_steps
    ]


def test_the_page_of_sentences_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"
