"""Making of a candidate model: history, backtest, training, registration, in this order; or the backtest alone."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from features.catalogue.catalogue import catalogue_hash
from models.backtesting.backtest import Backtest, run_backtest, save_backtest
from models.counts.demand.reporting import reporting
from models.counts.shared.families_evidence import Families
from models.counts.train_families import make_families
from models.escalation.matured_history import matured_history, matured_rows, too_few, too_short, with_features
from models.escalation.training import train
from models.escalation.training_set import TooLittleToLearn
from models.progress import Progress, silent
from models.registry.frequent_reasons import frequent_reasons
from models.registry.provenance import data_hash, model_code_version
from models.registry.registry import Provenance, Registered, register
from models.registry.version_artifacts import VersionArtifacts
from models.scope import BACKTEST_ONLY, WHOLE, Scope
from models.wording import Message, message
from pipelines.city.profile import Profile
from pipelines.errors import FengqiaoError
from pipelines.home import Home, origin_of
from pipelines.warehouse.warehouse import open_warehouse


@dataclass(frozen=True)
class Candidate:
    """A registered version and its backtest."""

    registered: Registered
    backtest: Backtest


def make_candidate(
    home: Home, profile: Profile, as_of: date, progress: Progress = silent, scope: Scope = WHOLE
) -> Candidate | Message:
    """A version trained and backtested on everything matured by a day, registered as challenger.

    Args:
        home: read, and its registry written.
        profile: of the home.
        as_of: the day.
        progress: called with how far it is.
        scope: what no promotion is decided on may be left out.

    Returns:
        The candidate, or why none could be made.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        short = too_short(con, profile.settings.needs.history_weeks, as_of)
        if short is not None:
            return short
        signed = signature(con, home, profile, as_of)
        matured_part = matured_rows(con, profile, as_of)
        few = too_few(con, profile, as_of, matured_part.labels)
        if few is not None:
            return few
        history = with_features(con, profile, as_of, matured_part, home.root, progress)
        families = make_families(con, profile, as_of, progress) if scope.families else Families()
        recorded = reporting(con, profile, as_of)
    backtest = run_backtest(history, profile, as_of, progress, scope, recorded)
    if backtest is None:
        return message("no_fold")
    progress("training on everything matured", 0.95)
    try:
        trained = train(history, profile, as_of)
    except TooLittleToLearn as problem:
        return message("cannot_learn", why=problem)
    artifacts = VersionArtifacts(
        backtest=backtest,
        folder=save_backtest(home, backtest, as_of, families.files()).name,
        reasons=frequent_reasons(trained, history.matrix, backtest.predictions, profile),
        families=families,
        pictures=scope.pictures,
    )
    return Candidate(register(home, profile, trained, signed, artifacts), backtest)


def backtest_and_save(home: Home, profile: Profile, as_of: date, progress: Progress = silent) -> Path:
    """Backtest every family on everything matured by a day and write HOME/backtests; nothing is registered.

    Raises:
        FengqiaoError: history is too short for a single fold.
    """
    with open_warehouse(home.warehouse, read_only=True) as con:
        history = matured_history(con, profile, as_of, home.root, progress)
        families = make_families(con, profile, as_of, progress, BACKTEST_ONLY)
        recorded = reporting(con, profile, as_of)
    backtest = run_backtest(history, profile, as_of, progress, recorded=recorded)
    if backtest is None:
        raise FengqiaoError(f"{home.root}: no fold has weeks and outcomes enough to learn from by {as_of}")
    return save_backtest(home, backtest, as_of, families.files())


def signature(con: duckdb.DuckDBPyConnection, home: Home, profile: Profile, as_of: date) -> Provenance:
    """The provenance of a model that would be trained now."""
    return Provenance(
        profile=profile.name,
        origin=origin_of(home),
        catalogue_hash=catalogue_hash(),
        trained_as_of=as_of,
        data_hash=data_hash(con),
        code_version=model_code_version(),
    )
