"""The feature catalogue: every column of every matrix, declared. Adding one is adding an entry under `entries/`."""

import hashlib

from features.catalogue.entries import handling, load, matter, pair, place, reports, season, services
from features.catalogue.feature import Feature

CATALOGUE: tuple[Feature, ...] = (
    *matter.ENTRIES,
    *handling.ENTRIES,
    *pair.ENTRIES,
    *place.ENTRIES,
    *load.ENTRIES,
    *reports.ENTRIES,
    *services.ENTRIES,
    *season.ENTRIES,
)


def feature(name: str) -> Feature:
    """The entry of that name.

    Raises:
        KeyError: there is none.
    """
    return {f.name: f for f in CATALOGUE}[name]


def monotone() -> dict[str, int]:
    """Known signs by feature name."""
    return {f.name: f.direction for f in CATALOGUE}


def catalogue_hash() -> str:
    """What a model was trained on: it changes with any entry."""
    return hashlib.sha256("\n".join(map(repr, CATALOGUE)).encode()).hexdigest()[:16]
