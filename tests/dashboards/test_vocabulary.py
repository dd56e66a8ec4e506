"""The words of the work on screens and papers: a profile's own, and none of mediation where it names others."""

import re
from datetime import date

import polars as pl
import pytest

from dashboards.published.handling_queries import Clocks
from dashboards.texts.handling_words import clock_summary, clock_table, similar_table
from dashboards.wording.code_names import names_of
from dashboards.wording.language import LANGS, words_of
from dashboards.wording.vocabulary import in_words_of
from pipelines.city.profile import load_profile
from pipelines.city.vocabulary import Term, Vocabulary

TREES = Vocabulary(
    case=Term(zh="诉求", en="application"),
    party=Term(zh="申请人", en="applicant"),
    mediator=Term(zh="承办人", en="inspector"),
    mediation=Term(zh="办理", en="site visit"),
)


@pytest.mark.parametrize("lang", LANGS)
def test_a_profile_that_names_nothing_leaves_every_text(lang: str) -> None:
    assert words_of(lang, Vocabulary()).texts == words_of(lang).texts


@pytest.mark.parametrize("lang", LANGS)
def test_no_word_of_mediation_is_left_where_others_are_named(lang: str) -> None:
    usual = {"zh": r"纠纷|调解|当事人", "en": r"\b(disputes?|mediators?|mediations?|party|parties)\b"}[lang]
    texts = {key: re.sub(r"\{[^{}]*\}", "", text) for key, text in words_of(lang, TREES).texts.items()}
    assert not {key: text for key, text in texts.items() if re.search(usual, text, flags=re.IGNORECASE)}


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_filled_in_later_is_left_alone(lang: str) -> None:
    for key, text in words_of(lang).texts.items():
        places = re.findall(r"\{[^{}]*\}", text)
        assert re.findall(r"\{[^{}]*\}", words_of(lang, TREES).texts[key]) == places


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A dispute", "An application"), ("a mediator", "an inspector"), ("an offer", "an offer"), ("the parties", "the applicants"),
        ("Disputes of two parties", "Applications of two applicants"), ("undisputed", "undisputed"), ("a mediation", "a site visit"),
    ],
)  # fmt: skip
def test_articles_plurals_and_capitals_follow(before: str, after: str) -> None:
    assert in_words_of(TREES, "en")(before) == after


@pytest.mark.parametrize("word", ["{x}", "<b>", "a\nb", ""])
def test_a_word_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="string"):
        Term(zh=word, en="case")


@pytest.mark.parametrize(
    ("fed", "columns", "line"),
    [
        (frozenset(), 2, "0 open."),
        (frozenset({"overdue"}), 3, "0 open: 0 past their deadline. The most urgent come first."),
        (
            frozenset({"no_response", "no_feedback", "overdue"}),
            5,
            "0 open: 0 without a first response after 2 hours, 0 without feedback after 48 hours, 0 past their deadline. The most urgent come first.",
        ),
    ],
)
def test_a_clock_that_no_source_feeds_is_not_shown(fed: frozenset[str], columns: int, line: str) -> None:
    names = names_of(load_profile("qujing"), words_of("en"))
    rows = pl.DataFrame(
        schema={
            "dispute_id": pl.String,
            "overdue_days": pl.Int64,
            "no_response": pl.Boolean,
            "no_feedback": pl.Boolean,
        }
    )
    assert clock_summary(names, Clocks(rows, 0, fed)) == [line]
    assert len(clock_table(names, rows, fed)[0]) == columns


def test_without_a_recorded_result_nothing_is_called_unsettled() -> None:
    names = names_of(load_profile("qujing"), words_of("en"))
    row = {
        "township_code": "530302001", "closed_on": date(2025, 1, 1), "days": 3.0, "mediations": 1, "kind": "people", "tier": "township",
        "settled": None, "held": True,
    }  # fmt: skip
    kinds = {"settled": pl.Boolean, "kind": pl.String, "tier": pl.String}
    rows = pl.DataFrame([row, row | {"settled": False}, row | {"settled": True}], schema_overrides=kinds)
    assert [cells[-1] for cells in similar_table(names, rows)[1]] == [
        "No result recorded",
        "Not settled",
        "Settled, and it held",
    ]
