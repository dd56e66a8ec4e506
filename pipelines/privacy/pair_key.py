"""The keyed hash that stands for a pair of parties (boundary 6)."""

import hmac
import unicodedata
from functools import lru_cache

import polars as pl


def pair_key(key: bytes, first: str, second: str) -> str:
    """The opaque key of a pair of parties: the same whoever is named first, however it is spaced.

    HMAC-SHA256 over both names, normalised (NFKC, no white space, case folded) and sorted.
    """
    names = sorted((_normal(first), _normal(second)))
    return hmac.digest(key, "\x1f".join(names).encode(), "sha256").hex()[:32]


def hash_pairs(frame: pl.DataFrame, key: bytes) -> pl.Series:
    """`parties_key` of each row from `party_a` and `party_b`, or from the source's own `parties_key`.

    Null where one party is missing. Each distinct pair is hashed once.
    """
    names = [c for c in ("party_a", "party_b", "parties_key") if c in frame.columns]
    if not names:
        return pl.Series("parties_key", [None] * len(frame), dtype=pl.String)
    distinct = frame.select(names).unique(maintain_order=True)
    hashed = distinct.with_columns(
        pl.Series("__hash", [_hash_row(key, *row) for row in _three(distinct).iter_rows()], dtype=pl.String)
    )
    joined = frame.select(names).join(hashed, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined["__hash"].alias("parties_key")


def _three(names: pl.DataFrame) -> pl.DataFrame:
    """Party a, party b and the source's own key as text, null where there is none."""
    return names.select(
        pl.col(c).cast(pl.String) if c in names.columns else pl.lit(None, dtype=pl.String).alias(c)
        for c in ("party_a", "party_b", "parties_key")
    )


def _hash_row(key: bytes, first: str | None, second: str | None, given: str | None) -> str | None:
    if first and second:
        return pair_key(key, first, second)
    return pair_key(key, given, given) if given else None


@lru_cache(maxsize=1 << 16)
def _normal(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
