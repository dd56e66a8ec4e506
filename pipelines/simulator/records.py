"""What reaches the files of a week's disputes, steps and harms: late, with gaps, sometimes corrected.

Frames hold canonical column names; moments are minutes since the start, days are days since it, codes
are numbers in their lists, areas are rows of the profile. `known` is when the row could be known.
"""

import numpy as np
import polars as pl

from pipelines.simulator.cases import Cases
from pipelines.simulator.clock import end_of_month
from pipelines.simulator.parameters import DAY, FLAGS, NEXT_DOOR_NUMBERS, WEEK, Parameters
from pipelines.simulator.places import Places
from pipelines.simulator.random_keys import Floats, Keys, Stream, choose
from pipelines.simulator.vocabulary import codes, index_of, shares
from pipelines.simulator.world import Week, World

TIERS_OF_CHANNEL = {
    "window": {"village": 40, "township": 45, "county": 12, "city": 3},
    "grid": {"grid": 70, "village": 30},
    "hotline": {"county": 70, "city": 30},
    "snapshot": {"grid": 100},
    "court": {"county": 100},
    "police": {"township": 100},
    "other": {"village": 100},
}
"""Which tier takes a dispute in, in per cent by channel; assumed."""


def dispute_rows(world: World, lived: Week) -> pl.DataFrame:
    """One row per dispute taken in that week and version of it."""
    new, f = lived.new, world.figures
    written = world.dice.uniform(Stream.EVENT_DELAY, new.number)
    waited = world.dice.uniform(Stream.EVENT_DELAY, new.number, part=1)
    recorded = _entered(f, new.registered, written, waited)
    recorded = after_outage(world, recorded, world.places.townships.county[new.township], new.number)
    first = pl.DataFrame(
        {
            "number": new.number,
            "version": np.zeros(len(new), dtype=np.int64),
            "registered_at": new.registered,
            "recorded_at": recorded,
            "occurred_on": _occurred(world, new),
            "category": new.category,
            **_place(world, new),
            "channel": new.channel,
            "relation": new.relation,
            **_parties(world, new),
            **_counts(world, new),
            **_checklist(world, lived),
            "minor_involved": _below(world, new, 10, f.minor_share),
            "scale": _scale(world, new),
            "found_after_warning": (new.number >= NEXT_DOOR_NUMBERS) & world.marks_found,
            "due_at": new.registered // DAY * DAY + 30 * DAY + 18 * 60,
            "withdrawn_at": np.full(len(new), -1),
            "known": recorded,
        }
    ).with_columns(
        pl.when(_missing(world, new, 11, f.deadline_missing)).then(None).otherwise("due_at").alias("due_at"),
        pl.when(_missing(world, new, 12, f.occurred_missing))
        .then(None)
        .otherwise("occurred_on")
        .alias("occurred_on"),
        pl.when(pl.col("withdrawn_at") >= 0).then("withdrawn_at").alias("withdrawn_at"),
        pl.when(pl.col("recorded_at") > pl.col("registered_at")).then("recorded_at").alias("recorded_at"),
    )
    return pl.concat([first, _later_versions(world, new, first)])


def event_rows(world: World, lived: Week) -> pl.DataFrame:
    """One row per step taken that week."""
    steps = lived.steps
    n = len(steps["number"])
    key = steps["number"] * 64 + steps["kind"]
    u = world.dice.uniform(Stream.EVENT_DELAY, key, lived.week + 1)
    late = world.dice.uniform(Stream.EVENT_DELAY, key, lived.week + 1, part=1)
    recorded = np.maximum(_entered(world.figures, steps["at"], u, late), lived.week * WEEK)
    recorded = after_outage(world, recorded, world.places.townships.county[steps["township"]], key)
    return pl.DataFrame(
        {
            "number": lived.week * 10_000_000 + np.arange(n),
            "dispute": steps["number"],
            "event_at": steps["at"],
            "recorded_at": recorded,
            "event_type": steps["kind"],
            "tier": steps["tier"],
            "unit": steps["unit"],
            "result": steps["result"],
            "known": recorded,
        }
    )


