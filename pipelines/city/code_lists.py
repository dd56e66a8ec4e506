"""Code lists: which words a column of codes understands, and the code each stands for."""

from collections.abc import Mapping
from functools import cache, lru_cache

from pipelines.city.profile import Profile, reference_codes
from pipelines.tables.contracts import TABLES
from pipelines.tables.normal_form import normal_form


@cache
def list_of(table: str, column: str) -> str | None:
    """The code list of a column; None where it holds no codes."""
    return (TABLES[table].columns()[column].metadata or {}).get("codes")


def code_list(name: str, profile: Profile) -> Mapping[str, str]:
    """Folded word to code, of a reference list or of the profile's own categories, services, areas or units."""
    if name == "areas":
        merged = {
            code: new for old, new in profile.merged_areas.items() for code in (fold(old), old.ljust(12, "0"))
        }
        return merged | _areas(tuple(profile.areas["area_code"].to_list()))
    if name in ("categories", "services"):
        kind = "dispute" if name == "categories" else "service"
        rows = [r for r in profile.categories.iter_rows(named=True) if r["kind"] == kind]
        return {fold(r[k]): r["code"] for r in rows for k in ("name_en", "name_zh", "code")}
    if name == "units":
        return {fold(unit): unit for unit in profile.units["unit_id"]}
    return _reference()[name]


def known_words(name: str, profile: Profile, own: Mapping[str, str]) -> dict[str, str]:
    """Folded word to code: the list's, and a mapping's own translations, which go before them."""
    return dict(code_list(name, profile)) | {fold(word): code for word, code in own.items()}


def reference_words(name: str) -> Mapping[str, str]:
    """Folded word to code of a reference list; empty for the lists that each profile has its own of."""
    return _reference().get(name, {})


def fold(word: str) -> str:
    """A word as code lists compare it: its normal form, case aside."""
    return normal_form(word).casefold()


@lru_cache(maxsize=2)
def _areas(codes: tuple[str, ...]) -> dict[str, str]:
    return {fold(c): c for c in codes} | {c.ljust(12, "0"): c for c in codes if len(c) < 12}


@cache
def _reference() -> dict[str, dict[str, str]]:
    lists: dict[str, dict[str, str]] = {}
    for row in reference_codes().iter_rows(named=True):
        known = lists.setdefault(row["list"], {})
        words = [row["code"], row["name_zh"], row["name_en"], *(row["variants"] or "").split("|")]
        known.update({fold(word): row["code"] for word in words if word})
    return lists
