"""Figures of every feature in a small simulated city: `python -m dagster_project.command.sample_city` writes `docs/feature_figures.csv`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from features.catalogue.dictionary_page import FIGURES, figures
from features.column_profile import describe_all
from features.labels import matured_until
from pipelines.city.profile import load_profile
from pipelines.home import Home
from pipelines.intake.intake import load_folder
from pipelines.simulator.city import simulate
from pipelines.warehouse.warehouse import data_until, open_warehouse

PROFILE, SCALE, WEEKS, SEED = "qujing", 0.1, 80, 1


def sample_figures(folder: Path) -> str:
    """Make the city in an empty folder, and tell its columns on the last Monday that has matured.

    Returns:
        The text of `docs/feature_figures.csv`.
    """
    profile, home = load_profile(PROFILE), Home(folder / "home")
    simulate(folder / "landing", profile, weeks=WEEKS, scale=SCALE, seed=SEED)
    load_folder(folder / "landing", profile, home)
    with open_warehouse(home.warehouse, read_only=True) as con:
        until = data_until(con)
        assert until is not None
        return figures(describe_all(con, profile, matured_until(until, profile)))


if __name__ == "__main__":
    with TemporaryDirectory() as scratch:
        FIGURES.write_text(sample_figures(Path(scratch)), encoding="utf-8")
