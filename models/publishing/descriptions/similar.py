"""`similar.parquet`: for each dispute near the top of the list, the most similar closed disputes and how they were settled.

Likeness counts what two disputes have in common: relation, county, and the answers of the intake checklist.
The closed ones carry no number: they are told as experience, not opened.
"""

import duckdb
import numpy as np
import polars as pl

from features.domestic_violence import REPORTED, family_parameters, in_family, sign_at_intake
from models.publishing.descriptions.as_known import WINDOW_WEEKS
from pipelines.city.profile import Profile
from pipelines.tables.published_handling import Similar
from pipelines.warehouse.warehouse import read_frame

NEAREST = 5
_ALIKE = ("relation", "county_code", "threat", "violence", "weapon", "alcohol", "fear", "separation")

_CASES = f"""
    with steps as (
        select dispute_id, count(*) filter (event_type = 'mediation') as mediations,
            arg_max(e.tier, (event_at, event_id)) filter (event_type = 'mediation') as settled_tier,
            arg_max(u.kind, (event_at, event_id)) filter (event_type = 'mediation') as settled_kind,
            bool_or(event_type = 'expert_consultation') as consulted,
            bool_or({REPORTED}) as has_sign
        from known_event e left join core_unit u using (unit_id) group by dispute_id),
    harmed as (select dispute_id, min(occurred_at) as harmed_at from known_outcome group by dispute_id)
    select d.dispute_id, d.category, d.township_code, d.closed_at, d.days, d.closed_result,
        d.relation, d.county_code, d.threat, d.violence, d.weapon, d.alcohol, d.fear, d.separation,
        coalesce(mediations, 0) as mediations, settled_tier, settled_kind, coalesce(consulted, false) as consulted,
        d.came_back, coalesce(harmed_at > d.first_closed_at, false) as harmed_after
    from known_dispute d left join steps using (dispute_id) left join harmed using (dispute_id)
    where not coalesce(d.minor_involved, false) and coalesce(d.scale, '01') = '01'
        and not ({in_family("d.")} and ({sign_at_intake("d.")} or coalesce(has_sign, false) or harmed_at is not null))
        and (d.dispute_id in (select * from wanted) or (
            not d.is_open and d.closed_at >= $as_of::timestamp - to_days({WINDOW_WEEKS * 7})
            and d.closed_at < $as_of::timestamp - to_days($watch_days::integer)))
    order by d.dispute_id
"""


def similar(
    con: duckdb.DuckDBPyConnection, profile: Profile, wanted: pl.Series, as_of: object
) -> pl.DataFrame:
    """Five closed disputes for each wanted one, the most similar first; among equals the latest first.

    A dispute with signs of domestic violence is compared with none and is nobody's example: how such a one
    was settled is no advice (boundary 12). A closed one counts once its watch is over, so that it is known
    whether the settlement held.

    Args:
        con: with the tables of `know`.
        profile: which relations are domestic, and how long a closed dispute is watched.
        wanted: dispute ids.
        as_of: the Monday.

    Returns:
        dispute_id, nth; of the closed one: township_code, closed_on, days, mediations, tier and kind of its
        last mediation, consulted (an expert panel), settled, held (not back and no harm afterwards), alike
        (how many of the compared items agree).
    """
    con.register("wanted", wanted.to_frame("dispute_id"))
    settings = profile.settings
    facts = {"watch_days": settings.watch_days, **family_parameters(profile)}
    cases = read_frame(con, _CASES, facts | {"as_of": as_of})
    con.unregister("wanted")
    is_wanted = pl.col("dispute_id").is_in(wanted.implode())
    pool = cases.filter(~is_wanted)
    parts = [
        _nearest(these, pool.filter(pl.col("category") == category))
        for (category,), these in cases.filter(is_wanted).group_by(["category"], maintain_order=True)
    ]
    return pl.concat([Similar.create_empty(), *parts]).sort("dispute_id", "nth")


def _nearest(wanted: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    pool = pool.sort("closed_at", "dispute_id", descending=True)
    alike = np.zeros((len(wanted), len(pool)), dtype=np.int32)
    for name in _ALIKE:
        codes = pl.concat([wanted[name].cast(pl.String), pool[name].cast(pl.String)]).fill_null("")
        number = codes.cast(pl.Categorical).to_physical().to_numpy()
        alike += number[: len(wanted), None] == number[None, len(wanted) :]
    chosen = np.argsort(-alike, axis=1, kind="stable")[:, :NEAREST]
    each = chosen.shape[1]
    at = chosen.ravel()
    examples = pool[at.tolist()] if len(at) else pool.clear()
    return examples.select(
        dispute_id=pl.Series(np.repeat(wanted["dispute_id"].to_numpy(), each), dtype=pl.String),
        nth=pl.Series(np.tile(np.arange(1, each + 1), len(wanted)), dtype=pl.Int32),
        township_code="township_code",
        closed_on=pl.col("closed_at").dt.date(),
        days="days",
        mediations="mediations",
        tier="settled_tier",
        kind="settled_kind",
        consulted="consulted",
        settled=pl.col("closed_result") == "settled",
        held=~(pl.col("came_back") | pl.col("harmed_after")),
        alike=pl.Series(np.take_along_axis(alike, chosen, axis=1).ravel(), dtype=pl.Int32),
    )
