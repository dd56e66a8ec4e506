"""Which intervals hold what a score is worth in truth: ours, or those of a kept library (Venn-Abers).

In the simulator the true chance behind a score is known: the mean of the true hazards of the disputes that
got it. An interval that claims 90 % should hold it for nine rows in ten, and be narrow.
`python -m models.benchmarks.interval_comparison --home HOME`; what came of it stands in docs/decisions/intervals.md.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from sklearn.isotonic import IsotonicRegression
from venn_abers import VennAbers

from models.benchmarks.ceilings import read_city
from models.escalation.calibration import sigmoid
from models.escalation.history import History
from models.escalation.training import train_on
from models.escalation.training_set import TrainingSet, build_training_set
from models.escalation.true_hazards import oracle
from models.protocol.hash_random import ranks_within, uniform
from models.protocol.time_splits import backtest_splits
from pipelines.city.profile import Profile, load_profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home
from pipelines.terminal_text import printable

PRECISION = 5
"""Decimals to which probabilities are rounded before Venn-Abers."""


def compare(city: History, profile: Profile, as_of: date) -> pl.DataFrame:
    """Coverage and width of each kind of interval over all Mondays of the backtest, with one training before them.

    Returns:
        method, rows (`all` or `listed`), coverage (share of rows whose interval holds the mean true hazard of
        its score), median_width, median_probability.

    Raises:
        FengqiaoError: no fold, or no truth to compare with.
    """
    settings = profile.settings
    splits = backtest_splits(as_of, city.mondays, profile.settings)
    if not splits or city.sealed is None:
        raise FengqiaoError(f"no fold by {as_of}, or no true hazards beside the landing files")
    data = build_training_set(city, profile, splits[0].trained_as_of)
    trained = train_on(data, profile)
    rows = np.flatnonzero((city.matrix.cohort["as_of"] >= splits[0].trained_as_of).to_numpy())
    cohort = city.matrix.cohort[rows]
    z = data.design.in_blocks(rows, trained.log_odds)
    worth = IsotonicRegression().fit_transform(z, oracle(cohort, city.sealed).score)
    rank = ranks_within(cohort["as_of"].to_physical().to_numpy(), z, data.hashes[rows])
    chance = trained.calibration.probability(z, cohort["category"])
    seen = data.design.in_blocks(data.rows_of(data.windows.calibrate), trained.log_odds)
    methods = {
        "ours, by dispute": trained.calibration.interval(z, cohort["category"]),
        "venn-abers, all rows": venn_abers(seen, data, data.rows_of(data.windows.calibrate), z),
        "venn-abers, a row a dispute": _one_row_each(seen, data, z, settings.seed),
    }
    table_rows = []
    for name, (low, high) in methods.items():
        for which, taken in (("all", rank > 0), ("listed", rank <= settings.capacity.city)):
            inside = (low <= worth + 1e-12) & (worth <= high + 1e-12)
            width = np.median((high - low)[taken])
            table_rows.append(
                (name, which, float(inside[taken].mean()), float(width), float(np.median(chance[taken])))
            )
    return pl.DataFrame(
        table_rows,
        schema=["method", "rows", "coverage", "median_width", "median_probability"],
        orient="row",
    )


def venn_abers(
    seen: np.ndarray, data: TrainingSet, rows: np.ndarray, z: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The library's pair of probabilities for each log-odds `z`, learned from `seen` and the labels of `rows`."""
    fitted = VennAbers()
    fitted.fit(_two(seen), data.label[rows].astype(int), precision=PRECISION)
    pair = fitted.predict_proba(_two(z))[1]
    return pair.min(axis=1), pair.max(axis=1)


def _one_row_each(
    seen: np.ndarray, data: TrainingSet, z: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Venn-Abers on one random Monday per dispute, because its guarantee requires rows that are not copies of each other."""
    rows = data.rows_of(data.windows.calibrate)
    days = data.design.matrix.cohort["as_of"][rows].to_physical().cast(pl.Int64).to_numpy()
    draw = pl.DataFrame({"bits": data.hashes[rows], "draw": uniform(data.hashes[rows], days, seed)})
    first = draw.select(pl.col("draw") == pl.col("draw").min().over("bits")).to_series().to_numpy()
    return venn_abers(seen[first], data, rows[first], z)


def _two(z: np.ndarray) -> np.ndarray:
    chance = sigmoid(z)
    return np.column_stack([1 - chance, chance])


def main(
    home: Annotated[Path, typer.Option(help="A simulated home, its landing folder still in place.")],
    profile: Annotated[str, typer.Option()] = "qujing",
) -> None:
    """Print coverage and width of each kind of interval."""
    loaded = load_profile(profile)
    city, as_of = read_city(Home(home), loaded)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, fmt_str_lengths=40):
        typer.echo(printable(str(compare(city, loaded, as_of))))


if __name__ == "__main__":
    typer.run(main)
