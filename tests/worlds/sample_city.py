"""What the sample city of the feature dictionary gives: worked out once for each state of the code."""

from pathlib import Path
from tempfile import TemporaryDirectory

from dagster_project.command.sample_city import sample_figures
from tests.worlds.command import environment
from tests.worlds.store import value_of


def figures_of_sample_city() -> str:
    """The figures beside the dictionary's page, as the code of this checkout works them out."""
    return value_of(worked_out)


def worked_out() -> str:
    """Simulate the city and describe every entry anew."""
    with TemporaryDirectory() as folder, environment(FENGQIAO_KEY_FILE=Path(folder) / "pair.key"):
        return sample_figures(Path(folder))
