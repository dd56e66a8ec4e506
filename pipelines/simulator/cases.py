"""The disputes alive in the made-up city: one array per property, one place per dispute."""

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipelines.simulator.parameters import DAY, FLAGS, SETTLED
from pipelines.simulator.random_keys import Floats, Keys

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cases:
    """Arrays of equal length; times in minutes since the start, `NEVER` where not yet or never.

    What holds from registration: `number` (of the record), `pair` (of the parties), `registered`,
    `category`, `township`, `village`, `temper` (hidden, standard normal), `flags` (truths, a column
    per entry of `FLAGS`), `repeats` (earlier quarrels of the pair), `constant` (weekly hazard before
    season, age and state), `channel`, `relation`.
    What moves: `phase`, `heat`, `opened`, `closes` (due to close), `closed`, `kind` of stay, `comfort`
    (factor on the hazard by early mediation), `attended` (whether there was one).
    """

    number: Keys
    pair: Keys
    registered: Keys
    category: Keys
    township: Keys
    village: Keys
    temper: Floats
    flags: Bools
    repeats: Keys
    constant: Floats
    channel: Keys
    relation: Keys
    phase: Keys
    heat: Keys
    opened: Keys
    closes: Keys
    closed: Keys
    kind: Keys
    comfort: Floats
    attended: Bools

    def __len__(self) -> int:
        return len(self.number)

    @property
    def is_open(self) -> Bools:
        return self.phase < SETTLED

    def at_risk(self, moment: int, watch_days: int) -> Bools:
        """Registered before the moment, and open or closed no longer than the watch before it."""
        return (self.registered < moment) & (self.is_open | (self.closed > moment - watch_days * DAY))

    def with_columns(self, **columns: NDArray) -> "Cases":
        return replace(self, **columns)


@dataclass(frozen=True)
class Due:
    """Disputes that will be registered: pairs that quarrel again, and the same matter a second time.

    `origin` is the number of the dispute it follows, `matter` that of the dispute it is a second record
    of, -1 where it is a quarrel of its own; `taken` is the channel that dispute came through, which the
    second record does not. The other columns are those of `Cases`.
    """

    registered: Keys
    origin: Keys
    matter: Keys
    taken: Keys
    pair: Keys
    category: Keys
    township: Keys
    village: Keys
    temper: Floats
    repeats: Keys


Bag = TypeVar("Bag", Cases, Due)


def take(bag: Bag, chosen: NDArray) -> Bag:
    """The chosen ones: a mask or positions."""
    return type(bag)(**{field.name: getattr(bag, field.name)[chosen] for field in fields(bag)})


def joined(first: Bag, second: Bag) -> Bag:
    """All of both, the first ones first."""
    columns = {
        f.name: np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(first)
    }
    return type(first)(**columns)


def none_of(kind: type[Bag]) -> Bag:
    """A bag that holds nothing yet."""
    columns: dict[str, Any] = {f.name: np.zeros(0, dtype=np.int64) for f in fields(kind)}
    for name in columns.keys() & {"temper", "constant", "comfort"}:
        columns[name] = np.zeros(0)
    if "flags" in columns:
        columns["flags"] = np.zeros((0, len(FLAGS)), dtype=bool)
        columns["attended"] = np.zeros(0, dtype=bool)
    return kind(**columns)
