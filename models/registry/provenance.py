"""Provenance of a model: the digests of its code and of the files taken in."""

import hashlib
import json
from importlib.metadata import version

import duckdb

from pipelines.code_digest import code_digest


def data_hash(con: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over the hashes of every file that was taken in."""
    ids = con.execute("select file_id, table_name from intake_file order by all").fetchall()
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest()


def model_code_version() -> str:
    """The release and a digest of the code that makes models: training, backtest, features; no screen, page or simulator."""
    return _version_of("models.registry.candidate")


def publication_code_version() -> str:
    """The release and a digest of the code that makes a publication of a warehouse, models included."""
    return _version_of("models.weekly")


def _version_of(module: str) -> str:
    return f"{version('fengqiao')}+{code_digest(module)[:12]}"
