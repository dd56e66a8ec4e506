"""The same quarrel registered twice: likely duplicates across channels, found by Splink, never by names.

Two records are compared by place, time, category, the keyed pair of parties, relation and amount, each
as it was first known, so that what is linked on a day follows from what was known that day. Pairs and
their evidence are kept; which of them count as one follows from the profile's threshold anew at each
intake, so that a link is undone by the threshold or by naming the pair under `apart`. The records
themselves are never touched: `one_*` views show each matter once.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from pipelines.city.model_settings import Linkage
from pipelines.city.profile import Profile
from pipelines.cores import usable_cores
from pipelines.warehouse.warehouse import read_frame

WORTH_KEEPING = 0.5
"""Pairs less likely than this are forgotten; so a threshold may not lie below it."""
SPANS = ("span", "other_span")
"""Two rows of spans of days, each twice as long as what is compared and half over the other: near ones share one."""
PRIOR = 0.05
"""How often two records of one township, category and week are one matter, before looking closer."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """One degree of agreement: how often it is seen in records of the same matter, and of different ones."""

    name: str
    sql: str
    same: float
    different: float


def _differ(same: float, different: float) -> Level:
    return Level(name="differs", sql="ELSE", same=same, different=different)


DAYS_APART = "abs(date_diff('day', registered_at_l, registered_at_r))"
COMPARISONS: dict[str, tuple[Level, ...]] = {
    "parties_key": (
        Level(name="same pair", sql="parties_key_l = parties_key_r", same=0.9, different=0.005),
        _differ(0.1, 0.995),
    ),
    "village_code": (
        Level(name="same village", sql="village_code_l = village_code_r", same=0.9, different=0.08),
        _differ(0.1, 0.92),
    ),
    "relation": (
        Level(name="same relation", sql="relation_l = relation_r", same=0.98, different=0.55),
        _differ(0.02, 0.45),
    ),
    "registered_at": (
        Level(name="a day apart", sql=f"{DAYS_APART} <= 1", same=0.35, different=0.2),
        Level(name="three days apart", sql=f"{DAYS_APART} <= 3", same=0.35, different=0.25),
        Level(name="five days apart", sql=f"{DAYS_APART} <= 5", same=0.25, different=0.25),
        _differ(0.05, 0.3),
    ),
    "channel": (
        Level(name="another channel", sql="channel_l <> channel_r", same=0.97, different=0.75),
        _differ(0.03, 0.25),
    ),
    "amount_yuan": (
        Level(
            name="about the same amount",
            sql="abs(amount_yuan_l - amount_yuan_r) <= 0.05 * greatest(amount_yuan_l, amount_yuan_r)",
            same=0.4,
            different=0.03,
        ),
        _differ(0.6, 0.97),
    ),
    "occurred_on": (
        Level(name="same day", sql="occurred_on_l = occurred_on_r", same=0.3, different=0.1),
        _differ(0.7, 0.9),
    ),
}  # fmt: skip
"""What is compared. Judged, then settled on seed 1 of the made-up city; `tests/bench/test_linkage.py` says how much they find in seed 2."""


def link_duplicates(con: duckdb.DuckDBPyConnection, profile: Profile, files: list[str]) -> int:
    """Compare the disputes that these files brought with those around them, and say anew which are one.

    Args:
        con: the warehouse, in its transaction.
        profile: its `linkage`; without one nothing is linked.
        files: hashes of the files loaded now.

    Returns:
        How many disputes count as another one registered again.
    """
    linkage = profile.settings.linkage
    con.execute("delete from dispute_link")
    if linkage is None:
        return 0
    con.execute(
        """
        delete from dispute_pair where dispute_id not in (select dispute_id from core_dispute)
            or earlier_id not in (select dispute_id from core_dispute)
        """
    )
    near = _with_somebody_to_compare(_firsts(con, linkage, _to_compare(con, linkage, files)))
    if len(near):
        con.register("scored", _scored(near, linkage))
        con.execute(
            """
            insert or replace into dispute_pair
            select dispute_id, earlier_id, probability, evidence from scored order by dispute_id, earlier_id
            """
        )
        con.unregister("scored")
    return _link(con, linkage)


def _to_compare(con: duckdb.DuckDBPyConnection, linkage: Linkage, files: list[str]) -> list[str]:
    """The new files; all of them where nothing was compared yet, or in another way."""
    way = hashlib.sha256(repr((linkage.days, PRIOR, COMPARISONS)).encode()).hexdigest()
    stored = con.execute("select value from intake_setting where name = 'linkage'").fetchall()
    if stored == [(way,)]:
        return files
    con.execute("delete from dispute_pair")
    con.execute("insert or replace into intake_setting values ('linkage', $way)", {"way": way})
    return [
        name for (name,) in con.execute("select distinct file_id from core_dispute order by 1").fetchall()
    ]


def _firsts(con: duckdb.DuckDBPyConnection, linkage: Linkage, files: list[str]) -> pl.DataFrame:
    """The new disputes and those registered about the same time, each as it was first known, in overlapping spans."""
    return read_frame(
        con,
        f"""
        with firsts as (
            select * from core_dispute where known_at = first_known_at),
        span as (
            select min(registered_at) - to_days($days + 1) as from_at, max(registered_at) + to_days($days + 1) as to_at
            from firsts where list_contains($files, file_id))
        select dispute_id as unique_id, first_known_at, township_code, category, {", ".join(COMPARISONS)},
            epoch(registered_at)::bigint // 86400 // (2 * $days) as span,
            (epoch(registered_at)::bigint // 86400 + $days) // (2 * $days) as other_span,
            list_contains($files, file_id) as is_new
        from firsts, span
        where registered_at between from_at and to_at and township_code is not null order by dispute_id
        """,
        {"files": files, "days": linkage.days},
    )


def _with_somebody_to_compare(near: pl.DataFrame) -> pl.DataFrame:
    """The disputes that stand with another in some block of `_near_and_new`: a small file mostly has none, and Splink takes its time."""
    shared = [
        ((pl.len() > 1) & pl.col("is_new").any()).over("township_code", "category", span) for span in SPANS
    ]
    return near.filter(pl.any_horizontal(shared))


def _scored(near: pl.DataFrame, linkage: Linkage) -> pl.DataFrame:
    """Pairs of a new dispute and another: the later known, the earlier, how likely they are one, and why."""
    from splink import DuckDBAPI, Linker, SettingsCreator

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(column, levels) for column, levels in COMPARISONS.items()],
        blocking_rules_to_generate_predictions=[_near_and_new(span) for span in SPANS],
        probability_two_random_records_match=PRIOR,
        retain_matching_columns=True,
        additional_columns_to_retain=["first_known_at"],
    )
    own = duckdb.connect(config={"threads": usable_cores()})
    try:
        table = DuckDBAPI(connection=own).register(near.to_arrow())
        linker = Linker(table, settings, log_level="ERROR", validate_settings=False)
        predictions = linker.inference.predict(
            threshold_match_probability=WORTH_KEEPING, warning_mode="never"
        )
        pairs = pl.from_arrow(predictions.as_pyarrow_table())
    finally:
        own.close()
    assert isinstance(pairs, pl.DataFrame)
    return _in_order(pairs, linkage)


def _near_and_new(span: str) -> dict[str, Any]:
    """Which pairs are compared at all: of one township, category and span of days, one of them new."""
    near = " and ".join(f"l.{column} = r.{column}" for column in ("township_code", "category", span))
    return {"blocking_rule": f"{near} and (l.is_new or r.is_new)"}


def _in_order(pairs: pl.DataFrame, linkage: Linkage) -> pl.DataFrame:
    apart = pl.col("registered_at_l").dt.date() - pl.col("registered_at_r").dt.date()
    left_first = (pl.col("first_known_at_l") < pl.col("first_known_at_r")) | (
        (pl.col("first_known_at_l") == pl.col("first_known_at_r"))
        & (pl.col("unique_id_l") < pl.col("unique_id_r"))
    )
    gammas = [f"gamma_{column}" for column in COMPARISONS]
    near = pairs.filter(apart.abs() <= pl.duration(days=linkage.days)).with_columns(left_first=left_first)
    evidence = [
        json.dumps(_agreement_words(row), ensure_ascii=False)
        for row in near.select(gammas).iter_rows(named=True)
    ]
    return near.select(
        dispute_id=pl.when("left_first").then("unique_id_r").otherwise("unique_id_l"),
        earlier_id=pl.when("left_first").then("unique_id_l").otherwise("unique_id_r"),
        probability=pl.col("match_probability").round(6),
        evidence=pl.Series(evidence, dtype=pl.String),
    )


def _agreement_words(gammas: Mapping[str, int]) -> dict[str, str]:
    """The degree of agreement of each column in words; Splink numbers them from the last, -1 is one not known."""
    agreement = {}
    for column, levels in COMPARISONS.items():
        at = gammas[f"gamma_{column}"]
        agreement[column] = "not known" if at < 0 else levels[len(levels) - 1 - at].name
    return agreement


def _comparison(column: str, levels: tuple[Level, ...]) -> dict[str, Any]:
    unknown = {
        "sql_condition": f"{column}_l is null or {column}_r is null",
        "label_for_charts": "not known",
        "is_null_level": True,
    }
    known = [
        {
            "sql_condition": level.sql,
            "label_for_charts": level.name,
            "m_probability": level.same,
            "u_probability": level.different,
        }
        for level in levels
    ]
    return {"output_column_name": column, "comparison_levels": [unknown, *known]}


def _link(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> int:
    """Let each later record count as the likeliest earlier one, chains followed to their first record."""
    apart = {frozenset(pair) for pair in linkage.apart}
    rows = con.execute(
        """
        select p.dispute_id, p.earlier_id from dispute_pair p where probability >= $threshold
        order by p.dispute_id, probability desc, p.earlier_id
        """,
        {"threshold": linkage.threshold},
    ).fetchall()
    same_as: dict[str, str] = {}
    for dispute, earlier in rows:
        if frozenset((dispute, earlier)) not in apart:
            same_as.setdefault(dispute, earlier)
    roots = {dispute: _root(dispute, same_as) for dispute in same_as}
    links = pl.DataFrame(
        {"dispute_id": list(roots), "same_as": list(roots.values())},
        schema={"dispute_id": pl.String, "same_as": pl.String},
    )
    con.register("links", links)
    con.execute(
        """
        insert into dispute_link
        select dispute_id, same_as, min(first_known_at) from links join core_dispute using (dispute_id) group by all order by 1
        """
    )
    con.unregister("links")
    return len(links)


def _root(dispute: str, same_as: Mapping[str, str]) -> str:
    while dispute in same_as:
        dispute = same_as[dispute]
    return dispute
