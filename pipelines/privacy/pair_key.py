"""The keyed hash that stands for a pair of parties (boundary 6)."""

import hmac
from collections import defaultdict
from collections.abc import Iterable

import polars as pl

from pipelines.privacy.party_names import (
    MANY_PAIRS,
    is_organisation,
    names_nobody,
    names_of,
    spelled_names,
)


def pair_key(key: bytes, first: str, second: str) -> str | None:
    """The opaque key of the parties of a quarrel: the same whoever is named first, however they are spelled.

    HMAC-SHA256 over all names of both sides, sorted; None where a side names nobody, or both the same.
    """
    return _key_of(key, names_of(first), names_of(second))


def hash_pairs(frame: pl.DataFrame, key: bytes) -> pl.Series:
    """`parties_key` of each row from `party_a` and `party_b`, or from the source's own `parties_key`.

    Null where one party is missing or names nobody. Each distinct pair is hashed once. A name that stands beside very
    many others in the file is a placeholder of that source.
    """
    columns = [c for c in ("party_a", "party_b", "parties_key") if c in frame.columns]
    if not columns:
        return pl.Series("parties_key", [None] * len(frame), dtype=pl.String)
    distinct = frame.select(columns).unique(maintain_order=True)
    rows = list(_three(distinct).iter_rows())
    nobody = _placeholders(rows)
    hashes = [_hash_row(key, first, second, given, nobody) for first, second, given in rows]
    hashed = distinct.with_columns(pl.Series("__hash", hashes, dtype=pl.String))
    joined = frame.select(columns).join(
        hashed, on=columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["__hash"].alias("parties_key")


def _three(names: pl.DataFrame) -> pl.DataFrame:
    """Party a, party b and the source's own key as text, null where there is none."""
    return names.select(
        pl.col(c).cast(pl.String) if c in names.columns else pl.lit(None, dtype=pl.String).alias(c)
        for c in ("party_a", "party_b", "parties_key")
    )


def _hash_row(
    key: bytes, first: str | None, second: str | None, given: str | None, nobody: frozenset[str]
) -> str | None:
    if first and second:
        sides = [tuple(n for n in names_of(side) if n not in nobody) for side in (first, second)]
        return _key_of(key, *sides)
    own = "".join(spelled_names(given)) if given else ""
    return None if not own or names_nobody(own) and not own.isdecimal() else _digest(key, [own, own])


def _key_of(key: bytes, first: tuple[str, ...], second: tuple[str, ...]) -> str | None:
    return _digest(key, [*first, *second]) if first and second and {*first} != {*second} else None


def _digest(key: bytes, names: Iterable[str]) -> str:
    return hmac.digest(key, "\x1f".join(sorted(names)).encode(), "sha256").hex()[:32]


def _placeholders(rows: list[tuple[str | None, str | None, str | None]]) -> frozenset[str]:
    """Names of persons that stand beside too many others to be one person's."""
    beside: dict[str, set[str]] = defaultdict(set)
    for first, second, _ in rows:
        if first and second:
            for name, other in ((first, second), (second, first)):
                for one in names_of(name):
                    beside[one].add(other)
    return frozenset(
        n for n, others in beside.items() if len(others) >= MANY_PAIRS and not is_organisation(n)
    )
