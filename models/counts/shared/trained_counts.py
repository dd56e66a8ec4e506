"""What a trained model of either family says of itself, and its JSON file in the registry; no class of a library is in it."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

_SHARED = ("names", "trained_as_of", "trained_until")


@dataclass(frozen=True, kw_only=True)
class TrainedCounts:
    """A trained model of counts.

    Attributes:
        names: the columns it was trained on, in order.
        trained_as_of: nothing known on or after this day was used.
        trained_until: the last Monday it learned from.
    """

    names: tuple[str, ...]
    trained_as_of: date
    trained_until: date

    def to_json(self) -> bytes:
        """The model as one JSON file, the family's own fields first; the same model gives the same bytes."""
        content = asdict(self)
        shared = {name: content.pop(name) for name in _SHARED}
        text = json.dumps(content | shared, ensure_ascii=False, indent=1, default=date.isoformat)
        return (text + "\n").encode()


def read_fields(text: bytes) -> dict[str, Any]:
    """The fields of a file that `to_json` wrote; the family's own ones as plain JSON values."""
    content = json.loads(text)
    return content | {
        "names": tuple(content["names"]),
        "trained_as_of": date.fromisoformat(content["trained_as_of"]),
        "trained_until": date.fromisoformat(content["trained_until"]),
    }
