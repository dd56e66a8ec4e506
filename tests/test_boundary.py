"""The sixteen rules, as far as they can be read off schemas, catalogue and reference tables."""

import re

import pytest

from features.catalogue import CATALOGUE
from features.feature import SOURCES
from features.sources import ENTITY_COLUMN
from pipelines.contracts import PAIR_COLUMNS, TABLES
from pipelines.profile import recommendations
from pipelines.warehouse import open_warehouse

PERSONAL = re.compile(
    r"(^|_)(name|person|sex|gender|age|ethnic\w*|nation\w*|hukou|household_reg\w*|disab\w*|occupation|phone|mobile|id_number|id_card|address|face|religio\w*|petition\w*|party_a|party_b)($|_)"
)
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
    assert {f.entity for f in CATALOGUE if f.source == "coverage"} == {"township"}


@pytest.mark.parametrize(
    "word", ["拘留", "处罚", "管控", "盯防", "detain", "arrest", "punish", "watch", "surveil"]
)
def test_recommendations_are_offers(word: str) -> None:
    told = " ".join(text for row in recommendations().values() for text in row.values())
    assert word not in told.lower()


def test_domestic_violence_is_never_answered_with_joint_mediation() -> None:
    safety = recommendations()["safety_support"]
    assert safety["text_zh"].startswith("不安排双方共同调解")
    assert safety["text_en"].startswith("No joint mediation")
