"""Every aggregation gives the values of its chapter in `feature_chapters.py`.

`docs/feature_semantics.md` is written from the chapters by `make docs` (`python tests/spec/test_features_spec.py`).
"""

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from features.catalogue.feature import Feature
from features.engine.entity_weeks import ask
from features.engine.kernel import NEVER, Source, compute
from pipelines.home import REPO
from tests.spec.chapter import HEAD, Spec
from tests.spec.feature_chapters import CHAPTERS

PAGE = REPO / "docs" / "feature_semantics.md"


def cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def seconds(day: str) -> int:
    return int((datetime.fromisoformat(day) - datetime(1970, 1, 1)).total_seconds())


def entry(of: Spec) -> Feature:
    base: dict[str, Any] = {
        "name": "x", "label_zh": "x", "label_en": "x", "source": "handling", "entity": "dispute", "unit": "times",
        "when_none": float("nan"), "group": "g",
    }  # fmt: skip
    return Feature(**(base | of.entry))


def computed(spec: Spec) -> list[float]:
    rows = cells(spec.records)
    frame = pl.DataFrame(
        {
            "dispute": ["_ab".index(of) for of, *_ in rows],
            "first": [seconds(known) for _, known, *_ in rows],
            "known": [seconds(version or known) for _, known, version, *_ in rows],
            "retired": [seconds(until) if until else NEVER for _, _, _, until, *_ in rows],
            "event_type": [kind or None for *_, kind, _ in rows],
            "n": pl.Series([int(n) if n else None for *_, n in rows], dtype=pl.Int64),
        },
        schema_overrides={"event_type": pl.String},
    )
    questions = cells(spec.gives)
    days = sorted({day for _, day, _ in questions})
    asked = ask(
        np.array(["_ab".index(of) for of, _, _ in questions]),
        np.array([days.index(day) for _, day, _ in questions]),
        np.array([seconds(day) for day in days]),
    )
    return compute([entry(spec)], Source(frame), "dispute", asked)[:, 0].tolist()


SPECS = [spec for chapter in CHAPTERS for spec in chapter.specs]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.title.replace(" ", "-"))
def test_an_aggregation_means_what_its_paragraph_says(spec: Spec) -> None:
    expected = [float("nan") if value == "missing" else float(value) for *_, value in cells(spec.gives)]
    np.testing.assert_array_equal(computed(spec), expected)


def test_every_aggregation_has_a_paragraph() -> None:
    from features.catalogue.feature import WINDOWED

    assert {spec.entry["aggregation"] for spec in SPECS} == WINDOWED


def page() -> str:
    """The documentation, as it should stand in `docs/`."""
    lines = [
        "# What each aggregation means · 各种聚合的含义\n",
        "Written by `make docs` from the specification tests (`tests/spec/test_features_spec.py`); do not edit.\n",
        "Each table lists records by the two clocks: when a record was first known, when this version of it was known"
        " (blank: the same) and until when it stood (blank: still does). Then one entry, and its value as of some Mondays.\n",
    ]
    for chapter in CHAPTERS:
        lines.append(f"## {chapter.title}\n")
        for spec in chapter.specs:
            lines += [f"### {spec.title}\n", f"{spec.says}\n", _table(cells(HEAD)[0], cells(spec.records))]
            lines += [
                f"`{_entry_in_words(spec.entry)}`\n",
                _table(["of", "as of", "value"], cells(spec.gives)),
            ]
    return "\n".join(lines)


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]) + "\n"


def _entry_in_words(entry: dict[str, Any]) -> str:
    lines = []
    for name, value in entry.items():
        shown = (
            " and ".join(f"{c} in {', '.join(v)}" for c, v in value) if name in ("where", "among") else value
        )
        lines.append(f"{name}: {'all' if name == 'weeks' and value is None else shown}")
    return "; ".join(lines)


def test_the_page_of_meanings_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
