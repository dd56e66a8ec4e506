"""A trained model as data: LightGBM's own text and plain numbers, no pickled class (house rule)."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from models.escalation.calibration import Calibration
from models.escalation.linear_model import Linear
from pipelines.cores import usable_cores

if TYPE_CHECKING:
    import lightgbm

BOOSTER_FILE = "booster.txt"
NUMBERS_FILE = "numbers.json"


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A trained model: weights, trees, calibration, and the codes needed to build its rows.

    Attributes:
        booster_text: LightGBM's text format.
        linear: the weights.
        trees_share: of the log-odds, how much are the trees'.
        levels: codes of each coded column, in the order that gives their numbers.
        names: columns in the order of training.
        rounds: number of trees.
        trained_as_of: the day as of which it was trained; nothing known later was used.
        trained_until: the last Monday whose rows were used.
        base_rates: share of dispute-weeks with an outcome by category, in the calibration window.
        parameters: LightGBM's settings.
    """

    booster_text: str
    linear: Linear
    trees_share: float
    calibration: Calibration
    levels: dict[str, tuple[str, ...]]
    names: tuple[str, ...]
    rounds: int
    trained_as_of: date
    trained_until: date
    base_rates: dict[str, float]
    parameters: dict[str, Any]

    @cached_property
    def booster(self) -> "lightgbm.Booster":
        """The trees, parsed from their text."""
        import lightgbm as lgb

        return lgb.Booster(model_str=self.booster_text)

    def log_odds(self, rows: np.ndarray) -> np.ndarray:
        """Log-odds before calibration; [n, p] -> [n]."""
        return blended(self.linear, self.booster, self.trees_share, rows)

    def probability(self, rows: np.ndarray, category: pl.Series) -> np.ndarray:
        """Calibrated probability of an outcome within the horizon; [n]."""
        return self.calibration.probability(self.log_odds(rows), category)

    def to_json(self) -> str:
        """The whole model as one JSON text; the same model gives the same text."""
        return json.dumps(self._numbers() | {"booster": self.booster_text}, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "Trained":
        """The inverse of `to_json`."""
        numbers = json.loads(text)
        return _from_numbers(numbers, numbers.pop("booster"))

    def save(self, folder: Path) -> None:
        """Write the trees and the numbers as two readable text files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / BOOSTER_FILE).write_text(self.booster_text, encoding="utf-8")
        (folder / NUMBERS_FILE).write_text(
            json.dumps(self._numbers(), sort_keys=True, indent=1) + "\n", encoding="utf-8"
        )

    @staticmethod
    def load(folder: Path) -> "Trained":
        """The inverse of `save`."""
        numbers = json.loads((folder / NUMBERS_FILE).read_text(encoding="utf-8"))
        return _from_numbers(numbers, (folder / BOOSTER_FILE).read_text(encoding="utf-8"))

    def _numbers(self) -> dict[str, Any]:
        return {
            "trees_share": self.trees_share,
            "linear": self.linear.to_numbers(),
            "calibration": self.calibration.to_numbers(),
            "levels": {name: list(codes) for name, codes in self.levels.items()},
            "names": list(self.names),
            "rounds": self.rounds,
            "trained_as_of": self.trained_as_of.isoformat(),
            "trained_until": self.trained_until.isoformat(),
            "base_rates": self.base_rates,
            "parameters": self.parameters,
        }


def blended(
    linear: Linear,
    booster: "lightgbm.Booster",
    trees_share: float,
    rows: np.ndarray,
    threads: int | None = None,
) -> np.ndarray:
    """Blended log-odds of the linear weights and the trees; [n, p] -> [n]."""
    trees = np.asarray(booster.predict(rows, raw_score=True, num_threads=threads or usable_cores()))
    return (1 - trees_share) * linear.log_odds(rows) + trees_share * trees


def _from_numbers(numbers: dict[str, Any], booster_text: str) -> Trained:
    levels = {name: tuple(codes) for name, codes in numbers["levels"].items()}
    return Trained(
        booster_text=booster_text,
        linear=Linear.from_numbers(numbers["linear"]),
        trees_share=numbers["trees_share"],
        calibration=Calibration.from_numbers(numbers["calibration"]),
        levels=levels,
        names=tuple(numbers["names"]),
        rounds=numbers["rounds"],
        trained_as_of=date.fromisoformat(numbers["trained_as_of"]),
        trained_until=date.fromisoformat(numbers["trained_until"]),
        base_rates=numbers["base_rates"],
        parameters=numbers["parameters"],
    )
