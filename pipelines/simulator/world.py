"""The made-up city, one week at a time: its state, a step, and what only the oracle knows on a Monday."""

from dataclasses import dataclass, field

import numpy as np

from pipelines.city.profile import Profile
from pipelines.simulator.arrivals import Arrivals
from pipelines.simulator.cases import Bools, Cases, Due, joined, none_of, take
from pipelines.simulator.clock import at_night, whole_days
from pipelines.simulator.dispute_steps import Steps
from pipelines.simulator.handling import Handling
from pipelines.simulator.hazard import HORIZON_WEEKS, HazardModel
from pipelines.simulator.parameters import DAY, NEXT_DOOR_NUMBERS, WEEK, Parameters
from pipelines.simulator.places import Places, make_places
from pipelines.simulator.random_keys import Dice, Floats, Keys, Stream
from pipelines.simulator.seasons import Seasons, plan_seasons
from pipelines.simulator.settings import CityFigures, city_figures
from pipelines.simulator.vocabulary import index_of


@dataclass(frozen=True)
class Harms:
    """Harms of a week: the dispute, the moment, the severity, whether anybody reports it.

    `found_by_visit` are those recorded only because somebody was sent to the dispute before. `expected` is the sum of
    the hazards of all disputes but those registered because of a visit next door.
    """

    number: Keys
    at: Keys
    severity: Keys
    recorded: Bools
    found_by_visit: Bools
    township: Keys
    category: Keys
    expected: float


@dataclass(frozen=True)
class Week:
    """What happened in a week: the disputes taken in, the steps, the harms, and all disputes followed.

    `matter` is, for each new dispute, the number of the dispute that it is a second record of; its own
    number where it is none.
    """

    week: int
    new: Cases
    matter: Keys
    steps: dict[str, Keys]
    harms: Harms
    cases: Cases


@dataclass
class World:
    """The city's hidden truth and its state.

    `marks_found` says whether clerks mark what was found only because somebody was sent there (boundary 14).
    `cases`, `due` and `next_number` are the state, and change with every step; the rest follows from profile,
    scale and seed.
    """

    figures: Parameters
    city: CityFigures
    places: Places
    seasons: Seasons
    model: HazardModel
    dice: Dice
    arrivals: Arrivals
    handling: Handling
    watch_days: int
    marks_found: bool = True
    cases: Cases = field(default_factory=lambda: none_of(Cases))
    due: Due = field(default_factory=lambda: none_of(Due))
    next_number: int = 1

    def thorough(self, township: Keys, week: int) -> Bools:
        """Whether everything is recorded there by then."""
        struck = self.places.townships.county[township] == self.places.struck_county
        return struck & (week >= self.figures.thorough_week)


def make_world(
    profile: Profile, weeks: int, scale: float = 1.0, seed: int = 1, figures: Parameters | None = None
) -> World:
    """The city before its first week; `weeks` only says how far its calendar must reach."""
    figures = figures or Parameters()
    city = city_figures(profile)
    dice = Dice(seed)
    seasons = plan_seasons(profile, city, weeks)
    places = make_places(profile, seasons.codes, dice, figures)
    model = HazardModel(figures)
    arrivals = Arrivals(figures, city, places, seasons, model, dice, scale)
    at_home = [index_of("relation", code) for code in profile.settings.domestic_relations]
    family = [at for at, code in enumerate(city.categories) if code in profile.family_categories()]
    handling = Handling(
        figures, places, arrivals, dice, np.array(at_home, dtype=np.int64), np.array(family, dtype=np.int64)
    )
    watch = profile.settings.watch_days
    return World(figures, city, places, seasons, model, dice, arrivals, handling, watch)


def step(world: World, week: int, attended: Keys | None = None) -> Week:
    """Live through one week.

    Args:
        world: the city as it stands on that week's Monday; its state is moved on.
        week: weeks since the start; steps must be taken in order.
        attended: numbers of the disputes that get an early mediation that Monday.
    """
    world.cases = take(world.cases, _still_followed(world, week))
    steps = Steps(world.places)
    next_door = none_of(Cases)
    if attended is not None and len(attended):
        chosen = np.isin(world.cases.number, attended)
        next_door = _next_door(world, take(world.cases, chosen & ~world.cases.attended), week)
        world.cases = world.handling.attended(world.cases, chosen, week, steps)
    new, matter = _register(world, week, steps)
    world.handling.taken_in(next_door, steps)
    new, matter = joined(new, next_door), np.concatenate([matter, next_door.number])
    world.cases = joined(world.cases, new)
    cases = world.cases
    harms, harmed = _harms(world, week)
    heard = world.places.townships.detection[cases.township].clip(0.3, 1.3)
    heard = np.where(world.thorough(cases.township, week), 1.3, heard)
    world.handling.incidents(cases, heard, week, steps)
    _reported_blows(world, harms, harmed, week, steps)
    world.cases = world.handling.moved(cases, harmed, week, steps)
    return Week(week, new, matter, steps.columns(), harms, cases)


