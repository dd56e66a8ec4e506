"""The map: polygons where the profile has them, marks elsewhere, and nothing of what may not be shown."""

import io
import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from dashboards.pictures.area_polygons import FILE, boundaries_of
from dashboards.pictures.maps import COLOURS, can_be_drawn, township_map
from dashboards.published.place_queries import places
from dashboards.published.publication import Publication, current
from dashboards.published.service_queries import services
from dashboards.server import opened
from dashboards.texts.place_words import map_words, service_map_words
from dashboards.wording.code_names import names_of
from dashboards.wording.language import words_of
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import RefusedInput
from pipelines.home import Home
from tests.dashboards.conftest import PROFILE, Screens

NAMES = names_of(PROFILE, words_of("zh"))
TOWNSHIPS = PROFILE.areas.filter(pl.col("tier") == "township").sort("area_code")
TITLES = ("大小", "件数", "上报")


def square(code: str, half: float = 0.03, clockwise: bool = True) -> dict[str, Any]:
    """A square around a township, its ring one way round or the other."""
    lon, lat = TOWNSHIPS.filter(area_code=code).select("lon", "lat").row(0)
    ring = [
        [lon - half, lat - half],
        [lon - half, lat + half],
        [lon + half, lat + half],
        [lon + half, lat - half],
    ]
    ring = ring if clockwise else ring[::-1]
    return {
        "type": "Feature",
        "properties": {"area_code": code},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }


def profile_with(folder: Path, features: list[dict[str, Any]] | str) -> Profile:
    """Qujing with a file of boundaries."""
    copied = shutil.copytree(PROFILE.folder, folder / "qujing")
    text = (
        features
        if isinstance(features, str)
        else json.dumps({"type": "FeatureCollection", "features": features})
    )
    (copied / FILE).write_text(text, encoding="utf-8")
    return load_profile(str(copied))


def row(code: str, kind: str) -> dict[str, Any]:
    lon, lat = TOWNSHIPS.filter(area_code=code).select("lon", "lat").row(0)
    texts = {"kind_name": kind, "ringed": False, "place": code, "figure": "7", "mark": "正常"}
    return {"area_code": code, "lon": lon, "lat": lat, "size": 10.0, "kind": kind} | texts


def layers(picture: Any, **mark: Any) -> list[list[dict[str, Any]]]:
    """The rows of each layer whose mark has these properties."""
    drawn = picture.to_dict()
    chosen = [layer for layer in drawn["layer"] if mark.items() <= layer["mark"].items()]
    return [layer["data"].get("values") or drawn["datasets"][layer["data"]["name"]] for layer in chosen]


def share_of(picture: Any, colour: str) -> float:
    """The share of a drawn map's pixels that have this colour, to a few shades."""
    drawn = io.BytesIO()
    picture.save(drawn, format="png")
    pixels = np.asarray(Image.open(drawn).convert("RGB")).reshape(-1, 3).astype(int)
    wanted = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])
    return float((np.abs(pixels - wanted).max(axis=1) < 6).mean())


@pytest.fixture(scope="module")
def published(three_weeks: Home) -> Publication:
    publication = current(three_weeks)
    assert publication is not None
    return publication


@pytest.mark.parametrize("clockwise", [True, False])
def test_a_polygon_is_filled_inside_whichever_way_its_ring_is_wound(tmp_path: Path, clockwise: bool) -> None:
    first, last = TOWNSHIPS["area_code"][0], TOWNSHIPS["area_code"][-1]
    shapes = boundaries_of(profile_with(tmp_path, [square(code, 0.1, clockwise) for code in (first, last)]))
    rows = pl.DataFrame([row(first, "red"), row(last, "blue")])
    picture = township_map(NAMES, rows, shapes, *TITLES)
    for level in ("red", "blue"):
        assert 0.001 < share_of(picture, COLOURS[level]) < 0.2


def test_a_township_without_a_polygon_keeps_its_mark_and_one_with_it_has_none(tmp_path: Path) -> None:
    first, last = TOWNSHIPS["area_code"][0], TOWNSHIPS["area_code"][-1]
    rows = pl.DataFrame([row(first, "red"), row(last, "blue")])
    shapes = boundaries_of(profile_with(tmp_path, [square(first)]))
    drawn = township_map(NAMES, rows, shapes, *TITLES)
    assert [[each["place"] for each in rows] for rows in layers(drawn, type="circle")] == [[last]]
    polygons = layers(drawn, type="geoshape")
    assert [[each.get("place") for each in rows] for rows in polygons] == [[None], [first]]


