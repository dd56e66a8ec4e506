"""The sixteen rules, as far as they can be read off schemas, catalogue and reference tables."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.feature import SOURCES
from features.cohort import at_risk
from features.engine.sources import ENTITY_COLUMN
from pipelines.city.profile import load_profile, recommendations, reference_codes
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES
from pipelines.warehouse.warehouse import open_warehouse

PERSONAL = re.compile(
    r"(^|_)(name|person|sex|gender|age|ethnic\w*|nation\w*|hukou|household_reg\w*|disab\w*|occupation|phone|mobile|id_number|id_card|address|face|religio\w*|petition\w*|party_a|party_b)($|_)"
)
REPO = Path(__file__).resolve().parents[1]
AREA_NAMES = {"name_zh", "name_en", "file_name", "table_name", "name"}


def warehouse_columns() -> list[tuple[str, str]]:
    with open_warehouse(":memory:") as con:
        return con.execute("select table_name, column_name from information_schema.columns").fetchall()


def test_no_warehouse_column_is_about_a_person() -> None:
    assert not [c for t, c in warehouse_columns() if PERSONAL.search(c) and c not in AREA_NAMES]


def test_no_contract_column_but_the_hashed_pair_is_about_a_person() -> None:
    columns = {c for table in TABLES.values() for c in table.columns()}
    assert not [c for c in columns if PERSONAL.search(c)]
    assert set(PAIR_COLUMNS) == {"party_a", "party_b"}


def test_the_registry_has_no_key_that_could_join_it_to_a_dispute() -> None:
    keys = {"dispute_id", "parties_key", "event_id", "outcome_id", "unit_id"}
    for table in ("service_visits", "service_coverage"):
        assert not keys & set(TABLES[table].columns())
    assert not [c for t, c in warehouse_columns() if t == "core_service_coverage" and c in keys]


def test_no_feature_is_gathered_of_one_party() -> None:
    assert {e for entities, _ in SOURCES.values() for e in entities} <= {"none", *ENTITY_COLUMN}
    assert ENTITY_COLUMN["pair"] == "parties_key"
    assert all(f.weeks is not None and f.weeks <= 52 for f in CATALOGUE if f.entity == "pair")


def test_service_records_are_only_ever_place_context() -> None:
    assert {f.entity for f in CATALOGUE if f.source == "coverage"} == {"township", "township_service"}


@pytest.mark.parametrize(
    "word", ["拘留", "处罚", "管控", "盯防", "detain", "arrest", "punish", "watch", "surveil"]
)
def test_recommendations_are_offers(word: str) -> None:
    texts = " ".join(text for row in recommendations().values() for text in row.values())
    assert word not in texts.lower()


def test_domestic_violence_is_never_answered_with_joint_mediation() -> None:
    safety = recommendations()["safety_support"]
    assert safety["text_zh"].startswith("不安排双方共同调解")
    assert safety["text_en"].startswith("No joint mediation")


def test_no_published_column_is_about_a_person(small_city: Any) -> None:
    """Every Parquet file of a real publication and backtest, nested fields included."""
    files = [f for kind in ("published", "backtests") for f in (small_city.home / kind).rglob("*.parquet")]
    assert any(f.name == "dispute_warnings.parquet" for f in files)
    columns = {
        (f.name, name)
        for f in files
        for kind in pl.read_parquet_schema(f).items()
        for name in names_in(*kind)
    }
    assert not [c for c in columns if PERSONAL.search(c[1]) and c[1] not in AREA_NAMES]


def names_in(name: str, kind: pl.DataType | type[pl.DataType]) -> list[str]:
    """A column's own name and those of the fields inside it."""
    if isinstance(kind, pl.List):
        return [name, *names_in(name, kind.inner)]
    if isinstance(kind, pl.Struct):
        return [name, *(inner for field in kind.fields for inner in names_in(field.name, field.dtype))]
    return [name]


@pytest.mark.parametrize(
    "word",
    ["性别", "年龄", "民族", "户籍", "户口", "残疾", "职业", "犯罪", "前科", "学历", "失业"],
)
def test_no_feature_and_no_contract_column_describes_who_somebody_is(word: str) -> None:
    labels = [f.label_zh for f in CATALOGUE]
    headings = [(c.metadata or {}).get("zh", "") for t in TABLES.values() for c in t.columns().values()]
    assert not [text for text in labels + headings if word in text]


@pytest.mark.parametrize("word", ["arrest", "detain", "punish", "fine", "拘", "罚", "抓", "立案"])
def test_no_step_or_outcome_that_could_be_a_label_is_an_act_of_enforcement(word: str) -> None:
    codes = reference_codes().filter(pl.col("list") == "event_type")
    texts = " ".join(text for row in codes.rows() for text in row if text).lower()
    assert word not in texts
    assert set(TABLES["outcomes"].columns()) == {
        "outcome_id", "dispute_id", "occurred_at", "recorded_at", "severity",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "ranked"),
    [
        ("minor_involved", True, False),
        ("minor_involved", None, True),
        ("scale", "01", True),
        ("scale", "02", False),
        ("scale", "03", False),
        ("withdrawn_at", "2025-02-01", False),
    ],
)
def test_minors_crowds_and_withdrawn_matters_are_not_ranked(column: str, value: object, ranked: bool) -> None:
    with open_warehouse(":memory:") as con:
        con.execute(
            f"""insert into core_dispute (dispute_id, registered_at, category, area_code, first_known_at, known_at,
            file_id, {column}) values ('d', '2025-01-01', 'D1', '5303', '2025-01-01', '2025-01-01', 'f', $1)""",
            [value],
        )
        assert len(at_risk(con, load_profile("qujing"), [date(2025, 2, 3)])) == int(ranked)


def test_each_of_the_sixteen_rules_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (\d+) \|.*$", (REPO / "docs" / "boundary.md").read_text(encoding="utf-8"), re.M)
    assert [int(n) for n in rows] == list(range(1, 17))
    for line in (REPO / "docs" / "boundary.md").read_text(encoding="utf-8").splitlines():
        if re.match(r"\| \d+ \|", line):
            named = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", line)
            assert named, line
            for path, name in named:
                assert f"def {name}(" in (REPO / path).read_text(encoding="utf-8"), f"{path}::{name}"
