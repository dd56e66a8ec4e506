"""The page of `fengqiao check`: one line per file with the result it would have and the most likely fault, worst first.

What comes from files is shown as text only: no markup, no control characters.
"""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagster_project.operations.prospects import Prospects
from pipelines.onboarding.dry_run import CheckReport
from pipelines.terminal_text import printable

FAULTS_SHOWN = 5
PLAIN_WIDTH = 120
"""Columns of a page that goes into a file or a pipe."""


def show_page(report: CheckReport, outlook: Prospects | None, data: Path, *, verbose: bool) -> None:
    """Write the page to standard output.

    Args:
        report: of the dry run.
        outlook: what would come of it; None where nothing would be loaded.
        data: the landing folder.
        verbose: also what each heading becomes, and every fault.
    """
    plain = Console(highlight=False, markup=False, emoji=False)
    console = (
        plain if plain.is_terminal else Console(highlight=False, markup=False, emoji=False, width=PLAIN_WIDTH)
    )
    console.print(
        Text(printable(f"{data}, read by the profile {report.profile.name}. Nothing is loaded."), "bold")
    )
    if report.files:
        console.print(_files(report))
        console.print(Text(printable(_accounting(report)), "bold"), soft_wrap=True)
    if outlook is not None:
        _show_outlook(console, outlook)
    _show_faults(console, report, None if verbose else FAULTS_SHOWN)
    if verbose:
        console.print(Text("\nWhat each heading becomes", "bold"))
        console.print(Text(printable(report.text())), soft_wrap=True)


def page_json(report: CheckReport, outlook: Prospects | None) -> str:
    """The content of the page as JSON."""
    files: list[dict[str, Any]] = [
        {
            "file": f.file, "table": f.table, "encoding": f.encoding, "read": f.read, "loaded": f.loaded,
            "quarantined": f.quarantined, "duplicates": f.duplicates, "unchanged": f.unchanged,
        }
        for f in report.files
    ]  # fmt: skip
    page = {
        "files": files,
        "refusals": report.refusals,
        "not_read": report.unread_lines(),
        "headings": report.mapped,
        "left_out": {name: list(headings.values()) for name, headings in report.dropped.items()},
        "held_by_rule": report.rules,
        "likely_wrong": [{"what": fault.text, "share": round(fault.share, 4)} for fault in report.faults],
        "prospects": outlook.as_json() if outlook else None,
    }
    return json.dumps(page, ensure_ascii=False, indent=1)


def _files(report: CheckReport) -> Table:
    """One line per file and table."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("file", overflow="fold")
    table.add_column("becomes", overflow="fold")
    for name in ("read", "loaded", "quarantined", "duplicates", "unchanged", "columns left out"):
        table.add_column(name, justify="right")
    for f in report.files:
        counts = (f.read, f.loaded, f.quarantined, f.duplicates, f.unchanged)
        left_out = str(len(report.dropped.get(f.file, [])))
        cells = [
            Text(printable(f.file)),
            Text(printable(f.table)),
            *(Text(f"{n:,}") for n in counts),
            Text(left_out),
        ]
        table.add_row(*cells, style="yellow" if f.quarantined else "")
    return table


def _accounting(report: CheckReport) -> str:
    """Row counts over all files; every row read is in exactly one of the other counts."""
    read, loaded, quarantined, duplicates, unchanged = (
        sum(getattr(f, name) for f in report.files)
        for name in ("read", "loaded", "quarantined", "duplicates", "unchanged")
    )
    return f"read {read:,} = loaded {loaded:,} + quarantined {quarantined:,} + duplicates {duplicates:,} + unchanged {unchanged:,}"


def _show_outlook(console: Console, outlook: Prospects) -> None:
    console.print(Text(printable(f"\nWhat would come of it, as of Monday {outlook.as_of}"), "bold"))
    days = "" if outlook.median_days is None else f", closed after {outlook.median_days:.0f} days (median)"
    lines = [f"{outlook.cases:,} cases: {outlook.closed:,} closed, {outlook.open:,} open{days}"]
    for year in outlook.years:
        lines.append(
            f"  {year.year}: {year.cases:,} registered, {year.closed:,} of them closed; {year.outcomes:,} with an outcome to prevent"
        )
    lines.append(f"{outlook.matured_weeks:,} weeks whose outcome is known, to learn from")
    kept_off = ", ".join(f"{n:,} {why}" for why, n in outlook.not_ranked.items() if n)
    lines.append(
        f"the list: {outlook.listed:,} of {outlook.at_risk:,} at risk (capacity {outlook.capacity:,}). Without a model: {outlook.order}"
    )
    lines += [f"  not ranked: {kept_off}"] * bool(kept_off)
    lines.append(
        f"no model would be trained: {outlook.why_no_model}"
        if outlook.why_no_model
        else "a model would be trained, and used only if its backtest is better"
    )
    console.print(Text(printable("\n".join(lines))), soft_wrap=True)


def _show_faults(console: Console, report: CheckReport, most: int | None) -> None:
    if not report.faults:
        console.print(Text("\nNothing looks wrong.", "green"))
        return
    shown = report.faults[:most]
    more = len(report.faults) - len(shown)
    tail = f" ({more:,} more: --verbose)" if more else ""
    console.print(Text(printable(f"\nMost likely wrong, worst first{tail}"), "bold"))
    for at, fault in enumerate(shown, 1):
        style = "red" if fault.text.startswith("refused: ") else ""
        console.print(Text(f"{at}. {printable(fault.text)}", style), soft_wrap=True)
