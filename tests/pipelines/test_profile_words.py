"""Names of a profile's units are looked at without the names of its places."""

import pytest

from pipelines.mapping.profile_words import _without_places

PLACES = frozenset(["信访乡", "信访", "南城", "城南镇"])


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("信访乡调委会", " 调委会"),
        ("信访局", " 局"),
        ("南城南镇司法所", "南 司法所"),
        ("南城南城所", "  所"),
        ("信", "信"),
        ("", ""),
    ],
)
def test_places_are_taken_out_the_longest_first(name: str, left: str) -> None:
    assert _without_places(name, PLACES, [3, 2]) == left
