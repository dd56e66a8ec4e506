# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # How the model is judged
#
# The backtest put the platform back into the past: fold by fold it was trained on what had matured by a
# day, and then made its list week by week. Here the figures on the page *How right we were* are worked out
# again from its predictions, without the code that made them.

# %%
import os

import numpy as np
import polars as pl

from models.registry import registry
from pipelines.city.profile import load_profile
from pipelines.home import find_home

profile = load_profile(os.environ.get("FENGQIAO_PROFILE", "qujing"))
home = find_home(None, profile.name)
champion = registry.champion(home, profile) or registry.by_alias(home, profile, registry.CHALLENGER)
assert champion is not None, "no model yet: `fengqiao run` trains one when there is a year of records"
folder = home.backtests / champion.backtest
predictions = pl.read_parquet(folder / "predictions.parquet")
metrics = pl.read_parquet(folder / "metrics.parquet")
k = profile.settings.capacity.city
print(
    f"{champion.version}: {predictions['as_of'].n_unique()} Mondays, {predictions['dispute_id'].n_unique():,} disputes"
)

# %% [markdown]
# ## Right on the list
#
# Each Monday the mediators can take `k` disputes. Of those listed, how many did an outcome follow
# (precision)? Of all outcomes, how many were listed (recall)?


# %%
def at_capacity(model: str) -> dict[str, float]:
    mine = predictions.filter(pl.col("model") == model)
    listed = mine.filter(pl.col("rank") <= k)
    return {
        "precision_at_capacity": listed["label"].sum() / len(listed),
        "recall_at_capacity": listed["label"].sum() / mine["label"].sum(),
    }


by_hand = pl.DataFrame(
    [{"model": model} | at_capacity(model) for model in predictions["model"].unique().sort()]
)
by_hand

# %% [markdown]
# The published figures are the same.

# %%
published = metrics.filter(
    (pl.col("segment") == "all")
    & pl.col("as_of").is_null()
    & pl.col("metric").is_in(["precision_at_capacity", "recall_at_capacity"])
)
for row in published.iter_rows(named=True):
    mine = by_hand.filter(pl.col("model") == row["model"])[row["metric"]][0]
    assert np.isclose(mine, row["value"]), (row, mine)
published.select("model", "metric", "value", "low", "high")

# %% [markdown]
# ## Against what an office would do without it
#
# `oldest_first` is today's queue, `checklist` the experts' list, `oracle` (made-up data only) knows the true
# danger. A model that does not beat the checklist does not become champion.

# %%
by_hand.sort("recall_at_capacity", descending=True)

# %% [markdown]
# ## Does the chance we state come true?
#
# Ten groups of equal size by stated chance: what was said, and what came. Both in 100.

# %%
mine = predictions.filter(pl.col("model") == "lightgbm").sort("probability", "dispute_id", "as_of")
groups = mine.with_columns((pl.int_range(pl.len()) * 10 // pl.len()).alias("tenth"))
calibration = (
    groups.group_by("tenth")
    .agg(
        (pl.col("probability").mean() * 100).round(2).alias("stated"),
        (pl.col("label").mean() * 100).round(2).alias("came"),
        pl.len().alias("rows"),
    )
    .sort("tenth")
)
calibration

# %% [markdown]
# ## Most on the list is a false alarm
#
# This is why the answer is an offer of help, and why nothing else may follow from a warning.

# %%
right = by_hand.filter(pl.col("model") == "lightgbm")["precision_at_capacity"][0]
print(f"Of 100 on the list about {right * 100:.1f} came true; {100 - right * 100:.1f} did not.")

# %% [markdown]
# ## Is it worse for some places?

# %%
metrics.filter(
    (pl.col("model") == "lightgbm")
    & (pl.col("metric") == "recall_at_capacity")
    & pl.col("segment").str.starts_with("county=")
).select("segment", "value", "low", "high").sort("segment")
