"""Two years of disputes of two towns in a warehouse; their danger shows in threats and in one category.

two_towns()                   # the warehouse
matrix, labels = whole_matrix()
home_with_champion()          # a home around it: a model in use, one published week
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from features.cohort import history_mondays
from features.engine.matrix import Matrix, build_matrix
from features.labels import label_cohort
from models import weekly
from pipelines.city.capacity import Capacity
from pipelines.city.profile import Profile, load_profile
from pipelines.home import Home
from pipelines.warehouse.warehouse import open_warehouse
from tests.worlds.store import value_of, world

FIRST = datetime(2024, 1, 1, 9)
AS_OF = date(2025, 12, 29)
N_DISPUTES = 2400
TOWNSHIPS = (("530302001", "530302"), ("530321102", "530321"))


def quick_profile() -> Profile:
    """Qujing with few folds and draws, so that tests are quick."""
    qujing = load_profile("qujing")
    settings = qujing.settings
    quick = settings.backtest.model_copy(update={"folds": 3, "bootstrap": 50, "calibration_weeks": 20})
    return replace(
        qujing,
        settings=settings.model_copy(
            update={"backtest": quick, "capacity": Capacity(city=10), "watch_days": 30}
        ),
    )


def two_towns() -> Path:
    """The warehouse; read it only, or copy it."""
    return world(filled) / "warehouse.duckdb"


def whole_matrix() -> tuple[Matrix, pl.DataFrame]:
    """Matrix and labels of every Monday."""
    return value_of(matrix_and_labels)


def home_with_champion() -> Home:
    """A home with a first champion and one published week; read it only, or copy it."""
    return Home(world(crowned))


def new_home(folder: Path, until: date = AS_OF, origin: str = "simulated") -> Home:
    """A home of its own: around a copy of the two towns, or around ones whose records end on a day."""
    home = Home(folder)
    home.claim("qujing", origin)
    if until == AS_OF:
        home.warehouse.write_bytes(two_towns().read_bytes())
    else:
        fill(home.warehouse, until=until)
    return home


def filled(folder: Path) -> None:
    """Write the warehouse of two years."""
    fill(folder / "warehouse.duckdb")


def matrix_and_labels() -> tuple[Matrix, pl.DataFrame]:
    """Compute them anew."""
    profile = quick_profile()
    with open_warehouse(two_towns(), read_only=True) as con:
        matrix = build_matrix(con, profile, history_mondays(con, AS_OF))
        return matrix, label_cohort(con, profile, matrix.cohort)


def crowned(folder: Path) -> None:
    """Train the first model of a new home and publish a week with it."""
    home, profile = new_home(folder), quick_profile()
    assert weekly.train_champion_if_none(home, profile, AS_OF).version == "dispute-28d-v1"
    weekly.score_and_publish(home, profile, AS_OF)


def fill(path: Path, n: int = N_DISPUTES, until: date = AS_OF) -> None:
    """Write `n` disputes, their steps and harms into a new warehouse, all known before `until`."""
    rng = np.random.default_rng(11)
    days = np.sort(rng.integers(0, 725, n))
    registered = [FIRST + timedelta(days=int(day)) for day in days]
    category = rng.choice(["D1", "D2", "D4"], n, p=[0.3, 0.4, 0.3])
    threat = rng.random(n) < 0.2
    hazard = 0.02 + 0.10 * threat + 0.08 * (category == "D1")
    harmed = rng.random(n) < hazard
    place = rng.integers(0, 2, n)
    known = {"first_known_at": registered, "known_at": registered, "superseded_at": None, "file_id": "f1"}
    ids = [f"Q{number:05d}" for number in range(n)]
    disputes = pl.DataFrame(
        {"dispute_id": ids, "registered_at": registered, "category": category, "threat": threat}
        | {"area_code": [TOWNSHIPS[at][0] for at in place], "township_code": [TOWNSHIPS[at][0] for at in place]}
        | {"county_code": [TOWNSHIPS[at][1] for at in place], "channel": "grid", "tier": "township"}
        | {"relation": np.where(category == "D1", "spouse", "neighbour"), "violence": rng.random(n) < 0.1}
        | known
    )  # fmt: skip
    closed = _steps(ids, registered, rng.integers(20, 60, n), "E", event_type="closed", result="settled")
    harm = _steps(ids, registered, rng.integers(3, 50, n), "H", severity=1).filter(pl.Series(harmed))
    with open_warehouse(path) as con:
        _insert(con, "core_dispute", disputes, until)
        _insert(con, "core_dispute_event", closed, until)
        _insert(
            con, "core_outcome", harm.rename({"event_id": "outcome_id", "event_at": "occurred_at"}), until
        )
        con.execute("insert into intake_file values ('f1', 'made_up.csv', 'disputes', 'utf8', 1, 1, 0, 0, 0)")


def _steps(
    ids: list[str], registered: list[datetime], after: np.ndarray, mark: str, **rest: object
) -> pl.DataFrame:
    at = [moment + timedelta(days=int(days)) for moment, days in zip(registered, after, strict=True)]
    known = [moment + timedelta(days=2) for moment in at]
    frame = {"event_id": [f"{mark}{one}" for one in ids], "dispute_id": ids, "event_at": at} | rest
    return pl.DataFrame(
        frame | {"first_known_at": known, "known_at": known, "superseded_at": None, "file_id": "f1"}
    )


def _insert(con: object, table: str, frame: pl.DataFrame, until: date) -> None:
    known = frame.filter(pl.col("known_at") < datetime(until.year, until.month, until.day))
    con.register("rows", known)  # type: ignore[attr-defined]
    con.execute(f"insert into {table} by name select * from rows")  # type: ignore[attr-defined]
