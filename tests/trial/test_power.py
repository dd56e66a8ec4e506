"""Power of the field trial, against a simulation of its own model."""

from dataclasses import replace

import numpy as np
import pytest

from models.trial.power import Wedge, power, smallest_found, standard_error

WEDGE = Wedge(clusters=136, steps=4, period_weeks=13, harms_per_year=700, between_sd=0.4)


def test_standard_error_is_that_of_the_design_fitted_to_made_up_data() -> None:
    """Generalised least squares with the true covariance, as the formula assumes."""
    wedge = replace(WEDGE, clusters=24)
    mean = wedge.harms_per_cell
    periods, clusters = wedge.periods, wedge.clusters
    start = 1 + np.arange(clusters) * wedge.steps // clusters
    x = (np.arange(periods)[None, :] >= start[:, None]).astype(float)
    design = np.concatenate([np.tile(np.eye(periods), (clusters, 1)), x.reshape(-1, 1)], axis=1)
    within = wedge.dispersion * mean * np.eye(periods) + (mean * wedge.between_sd) ** 2
    precision = np.kron(np.eye(clusters), np.linalg.inv(within))
    error = np.sqrt(np.linalg.inv(design.T @ precision @ design)[-1, -1]) / mean
    assert standard_error(wedge) == pytest.approx(error, rel=1e-6)


def test_power_grows_with_the_effect_the_outcomes_and_is_the_level_for_none() -> None:
    assert power(WEDGE, 0.0) == pytest.approx(0.025)
    assert power(WEDGE, 0.1) < power(WEDGE, 0.2) < power(replace(WEDGE, harms_per_year=2_000), 0.2)
    assert power(WEDGE, smallest_found(WEDGE)) == pytest.approx(0.8)
