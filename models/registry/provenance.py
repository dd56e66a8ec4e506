"""What a model was made by and from: the digest of the code and of the files taken in."""

import hashlib
import json
from functools import cache
from importlib.metadata import version

import duckdb

from pipelines.home import REPO

_SOURCE_FLOORS = ("pipelines", "features", "models")


def data_hash(con: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over the hashes of every file that was taken in."""
    ids = con.execute("select file_id, table_name from intake_file order by all").fetchall()
    return hashlib.sha256(json.dumps(ids).encode()).hexdigest()


@cache
def code_version() -> str:
    """The release and a digest of the code that turns files into warnings, whatever git knows of it."""
    digest = hashlib.sha256()
    for floor in _SOURCE_FLOORS:
        for path in sorted((REPO / floor).rglob("*.py")):
            digest.update(path.relative_to(REPO).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version('fengqiao')}+{digest.hexdigest()[:12]}"