def outcome_rows(world: World, lived: Week) -> pl.DataFrame:
    """One row per harm of that week that anybody reports."""
    harms, f = lived.harms, world.figures
    delay = np.exp(
        np.log(f.harm_delay_median_days)
        + f.harm_delay_sigma * world.dice.normal(Stream.HARM_DELAY, harms.number, lived.week)
    )
    recorded = harms.at + (delay * DAY).astype(np.int64)
    recorded = after_outage(world, recorded, world.places.townships.county[harms.township], harms.number)
    rows = pl.DataFrame(
        {
            "number": lived.week * 100_000 + np.arange(len(harms.number)),
            "dispute": harms.number,
            "occurred_at": harms.at,
            "recorded_at": recorded,
            "severity": harms.severity,
            "known": recorded,
        }
    )
    return rows.filter(pl.Series(harms.recorded))


def after_outage(world: World, recorded: Keys, county: Keys, key: Keys) -> Keys:
    """What one county would have entered during its outage is entered in the two days after it."""
    f = world.figures
    first = f.outage_week * WEEK + 2 * DAY
    last = first + f.outage_days * DAY
    delayed = (county == world.places.struck_county) & (recorded >= first) & (recorded < last)
    later = last + (world.dice.uniform(Stream.OUTAGE, key, part=1) * 2 * DAY).astype(np.int64)
    return np.where(delayed, later, recorded)


def _entered(figures: Parameters, happened: Keys, u: Floats, late: Floats) -> Keys:
    """When something is entered: mostly at once, some days later, or with the month's last batch."""
    at_once = happened + (late * 180).astype(np.int64)
    days_later = happened // DAY * DAY + DAY + (late * 3 * DAY).astype(np.int64)
    month_end = end_of_month(happened) + (late * 240).astype(np.int64)
    return np.where(
        u < figures.entered_at_once, at_once, np.where(u < 1 - figures.month_end_share, days_later, month_end)
    )


def _occurred(world: World, new: Cases) -> Keys:
    """The day of the quarrel: 55 % the same day, 90 % within a week, 3 % longer than a month ago."""
    u = world.dice.uniform(Stream.RECORD, new.number, part=1)
    v = world.dice.uniform(Stream.RECORD, new.number, part=2)
    ago = np.where(u < 0.55, 0, np.where(u < 0.90, 1 + v * 6, np.where(u < 0.97, 8 + v * 22, 31 + v * 90)))
    return new.registered // DAY - ago.astype(np.int64)


def _place(world: World, new: Cases) -> dict[str, Keys]:
    """The area as it was entered, at the tier that took the dispute in, or coarser."""
    places: Places = world.places
    mix = np.stack([shares("tier", TIERS_OF_CHANNEL[code]) for code in codes("channel")])
    tier = choose(world.dice.uniform(Stream.RECORD, new.number, part=3), mix[new.channel])
    grid = places.grid_row_of(new.village, world.dice.uniform(Stream.RECORD, new.number, part=4))
    row = np.where(tier == index_of("tier", "grid"), grid, places.village_rows[new.village])
    vague = world.dice.uniform(Stream.RECORD, new.number, part=5) < world.figures.place_missing
    county = places.county_rows[places.townships.county[new.township]]
    remote = vague & (tier == index_of("tier", "county"))
    row = np.where(remote, county, np.where(vague, places.townships.rows[new.township], row))
    return {"area": row, "tier": tier}


def _parties(world: World, new: Cases) -> dict[str, Keys]:
    """The pair, its order, and whether the two names were given at all."""
    swapped = _below(world, new, 6, 0.5)
    known = ~_below(world, new, 7, world.figures.parties_missing)
    return {"pair": np.where(known, new.pair, -1), "swapped": swapped}