def test_without_positions_and_polygons_there_is_no_map() -> None:
    rows = pl.DataFrame([row(TOWNSHIPS["area_code"][0], "red")])
    assert can_be_drawn(rows, {})
    assert not can_be_drawn(rows.with_columns(lon=pl.lit(None, pl.Float64)), {})
    assert can_be_drawn(rows.with_columns(lon=pl.lit(None, pl.Float64)), {"530302001": {}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no GeoJSON"),
        ("[]", "is no GeoJSON"),
        (json.dumps({"features": [{"properties": {}, "geometry": {}}]}), "feature 1: it needs `area_code`"),
        (
            json.dumps({"features": [{"properties": {"area_code": "1"}, "geometry": {"type": "Point"}}]}),
            "feature 1: a Point; use Polygon or MultiPolygon",
        ),
        (
            json.dumps(
                {"features": [{"properties": {"area_code": "1"}, "geometry": {"type": "Polygon", "coordinates": [[[103]]]}}]}
            ),
            "feature 1: it needs",
        ),
    ],
)  # fmt: skip
def test_wrong_boundaries_are_refused_before_a_page_is_opened(
    tmp_path: Path, text: str, message: str
) -> None:
    profile = profile_with(tmp_path, text)
    with pytest.raises(RefusedInput, match=message), opened(Home(tmp_path / "home"), profile):
        pass


@pytest.mark.parametrize("page", ["places", "services"])
def test_a_page_with_polygons_stands_and_says_how_to_read_them(
    three_weeks: Home, screens: Screens, tmp_path: Path, page: str
) -> None:
    profile = profile_with(tmp_path, [square(code) for code in TOWNSHIPS["area_code"]])
    app = screens(three_weeks, page, profile=str(profile.folder))
    assert not app.exception
    assert any(part.value.startswith("颜色是级别") for part in app.caption)
    assert len(app.get("arrow_vega_lite_chart") or app.get("vega_lite_chart")) == 1


def test_a_suppressed_township_is_drawn_grey_with_a_word_and_no_figure(published: Publication) -> None:
    rows = services(published, PROFILE, "S1")
    assert rows is not None
    texts = service_map_words(NAMES, rows)
    hidden = texts.filter(kind="hidden")
    assert len(hidden) == int(rows["suppressed"].sum()) > 0
    assert hidden["size"].null_count() == len(hidden)
    assert set(hidden["figure"]) == set(hidden["mark"]) == set(hidden["kind_name"]) == {"人数太少，不显示"}
    (squares,) = layers(township_map(NAMES, texts, {}, *TITLES), shape="square")
    assert not re.search(r"\d", "".join(each["figure"] + each["mark"] for each in squares))
    assert {each["size"] for each in squares} == {None}


def test_places_are_sized_by_what_is_expected_and_silent_ones_ringed(published: Publication) -> None:
    ranked = places(published, PROFILE)
    assert ranked is not None
    texts = map_words(NAMES, ranked.rows)
    assert texts["size"].to_list() == ranked.rows["expected"].to_list()
    (rings,) = layers(township_map(NAMES, texts, {}, *TITLES), strokeDash=[3, 2])
    assert len(rings) == int(ranked.rows["few_records"].sum())


SEEN_BY = {
    "everybody": np.eye(3),
    "no red cones": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "no green cones": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    "no blue cones": np.array([[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]]),
    "grey": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}
"""Machado, Oliveira and Fernandes 2009, in linear light; grey is a worn projector or a copier."""


def linear(colour: str) -> np.ndarray:
    shares = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("reader", SEEN_BY)
def test_levels_stay_apart_for_every_reader_the_graver_the_darker(reader: str) -> None:
    """Each level is at least 1.3 times as light as the graver one: contrast as the accessibility rules count it."""
    light = [
        float(np.array([0.2126, 0.7152, 0.0722]) @ (SEEN_BY[reader] @ linear(COLOURS[level])).clip(0, 1))
        for level in ("red", "orange", "yellow")
    ]
    assert light == sorted(light)
    contrasts = [(after + 0.05) / (before + 0.05) for before, after in pairwise(light)]
    assert min(contrasts) > 1.3
    blue, yellow = (SEEN_BY[reader] @ linear(COLOURS[level]) for level in ("blue", "yellow"))
    assert reader in ("grey", "no blue cones") or abs(blue - yellow).max() > 0.2
