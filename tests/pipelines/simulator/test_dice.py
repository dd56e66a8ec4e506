import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.simulator.random_keys import Dice, Stream, choose
from tests.deep import examples


@settings(max_examples=examples(25), deadline=None)
@given(seed=st.integers(0, 2**31), week=st.integers(0, 5_000), order=st.permutations(range(50)))
def test_a_draw_depends_on_the_key_and_not_on_its_company(seed: int, week: int, order: list[int]) -> None:
    dice, keys = Dice(seed), np.arange(50)
    together = dice.uniform(Stream.HARM, keys, week)
    assert (dice.uniform(Stream.HARM, keys[order], week) == together[order]).all()
    assert dice.uniform(Stream.HARM, keys[7:8], week)[0] == together[7]


def test_draws_are_even_and_streams_weeks_and_keys_do_not_echo() -> None:
    dice, keys = Dice(1), np.arange(200_000)
    u = dice.uniform(Stream.HARM, keys, 5)
    others = [
        dice.uniform(Stream.HEAT, keys, 5),
        dice.uniform(Stream.HARM, keys, 6),
        dice.uniform(Stream.HARM, keys, 5, part=1),
        Dice(2).uniform(Stream.HARM, keys, 5),
        np.roll(u, 1),
    ]
    assert abs(np.histogram(u, 20, (0, 1))[0] / len(u) - 0.05).max() < 0.003
    assert max(abs(np.corrcoef(u, other)[0, 1]) for other in others) < 0.01


def test_choices_follow_their_shares_row_by_row() -> None:
    u = np.array([0.0, 0.24, 0.26, 0.99])
    assert choose(u, np.array([1.0, 3.0])).tolist() == [0, 0, 1, 1]
    assert choose(u, np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 1.0]])).tolist() == [0, 1, 0, 1]
