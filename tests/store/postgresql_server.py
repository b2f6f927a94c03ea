"""A PostgreSQL server of the tests' own, in a temporary folder, reached through a socket there; nothing else is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

ADMINISTRATOR = "postgres"
# Tests need no data to outlive the server, and a small machine need not give it much.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "60",
}


class NoPostgreSQL(Exception):
    """A server cannot be started here; the message says why."""


class PostgreSQL:
    """A running server, and new databases in it.

    Args:
        folder: where its socket is.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """The URL of an empty database, gone afterwards."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            query = {"host": str(self._folder)}
            url = URL.create("postgresql+psycopg", ADMINISTRATOR, database=name, query=query)
            yield url.render_as_string(hide_password=False)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """Run a statement as the server's administrator."""
        with psycopg.connect(
            host=str(self._folder), user=ADMINISTRATOR, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[PostgreSQL]:
    """Start a server and stop it at the end. Raises NoPostgreSQL."""
    programs = _programs()
    # The server refuses to run as root. The path of a socket may have some hundred letters, so the folder stands in /tmp.
    account = ADMINISTRATOR if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir="/tmp"))
    try:
        if account:
            try:
                shutil.chown(folder, account)
            except LookupError:
                raise NoPostgreSQL(f"PostgreSQL does not run as root, and there is no user {account}") from None
        data = folder / "data"
        settings = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        settings += f" -c unix_socket_directories='{folder}'"

        def run(program: str, *arguments: str | Path) -> None:
            done = subprocess.run(
                [programs / program, "-D", data, *arguments],
                user=account,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                # Not a pipe: the server inherits it and would keep it open.
                stdout=(folder / "said").open("ab"),
                stderr=subprocess.STDOUT,
                check=False,
            )
            if done.returncode:
                raise RuntimeError(f"{program} failed: {(folder / 'said').read_text(errors='replace')}")

        run(
            "initdb", "--username", ADMINISTRATOR, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"
        )
        run("pg_ctl", "--wait", "--timeout", "120", "--log", folder / "log", "--options", settings, "start")
        try:
            yield PostgreSQL(folder)
        finally:
            run("pg_ctl", "--wait", "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest server's programs. Raises NoPostgreSQL."""
    if os.name == "nt":
        raise NoPostgreSQL("the tests start a PostgreSQL server on Unix alone")
    on_path = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not on_path and not installed:
        raise NoPostgreSQL("no PostgreSQL server is installed (Debian's package is 'postgresql')")
    return Path(on_path).parent if on_path else installed[-1].parent
