from datetime import date

import numpy as np

from pipelines.city.profile import Profile
from pipelines.simulator.seasons import START, plan_seasons
from pipelines.simulator.settings import city_figures


def week_of(day: date) -> int:
    return (day - START.date()).days // 7


def test_offices_rest_at_spring_festival_and_quarrels_do_not(qujing: Profile) -> None:
    seasons = plan_seasons(qujing, city_figures(qujing), 156)
    feast, usual = week_of(date(2025, 1, 30)), week_of(date(2025, 9, 10))
    neighbours = seasons.codes.index("D2")
    assert seasons.registrations[feast, neighbours] < 0.6 < seasons.registrations[usual, neighbours]
    assert seasons.registrations[feast + 2, neighbours] > 1.3
    assert seasons.hazard[feast] > 1.5 * seasons.hazard[usual]


def test_wages_are_quarrelled_over_at_the_turn_of_the_year_and_land_in_spring(qujing: Profile) -> None:
    seasons = plan_seasons(qujing, city_figures(qujing), 156)
    wages, land = seasons.codes.index("D5"), seasons.codes.index("D3")
    december, may = week_of(date(2023, 12, 15)), week_of(date(2023, 5, 17))
    assert np.isclose(seasons.registrations[december, wages] / seasons.registrations[may, wages], 1.8)
    assert np.isclose(seasons.registrations[may, land] / seasons.registrations[december, land], 1.4)


def test_a_longer_plan_begins_like_a_shorter_one(qujing: Profile) -> None:
    short, long = (plan_seasons(qujing, city_figures(qujing), weeks) for weeks in (60, 200))
    assert (long.hazard[: len(short.hazard)] == short.hazard).all()
    assert (long.registrations[: len(short.registrations)] == short.registrations).all()
