"""docs/new_city.md, word for word: the commands of the page, one after the other, on a made-up export."""

import re
import shlex
from datetime import date, timedelta
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from pipelines.home import REPO
from tests.worlds.command import fengqiao

PAGE = REPO / "docs" / "new_city.md"
DAYS = [date(2025, 1, 2) + timedelta(days=270 * n // 80) for n in range(80)]
"""Nine months, so that places have a usual to be compared with."""
EXPORT = "案件编号,受理时间,纠纷类型,乡镇,当事人姓名,联系电话,备注\n" + "".join(
    f"K{n},{day.year}年{day.month}月{day.day}日,{('邻里纠纷', '婚姻家庭')[n % 2]},{('东街道', '西镇')[n % 2]},某某{n},13812345678,长文本\n"
    for n, day in enumerate(DAYS)
)
WRONG = "K99,2025年2月31日,邻里纠纷,东街道,某某,,\n"


def test_the_page_works_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "台账2025.csv").write_bytes((EXPORT + WRONG).encode("gb18030"))
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^    (fengqiao .*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(commands) == 4
    output = ""
    for command in commands:
        done = fengqiao(*shlex.split(command)[1:], FENGQIAO_KEY_FILE=tmp_path / "key")
        assert done.returncode == 0, done.stderr
        output += done.stdout
        if "--corrections" in command:
            _correct(tmp_path)
    assert "read 81 = loaded 80 + quarantined 1" in output
    assert "registered_at: not a date" in output
    (folder,) = (tmp_path / "our_home" / "published").glob("2*")
    disputes, places = (pl.read_parquet(folder / f"{kind}_warnings.parquet") for kind in ("dispute", "place"))
    assert len(disputes)
    assert set(disputes["model_version"]) == {"checklist"}
    assert places["area_code"].unique().sort().to_list() == ["东街道", "西镇"]


def _correct(folder: Path) -> None:
    (path,) = (folder / "to_correct").iterdir()
    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    assert sheet["受理时间"].to_list() == ["2025年2月31日"]
    sheet.with_columns(pl.lit("2025年2月28日").alias("受理时间")).write_excel(folder / "exports" / path.name)
