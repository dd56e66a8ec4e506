"""The most frequent reasons on the lists of the backtest; part of a version's evidence."""

import numpy as np
import polars as pl

from features.catalogue.catalogue import CATALOGUE
from features.engine.matrix import Matrix
from models.escalation.design_matrix import design
from models.escalation.explain import explain, strongest
from models.escalation.fitted_model import Trained
from models.escalation.reason_sentences import reason_group
from pipelines.city.profile import Profile

N_KEPT = 10
SCHEMA = {
    "feature": pl.String,
    "warnings": pl.Int64,
    "share": pl.Float64,
    "example_zh": pl.String,
    "example_en": pl.String,
}


def frequent_reasons(
    trained: Trained, matrix: Matrix, predictions: pl.DataFrame, profile: Profile
) -> pl.DataFrame:
    """The features that appear most often among the three reasons of the disputes listed in the backtest.

    Args:
        trained: the model that explains.
        matrix: holds the rows of the predictions.
        predictions: of the backtest; the rows the trees would have listed are taken.
        profile: capacity.

    Returns:
        `SCHEMA`, the most frequent first: the column, the warnings that gave it or another of the
        same name, their share of all listed, and the name; each warning says it with its own day or figure.
    """
    listed = predictions.filter(
        (pl.col("model") == "lightgbm") & (pl.col("rank") <= profile.settings.capacity.city)
    ).select("as_of", "dispute_id")
    at = (
        matrix.cohort.select("as_of", "dispute_id")
        .with_row_index("row")
        .join(listed, on=["as_of", "dispute_id"], how="semi", maintain_order="left")["row"]
        .to_numpy()
    )
    if not len(at):
        return pl.DataFrame(schema=SCHEMA)
    built = design(matrix, trained.levels)
    rows = built.rows(at)
    chosen = strongest(
        explain(trained, rows, matrix.cohort["category"][at]),
        rows,
        pl.Series("dispute_id", np.arange(len(at))).cast(pl.String),
        built.names,
        reason_group,
        {},
    )
    titles = pl.DataFrame(
        [(entry.name, *entry.title) for entry in CATALOGUE],
        schema=["feature", "example_zh", "example_en"],
        orient="row",
    )
    return (
        chosen.join(titles, on="feature")
        .group_by("feature", "example_zh", "example_en")
        .agg(pl.len().cast(pl.Int64).alias("warnings"))
        .sort(["warnings", "feature"], descending=[True, False])
        .group_by("example_zh", "example_en", maintain_order=True)
        .agg(pl.col("feature").first(), pl.col("warnings").sum())
        .with_columns(share=pl.col("warnings") / len(at))
        .sort(["warnings", "feature"], descending=[True, False])
        .head(N_KEPT)
        .select(list(SCHEMA))
    )
