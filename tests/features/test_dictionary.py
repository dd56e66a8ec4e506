"""The dictionary page is what the catalogue says, and its figures are what a made-up city gives again, to the byte."""

import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.catalogue.dictionary_page import FIGURES, PAGE, figures, page
from features.catalogue.lock_file import LOCK, lock_text
from pipelines.home import REPO
from tests.worlds.sample_city import figures_of_sample_city


def test_the_feature_dictionary_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_figures_of_the_sample_city_come_out_again_to_the_byte() -> None:
    figures_now = figures_of_sample_city()
    assert FIGURES.read_text(encoding="utf-8") == figures_now, "run `make docs`"
    assert [line.split(",")[0] for line in figures_now.splitlines()[1:]] == [f.name for f in CATALOGUE]


def test_a_figure_is_told_in_as_many_digits_as_it_deserves() -> None:
    described = pl.DataFrame(
        {
            "name": ["a", "b"], "missing": [0.0, 1.0], "low": [-0.12345, None], "high": [289995.0, None],
            "arrival_days": [2.5611, None], "changed_later": [0.04999, 0.0],
        }
    )  # fmt: skip
    assert figures(described).splitlines()[1:] == ["a,0.0%,-0.123,290000,2.6,5.0%", "b,100.0%,,,,0.0%"]


def test_the_lock_of_the_catalogue_is_fresh_and_names_lines_that_are_there() -> None:
    assert LOCK.read_text(encoding="utf-8") == lock_text(), "run `make docs`"
    for line in LOCK.read_text(encoding="utf-8").splitlines()[1:]:
        name, place = line.split(" ")
        path, number = place.split(":")
        assert name in {feature.name for feature in CATALOGUE}
        assert (REPO / path).read_text(encoding="utf-8").splitlines()[int(number) - 1].strip()
