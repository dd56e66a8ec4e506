"""`docs/field_trial.md`: the size that a field trial needs, for one profile: `python -m models.trial.field_trial`."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import stats

from models.trial.power import Wedge, power, smallest_found
from pipelines.city.profile import load_profile
from pipelines.home import REPO

PAGE = REPO / "docs" / "field_trial.md"
PROFILE = "qujing"
DISPUTES_PER_YEAR = 33_600
"""[A] domain notes 4.1."""
HARM_SHARE = 0.02
"""[A] share of disputes with a harm within 90 days, domain notes 4.7."""
LISTED_HARM_SHARE, WITHIN_WEEKS = 0.069, 26
"""Of the disputes the list names, each named once, violent and on record so soon without help: `docs/trial/trial.md`, `ranking`."""
SOON_HARM_SHARE = 0.025
"""The same share within 28 days."""
ALL_PREVENTED = 43 / 1_124
"""Share of all outcomes that acting on the list prevents in the simulated trial."""
BETWEEN_SD = 0.35
"""[A] standard deviation over townships of the log rate of recorded harm: as much as reporting differs."""
EFFECTS = (0.1, 0.2, 0.3, 0.4)
CITIES = (1, 3, 10)
DESIGNS = ((4, 13), (8, 13), (12, 4))
"""Number of steps, and weeks per period."""

HEAD = """# A field trial · 实地试点

Written by `make docs` from `models/trial/field_trial.py`; do not edit.

`fengqiao trial` plays a simulated city, where what mediation does is an assumption. Only a field trial can tell what acting
on the list prevents. This page says how one would be done and how large it must be, before anybody runs one that cannot answer.
模拟中的调解效果是假设；真实效果只能由实地试点得出。本页说明试点的做法与所需规模。

## Design: a stepped wedge over townships

- The list is scored everywhere from the first day, and kept sealed where it is not acted on yet: nobody is worse off than
  today, since mediation by the usual queue goes on everywhere.
- The {townships} townships are drawn by lot, within county and urban or rural, into as many groups as there are steps. One group more
  begins to act at every step; at the end all do. Dates and the lot are published beforehand.
- Outcome: recorded physical violence of any severity, by anybody's report, entered by people who do not know whether the
  township acts. What came to light only because a warning sent somebody is marked (boundary 14) and left out of both sides.
- Two questions, decided on beforehand: (a) all outcomes of the township; (b) outcomes within {within} weeks among the disputes that the list
  named, each once, whether or not it was acted on there. (b) is the main one: help can only work where it is given. Within 28 days
  only {soon:.1%} turn violent on record, too few to tell anything; a longer time supposes that help lasts.
- Analysis: generalised linear mixed model, townships random, periods fixed; the power below is that of its linear form
  (Hussey and Hughes 2007), with counts widened by {dispersion:g} over Poisson.

## Power

Assumed: {harms:.0f} recorded outcomes a year in a city ({disputes:,} disputes, {share:.0%}); {capacity} disputes a week named by the list, {listed:.1%} of which would turn
violent on record within {within} weeks without help (simulated trial, `docs/trial/trial.md`), so {listed_harms:.0f} outcomes a year among them; a standard deviation of {sd:g} of the log rate between townships; two-sided level 5 %.

"Least effect" is the smallest share of outcomes prevented that is found with 80 % power.

