"""A township that records less than places of its kind says so wherever that changes its level: one rule, one column."""

import polars as pl
import pytest

from dashboards.published.place_queries import Places, marks, places
from dashboards.published.publication import Publication, current
from dashboards.texts.place_words import place_table
from dashboards.wording.code_names import names_of
from dashboards.wording.language import words_of
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home


@pytest.fixture(scope="module")
def profile(small_city) -> Profile:
    return load_profile(str(small_city.profile))


@pytest.fixture(scope="module")
def published(small_city) -> Publication:
    publication = current(Home(small_city.home))
    assert publication is not None
    return publication


@pytest.fixture(scope="module")
def shown(published: Publication, profile: Profile) -> Places:
    ranked = places(published, profile)
    assert ranked is not None
    return ranked


def level_of_forecast(profile: Profile) -> pl.Expr:
    """The level that the forecast alone gives a row, as the settings say."""
    settings = profile.settings.demand
    enough = pl.col("expected") >= settings.least_disputes
    level = pl.lit("blue")
    for name in ("yellow", "orange", "red"):
        level = (
            pl.when(enough & (pl.col("ratio") >= settings.ratio[name])).then(pl.lit(name)).otherwise(level)
        )
    return level


def test_every_township_above_its_forecast_is_marked_as_recording_little(
    shown: Places, profile: Profile
) -> None:
    raised = shown.rows.filter(pl.col("level") == "yellow", level_of_forecast(profile) == "blue")
    assert len(raised) > 0
    assert all("few_records" in marks(row) for row in raised.iter_rows(named=True))


def test_the_mark_is_the_published_column_and_no_other_rule(shown: Places, published: Publication) -> None:
    column = published.described["place_warnings"].filter("few_records", category="all")["area_code"]
    assert set(shown.rows.filter("few_records")["area_code"]) == set(column)


def test_a_mark_tells_how_little_and_what_it_might_be(shown: Places, profile: Profile) -> None:
    names = names_of(profile, words_of("en"))
    marked = shown.rows.filter("few_records").head(1)
    _, ((*_, mark),) = place_table(names, shown, marked)
    ratio, many = marked.select("reporting_ratio", "expected_if_recorded").row(0)
    assert f"{ratio * 100:.0f}%" in str(mark)
    assert f"{many:.1f}" in str(mark)
