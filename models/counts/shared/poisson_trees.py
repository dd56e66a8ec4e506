"""LightGBM Poisson trees that learn a factor on a known usual count.

The start enters as the trees' first score, so that all they learn is how far a place departs from it;
with no split worth making they give it back.
"""

from typing import Any

import numpy as np

from models.protocol.booster_text import booster_text
from pipelines.cores import usable_cores

ROUNDS = 60
PARAMETERS: dict[str, Any] = {
    "objective": "poisson",
    "learning_rate": 0.06,
    "num_leaves": 8,
    "min_data_in_leaf": 400,
    "lambda_l2": 50.0,
    "feature_fraction": 0.7,
    "max_bin": 63,
    "cat_smooth": 50.0,
    "min_data_per_group": 400,
    "max_cat_to_onehot": 4,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


def fit_counts(
    values: np.ndarray,
    start: np.ndarray,
    actual: np.ndarray,
    names: tuple[str, ...],
    coded: tuple[str, ...],
    seed: int,
) -> str:
    """LightGBM text of trees trained on counts.

    Args:
        values: float32 [rows, names].
        start: the count each row starts from, above 0 [rows].
        actual: the count that came [rows].
        names: of the columns.
        coded: the columns that hold codes, not amounts.
        seed: of the columns drawn for each tree.

    Returns:
        LightGBM's text; empty where no row holds a count, so that there is nothing to learn a factor from.
    """
    if not actual.sum() > 0:
        return ""
    import lightgbm as lgb

    parameters = PARAMETERS | {"seed": seed % 2**31, "num_threads": usable_cores()}
    rows = lgb.Dataset(
        values,
        label=actual.astype(np.float32),
        init_score=np.log(start),
        feature_name=list(names),
        categorical_feature=list(coded),
        params=parameters,
    )
    return booster_text(lgb.train(parameters, rows, num_boost_round=ROUNDS))


def log_factor(text: str, values: np.ndarray) -> np.ndarray:
    """The trees' output, to be added to the logarithm of each row's start; zeros where there are no trees; [rows]."""
    if not text:
        return np.zeros(len(values))
    import lightgbm as lgb

    return np.asarray(lgb.Booster(model_str=text).predict(values, raw_score=True, num_threads=usable_cores()))
