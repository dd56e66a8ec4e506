"""Domestic violence is indicated by more than blows (boundary 12): between whom, by which sign, known when."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from features.cohort import at_risk
from pipelines.city.profile import Profile, load_profile
from pipelines.warehouse.warehouse import open_warehouse

QUJING = load_profile("qujing")
MONDAY = date(2025, 2, 3)
FAMILY = [("spouse", "D4"), ("ex_partner", "D0"), ("kin", "D3"), ("unknown", "D1"), (None, "D1")]
OTHERS = [("neighbour", "D1"), ("debt", "D4"), ("unknown", "D2"), (None, "D6")]
TICKS = ("violence", "weapon", "threat", "fear")
STEPS = ("violence_reported", "threat_reported")


def flagged(
    relation: str | None,
    category: str,
    tick: str | None = None,
    step: str | None = None,
    harm: bool = False,
    known: str = "2025-02-01",
    profile: Profile = QUJING,
) -> bool:
    with open_warehouse(":memory:") as con:
        con.execute(
            "insert into core_dispute (dispute_id, registered_at, category, relation, area_code, first_known_at, known_at, file_id)"
            " values ('d', '2025-01-01', $1, $2, '5303', '2025-01-01', '2025-01-01', 'f')",
            [category, relation],
        )
        if tick:
            con.execute(f"update core_dispute set {tick} = true")
        if step:
            con.execute(
                "insert into core_dispute_event (event_id, dispute_id, event_at, event_type, first_known_at, known_at, file_id)"
                " values ('e', 'd', '2025-01-05', $1, $2, $2, 'f')",
                [step, known],
            )
        if harm:
            con.execute(
                "insert into core_outcome (outcome_id, dispute_id, occurred_at, severity, first_known_at, known_at, file_id)"
                " values ('h', 'd', '2025-01-05', 1, $1, $1, 'f')",
                [known],
            )
        return at_risk(con, profile, [MONDAY])["is_domestic"].item()


@pytest.mark.parametrize(("who", "tick"), list(product(FAMILY, TICKS)))
def test_every_sign_at_intake_indicates_it_in_a_family(who: tuple[str | None, str], tick: str) -> None:
    assert flagged(*who, tick=tick)


@pytest.mark.parametrize(("who", "step"), list(product(FAMILY, STEPS)))
def test_every_sign_reported_later_indicates_it(who: tuple[str | None, str], step: str) -> None:
    assert flagged(*who, step=step)
    assert not flagged(*who, step=step, known="2025-02-03")


@pytest.mark.parametrize("who", FAMILY)
def test_a_recorded_harm_indicates_it_and_a_family_matter_alone_does_not(who: tuple[str | None, str]) -> None:
    assert flagged(*who, harm=True)
    assert not flagged(*who, harm=True, known="2025-02-03")
    assert not flagged(*who)
    assert not flagged(*who, tick="alcohol")
    assert not flagged(*who, step="mediation")


@pytest.mark.parametrize(("who", "tick"), list(product(OTHERS, TICKS)))
def test_no_sign_makes_other_quarrels_domestic(who: tuple[str | None, str], tick: str) -> None:
    assert not flagged(*who, tick=tick, step="violence_reported", harm=True)


def test_which_categories_are_of_the_family_is_read_from_their_names_or_set() -> None:
    assert QUJING.family_categories() == ["D1"]
    named = QUJING.settings.model_copy(update={"domestic_categories": ("D2",)})
    assert replace(QUJING, settings=named).family_categories() == ["D2"]
    assert flagged("unknown", "D2", tick="fear", profile=replace(QUJING, settings=named))
    nobody = QUJING.settings.model_copy(update={"domestic_relations": ()})
    assert replace(QUJING, settings=nobody).family_categories() == []
    assert not flagged("unknown", "D1", tick="fear", profile=replace(QUJING, settings=nobody))
