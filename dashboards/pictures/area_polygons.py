"""The profile's polygons, if it has any: `boundaries.geojson`, read once, checked, and ready to be drawn."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.city.profile import Profile
from pipelines.errors import RefusedInput

FILE = "boundaries.geojson"
_KINDS = ("Polygon", "MultiPolygon")


def boundaries_of(profile: Profile) -> Mapping[str, Any]:
    """Geometry by area code, outer rings clockwise; empty where the profile has no such file.

    Raises:
        RefusedInput: the file is no collection of polygons with an area code each; names file, place and remedy.
    """
    path = profile.folder / FILE
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=4)
def _read(path: Path, _stamp: int) -> dict[str, Any]:
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (ValueError, KeyError, TypeError) as problem:
        raise RefusedInput(f"{path} is no GeoJSON: it must hold a FeatureCollection of polygons") from problem
    return dict(_checked(path, nth, feature) for nth, feature in enumerate(features, start=1))


def _checked(path: Path, nth: int, feature: Any) -> tuple[str, Any]:
    try:
        code, geometry = feature["properties"]["area_code"], feature["geometry"]
        if geometry["type"] not in _KINDS:
            raise RefusedInput(f"{path}, feature {nth}: a {geometry['type']}; use {' or '.join(_KINDS)}")
        return str(code), _wound(geometry)
    except (KeyError, TypeError, IndexError, ValueError) as problem:
        raise RefusedInput(
            f"{path}, feature {nth}: it needs `area_code` among its properties, and longitude and latitude"
        ) from problem


def _wound(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Rings with the winding that d3 expects: outer rings clockwise, holes counter-clockwise."""
    coordinates = geometry["coordinates"]
    polygons = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    wound = [[_turned(ring, clockwise=n == 0) for n, ring in enumerate(polygon)] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": wound}


def _turned(ring: list[list[float]], clockwise: bool) -> list[list[float]]:
    twice_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    return ring if (twice_area < 0) == clockwise else ring[::-1]
