"""Open the database: SQLite in a per-user folder by default, or the file or URL given; brought to this version's tables.

A module adds tables by declaring them on `Base`, with a migration script of its own in `migrations/versions` that
names the newest one before it as `down_revision`; `tests/store/test_database.py` holds the two against each other.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import platformdirs
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic_core import from_json
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

DATABASE_VARIABLE = "ASSISTANT_DATABASE"
APPLICATION = "essay-practice-assistant"
FILE_NAME = "assistant.sqlite"
BUSY_SECONDS = 15
"""How long one writer waits for another before it gives up; a write takes milliseconds."""
CONNECT_SECONDS = 10
"""How long a server may take to answer."""
POSTGRESQL = "postgresql+psycopg"
MIGRATIONS = Path(__file__).with_name("migrations")
_UPGRADE_LOCK = 0x61737369
"""Number of the lock under which one process at a time upgrades a PostgreSQL database."""


class StoreError(RuntimeError):
    """The database cannot be used; the message is one sentence for whoever runs the assistant."""


class Base(DeclarativeBase):
    """What every table is declared on. Constraints have names, so that a later migration can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """A point in time, with its zone in Python and as UTC in the database, which may not know of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its zone, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def database_place() -> str:
    """Where the database is: the path or URL in the environment variable ASSISTANT_DATABASE, else a per-user folder."""
    given = os.environ.get(DATABASE_VARIABLE, "").strip()
    return given or str(platformdirs.user_data_path(APPLICATION, appauthor=False) / FILE_NAME)


class Database:
    """A database at this version's tables.

    Args:
        place: path of an SQLite file, or a URL that SQLAlchemy knows (`postgresql://user@host/name`, which needs the
            extra `department`).

    Raises:
        StoreError: if it cannot be opened, or was written by a newer version of the assistant.
    """

    def __init__(self, place: str | Path) -> None:
        self.url = _url(str(place))
        # How to name it in a message: a URL may hold a password.
        self.name = self.url.render_as_string(hide_password=True) if "://" in str(place) else str(place)
        try:
            if self.url.get_backend_name() == "sqlite" and self.url.database:
                Path(self.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._engine = _engine(self.url)
            self._writing = self._engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
            self._upgrade()
        except ImportError as error:  # the driver of the database
            extra = " (the extra 'department')" if self.url.drivername == POSTGRESQL else ""
            raise StoreError(f"The database {self.name} needs the Python package '{error.name}'{extra}.") from error
        except OSError as error:
            raise StoreError(f"The database {self.name} cannot be made ({error.strerror or error}).") from error
        except DatabaseError as error:
            reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "unknown reason"
            raise StoreError(f"The database {self.name} cannot be opened ({reason}).") from error
        except NoSuchModuleError as error:
            raise StoreError(f"The database {self.name} is of a kind that is not known here.") from error
        self._read = sessionmaker(self._engine, expire_on_commit=False)
        self._write = sessionmaker(self._writing, expire_on_commit=False)
        # SQLite lets a writer that finds another sleep, longer each time. Writers of one process wait in line instead; a
        # thread that writes while it writes is left to SQLite, which tells it so.
        self._turn = threading.RLock() if self._engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to read in; nobody waits for it. Raises StoreError if the database cannot be read."""
        try:
            with self._read() as session:
                yield session
        except SQLAlchemyError as error:
            raise StoreError(f"The database {self.name} cannot be read ({type(error).__name__}).") from None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are all kept when the block ends, or none. On SQLite, one writer at a time.

        Raises:
            StoreError: if the database did not take the change: the disk is full, say, or another kept it too long.
        """
        try:
            with self._turn, self._write.begin() as session:
                yield session
        except SQLAlchemyError as error:
            # Neither the statement nor its values, which hold a student's text, may reach a message or a log.
            raise StoreError(f"The database {self.name} did not take the change ({type(error).__name__}).") from None

    def forget_deleted(self) -> None:
        """Take what was deleted out of SQLite's log of recent changes as well, where nobody else is reading it."""
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect().execution_options(sqlite_begin="") as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _upgrade(self) -> None:
        config = Config(attributes={"connection": None})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(config)
        known = {script.revision for script in scripts.walk_revisions()}
        # Alembic keeps its state in module globals: one upgrade at a time in a process. Between processes the
        # transaction keeps order, on SQLite by itself.
        with _UPGRADING, self._writing.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
            current = set(MigrationContext.configure(connection).get_current_heads())
            if current - known:
                raise StoreError(
                    f"The database {self.name} was written by a newer version of the assistant; "
                    "install that version to open it."
                )
            if current != set(scripts.get_heads()):
                config.attributes["connection"] = connection
                command.upgrade(config, "head")


_UPGRADING = threading.Lock()


def _url(place: str) -> URL:
    if "://" not in place:
        return URL.create("sqlite", database=str(Path(place).expanduser()))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        # The URL may hold a password, so it is not repeated.
        raise StoreError("The URL of the database cannot be understood.") from None
    # What administrators hand out names no Python driver.
    return url.set(drivername=POSTGRESQL) if url.drivername in ("postgresql", "postgres") else url


def _engine(url: URL) -> Engine:
    # Values hold students' texts: they stay out of every error message and log.
    if url.get_backend_name() != "sqlite":
        wait = {"connect_timeout": CONNECT_SECONDS} if url.drivername == POSTGRESQL else {}
        return create_engine(
            url, hide_parameters=True, json_deserializer=from_json, pool_pre_ping=True, connect_args=wait
        )
    engine = create_engine(
        url, hide_parameters=True, json_deserializer=from_json, connect_args={"timeout": BUSY_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where `_begin` says, not where sqlite3 guesses
        connection.execute("PRAGMA journal_mode = WAL")  # readers and a writer do not wait for each other
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what a student deletes is overwritten

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A reader that turns into a writer half-way fails at once when another wrote in between; one that says so
        # from the start waits its turn.
        if statement := connection.get_execution_options().get("sqlite_begin", "BEGIN"):
            connection.exec_driver_sql(statement)

    return engine
