"""What stands in data is shown as it stands: no formula, no link, no markup, no command to a terminal."""

import ast
import csv
import io
import os
import re
import zipfile
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeGuard

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.markup.markup import verbatim
from pipelines.deterministic_write import new_workbook, write_csv
from pipelines.home import REPO
from pipelines.terminal_text import printable

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


FLOORS = ("pipelines", "features", "models", "dashboards", "dagster_project")
FOR_MACHINES = ("pipelines/simulator/", "pipelines/reading/")
"""Landing files of a made-up city, and a file's own lines read anew: nobody opens these."""


def lines_with(pattern: str) -> list[str]:
    """Where a pattern stands in the product's code."""
    return [
        f"{path.relative_to(REPO).as_posix()}:{line.strip()}"
        for floor in FLOORS
        for path in sorted((REPO / floor).rglob("*.py"))
        for line in path.read_text("utf-8").splitlines()
        if re.search(pattern, line)
    ]


def test_workbooks_and_csv_for_people_are_written_in_one_place() -> None:
    writers = lines_with(
        r"xlsxwriter\.Workbook\(|\.write_csv\(|\.write_excel\(|\.to_csv\(|\.to_excel\(|csv\.(Dict)?[wW]riter\(|copy .* to .*csv"
    )
    elsewhere = [
        line for line in writers if not line.startswith(("pipelines/deterministic_write.py:", *FOR_MACHINES))
    ]
    assert elsewhere == []


def test_the_terminal_is_written_to_through_one_function() -> None:
    said = lines_with(
        r"typer\.(echo|secho)\(|click\.echo\(|console\.print\(.+\)|sys\.std(out|err)\.write|^\s*print\("
    )
    assert [
        line
        for line in said
        if "printable(" not in line
        and "_files(" not in line
        and 'Text("' not in line
        and "screenshots.py" not in line
    ] == []


@given(st.lists(st.text(st.sampled_from("=+-@\t\r\n '\"ab1＝,;"), min_size=1), min_size=1, max_size=5))
def test_no_cell_of_a_csv_is_a_formula(texts: list[str]) -> None:
    path = Path(gettempdir()) / f"cells-{os.getpid()}.csv"
    write_csv(pl.DataFrame({"=head": texts, "n": [-1.5] * len(texts)}), path)
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    path.unlink()
    assert head == ["'=head", "n"]
    assert not any(re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", text) for text, _ in rows)
    assert [text.removeprefix("'") for text, _ in rows] == [text.removeprefix("'") for text in texts]
    assert {number for _, number in rows} == {"-1.5"}


@pytest.mark.parametrize(
    "text", ["**bold**", "[a](http://x)", ":red[x]", "$x$", "<b>", "# one", "`x`", "![i](u)", "~~x~~", "1. x"]
)
def test_a_title_shows_markup_as_it_is(text: str) -> None:
    """In a browser: `tests/browser/test_plain_text.py`."""
    shown = verbatim(text)
    assert shown != text
    assert shown.replace("\\", "").replace("\u2060", "") == text


@pytest.mark.parametrize(
    "text", ["曲靖市 婚恋家庭（一）", "10 % of 5.5 (90 %)", "QJ2025-0001", "麒麟区: 3", "a - b", "Who? Yes!"]
)
def test_an_ordinary_text_stays_as_it_is(text: str) -> None:
    assert verbatim(text) == text


MARKDOWN = {"title", "header", "subheader", "caption", "markdown", "write", "button", "download_button", "selectbox", "segmented_control", "multiselect", "slider",
    "text_input", "text_area", "date_input", "checkbox", "toggle", "radio", "pills", "toast", "dialog", "expander", "tabs", "metric", "Page", "popover", "status", "spinner",
    "info", "warning", "error", "success", "link_button", "number_input"}  # fmt: skip
"""Functions of Streamlit that read their text as Markdown."""


def _is_of_streamlit(node: ast.AST) -> TypeGuard[Any]:
    called = node.func if isinstance(node, ast.Call) else None
    of = called.value if isinstance(called, ast.Attribute) and called.attr in MARKDOWN else None
    return isinstance(of, ast.Name) and of.id == "st"


def test_no_text_goes_to_streamlit_as_markdown() -> None:
    """Each label, title and option that Streamlit reads as Markdown goes through `verbatim`."""
    bare = []
    for path in sorted((REPO / "dashboards").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if _is_of_streamlit(call):
                named = {word.arg: word.value for word in call.keywords}
                text = named.get("title") if call.func.attr == "Page" else call.args[0]
                options = [named["format_func"]] if call.func.attr == "segmented_control" else []
                bare += [
                    f"{path.name}:{call.lineno}"
                    for each in (text, *options)
                    if "verbatim" not in ast.unparse(each or call)
                ]
    assert bare == []


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
