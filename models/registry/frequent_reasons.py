"""The most frequent reasons on the lists of the backtest; part of a version's evidence."""

import numpy as np
import polars as pl

from features.engine.matrix import Matrix
from models.escalation.design_matrix import design
from models.escalation.explain import explain, reasons
from models.escalation.fitted_model import Trained
from models.escalation.reason_sentences import sentences
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
        profile: capacity and names of codes.

    Returns:
        `SCHEMA`, the most frequent first: warnings that gave it, their share of all listed, and the
        sentence it was told by most often.
    """
    listed = predictions.filter(
        (pl.col("model") == "lightgbm") & (pl.col("rank") <= profile.settings.capacity)
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
    by_dispute = reasons(
        explain(trained, rows, matrix.cohort["category"][at]),
        rows,
        pl.Series("dispute_id", np.arange(len(at))),
        built.names,
        sentences(profile, trained.levels),
    )
    all_reasons = by_dispute.explode("reasons").select(pl.col("reasons").struct.unnest())
    return (
        all_reasons.group_by("feature", "text_zh", "text_en")
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .sort(["n", "text_zh"], descending=[True, False])
        .group_by("feature", maintain_order=True)
        .agg(
            pl.col("n").sum().alias("warnings"),
            pl.col("text_zh").first().alias("example_zh"),
            pl.col("text_en").first().alias("example_en"),
        )
        .with_columns(share=pl.col("warnings") / len(at))
        .sort(["warnings", "feature"], descending=[True, False])
        .head(N_KEPT)
        .select(list(SCHEMA))
    )