"""


def page() -> str:
    """The text of the page in `docs/`."""
    profile = load_profile(PROFILE)
    townships = int((profile.areas["tier"] == "township").sum())
    capacity = profile.settings.capacity.city
    harms, listed = DISPUTES_PER_YEAR * HARM_SHARE, capacity * 52 * LISTED_HARM_SHARE
    usual = Wedge(clusters=townships, steps=4, period_weeks=13, harms_per_year=harms, between_sd=BETWEEN_SD)
    head = HEAD.format(
        townships=townships,
        dispersion=usual.dispersion,
        harms=harms,
        disputes=DISPUTES_PER_YEAR,
        share=HARM_SHARE,
        capacity=capacity,
        listed=LISTED_HARM_SHARE,
        within=WITHIN_WEEKS,
        soon=SOON_HARM_SHARE,
        listed_harms=listed,
        sd=BETWEEN_SD,
    )
    tables = [
        "\n".join([f"### {title}\n", *_table(replace(usual, harms_per_year=rate)), ""])
        for title, rate in (
            ("(a) All outcomes of a township", harms),
            ("(b) Outcomes among the disputes named", listed),
        )
    ]
    return head + "\n".join(
        [*tables, _by_lot(capacity), _verdict(replace(usual, harms_per_year=listed), capacity)]
    )


def _table(one_city: Wedge) -> Iterator[str]:
    yield (
        "| cities | steps x weeks | length, weeks | "
        + " | ".join(f"power at {e:.0%}" for e in EFFECTS)
        + " | least effect |"
    )
    yield "|---|---|---|" + "---|" * (len(EFFECTS) + 1)
    for cities in CITIES:
        for steps, weeks in DESIGNS:
            wedge = _of_cities(one_city, cities, steps, weeks)
            powers = " | ".join(f"{power(wedge, effect):.0%}" for effect in EFFECTS)
            yield f"| {cities} | {steps} x {weeks} | {wedge.periods * weeks} | {powers} | {smallest_found(wedge):.0%} |"


def _of_cities(one_city: Wedge, cities: int, steps: int, weeks: int) -> Wedge:
    return replace(
        one_city,
        clusters=one_city.clusters * cities,
        harms_per_year=one_city.harms_per_year * cities,
        steps=steps,
        period_weeks=weeks,
    )


def named_disputes_needed(effect: float, wanted: float = 0.8) -> int:
    """Disputes on the list, in both halves together, that are needed when a random draw decides for each whether it is acted on.

    Two shares compared, two-sided level 5 %.
    """
    p, q = LISTED_HARM_SHARE, LISTED_HARM_SHARE * (1 - effect)
    z = stats.norm.ppf(0.975) + stats.norm.ppf(wanted)
    return int(np.ceil(2 * z**2 * (p * (1 - p) + q * (1 - q)) / (p - q) ** 2))


def _weeks_of_naming(effect: float, capacity: int) -> float:
    """Weeks until enough disputes were listed, with twice the capacity listed per week."""
    return named_disputes_needed(effect) / (2 * capacity)


def _by_lot(capacity: int) -> str:
    rows = [
        f"| {effect:.0%} | {named_disputes_needed(effect):,} | {_weeks_of_naming(effect, capacity):.0f} |"
        for effect in EFFECTS
    ]
    return "\n".join(
        [
            "### (c) By lot between disputes\n",
            f"Where the office agrees, the list names {2 * capacity} disputes a week, twice what can be acted on, and a lot decides which half",
            f"gets the help. As many are helped as ever; some of the first {capacity} wait in favour of some of the second. This needs far fewer than any",
            f"wedge; the second {capacity} being less dangerous than the first, somewhat more than the table says.\n",
            f"| effect | disputes named | weeks of naming in one city, then {WITHIN_WEEKS} of waiting |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _verdict(listed: Wedge, capacity: int) -> str:
    alone = smallest_found(_of_cities(listed, 1, 4, 13))
    strong, usual = (_weeks_of_naming(effect, capacity) + WITHIN_WEEKS for effect in (0.4, 0.3))
    return f"""## What follows

- **One city alone cannot answer by a wedge.** Over {5 * 13} weeks it has 80 % power for an effect of {alone:.0%} or more among the disputes named. A wedge
  makes sense for a province ({CITIES[-1]} cities), or as the fair way to begin, with (c) inside it as the measurement.
- **All outcomes of a township tell nothing**: in the simulated trial acting on the list prevents {ALL_PREVENTED:.0%} of them, less than ten cities can find.
- **By lot between disputes, one city can answer** an effect of 40 % in about {strong:.0f} weeks, waiting included, and one of 30 % in about {usual:.0f}.
- Deaths cannot be the outcome: five to nine a year have a dispute on record [A]. A fall from 7 to 3 says nothing (p = 0.34).
- The trial needs an ethics board, consent of the parties to mediation as ever, and a rule to stop early for harm, looked at
  every quarter by somebody who does not run the office.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
