from collections.abc import Callable

import numpy as np
import pytest

from pipelines.city.profile import Profile
from pipelines.simulator.parameters import FLAGS, NEXT_DOOR_NUMBERS, WEEK
from pipelines.simulator.vocabulary import index_of
from pipelines.simulator.world import Week, World, make_world, step, true_hazards

SCALE, WEEKS, FIRST = 0.3, 108, 30


def lived_through(profile: Profile, weeks: int, scale: float, seed: int) -> tuple[World, list[Week]]:
    world = make_world(profile, weeks, scale, seed)
    return world, [step(world, week) for week in range(weeks)]


@pytest.fixture(scope="module")
def seen(qujing: Profile) -> tuple[np.ndarray, np.ndarray, list[Week]]:
    """True probabilities and what came of them, over all Mondays with a known future; and the weeks."""
    world = make_world(qujing, WEEKS, SCALE, seed=11)
    weeks, recorded = [], {}
    for week in range(WEEKS):
        weeks.append(step(world, week))
        recorded[week + 1] = true_hazards(world, week)
    number = np.concatenate([w.harms.number for w in weeks])
    at = np.concatenate([w.harms.at for w in weeks])
    probability, happened = [], []
    for monday in range(FIRST, WEEKS - 3):
        soon = number[(at >= monday * WEEK) & (at < (monday + 4) * WEEK)]
        probability.append(recorded[monday][1])
        happened.append(np.isin(recorded[monday][0], soon))
    return np.concatenate(probability), np.concatenate(happened), weeks


def test_the_oracle_is_as_good_as_it_may_be(seen: tuple) -> None:
    from sklearn.metrics import roc_auc_score

    probability, happened, _ = seen
    assert 0.745 < roc_auc_score(happened, probability) < 0.81


def test_the_true_probability_means_what_it_says(seen: tuple) -> None:
    probability, happened, _ = seen
    assert probability.sum() / happened.sum() == pytest.approx(1, abs=0.12)
    for part in np.array_split(np.argsort(probability), 4):
        assert probability[part].mean() == pytest.approx(happened[part].mean(), rel=0.3)


def test_violence_is_as_rare_as_the_card_says(seen: tuple) -> None:
    _, happened, weeks = seen
    assert 0.0055 < happened.mean() < 0.009
    first_harm: dict[int, int] = {}
    for week in weeks:
        first_harm |= {
            n: a for n, a in zip(week.harms.number, week.harms.at, strict=True) if n not in first_harm
        }
    early = [w.new for w in weeks[FIRST : WEEKS - 13]]
    soon = [
        first_harm.get(n, 10**12) - r < 90 * 1_440
        for new in early
        for n, r in zip(new.number, new.registered, strict=True)
    ]
    assert 0.016 < np.mean(soon) < 0.024


def test_volumes_are_those_of_the_card(seen: tuple) -> None:
    probability, _, weeks = seen
    a_year = sum(len(w.new) for w in weeks[13:]) / (WEEKS - 13) * 52.18 / SCALE
    assert a_year == pytest.approx(33_600, rel=0.04)
    assert len(probability) / (WEEKS - 3 - FIRST) / SCALE == pytest.approx(9_700, rel=0.08)
    severity = np.concatenate([w.harms.severity for w in weeks])
    assert set(severity) <= {1, 2, 3}
    assert 0.03 < (severity > 1).mean() < 0.12


def test_second_records_and_repeats_are_there_in_their_shares(seen: tuple) -> None:
    _, _, weeks = seen
    new = [w.new for w in weeks[52:]]
    number, pair, repeats = (
        np.concatenate([getattr(n, f) for n in new]) for f in ("number", "pair", "repeats")
    )
    matter = np.concatenate([w.matter for w in weeks[52:]])
    assert 0.03 < (matter != number).mean() < 0.05
    assert 0.04 < ((pair != number) & (matter == number)).mean() < 0.09
    assert (repeats[(pair == number)] == 0).all()


def test_the_first_weeks_are_the_same_however_many_follow(qujing: Profile) -> None:
    _, short = lived_through(qujing, 6, 0.1, seed=5)
    _, long = lived_through(qujing, 9, 0.1, seed=5)
    for a, b in zip(short, long, strict=False):
        assert (a.new.number == b.new.number).all()
        assert (a.new.constant == b.new.constant).all()
        assert all((a.steps[name] == b.steps[name]).all() for name in a.steps)
        assert (a.harms.at == b.harms.at).all()


def live_attending(
    profile: Profile, choose: Callable[[World], np.ndarray]
) -> tuple[set[int], set[int], set[int]]:
    """Numbers attended to, harmed, and registered, over 26 weeks."""
    world = make_world(profile, 26, 0.5, seed=7)
    attended: set[int] = set()
    harmed: set[int] = set()
    registered: set[int] = set()
    for week in range(26):
        chosen = choose(world)
        attended |= set(chosen.tolist())
        lived = step(world, week, chosen)
        harmed |= set(lived.harms.number.tolist())
        registered |= set(lived.new.number.tolist())
    return attended, harmed, registered


def test_attending_early_spares_some_and_changes_nobody_elses_luck(qujing: Profile) -> None:
    def nobody(world: World) -> np.ndarray:
        return np.zeros(0, dtype=np.int64)

    def half(world: World) -> np.ndarray:
        return world.cases.number[(world.cases.number % 2 == 0) & (world.cases.comfort == 1)]

    _, without, registered = live_attending(qujing, nobody)
    attended, with_help, same = live_attending(qujing, half)
    ordinary = {number for number in same if number < NEXT_DOOR_NUMBERS}
    assert ordinary == registered
    assert len(ordinary) < len(same) < 1.3 * len(ordinary)
    assert {number for number in with_help - attended if number < NEXT_DOOR_NUMBERS} == without - attended
    assert len(with_help & attended) < 0.8 * len(without & attended)


def violent_at_home(world: World, profile: Profile) -> set[int]:
    """Disputes with signs of violence between spouses, former partners or kin, or in family matters of unknown relation."""
    home = [index_of("relation", code) for code in profile.settings.domestic_relations]
    cases = world.cases
    families = [at for at, code in enumerate(world.city.categories) if code in profile.family_categories()]
    unknown = (cases.relation == index_of("relation", "unknown")) & np.isin(cases.category, families)
    signs = cases.flags[:, [FLAGS.index(name) for name in ("threat", "violence", "weapon", "fear")]].any(
        axis=1
    )
    return set(cases.number[(np.isin(cases.relation, home) | unknown) & signs])


def test_attended_disputes_get_their_steps_and_a_lower_true_hazard(qujing: Profile) -> None:
    helped, other = (make_world(qujing, 12, 0.2, seed=2) for _ in range(2))
    for week in range(10):
        step(helped, week)
        step(other, week)
    chosen = helped.cases.number[helped.cases.is_open][:200]
    lived = step(helped, 10, chosen)
    step(other, 10)
    assert set(chosen) <= set(lived.steps["number"])
    kinds = {name: index_of("event_type", name) for name in ("mediation", "visit")}
    at_home = violent_at_home(helped, qujing)
    reported = {
        name: set(lived.steps["number"][lived.steps["kind"] == kind]) & set(chosen)
        for name, kind in kinds.items()
    }
    assert at_home & set(chosen) <= reported["visit"]
    assert set(chosen) - at_home <= reported["mediation"]
    with_help, without = (dict(zip(*true_hazards(world, 10), strict=True)) for world in (helped, other))
    lower = [with_help[n] < without[n] for n in chosen if n in with_help and n in without]
    assert 0.5 < np.mean(lower) < 0.95
