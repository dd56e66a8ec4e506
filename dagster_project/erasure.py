"""Erasing one dispute everywhere under a home, and saying so (boundary 16)."""

import shutil
from datetime import datetime

from dagster_project.resources import City
from dashboards.decisions import DecisionStore
from pipelines.erasure import erase_from_parquet, erase_from_warehouse, hash_of
from pipelines.errors import FengqiaoError


def erase_dispute(city: City, dispute_id: str, reason: str) -> str:
    """Take a dispute out of the warehouse, every publication and backtest, the decisions and the papers.

    The week's papers are removed whole; `fengqiao brief` writes them again without it. The record of
    decisions keeps its chain and loses the content.

    Returns:
        The certificate: what was taken out of where, and that no byte of the number is left.

    Raises:
        FengqiaoError: a file under the home still holds the number afterwards.
    """
    home = city.home
    lines = [f"certificate of erasure: {hash_of(dispute_id)}", f"reason: {reason}"]
    if home.warehouse.exists():
        lines += [
            f"{table}: {n} rows" for table, n in erase_from_warehouse(home.warehouse, dispute_id).items()
        ]
    for folder in (home.published, home.backtests):
        taken = sum(
            erase_from_parquet(path, dispute_id)
            for path in sorted(folder.rglob("*.parquet"))
            if not path.is_symlink()
        )
        lines.append(f"{folder.name}: {taken} rows")
    lines.append(f"decisions: {DecisionStore.of(home).erase(dispute_id, datetime.now())} entries")
    shutil.rmtree(home.briefs, ignore_errors=True)
    left = [
        path for path in home.root.rglob("*") if path.is_file() and dispute_id.encode() in path.read_bytes()
    ]
    if left:
        raise FengqiaoError(
            f"{left[0]} still holds the number after erasure; stop what has it open and erase again"
        )
    return "\n".join([*lines, "no byte under the home holds the number"])
