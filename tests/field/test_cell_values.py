"""What cells say in the many habits of sources: days, hours, amounts, answers, and what stands for nothing."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.city.profile import load_profile
from pipelines.errors import RefusedInput
from pipelines.intake.parsing import choose_rows, name_columns, parse
from pipelines.intake.value_parsers import moments, numbers, without_marks
from pipelines.mapping.mapping import TableMapping
from pipelines.reading.readers import LINE, RawFile

QUJING = load_profile("qujing")
DAY = "2025-03-04"


def one(text: str, *formats: str) -> datetime | None:
    return moments(pl.Series([text]), formats)[0]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("上午12:05", "00:05"), ("凌晨12:05", "00:05"), ("凌晨3:00", "03:00"), ("凌晨3点", "03:00"), ("清晨6:30", "06:30"),
        ("早上8:00", "08:00"), ("上午9:05", "09:05"), ("中午12:10", "12:10"), ("中午1:10", "13:10"), ("中午11:50", "11:50"),
        ("下午12:10", "12:10"), ("下午3:00", "15:00"), ("下午15:00", "15:00"), ("傍晚6:00", "18:00"), ("晚上8点30分", "20:30"),
        ("9:05 AM", "09:05"), ("12:05 AM", "00:05"), ("12:05 PM", "12:05"), ("3:05 PM", "15:05"),
        ("上午13:00", None), ("晚上12:10", None), ("凌晨14:00", None), ("24:30", None), ("25:00", None), ("下午24:00", None),
    ],
)  # fmt: skip
def test_an_hour_in_a_half_of_the_day_is_that_hour_or_nothing(text: str, hour: str | None) -> None:
    assert one(f"{DAY} {text}") == (datetime.fromisoformat(f"{DAY} {hour}") if hour else None)


@pytest.mark.parametrize(
    "text",
    ["2025-03-04 24:00", "2025-03-04 24:00:00", "2025年3月4日24时", "2025/3/4 24点", "2025-03-04T24:00:00"],
)
def test_24_oclock_is_the_next_days_first_minute(text: str) -> None:
    assert one(text) == datetime(2025, 3, 5)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2025-03-04T01:00:00Z", "09:00"), ("2025-03-04T01:00:00.000Z", "09:00"), ("2025-03-04 01:00 +0000", "09:00"),
        ("2025-03-04T09:00:00+08:00", "09:00"), ("2025-03-04T09:00:00+0800", "09:00"), ("2025-03-04T04:00:00+03:00", "09:00"),
        ("2025-03-03T20:00:00-05:00", "09:00"),
    ],
)  # fmt: skip
def test_an_offset_is_taken_to_local_time(text: str, local: str) -> None:
    assert one(text) == datetime.fromisoformat(f"{DAY} {local}")


@settings(deadline=None)
@given(st.datetimes(datetime(1995, 1, 1), datetime(2090, 1, 1)), st.integers(-12 * 4, 14 * 4))
def test_an_offset_in_a_format_of_the_mapping_or_without_one_gives_the_same_moment(
    at: datetime, quarters: int
) -> None:
    at, east = at.replace(microsecond=0), timedelta(minutes=15 * quarters)
    sign, minutes = "-" if quarters < 0 else "+", abs(15 * quarters)
    clock = (at - timedelta(hours=8) + east).strftime("%Y-%m-%dT%H:%M:%S")
    text = f"{clock}{sign}{minutes // 60:02d}{minutes % 60:02d}"
    assert one(text) == one(text, "%Y-%m-%dT%H:%M:%S%z") == at


@pytest.mark.parametrize(
    "hour",
    ["09:30:00", "1899-12-31 09:30:00", "1899-12-30 09:30:00", "0.395833333333333", "09:30", "上午9:30"],
)
@pytest.mark.parametrize("day", ["2025-03-04", "2025-03-04 00:00:00"])
def test_a_cell_of_a_day_and_a_cell_of_an_hour_are_one_moment(day: str, hour: str) -> None:
    assert one(f"{day} {hour}") == datetime(2025, 3, 4, 9, 30)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,500", 12_500.0), ("1,234,567.5", 1_234_567.5), ("12 500", 12_500.0), ("１２，５００", 12_500.0), ("1.5万", 15_000.0), ("¥3,000元", 3_000.0),
        ("3,5万", None), ("12,50", None), ("1,2,3", None), ("8000，6000", None), ("8000 6000", None), ("1.234,56", None), ("1,2345", None),
        ("1,00,000", None), ("3、5", None), ("8000；6000", None), ("0,5", None), ("1 2", None),
    ],
)  # fmt: skip
def test_commas_and_blanks_part_thousands_or_the_number_is_held(text: str, value: float | None) -> None:
    assert numbers(pl.Series([text]), pl.Float64)[0] == value


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 9_999), min_size=2, max_size=4), st.sampled_from((",", "，", " ", "、", ";", "/"))
)
def test_a_list_of_numbers_is_never_one_number_unless_it_is_grouped_in_thousands(
    parts: list, mark: str
) -> None:
    text = mark.join(map(str, parts))
    grouped = mark in ",， " and len(str(parts[0])) <= 3 and all(len(str(p)) == 3 for p in parts[1:])
    value = numbers(pl.Series([text]), pl.Float64)[0]
    assert (value is not None) == grouped


@pytest.mark.parametrize("word", ["不详", "未知", "未询问", "/", "-", "——", " ／ ", "N/A", "不清楚", "\\"])
def test_in_a_tick_a_word_for_not_asked_is_no_answer(word: str) -> None:
    good, bad = rows(TableMapping(table="disputes"), 威胁=word)
    assert good["threat"].to_list() == [None]
    assert not len(bad)


@pytest.mark.parametrize("word", ["也许", "二", "见备注"])
def test_a_word_that_is_no_answer_is_held(word: str) -> None:
    assert rows(TableMapping(table="disputes"), 威胁=word)[1].to_series(1).to_list() == [
        ["threat: not yes or no"]
    ]


def test_no_is_never_taken_for_not_asked() -> None:
    words = ["否", "无", "没有", "0", "×"]
    assert without_marks(pl.Series(words), tick=True).to_list() == words


def rows(mapping: TableMapping, **cells: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Good and bad rows of a file of disputes with one row."""
    row: dict[str, object] = {
        "纠纷编号": "JF1",
        "登记时间": f"{DAY} 09:00",
        "纠纷类别": "邻里",
        "所属区域编码": "530302001",
    }
    frame = (
        pl.DataFrame([row | cells]).with_row_index(LINE, offset=2).with_columns(pl.col(LINE).cast(pl.Int64))
    )
    raw = RawFile("generated.csv", None, frame)
    parsed = parse(name_columns(raw, mapping, choose_rows(raw, mapping), QUJING), mapping, QUJING, raw.name)
    return parsed.good, parsed.bad