def _counts(world: World, new: Cases) -> dict[str, pl.Series]:
    """People involved and the amount, with their gaps."""
    f = world.figures
    u = world.dice.uniform(Stream.RECORD, new.number, part=8)
    people = np.where(
        u < 0.72, 2, np.where(u < 0.93, 3 + (u * 1_000 % 3).astype(int), 6 + (u * 1_000 % 5).astype(int))
    )
    figures = list(world.city.categories.values())
    usual = np.array([c.amount_yuan for c in figures])[new.category]
    asked = np.array([c.has_amount for c in figures])[new.category]
    amount = (usual * np.exp(1.1 * world.dice.normal(Stream.RECORD, new.number, part=9))).round(-2) + 100
    given = world.dice.uniform(Stream.RECORD, new.number, part=13) < asked * (1 - f.amount_missing)
    counted = ~_below(world, new, 14, f.count_missing)
    frame = pl.DataFrame({"n": people, "y": amount, "given": given, "counted": counted}).select(
        n_parties=pl.when("counted").then("n"), amount_yuan=pl.when("given").then("y")
    )
    return {"n_parties": frame["n_parties"], "amount_yuan": frame["amount_yuan"]}


def _checklist(world: World, lived: Week) -> dict[str, pl.Series]:
    """The six ticks: not asked oftener where there is much to do or the matter was settled on the day."""
    new, f = lived.new, world.figures
    rate = world.places.townships.flag_unknown[new.township]
    rate = np.where(lived.week > f.new_form_week, rate * f.new_form_factor, rate)
    rate = np.where(new.closes < (new.registered // DAY + 1) * DAY, rate + f.flag_unknown_same_day, rate)
    rate = np.where(lived.week == f.new_form_week, f.new_form_unknown, rate)
    rate = np.where(world.thorough(new.township, lived.week), 0.0, rate)
    whole = 0.6 * rate
    single = (rate - whole) / (1 - whole)
    skipped = world.dice.uniform(Stream.RECORD, new.number, part=15) < whole
    ticks = {}
    for part, flag in enumerate(FLAGS):
        unasked = skipped | (world.dice.uniform(Stream.RECORD, new.number, part=20 + part) < single)
        u = world.dice.uniform(Stream.RECORD, new.number, part=30 + part)
        tick = np.where(new.flags[:, part], u >= f.flag_missed, u < f.flag_mistaken)
        ticks[flag] = pl.select(pl.when(pl.Series(~unasked)).then(pl.Series(tick))).to_series()
    return ticks


def _later_versions(world: World, new: Cases, first: pl.DataFrame) -> pl.DataFrame:
    """Corrected and withdrawn records, entered some days later."""
    f = world.figures
    u = world.dice.uniform(Stream.CORRECTION, new.number)
    days = 3 + (world.dice.uniform(Stream.CORRECTION, new.number, part=1) * 37).astype(np.int64)
    later = pl.col("known") + pl.Series(days * DAY)
    corrected = first.with_columns(
        recorded_at=later,
        known=later,
        version=pl.lit(1, dtype=pl.Int64),
        amount_yuan=pl.col("amount_yuan") * 1.5,
        withdrawn_at=pl.when(pl.Series(u < f.withdrawn_share)).then(later - 60),
        **{flag: pl.coalesce(flag, pl.Series(new.flags[:, part])) for part, flag in enumerate(FLAGS)},
    )
    return corrected.filter(pl.Series(u < f.withdrawn_share + f.corrected_share))


def _scale(world: World, new: Cases) -> Keys:
    """Individual, collective, and one in ten of those a major one."""
    share = world.figures.collective_share
    u = world.dice.uniform(Stream.RECORD, new.number, part=16)
    return (u < share).astype(np.int64) + (u < share / 10)


def _below(world: World, new: Cases, part: int, share: float) -> np.ndarray:
    return world.dice.uniform(Stream.RECORD, new.number, part=part) < share


def _missing(world: World, new: Cases, part: int, share: float) -> pl.Series:
    return pl.Series(_below(world, new, part, share))
