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
# # One warning, rebuilt by hand
#
# From the files a city sent to the sentence a meeting reads: the records of one dispute, what was known of
# it before the Monday, two of its features counted by hand, its score, its chance, its reasons.

# %%
import os
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dashboards.published.publication import current
from features.engine.matrix import build_matrix
from features.small_cells import hide_small_cells
from models.escalation.design_matrix import design
from models.escalation.explain import explain, reasons
from models.publishing.dispute_history import sentences_of
from models.registry import registry
from pipelines.city.profile import load_profile, recommendations
from pipelines.home import find_home
from pipelines.warehouse.as_known import as_known
from pipelines.warehouse.warehouse import open_warehouse, read_frame

profile = load_profile(os.environ.get("FENGQIAO_PROFILE", "qujing"))
home = find_home(None, profile.name)
published = current(home)
assert published is not None, "nothing is published: `fengqiao run` first"
monday = datetime.combine(published.as_of, time())

# %% [markdown]
# ## The warning
#
# The highest one of the list without signs of domestic violence that has steps on record.

# %%
busy = published.timeline.group_by("dispute_id").len().filter(pl.col("len") > 3)["dispute_id"]
warning = (
    published.warnings.filter("listed", ~pl.col("is_domestic"), pl.col("dispute_id").is_in(busy.implode()))
    .sort("rank")
    .row(0, named=True)
)
number = warning["dispute_id"]
{
    name: warning[name]
    for name in ("rank", "dispute_id", "category", "level", "probability", "base_rate", "days_open")
}

# %% [markdown]
# ## 1. The files
#
# The rows of the landing folder that name it.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    (folder,) = con.execute("select value from intake_setting where name = 'data_folder'").fetchall()[0]


def rows_in_files(pattern: str, key: str) -> pl.DataFrame:
    found = []
    for path in sorted(Path(folder).glob(pattern)):
        frame = (
            pl.read_parquet(path)
            if path.suffix == ".parquet"
            else pl.read_csv(path, infer_schema=False, encoding="gb18030" if _is_gb(path) else "utf8")
        )
        heading = next((h for h in (key, "纠纷编号") if h in frame.columns), None)
        if heading:
            found.append(frame.filter(pl.col(heading) == number).with_columns(pl.all().cast(pl.String)))
    return pl.concat(found, how="diagonal")


def _is_gb(path: Path) -> bool:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return True
    return False


raw_steps = rows_in_files("dispute_events*.parquet", "dispute_id")
assert len(raw_steps) > 0
raw_steps

# %% [markdown]
# ## 2. What was known before the Monday
#
# The warehouse holds every version with the moment it could be known. Nothing later counts.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    steps = read_frame(
        con,
        f"""
        select event_at, known_at, first_known_at, event_type, result
        from {as_known("core_dispute_event", "$monday")} where dispute_id = $number
        order by known_at, event_at
        """,
        {"number": number, "monday": monday},
    )
    registered = read_frame(
        con,
        "select min(registered_at) as at from core_dispute where dispute_id = $number",
        {"number": number},
    )["at"][0]
assert steps["known_at"].max() < monday
assert len(steps) <= len(raw_steps)
steps

# %% [markdown]
# ## 3. Two features
#
# Days since registration, and threats reported so far: once by the eye, once by the kernel.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    matrix = hide_small_cells(build_matrix(con, profile, [published.as_of]))
at = matrix.cohort["dispute_id"].to_list().index(number)
computed = dict(zip(matrix.names, matrix.values[at].tolist(), strict=True))
days = (monday.date() - registered.date()) // timedelta(days=1)
threats = len(steps.filter(pl.col("event_type") == "threat_reported"))
assert days == warning["days_open"]
assert threats == computed["threat_reports_all"]
print(f"{days} days since registration, {threats} threats reported; {len(matrix.names)} features in all")

# %% [markdown]
# ## 4. The score and the chance
#
# The trees give log-odds; calibration makes them a chance. Where no model is in use, the list stands in the
# checklist's order and carries no chance; then this is what the model that was refused would have said.

# %%
champion = registry.champion(home, profile) or registry.by_alias(home, profile, registry.CHALLENGER)
assert champion is not None, "no model yet: `fengqiao run` trains one when there is a year of records"
trained = champion.trained
built = design(matrix, trained.levels)
row = built.rows(np.array([at]))
category = matrix.cohort["category"][at : at + 1]
log_odds = trained.log_odds(row)
chance = trained.calibration.probability(log_odds, category)[0]
assert not published.scored or np.isclose(chance, warning["probability"])
print(
    f"log-odds {log_odds[0]:.3f}; of 1,000 such disputes about {1000 * chance:.0f}, usually {1000 * trained.base_rates[warning['category']]:.0f}"
)

# %% [markdown]
# ## 5. The reasons
#
# Each column's contribution to the calibrated log-odds. They add up to the whole, and the strongest groups
# are told in sentences: what was done or reported by the day it happened, and the newest harm, blows or weapon always.

# %%
explained = explain(trained, row, category)
whole = explained.base[0] + explained.contributions[0].sum()
assert np.isclose(1 / (1 + np.exp(-whole)), chance, atol=1e-6)
strongest = sorted(
    zip(built.names, explained.contributions[0].tolist(), strict=True), key=lambda each: -abs(each[1])
)
pl.DataFrame(strongest[:10], schema=["column", "contribution"], orient="row")

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    say = sentences_of(con, matrix.cohort[at : at + 1], published.as_of)
given = reasons(explained, row, matrix.cohort["dispute_id"][at : at + 1], built.names, say)
again = [reason["text_en"] for reason in given["reasons"][0]]
assert not published.scored or again == [reason["text_en"] for reason in warning["reasons"]]
again

# %% [markdown]
# ## 6. What it does not say
#
# Nothing about the people: only what was recorded of the matter. Most disputes with such a chance come to
# no harm. The answer is an offer:

# %%
recommendations()[warning["recommendation"]]["text_en"]
