import numpy as np
import pytest

from models.trial.field_trial import LISTED_HARM_SHARE, PAGE, named_disputes_needed, page


def test_the_page_on_the_field_trial_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_so_many_disputes_find_the_effect_four_times_in_five() -> None:
    half = named_disputes_needed(0.3) // 2
    rng = np.random.default_rng(3)
    without, helped = (
        rng.binomial(half, share, 4_000) / half for share in (LISTED_HARM_SHARE, 0.7 * LISTED_HARM_SHARE)
    )
    error = np.sqrt((without * (1 - without) + helped * (1 - helped)) / half)
    assert ((without - helped) / error > 1.96).mean() == pytest.approx(0.8, abs=0.03)
