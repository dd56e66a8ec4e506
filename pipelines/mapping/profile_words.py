"""The gate of refused words for a profile's own names: categories, services, units and seasons (boundary 4)."""

from collections.abc import Iterator

from pipelines.city.profile import Profile
from pipelines.city.vocabulary import Vocabulary
from pipelines.errors import RefusedInput
from pipelines.privacy.refused_words import why_no_name

USUAL = Vocabulary()


def refuse_profile_words(profile: Profile) -> None:
    """Refuse a profile that calls something by what the boundary refuses.

    Raises:
        RefusedInput: names the file, the entry, the rule and why.
    """
    for place, name in _names(profile):
        if why := why_no_name(name):
            raise RefusedInput(f"profile {profile.name}, {place}: {why}. Take it out of the profile.")


def _names(profile: Profile) -> Iterator[tuple[str, str]]:
    """Where a name stands in the profile, and the name; a place's own name in that of a unit is left out."""
    for row in profile.categories.iter_rows(named=True):
        for column in ("code", "name_zh", "name_en"):
            yield f"risk_categories.csv, {row['code']}", row[column] or ""
    places = frozenset(profile.areas["name_zh"].drop_nulls())
    lengths = sorted({len(place) for place in places} - {0}, reverse=True)
    for row in profile.units.iter_rows(named=True):
        name = _without_places(row["name_zh"] or "", places, lengths)
        for text in (name, row["kind"] or "", row["specialities"] or ""):
            yield f"units.csv, {row['unit_id']}", text
    words = profile.settings.words
    for name in type(words).model_fields:
        term = getattr(words, name)
        if term != getattr(USUAL, name):
            for text in (term.zh, term.en, term.en_plural or ""):
                yield f"profile.yml, words.{name}", text
    for season in profile.settings.seasons:
        for text in (season.code, season.name_zh, season.name_en):
            yield f"profile.yml, season {season.code}", text


def _without_places(name: str, places: frozenset[str], lengths: list[int]) -> str:
    """A name with a blank for each place in it, the longest first; each piece is looked up, for places are many."""
    for length in lengths:
        at = 0
        while at + length <= len(name):
            if name[at : at + length] in places:
                name = f"{name[:at]} {name[at + length :]}"
            at += 1
    return name
