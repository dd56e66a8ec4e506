"""Debian's PostgreSQL, started in a folder of its own by a user who is not root, and stopped again."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


def programs() -> Path | None:
    """The folder of the newest installed server, or None."""
    initdbs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return initdbs[-1].parent if initdbs else None


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """A server that listens on a socket in its folder alone; yields its address without a database."""
    folder = Path(tempfile.mkdtemp(prefix="fengqiao-postgres-"))
    data, user = folder / "data", _user()
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [bin_folder / program, *arguments],
            user=user,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    run("initdb", "-D", str(data), "-U", "fengqiao", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
    run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://fengqiao@/{{database}}?host={folder}"
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(address: str, name: str) -> str:
    """An empty database of that name on the server; its URL."""
    engine = sa.create_engine(address.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as con:
        con.exec_driver_sql(f'create database "{name}"')
    engine.dispose()
    return address.format(database=name)


def _user() -> str | None:
    """Who runs it: whoever runs the tests, or Debian's own user where that is root, which it refuses."""
    return "postgres" if os.geteuid() == 0 else None