def true_hazards(world: World, week: int) -> tuple[Keys, Floats]:
    """For the disputes at risk on the Monday after that week: number and true probability of harm.

    The probability is that of at least one harm in the four weeks that begin on that Monday, given
    everything that is true by then, if nobody attends to the dispute early.
    """
    moment = (week + 1) * WEEK
    cases = take(world.cases, world.cases.at_risk(moment, world.watch_days))
    scale = cases.constant * cases.comfort * world.model.calming((moment - cases.registered) / WEEK)
    probability = world.model.over_horizon(
        scale,
        cases.phase,
        cases.heat,
        whole_days(moment - cases.opened),
        cases.kind,
        world.seasons.hazard[week + 1 : week + 1 + HORIZON_WEEKS],
    )
    return cases.number, probability


def _next_door(world: World, attended: Cases, week: int) -> Cases:
    """What is registered because these were attended to; it brings no later registrations of its own."""
    due = world.arrivals.next_door(attended, week)
    return world.arrivals.registered(due, due.pair, week)


def _still_followed(world: World, week: int) -> Bools:
    """Open, or closed not much longer ago than the watch and the horizon together."""
    reach = (world.watch_days + 7 * (HORIZON_WEEKS + 1)) * DAY
    return world.cases.is_open | (world.cases.closed > week * WEEK - reach)


def _register(world: World, week: int, steps: Steps) -> tuple[Cases, Keys]:
    """Take in the week's disputes; what follows within the same week is taken in too."""
    end = (week + 1) * WEEK
    this_week = world.due.registered < end
    due = joined(world.arrivals.fresh(week, world.next_number), take(world.due, this_week))
    world.due = take(world.due, ~this_week)
    new, matter = none_of(Cases), np.zeros(0, dtype=np.int64)
    for last_round in (False, True):
        number = world.next_number + np.arange(len(due.registered))
        world.next_number += len(number)
        arrived = world.arrivals.registered(due, number, week)
        _registered_again(due, arrived, steps)
        new = joined(new, arrived)
        matter = np.concatenate([matter, np.where(due.matter >= 0, due.matter, number)])
        following = world.arrivals.to_follow(arrived, due)
        soon = (following.registered < end) & (not last_round)
        world.due = joined(world.due, take(following, ~soon))
        due = take(following, soon)
    world.handling.taken_in(new, steps)
    return new, matter


def _registered_again(due: Due, arrived: Cases, steps: Steps) -> None:
    """The earlier dispute of the pair is told of the new one."""
    earlier = due.origin >= 0
    if earlier.any():
        before = arrived.with_columns(number=due.origin)
        steps.add("reregistered", before, arrived.registered + 15, earlier & (due.matter < 0))


def _harms(world: World, week: int) -> tuple[Harms, Bools]:
    """Who is harmed this week, when, how badly, and whether it will be on record."""
    f, cases, dice = world.figures, world.cases, world.dice
    monday = week * WEEK
    since = np.maximum(cases.registered + 60, monday)
    share = ((monday + WEEK - since) / WEEK).clip(0, 1)
    age = (monday - cases.registered) / WEEK
    rate = cases.constant * cases.comfort * world.model.calming(age) * world.seasons.hazard[week]
    rate = rate * world.model.now(cases.phase, cases.heat, whole_days(monday - cases.opened)) * share
    chance = 1 - np.exp(-rate)
    harmed = dice.uniform(Stream.HARM, cases.number, week) < chance
    who = take(cases, harmed)
    u = dice.uniform(Stream.HARM_TIME, who.number, week)
    clock = dice.uniform(Stream.HARM_CLOCK, who.number, week, part=2)
    badly = dice.uniform(Stream.HARM_SEVERITY, who.number, week)
    heard = np.where(world.places.townships.silent[who.township], f.harm_recorded_silent, f.harm_recorded)
    heard = np.where(world.thorough(who.township, week), 1.0, heard)
    seen = np.where(who.attended | (who.number >= NEXT_DOOR_NUMBERS), world.city.attending.harm_recorded, 0.0)
    severity = 1 + (badly < f.severity_light_injury).astype(np.int64) + (badly < f.severity_death)
    at = at_night(since[harmed], np.full(len(who), monday + WEEK), u, clock)
    luck = dice.uniform(Stream.HARM_RECORDED, who.number, week)
    found_by_visit = (luck >= heard) & (luck < seen)
    expected = float(chance[cases.number < NEXT_DOOR_NUMBERS].sum())
    recorded = (luck < heard) | found_by_visit
    return Harms(
        who.number, at, severity, recorded, found_by_visit, who.township, who.category, expected
    ), harmed


def _reported_blows(world: World, harms: Harms, harmed: Bools, week: int, steps: Steps) -> None:
    """Half of the harms on record also show among the steps of the dispute."""
    who = take(world.cases, harmed)
    is_reported = harms.recorded & (world.dice.uniform(Stream.INCIDENT, who.number, week, part=5) < 0.5)
    steps.add("violence_reported", who, np.minimum(harms.at + 60, (week + 1) * WEEK - 1), is_reported)
