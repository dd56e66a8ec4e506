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
    """The catalogue entry with this name.

    Raises:
        KeyError: there is none.
    """
    return {f.name: f for f in CATALOGUE}[name]


def monotone() -> dict[str, int]:
    """Declared signs (+1 or -1) by feature name, for features that declare one."""
    return {f.name: f.direction for f in CATALOGUE}


def catalogue_hash() -> str:
    """SHA-256 of all entries; a model is bound to it, because any change of an entry changes it."""
    return hashlib.sha256("\n".join(map(repr, CATALOGUE)).encode()).hexdigest()[:16]
