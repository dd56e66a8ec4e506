"""Random draws by hash: every draw is a fixed function of the dispute, the date and a seed, so that reruns agree.

A dispute's number becomes 64 bits once (MD5, which no library version changes), and those bits are mixed
with a date and a seed. Nothing here depends on the order or number of rows.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import md5

import numpy as np
import polars as pl

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def dispute_hash(dispute_ids: pl.Series) -> np.ndarray:
    """64 fixed bits per dispute number; uint64 [n]."""
    distinct = dispute_ids.unique()
    lower = [int.from_bytes(md5(name.encode()).digest()[8:], "little") for name in distinct]
    hashes = pl.Series(lower, dtype=pl.UInt64)
    return dispute_ids.replace_strict(distinct, hashes, return_dtype=pl.UInt64).to_numpy()


def uniform(hashes: np.ndarray, as_of: np.ndarray | date, seed: int) -> np.ndarray:
    """One number in [0, 1) per dispute and Monday; float64 [n].

    Args:
        hashes: `dispute_hash`, uint64 [n].
        as_of: one date for all, or days since 1970 per row, int [n].
        seed: makes one purpose's draws independent of another's.
    """
    days = np.int64((as_of - date(1970, 1, 1)).days) if isinstance(as_of, date) else as_of
    with np.errstate(over="ignore"):
        mixed = _mix(hashes ^ _mix(np.uint64(seed) + np.asarray(days).astype(np.uint64) * _GOLDEN))
    return (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def days_since_1970(as_of: pl.Series) -> np.ndarray:
    """Dates as whole days, int64 [n]."""
    return as_of.cast(pl.Int32).cast(pl.Int64).to_numpy()


def ranks_within(groups: np.ndarray, score: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Rank of each row within its group, 1 the highest score; int32 [n].

    Equal scores are ordered by the dispute's fixed bits, ascending: a rule that is the same every week
    and favours nobody. A missing score ranks last.

    Args:
        groups: what is ranked separately, such as the as-of date; sortable [n].
        score: higher first, [n].
        hashes: `dispute_hash`, [n].
    """
    lowest = np.where(np.isnan(score), -np.inf, score)
    order = np.lexsort((hashes, -lowest, groups))
    sorted_groups = groups[order]
    starts = np.flatnonzero(np.r_[True, sorted_groups[1:] != sorted_groups[:-1]])
    within = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    ranks = np.empty(len(order), dtype=np.int32)
    ranks[order] = within + 1
    return ranks


def drawn_lowest(
    hashes: np.ndarray, as_of: date, seed: int, candidates: Sequence[int] | np.ndarray, n: int
) -> np.ndarray:
    """Row numbers of `n` candidates drawn at random, the same in every rerun; ascending."""
    chosen = np.asarray(candidates)
    draw = uniform(hashes[chosen], as_of, seed)
    return np.sort(chosen[np.lexsort((hashes[chosen], draw))[:n]])


def _mix(z: np.ndarray | np.uint64) -> np.ndarray:
    """The finaliser of splitmix64: every input bit affects every output bit."""
    z = np.asarray(z, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
