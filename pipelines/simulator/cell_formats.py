"""From the simulator's numbers to the words, headings and date formats that a city's files hold."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.city.profile import Profile
from pipelines.simulator.random_keys import Dice, Stream
from pipelines.simulator.seasons import START
from pipelines.simulator.vocabulary import words
from pipelines.simulator.wording import made_up_names
from pipelines.tables.contracts import PAIR_COLUMNS, TABLES

VARIANT_SHARE = 0.08
"""How often a clerk writes a variant of a code's name."""


@dataclass(frozen=True)
class Sheet:
    """What is needed to put one table into words."""

    profile: Profile
    dice: Dice
    wrong_row_share: float
    area_codes: pl.Series
    unit_ids: pl.Series

    def words_of(self, frame: pl.DataFrame, column: str, variants: list[list[str]], part: int) -> pl.Series:
        """The name of each code, now and then a variant; null where there is none."""
        first = np.cumsum([0, *[len(v) for v in variants]])[:-1]
        others = np.array([len(v) - 1 for v in variants])
        code = frame[column].fill_null(-1).to_numpy()
        u = self.dice.uniform(Stream.WORDING, frame["number"].to_numpy(), part=part)
        other = (u < VARIANT_SHARE) & (others[code] > 0)
        at = first[code] + np.where(other, 1 + (u / VARIANT_SHARE * others[code]).astype(int), 0)
        flat = pl.Series([word for v in variants for word in v], dtype=pl.String)
        return pl.select(pl.when(pl.Series(code >= 0)).then(flat.gather(pl.Series(at.clip(0))))).to_series()

    def listed(self, frame: pl.DataFrame, column: str, name: str) -> pl.Series:
        """Words of a code of `data/reference/codes.csv`."""
        return self.words_of(frame, column, words(name), part=sum(map(ord, column)))

    def categories(self, frame: pl.DataFrame, column: str, codes: list[str]) -> pl.Series:
        """Names of risk categories, now and then the bare code."""
        names = dict(zip(self.profile.categories["code"], self.profile.categories["name_zh"], strict=True))
        return self.words_of(frame, column, [[names[code], code] for code in codes], part=1)


def headed(table: str, columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    """The given columns under the Chinese headings of the contract, in the given order."""
    schema = TABLES[table].columns()
    headings = {
        name: column.metadata["zh"] for name, column in schema.items() if column.metadata
    } | PAIR_COLUMNS
    return pl.DataFrame({headings[name]: series for name, series in columns.items()})


def moments(minutes: pl.Series) -> pl.Series:
    """Minutes since the start as date and time."""
    start = np.datetime64(START, "ms").astype(np.int64)
    return (minutes * 60_000 + int(start)).cast(pl.Datetime("ms"))


def days(numbers: pl.Series) -> pl.Series:
    """Days since the start as dates."""
    start = np.datetime64(START, "D").astype(np.int64)
    return (numbers + int(start)).cast(pl.Int32).cast(pl.Date)


def answers(values: pl.Series) -> pl.Series:
    """Yes, no or nothing."""
    said = made_up_names()["answers"]
    return values.replace_strict({True: said["yes"], False: said["no"]}, default=None, return_dtype=pl.String)


def numbered(prefix: str, numbers: pl.Series, width: int) -> pl.Series:
    """`JF00000042`."""
    return pl.select(pl.lit(prefix) + numbers.cast(pl.String).str.zfill(width)).to_series()


def party_names(dice: Dice, pair: pl.Series, side: int) -> pl.Series:
    """A made-up name for one side of each pair; null where the pair is -1."""
    names = made_up_names()
    keys = pair.to_numpy()
    given = pl.Series(list(names["given"]))
    drawn = [dice.uniform(Stream.PARTIES, keys, part=side * 4 + part) for part in range(4)]
    surname = pl.Series(list(names["surnames"])).gather(_index(drawn[0] ** 1.5, len(names["surnames"])))
    first = given.gather(_index(drawn[1], len(given)))
    second = pl.select(
        pl.when(pl.Series(drawn[3] < 0.85))
        .then(given.gather(_index(drawn[2], len(given))))
        .otherwise(pl.lit(""))
    ).to_series()
    return pl.select(pl.when(pl.Series(keys >= 0)).then(surname + first + second)).to_series()


def _index(u: np.ndarray, n: int) -> pl.Series:
    return pl.Series((u * n).astype(np.int64))
