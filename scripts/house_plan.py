"""The plan of the house as a picture: `python scripts/house_plan.py` writes `docs/images/house.svg`.

Floors and rooms are read from the import contracts of `pyproject.toml`, which `make lint` holds against the code;
what is added here is a few words for each room and the walk of one record. A room without words is an error.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

REPO = Path(__file__).resolve().parents[1]
PICTURE = REPO / "docs" / "images" / "house.svg"

FLOORS = {
    "dagster_project": "the graph and the command · 任务图与命令",
    "dashboards": "screens, papers, decisions · 界面、材料、决定",
    "models": "learning, judging, publishing · 建模、检验、发布",
    "features": "who is at risk, and what is known · 研究对象与特征",
    "pipelines": "files to records with two times · 数据接入",
}
WORDS = {
    "features.domestic_violence": "its signs, one rule",
    "dagster_project.command": "fengqiao, word by word",
    "dagster_project.definitions": "what Dagster loads",
    "dagster_project.defs": "assets, checks, schedules",
    "dagster_project.trial": "a year, played",
    "dagster_project.operations": "city, state, erasure",
    "pipelines.simulator": "a made-up city",
    "pipelines.onboarding": "check, first profile",
    "pipelines.intake": "rows to records",
    "pipelines.reading": "bytes to columns",
    "pipelines.erasure": "one dispute, everywhere",
    "pipelines.mapping": "headings to columns",
    "pipelines.privacy": "what stays outside",
    "pipelines.warehouse": "history, as known",
    "pipelines.city": "profile of a city",
    "pipelines.tables": "what each table is",
    "pipelines.run_state": "what a run is doing",
    "pipelines.home": "the home folder",
    "pipelines.deterministic_write": "same rows, same bytes",
    "pipelines.durable_files": "whole after a power cut",
    "pipelines.publication_in_force": "which week is in force",
    "pipelines.terminal_text": "text a terminal may show",
    "pipelines.cores": "how many cores",
    "pipelines.memory": "how much memory",
    "pipelines.code_digest": "what made a result",
    "pipelines.errors": "refused, failed",
    "features.county_export": "Parquet by county",
    "features.column_profile": "range, missing, lag",
    "features.leakage_canary": "the future planted",
    "features.week_matrix": "one Monday, cached",
    "features.engine": "prefix sums, searched",
    "features.catalogue": "features declared",
    "features.cohort": "who is at risk",
    "features.labels": "what came in 28 days",
    "features.found_after_warning": "rule 14",
    "models.trial": "what acting prevents",
    "models.benchmarks": "other learners, ceilings",
    "models.weekly": "the main job's face",
    "models.publishing": "list, levels, one switch",
    "models.card": "what to expect",
    "models.monitoring": "limits, each week",
    "models.registry": "versions, champion",
    "models.backtesting": "the past replayed",
    "models.counts": "places, care visits",
    "models.escalation": "chance of violence",
    "models.measuring": "metrics, intervals",
    "models.protocol": "folds, embargo, draws",
    "models.wording": "sentences, zh and en",
    "models.display_names": "names on the card",
    "models.progress": "how far",
    "dashboards.app": "the page frame",
    "dashboards.screens": "one file a page",
    "dashboards.widgets": "list, form, choices",
    "dashboards.papers": "brief, workbook",
    "dashboards.screenshots": "pictures of pages",
    "dashboards.texts": "rows to sentences",
    "dashboards.server": "start and stop",
    "dashboards.served": "behind the guard",
    "models.scope": "how much is made",
    "features.small_cells": "no cell under ten",
    "dashboards.pictures": "charts, maps",
    "dashboards.markup": "safe HTML",
    "dashboards.published": "queries of the week",
    "dashboards.wording": "zh and en",
    "dashboards.decisions": "the signed chain",
    "dashboards.access": "roles, log-in",
}
WALK = (
    "pipelines.mapping", "pipelines.reading", "pipelines.privacy", "pipelines.intake", "pipelines.warehouse",
    "features.cohort", "features.engine", "models.escalation", "models.publishing", "dashboards.published",
    "dashboards.screens", "dashboards.decisions",
)  # fmt: skip
"""Where one record goes, room by room; a decision then comes back to the intake as a table of its own."""

WIDTH, MARGIN, TITLE, ROW, GAP = 900, 16, 34, 40, 6
INK, PAPER, ROOM, WALKED, LINE, ACCENT = "#1c2730", "#f6f8fa", "#ffffff", "#e0f0ef", "#c3ccd3", "#1f6f78"


@dataclass(frozen=True)
class Box:
    """One room on the picture: its module, and its place in pixels."""

    module: str
    x: float
    y: float
    width: float


def layers_of(floor: str) -> list[list[str]]:
    """Rooms of a floor by layer, the highest first, as the contract has them; empty where it has none."""
    contracts = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    for contract in contracts["contracts"]:
        if contract["type"] == "layers" and contract.get("containers") == [floor]:
            return [
                [room.strip("() ") for room in layer.replace(":", "|").split("|")]
                for layer in contract["layers"]
            ]
    return []


def picture() -> str:
    """The SVG text: floors from top to bottom, rooms by layer, and the numbered walk."""
    y, parts, boxes = MARGIN, [], {}
    for floor, words in FLOORS.items():
        layers = layers_of(floor)
        height = TITLE + len(layers) * (ROW + GAP) + GAP
        parts.append(
            f'<rect x="{MARGIN}" y="{y}" width="{WIDTH - 2 * MARGIN}" height="{height}" rx="10" fill="{PAPER}" stroke="{LINE}"/>'
            f'<text x="{MARGIN + 16}" y="{y + 23}" font-weight="600" font-size="15">{floor}</text>'
            f'<text x="{WIDTH - MARGIN - 16}" y="{y + 23}" text-anchor="end" font-size="13">{escape(words)}</text>'
        )
        for at, rooms in enumerate(layers):
            for box in _row(floor, rooms, y + TITLE + at * (ROW + GAP)):
                boxes[box.module] = box
                parts.append(_room(box))
        y += height + 14
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 6}" font-family="sans-serif" fill="{INK}">\n'
        "<title>The plan of the house: a room may use those below it; the numbers follow one record</title>\n"
        f'<rect width="{WIDTH}" height="{y + 6}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n"
        + _walk(boxes)
        + "\n</svg>\n"
    )


def _row(floor: str, rooms: Sequence[str], y: float) -> list[Box]:
    inner = WIDTH - 2 * MARGIN - 24
    width = (inner - GAP * (len(rooms) - 1)) / len(rooms)
    return [
        Box(f"{floor}.{room}", MARGIN + 12 + at * (width + GAP), y, width) for at, room in enumerate(rooms)
    ]


def _room(box: Box) -> str:
    middle = box.x + box.width / 2
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{ROW}" rx="5" fill="{WALKED if box.module in WALK else ROOM}" stroke="{LINE}"/>'
        f'<text x="{middle:g}" y="{box.y + 17:g}" text-anchor="middle" font-size="13" font-weight="600">{box.module.split(".")[-1]}</text>'
        f'<text x="{middle:g}" y="{box.y + 32:g}" text-anchor="middle" font-size="11.5" fill="#4a5963">{escape(WORDS[box.module])}</text>'
    )


def _walk(boxes: dict[str, Box]) -> str:
    """The rooms of the walk numbered in the order in which a record enters them."""
    marks = []
    for n, module in enumerate(WALK, start=1):
        x, y = boxes[module].x + 20, boxes[module].y + ROW / 2
        marks.append(
            f'<circle cx="{x:g}" cy="{y:g}" r="11" fill="{ACCENT}"/>'
            f'<text x="{x:g}" y="{y + 4:g}" text-anchor="middle" font-size="12" font-weight="600" fill="#ffffff">{n}</text>'
        )
    return "\n".join(marks)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
