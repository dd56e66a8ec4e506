"""Erasing disputes everywhere under a home, and saying so (boundary 16); by request, or when they have aged out."""

import shutil
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock

from dagster_project.operations.city import City
from dashboards.decisions.store import DecisionStore
from pipelines.erasure.erase import aged_out, erase_from_parquet, erase_from_warehouse, hash_of
from pipelines.erasure.scrub import is_sqlite, scrub_sqlite, scrub_text, traces
from pipelines.errors import FengqiaoError
from pipelines.home import Home


def erase_dispute(city: City, dispute_id: str, reason: str) -> str:
    """Take a dispute out of everything under the home.

    Warehouse with all versions, features, every publication, backtest and trial, decisions, papers, logs,
    and what Dagster and MLflow keep. The week's papers are removed whole; `fengqiao brief` writes them again
    without it. The record of decisions keeps its chain and loses the content.

    Returns:
        The certificate: what was taken out of where, and that nothing under the home holds the number.

    Raises:
        FengqiaoError: a file under the home still holds the number afterwards.
    """
    taken = _erase(city.home, [dispute_id], datetime.now())
    return "\n".join(
        [
            f"certificate of erasure: {hash_of(dispute_id)}",
            f"reason: {reason}",
            *(f"{where}: {n}" for where, n in taken.items() if n),
            "no byte under the home holds the number, compressed files decoded",
        ]
    )


def age_out(city: City, now: datetime) -> str:
    """Erase every dispute closed longer ago than the profile keeps them; how many there were."""
    if not city.home.warehouse.exists():
        return "no warehouse yet"
    day = now.date() - timedelta(weeks=city.profile.settings.retention.closed_weeks)
    gone = aged_out(city.home.warehouse, day.isoformat())
    if gone:
        _erase(city.home, gone, now)
    return f"{len(gone)} disputes closed before {day} were erased"


def _erase(home: Home, dispute_ids: Collection[str], now: datetime) -> dict[str, int]:
    """Rows and places taken out, by where they were."""
    home.root.mkdir(parents=True, exist_ok=True)
    with FileLock(home.root / "intake.lock"):
        taken = _erase_from_files(home, dispute_ids)
        store = DecisionStore.of(home)
        taken["decisions"] = sum(store.erase(dispute_id, now) for dispute_id in dispute_ids)
        taken["papers"] = sum(1 for path in home.briefs.rglob("*") if path.is_file())
        shutil.rmtree(home.briefs, ignore_errors=True)
        left = traces(home.root, dispute_ids)
    if left:
        raise FengqiaoError(
            f"{left[0]} still holds a number after erasure; stop what has it open and erase again"
        )
    return taken


def _erase_from_files(home: Home, dispute_ids: Collection[str]) -> dict[str, int]:
    taken: dict[str, int] = {}
    if home.warehouse.exists():
        taken |= erase_from_warehouse(home.warehouse, dispute_ids)
    for folder in (home.features, home.published, home.backtests):
        for leftover in folder.rglob(".partial-*"):
            shutil.rmtree(leftover)
        files = [path for path in sorted(folder.rglob("*.parquet")) if not path.is_symlink()]
        taken[folder.name] = sum(erase_from_parquet(path, dispute_ids) for path in files)
    for name in ("dagster", "mlflow", "logs", "trials"):
        files = [path for path in sorted((home.root / name).rglob("*")) if path.is_file()]
        taken[name] = sum(_scrub(path, dispute_ids) for path in files)
    for leftover in home.root.glob("*.partial"):
        leftover.unlink()
    (home.root / "decisions.parquet").unlink(missing_ok=True)
    return taken


def _scrub(path: Path, dispute_ids: Collection[str]) -> int:
    if is_sqlite(path):
        return scrub_sqlite(path, dispute_ids)
    if path.suffix == ".parquet":
        return erase_from_parquet(path, dispute_ids)
    return scrub_text(path, dispute_ids) if path.suffix in {".log", ".json", ".txt", ".csv", ".yaml"} else 0
