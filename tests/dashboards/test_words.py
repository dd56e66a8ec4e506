"""The words themselves: both languages say the same things, and every code has a name."""

import re
import string
from pathlib import Path

import pytest

import dashboards
from dashboards.wording.language import words_of
from pipelines.intake.admission import UNADMITTED
from pipelines.intake.parsing import BOUNDS
from pipelines.tables.contracts import TABLES

ZH, EN = words_of("zh").texts, words_of("en").texts
SOURCE = "\n".join(
    path.read_text(encoding="utf-8") for path in Path(dashboards.__file__).parent.rglob("*.py")
)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_the_same_facts() -> None:
    assert set(ZH) == set(EN)
    assert {key for key in ZH if fields(ZH[key]) != fields(EN[key])} == set()


def test_chinese_words_are_chinese_and_english_ones_english() -> None:
    foreign = {key for key, text in ZH.items() if re.search(r"[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text))}
    assert foreign == {"lang.en"}
    assert {key for key, text in EN.items() if re.search(r"[\u4e00-\u9fff]", text)} == {"lang.zh"}


def test_every_key_the_code_names_is_there() -> None:
    named = set(re.findall(r'words\(\s*"([a-z_]+\.[a-z_.]+)"', SOURCE))
    counted = set(re.findall(r'words\.count\(\s*"([a-z_]+\.[a-z_.]+)"', SOURCE))
    assert named - set(ZH) == set()
    assert {f"{key}.{n}" for key in counted for n in ("one", "other")} - set(ZH) == set()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_column_and_rule_that_can_refuse_a_row_has_a_name(table: str) -> None:
    assert f"table.{table}" in ZH
    for name in TABLES[table].columns():
        assert f"field.{name}" in ZH
    rules = {name for name in dir(TABLES[table]) if "_not_" in name}
    assert {f"rule.{name}" for name in rules} - set(ZH) == set()


@pytest.mark.parametrize("bound", [*BOUNDS.values(), UNADMITTED])
def test_every_bound_a_value_can_break_has_a_name(bound: str) -> None:
    assert f"rule.{bound.replace(' ', '_')}" in ZH


def test_no_word_on_a_page_is_jargon() -> None:
    jargon = re.compile(r"SHAP|AUC|logit|percentile|precision|recall|p-value|champion|F1", re.IGNORECASE)
    plain = {key: text for key, text in EN.items() if not key.startswith("metric.")}
    assert {key for key, text in plain.items() if jargon.search(text)} == set()
