"""The page of `fengqiao check`: every row accounted for, what would come of it, what is most likely wrong, nothing of a file as markup."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from dagster_project.command.check_page import page_json, show_page
from dagster_project.operations.prospects import dry_run
from pipelines.city.profile import load_profile
from pipelines.terminal_text import printable

HEAD = "纠纷编号,登记时间,纠纷类别,所属区域编码,来源渠道,威胁,办结期限"
STEPS = "事件编号,纠纷编号,发生时间,环节"
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(300)]


def case(n: int, **cells: str) -> str:
    row = {
        "key": f"JF{n:04}",
        "day": str(DAYS[n]),
        "kind": "邻里",
        "place": "530302001",
        "channel": "窗口",
        "threat": "是",
        "due": "",
    }
    return ",".join((row | cells).values())


def closing(n: int, days: int = 10, **cells: str) -> str:
    row = {"key": f"E{n:04}", "case": f"JF{n:04}", "day": str(DAYS[n] + timedelta(days=days)), "step": "办结"}
    return ",".join((row | cells).values())


def page(
    folder: Path,
    cases: list[str],
    steps: list[str],
    capsys: pytest.CaptureFixture[str],
    *,
    verbose: bool = False,
) -> str:
    (folder / "disputes.csv").write_text("\n".join([HEAD, *cases, ""]), encoding="utf-8")
    if steps:
        (folder / "dispute_events.csv").write_text("\n".join([STEPS, *steps, ""]), encoding="utf-8")
    report, outlook = dry_run(folder, load_profile("qujing"), None)
    show_page(report, outlook, folder, verbose=verbose)
    return capsys.readouterr().out


def test_the_page_tells_what_would_come_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = page(tmp_path, [case(n) for n in range(300)], [closing(n) for n in range(280)], capsys)
    assert "read 580 = loaded 580 + quarantined 0 + duplicates 0 + unchanged 0" in out
    assert "300 cases: 280 closed, 20 open, closed after 10 days (median)" in out
    assert "2024: 300 registered, 280 of them closed; 0 with an outcome to prevent" in out
    assert re.search(r"the list: 40 of \d+ at risk", out), out
    assert "The list is in the checklist's order." in out
    assert "no model would be trained: Only 43 weeks of history, 52 are needed" in out
    assert "Nothing looks wrong" in out
    assert "JF0" not in out


@pytest.mark.parametrize(
    ("cases", "steps", "said"),
    [
        (lambda n: case(n), None, "no case is ever closed, so all 300 stay open"),
        (lambda n: case(n), lambda n: closing(n, case=f"X{n:04}"), "are of no known dispute"),
        (lambda n: case(n, threat="是" if n < 230 else ""), closing, "disputes.threat: filled in 95 % of the older rows, in 0 % of the last 8 weeks'"),
        (lambda n: case(n, day="1995-03-04") if n == 7 else case(n), closing, "disputes: 1 rows (under 1 %) would be held"),
        (lambda n: case(n, due="2052-03-04" if n == 9 else str(DAYS[n])), closing, "disputes.due_at: 1 days lie over a year away"),
        (lambda n: case(n), lambda n: closing(n, days=-20 if n == 30 else 10), "1 of 300 closings lie before their registration"),
        (lambda n: case(n, kind="吵架"), closing, "rows (100 %) would be held, category: not in the list categories"),
    ],
)  # fmt: skip
def test_what_is_most_likely_wrong_is_told(
    cases: Callable[[int], str],
    steps: Callable[[int], str] | None,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = page(
        tmp_path, [cases(n) for n in range(300)], [steps(n) for n in range(300)] if steps else [], capsys
    )
    assert "Most likely wrong, worst first" in out
    assert said in out


def test_the_gravest_comes_first_and_the_rest_is_a_word_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        case(
            n,
            kind=f"吵{n % 8}" if n % 9 == 0 else "邻里",
            channel=f"渠{n % 7}" if n % 5 == 0 else "窗口",
            due="?" * (n % 11 == 0),
        )
        for n in range(300)
    ]
    (tmp_path / "备忘.csv").write_text("a\n1\n")
    out = page(tmp_path, rows, [], capsys)
    assert "1. no case is ever closed" in out
    assert out.count("\n5. ") == 1
    assert "\n6. " not in out
    assert "more: --verbose)" in out
    assert "纠纷编号 -> dispute_id" not in out
    out = page(tmp_path, rows, [], capsys, verbose=True)
    assert "\n6. " in out
    assert "纠纷编号 -> dispute_id" in out


def test_nothing_of_a_file_moves_the_cursor_or_is_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "disputes_[red]x.csv").write_text(
        HEAD + ",[bold]\x1b]0;title\x07来源渠道案件\n" + case(1) + ",\n", encoding="utf-8"
    )
    report, outlook = dry_run(tmp_path, load_profile("qujing"), None)
    show_page(report, outlook, tmp_path, verbose=True)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "disputes_[red]x.csv" in out
    assert printable("a\x1b[31m") == "a\\x1b[31m"


def test_machines_are_told_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page(tmp_path, [case(n) for n in range(30)], [], capsys)
    report, outlook = dry_run(tmp_path, load_profile("qujing"), None)
    output = json.loads(page_json(report, outlook))
    (file,) = output["files"]
    assert file["read"] == file["loaded"] + file["quarantined"] + file["duplicates"] + file["unchanged"] == 30
    assert output["prospects"]["cases"] == output["prospects"]["open"] == 30
    assert output["likely_wrong"][0]["what"].startswith("no case is ever closed")


def test_what_the_reader_notices_of_a_file_is_on_the_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [case(n % 300, key=f"JF{n:05}") for n in range(10_000)]
    out = page(tmp_path, rows, [], capsys)
    assert "disputes.csv: 正好10000行" in out
    assert "exactly 10,000 rows: the export may have been cut off at its limit" in out
