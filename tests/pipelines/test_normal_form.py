"""One normal form of record numbers: what is one number in two spellings meets, what is two numbers does not."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.tables.normal_form import normal_form, normal_forms
from pipelines.warehouse.warehouse import open_warehouse

ONE_NUMBER = {
    "(2025)麒调字第12号": [
        "（2025）麒调字第12号", "〔2025〕麒调字第12号", "【2025】麒调字第12号", "[2025]麒调字第12号", "［２０２５］麒调字第１２号",
        "〖2025〗麒调字第12号", "﹝2025﹞麒调字第12号", " （2025）麒调字第 12 号\u3000", "（2025）\u200b麒调字第12号", "\ufeff（2025）麒调字第12号",
        "'（2025）麒调字第12号", "‘（2025）麒调字第12号", '="（2025）麒调字第12号"', '"（2025）麒调字第12号"', "（ 2025 ）麒调字第12号\t",
        "（2025）麒调字第12\u00ad号", "（2025\u2060）麒调字第12号", "（2025）麒调字第12号\ufe0f",
    ],
    "JF00123": ["ＪＦ００１２３", "'JF00123", '="JF00123"', "= \"JF00123\"", " JF00123", "JF00123\u00a0", "JF\u200d00123", "＇JF00123", "JF00123\r\n"],
    "00123": ["'00123", '="00123"', "００１２３", "00123 "],
    "QL-2025-1": ["QL－2025－1", "QL–2025—1", "QL‐2025‑1", "QL - 2025 - 1", "QL\u22122025\u22121"],
}  # fmt: skip
TWO_NUMBERS = [
    ("00123", "123"), ("JF1", "jf1"), ("JF1", "JF10"), ("QL-2025-1", "QL-2025-11"), ("A 1", "A1"), ("2025 12", "202512"),
    ("(2025)麒调字第12号", "麒调字第12号"), ("A_1", "A-1"), ("A/1", "A-1"), ("1.0", "10"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "spelling"), [(f, s) for f, all_ in ONE_NUMBER.items() for s in [f, *all_]])
def test_every_spelling_of_a_number_is_that_number(form: str, spelling: str) -> None:
    assert normal_form(spelling) == form
    column = pl.Series(["A1", None, spelling])
    assert normal_forms(column).to_list() == ["A1", None, form]
    assert column.to_list() == ["A1", None, spelling]


@pytest.mark.parametrize(("one", "other"), TWO_NUMBERS)
def test_two_numbers_stay_two(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20))
def test_the_normal_form_is_its_own_and_that_of_its_full_width(text: str) -> None:
    form = normal_form(text)
    assert normal_form(form) == form
    assert normal_forms(pl.Series([text], dtype=pl.String)).to_list() == [form]


def test_steps_harms_corrections_codes_and_chosen_rows_meet_their_dispute_in_any_spelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENGQIAO_KEY_FILE", str(tmp_path / "key"))
    data = tmp_path / "data"
    data.mkdir()
    (data / "disputes.csv").write_text(
        "dispute_id,registered_at,category,area_code\nQL-2025-1,2025-03-04,Ｄ２\u200b,'530302001\nQL–2025–2,2025-03-04,'邻里,530302001\n",
        encoding="utf-8",
    )
    (data / "dispute_events.csv").write_text(
        'event_id,dispute_id,event_at,event_type\nE1,ＱＬ－2025－1,2025-03-05,办结\nE2,"=""QL-2025-2""",2025-03-05, 办结\u200b\n',
        encoding="utf-8",
    )
    (data / "outcomes.csv").write_text(
        "outcome_id,dispute_id,occurred_at,severity\nO1,'QL-2025-1,2025-03-10,1\n"
    )
    reports = load_folder(data, load_profile("qujing"), Home(tmp_path / "home"), now=datetime(2026, 1, 5))
    assert sum(r.loaded for r in reports) == 5
    with open_warehouse(tmp_path / "home" / "warehouse.duckdb", read_only=True) as con:
        for table in ("core_dispute_event", "core_outcome"):
            assert con.execute(
                f"select count(*) from {table} anti join core_dispute using (dispute_id)"
            ).fetchall() == [(0,)]
