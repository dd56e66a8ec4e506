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
# # A first look at the data
#
# What arrived, what was refused, how late things become known, and how rare it is what the platform
# warns of. Everything is read from the warehouse that `fengqiao run` filled; nothing is written.
#
# The city is the one of `FENGQIAO_PROFILE` and `FENGQIAO_HOME`; without them, `make run`'s.

# %%
import os

import polars as pl

from features.cohort import at_risk
from features.labels import label_cohort
from models.escalation.matured_history import matured_mondays
from pipelines.city.profile import load_profile
from pipelines.home import find_home
from pipelines.warehouse.as_known import table_as_it_stands
from pipelines.warehouse.as_of import newest_as_of
from pipelines.warehouse.warehouse import open_warehouse, read_frame

profile = load_profile(os.environ.get("FENGQIAO_PROFILE", "qujing"))
home = find_home(None, profile.name)
_ = pl.Config.set_tbl_rows(20)

# %% [markdown]
# ## What arrived
#
# Every row that was read is loaded, quarantined, a duplicate or unchanged. The four add up to what was read.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    intake = read_frame(
        con,
        """
        select table_name, sum(n_read)::bigint as read, sum(n_loaded)::bigint as loaded,
            sum(n_quarantined)::bigint as quarantined, sum(n_duplicate)::bigint as duplicates,
            sum(n_unchanged)::bigint as unchanged
        from intake_file group by table_name order by table_name
        """,
    )
accounted = intake["loaded"] + intake["quarantined"] + intake["duplicates"] + intake["unchanged"]
assert (accounted == intake["read"]).all()
intake

# %% [markdown]
# Quarantined rows keep every rule they broke. Whoever sent them can be told.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    broken = read_frame(
        con,
        """
        select table_name, rule, count(*) as rows
        from (select table_name, unnest(rules) as rule from quarantine)
        group by table_name, rule order by rows desc, table_name, rule
        """,
    )
broken

# %% [markdown]
# ## Two clocks
#
# A record *happened* at one time and could be *known* at another. A warning of a Monday may use only what
# was known before it. This is how many days pass between the two.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    delays = read_frame(
        con,
        """
        select 'steps of handling' as records, epoch(first_known_at - event_at) / 86400 as days from core_dispute_event
        union all
        select 'harms', epoch(first_known_at - occurred_at) / 86400 from core_outcome
        """,
    )
assert delays["days"].min() >= 0
delays.group_by("records").agg(
    pl.len().alias("rows"),
    pl.col("days").median().round(1).alias("median"),
    pl.col("days").quantile(0.9).round(1).alias("nine in ten within"),
    pl.col("days").max().round(0).alias("longest"),
).sort("records")

# %% [markdown]
# ## What is to be prevented, and how rare it is
#
# One row per dispute at risk and Monday, for the Mondays whose four weeks are over and reported.

# %%
as_of = newest_as_of(home, profile)
with open_warehouse(home.warehouse, read_only=True) as con:
    cohort = at_risk(con, profile, matured_mondays(con, profile, as_of))
    labels = label_cohort(con, profile, cohort)
rows = cohort.with_columns(labels["label"])
print(
    f"{len(rows):,} dispute-weeks, {rows['label'].sum():,} followed by an outcome: {rows['label'].mean():.2%}"
)

# %%
names = dict(profile.categories.select("code", "name_en").iter_rows())
by_category = (
    rows.group_by("category")
    .agg(pl.len().alias("dispute-weeks"), pl.col("label").sum().alias("outcomes"))
    .with_columns(
        (100 * pl.col("outcomes") / pl.col("dispute-weeks")).round(2).alias("of 100"),
        pl.col("category").replace(names),
    )
    .sort("of 100", descending=True)
)
by_category

# %% [markdown]
# ## What nobody wrote down
#
# The intake checklist is often not asked. "Not asked" is not "no": the model is told which it is, and each
# warning says what is not known.

# %%
with open_warehouse(home.warehouse, read_only=True) as con:
    unknown = read_frame(
        con,
        f"""
        select county_code, count(*) as disputes,
            round(100.0 * count(*) filter (threat is null) / count(*), 1) as threat_not_asked,
            round(100.0 * count(*) filter (alcohol is null) / count(*), 1) as alcohol_not_asked,
            round(100.0 * count(*) filter (amount_yuan is null) / count(*), 1) as no_amount
        from {table_as_it_stands("core_dispute")} group by county_code order by county_code
        """,
    )
assert unknown["disputes"].sum() > 0
unknown