@pytest.mark.parametrize(
    "written", ["1900-01-01", "1900-01-01 00:00:00", "1900/1/1", "1900年1月1日", date(1900, 1, 1)]
)
def test_a_placeholder_that_a_mapping_calls_empty_is_empty_however_written(written: object) -> None:
    mapping = TableMapping.model_validate(
        {"table": "disputes", "empty": {"withdrawn_at": [date(1900, 1, 1)]}}
    )
    good, bad = rows(mapping, 撤销时间=written)
    assert good["withdrawn_at"].to_list() == [None]
    assert not len(bad)


def test_codes_translate_days_and_answers() -> None:
    codes = {
        "withdrawn_at": {"未撤销": ""},
        "threat": {"2": False, 3: True, "9": ""},
        "weapon": {"有刀": "是"},
    }
    mapping = TableMapping.model_validate({"table": "disputes", "codes": codes})
    good, bad = rows(mapping, 撤销时间="未撤销", 威胁="2", 持械="有刀")
    assert (good["withdrawn_at"][0], good["threat"][0], good["weapon"][0]) == (None, False, True)
    assert rows(mapping, 威胁="3")[0]["threat"].to_list() == [True]
    assert rows(mapping, 威胁="9")[0]["threat"].to_list() == [None]
    assert not len(bad)


