"""Chance by counter: a draw depends on seed, stream, week and the thing drawn for, on nothing else.

So the first weeks are the same however many follow, and a dispute meets the same luck whoever else
is attended to (common random numbers).
"""

from dataclasses import dataclass
from enum import IntEnum, auto

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Keys = NDArray[np.int64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


class Stream(IntEnum):
    """One number per process that draws."""

    ARRIVALS = auto()
    PLACES = auto()
    VILLAGE = auto()
    DAY = auto()
    MINUTE = auto()
    FRAILTY = auto()
    FLAG = auto()
    HEAT_START = auto()
    HEAT = auto()
    STAY = auto()
    SAME_DAY = auto()
    RETURN = auto()
    RETURN_WEEKS = auto()
    RETURN_PAIR = auto()
    DUPLICATE = auto()
    DUPLICATE_DAYS = auto()
    CHANNEL = auto()
    RELATION = auto()
    HARM = auto()
    HARM_TIME = auto()
    HARM_CLOCK = auto()
    HARM_SEVERITY = auto()
    HARM_RECORDED = auto()
    HARM_DELAY = auto()
    HARM_REOPENS = auto()
    CLOSING = auto()
    SESSION = auto()
    SESSION_RESULT = auto()
    REOPENING = auto()
    BREACH = auto()
    INCIDENT = auto()
    VISIT = auto()
    REFERRAL = auto()
    ATTENDED = auto()
    EVENT_TIME = auto()
    EVENT_DELAY = auto()
    RECORD = auto()
    CORRECTION = auto()
    OUTAGE = auto()
    GRID = auto()
    CONFLICT = auto()
    SERVICE = auto()
    OUTREACH = auto()
    FAULT = auto()
    WORDING = auto()
    PARTIES = auto()
    NEXT_DOOR = auto()


@dataclass(frozen=True)
class Dice:
    """The chance of one city."""

    seed: int

    def uniform(self, stream: Stream, keys: Keys, week: int = 0, part: int = 0) -> Floats:
        """One number in (0, 1) per key; `part` tells several draws of one process apart."""
        salt = np.random.SeedSequence([self.seed, int(stream), week, part]).generate_state(1, np.uint64)[0]
        with np.errstate(over="ignore"):
            x = _scrambled(keys.astype(np.uint64) * _GOLDEN + salt)
            x = _scrambled(x + salt)
        return ((x >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53

    def normal(self, stream: Stream, keys: Keys, week: int = 0, part: int = 0) -> Floats:
        """One standard normal number per key."""
        return ndtri(self.uniform(stream, keys, week, part))

    def generator(self, stream: Stream, week: int = 0) -> np.random.Generator:
        """A generator for what is drawn for the whole city at once."""
        return np.random.default_rng([self.seed, int(stream), week])


def choose(u: Floats, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Turn uniform numbers into choices; `shares` is [k], or [n, k] with a row per number."""
    edges = np.cumsum(shares, axis=-1)
    edges = edges / edges[..., -1:]
    if edges.ndim == 1:
        return np.searchsorted(edges, u, side="right").clip(0, len(edges) - 1)
    return (u[:, None] >= edges).sum(axis=1).clip(0, edges.shape[1] - 1)


def _scrambled(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64."""
    x = (x ^ (x >> np.uint64(30))) * _MIX_1
    x = (x ^ (x >> np.uint64(27))) * _MIX_2
    return x ^ (x >> np.uint64(31))
