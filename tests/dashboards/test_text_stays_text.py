"""What stands in data is shown as it stands: no formula, no link, no markup, no command to a terminal."""

import io
import zipfile
from pathlib import Path

import pytest

from dagster_project.operations.terminal_text import printable
from dashboards.markup.markup import verbatim
from pipelines.deterministic_write import new_workbook
from pipelines.home import REPO

TEXTS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "http://x.example",
    "mailto:a@b",
    "12",
    "{=1}",
    "\t=1",
)


def test_every_text_is_a_text_in_a_workbook() -> None:
    buffer = io.BytesIO()
    with new_workbook(buffer, in_memory=True) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, TEXTS)
    with zipfile.ZipFile(buffer) as parts:
        inside = parts.read("xl/worksheets/sheet1.xml").decode()
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in inside
    assert "hyperlink" not in inside
    assert inside.count('t="s"') == len(TEXTS)
    assert "=1+1" in strings


def test_workbooks_are_begun_in_one_place() -> None:
    floors = ("pipelines", "features", "models", "dashboards", "dagster_project")
    begun = [
        p
        for floor in floors
        for p in (REPO / floor).rglob("*.py")
        if "xlsxwriter.Workbook(" in p.read_text("utf-8")
    ]
    assert begun == [REPO / "pipelines" / "deterministic_write.py"]


@pytest.mark.parametrize(
    "text", ["**bold**", "[a](http://x)", ":red[x]", "$x$", "<b>", "# one", "`x`", "![i](u)", "~~x~~", "1. x"]
)
def test_a_title_shows_markup_as_it_is(text: str) -> None:
    shown = verbatim(text)
    assert shown.replace("\\", "") == text
    assert all(shown[n - 1] == "\\" for n, each in enumerate(shown) if each in "*[]<>#`$:!~(")


@pytest.mark.parametrize(
    "character",
    ["\x1b", "\x07", "\r", "\x08", "\u202e", "\u2066", "\u2028", "\x9b", "\u200b", "\ud800", "\x00"],
)
def test_a_terminal_obeys_nothing(character: str) -> None:
    shown = printable(f"a{character}b")
    assert character not in shown
    assert shown.startswith("a\\")
    assert printable("曲靖 [bold] 1\n\t") == "曲靖 [bold] 1\n\t"


def test_an_error_names_a_file_without_obeying_it(tmp_path: Path) -> None:
    from tests.worlds.command import fengqiao

    done = fengqiao("status", "--profile", tmp_path / "no\x1b[31mprofile")
    assert "\x1b" not in done.stdout + done.stderr
