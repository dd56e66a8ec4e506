"""The steps of a week as they are taken, before anybody writes them down."""

from dataclasses import dataclass, field

import numpy as np

from pipelines.simulator.cases import Bools, Cases
from pipelines.simulator.places import Places
from pipelines.simulator.random_keys import Keys
from pipelines.simulator.vocabulary import index_of


@dataclass
class Steps:
    """Collects steps in columns: number of the dispute, moment, kind, tier, unit and result."""

    places: Places
    chunks: list[dict[str, Keys]] = field(default_factory=list)

    def add(
        self,
        kind: str,
        cases: Cases,
        at: Keys,
        chosen: Bools | None = None,
        *,
        tier: str = "township",
        result: str | None = None,
    ) -> None:
        """One step of that kind for every chosen dispute (all when not said)."""
        rows = np.arange(len(cases)) if chosen is None else np.flatnonzero(chosen)
        if not len(rows):
            return
        self.chunks.append(
            {
                "number": cases.number[rows],
                "at": at[rows],
                "kind": np.full(len(rows), index_of("event_type", kind)),
                "tier": np.full(len(rows), index_of("tier", tier)),
                "unit": self._unit(tier, cases.township[rows], cases.category[rows]),
                "result": np.full(len(rows), -1 if result is None else index_of("result", result)),
                "township": cases.township[rows],
            }
        )

    def columns(self) -> dict[str, Keys]:
        """All steps, by moment, dispute and kind."""
        names = ("number", "at", "kind", "tier", "unit", "result", "township")
        joined = {
            name: np.concatenate([c[name] for c in self.chunks] or [np.zeros(0, dtype=np.int64)])
            for name in names
        }
        order = np.lexsort((joined["kind"], joined["number"], joined["at"]))
        return {name: values[order] for name, values in joined.items()}

    def _unit(self, tier: str, township: Keys, category: Keys) -> Keys:
        if tier == "township":
            return self.places.units.of_township[township, category]
        return self.places.units.of_county[self.places.townships.county[township], category]