@pytest.mark.parametrize(
    ("day", "code"), [("2025-06-30 23:59", "D4"), ("2025-07-01 00:00", "D3"), ("2026-01-05", "D2")]
)
def test_codes_hold_from_a_day_on(day: str, code: str) -> None:
    later = [
        {"from": "2026-01-01", "codes": {"category": {"3": "D2"}}},
        {"from": "2025-07-01", "codes": {"category": {"3": "D3"}}},
    ]
    mapping = TableMapping.model_validate(
        {"table": "disputes", "codes": {"category": {3: "D4"}}, "since": later}
    )
    assert rows(mapping, 纠纷类别="3", 登记时间=day)[0]["category"].to_list() == [code]


@pytest.mark.parametrize(
    "heading",
    ["涉及金额（万元）", "涉及金额(万元)", "金额/万元", "金额：万元", "金额（单位：万元）", "涉案金额万元"],
)
def test_a_heading_that_counts_in_ten_thousands_is_believed(heading: str) -> None:
    columns = {
        "dispute_id": "纠纷编号",
        "registered_at": "登记时间",
        "category": "纠纷类别",
        "area_code": "所属区域编码",
        "amount_yuan": heading,
    }
    mapping = TableMapping(table="disputes", columns=columns)
    assert [
        rows(mapping, **{heading: cell})[0]["amount_yuan"][0] for cell in ("1.5", "2万", "8000元", 1.5)
    ] == [15_000, 20_000, 8_000, 15_000]


@pytest.mark.parametrize("name", ["recorded_at", "withdrawn_at"])
@pytest.mark.parametrize("hour", ["00:00", "09:00", "23:59:58"])
def test_a_day_without_an_hour_beside_a_moment_of_that_day_contradicts_nothing(name: str, hour: str) -> None:
    heading = {"recorded_at": "录入时间", "withdrawn_at": "撤销时间"}[name]
    good, bad = rows(TableMapping(table="disputes"), 登记时间=f"{DAY} {hour}", **{heading: DAY})
    assert not len(bad)
    assert datetime.fromisoformat(f"{DAY} {hour}") <= good[name][0] < datetime(2025, 3, 5)
    assert (
        len(rows(TableMapping(table="disputes"), 登记时间=f"{DAY} {hour}", **{heading: "2025-03-03"})[1]) == 1
    )


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64, pl.String, pl.Datetime("us")])
def test_rows_are_chosen_in_typed_columns_as_in_text(kind: pl.DataType) -> None:
    values = (
        pl.Series("状态", [2, None, 3]).cast(kind)
        if kind != pl.Datetime("us")
        else pl.Series("状态", [datetime(2025, 1, 1), None, None])
    )
    raw = RawFile("a.parquet", None, pl.DataFrame({LINE: [1, 2, 3]}).with_columns(values))
    present = choose_rows(raw, TableMapping(table="disputes", present="状态"))[LINE].to_list()
    assert present == ([1] if kind == pl.Datetime("us") else [1, 3])


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"codes": {"threat": {"2": "也许"}}}, "no answer"),
        ({"codes": {"withdrawn_at": {"x": "gestern"}}}, "no day"),
        ({"codes": {"n_parties": {"x": "1"}}}, "no column of codes, answers or days"),
        ({"since": [{"from": "2025-07-01", "codes": {"category": {"3": "D99"}}}]}, "no code 'D99'"),
        ({"without": ["dispute_id"]}, "no column that a file"),
    ],
)
def test_what_is_wrong_in_the_new_entries_is_named(entry: dict, part: str, tmp_path: Path) -> None:
    import yaml

    from pipelines.city.checked_yaml import check_yaml
    from pipelines.mapping.mapping import FileMapping
    from pipelines.mapping.validation import problems

    path = tmp_path / "m.yml"
    path.write_text(
        yaml.safe_dump({"files": "a.csv", "tables": [{"table": "disputes"} | entry]}, allow_unicode=True),
        encoding="utf-8",
    )
    with pytest.raises(RefusedInput, match=part):
        check_yaml(path, FileMapping, lambda m: problems(m, QUJING))
