"""Opening the database: where it is, its migrations, and what is said when it cannot be used."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url

import assistant.store
from assistant.class_sets.repeats import text_digest
from assistant.store.database import DATABASE_VARIABLE, MIGRATIONS, Base, Database, StoreError, _url, database_place
from assistant.store.learners import Learner


@contextmanager
def raw(place: str) -> Iterator[Connection]:
    """A connection past the store; what is done is kept."""
    engine = create_engine(_url(place))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_the_place_comes_from_the_environment_or_is_the_users_own_folder(monkeypatch):
    monkeypatch.setenv(DATABASE_VARIABLE, " /some/where.sqlite ")
    assert database_place() == "/some/where.sqlite"
    monkeypatch.setenv(DATABASE_VARIABLE, "")
    assert Path(database_place()).name == "assistant.sqlite"
    assert "essay-practice-assistant" in database_place()


def test_a_database_is_made_and_opened_again(place):
    for _ in range(2):
        Database(place).close()
        with raw(place) as connection:
            tables = set(inspect(connection).get_table_names())
        assert {"learners", "answers_in_progress", "drafts", "hint_steps", "flashcards", "reviews"} <= tables


@pytest.mark.parametrize("as_url", [False, True])
def test_a_file_is_made_with_its_folder_for_readers_beside_a_writer(tmp_path, as_url):
    place = tmp_path / "a folder" / "practice.sqlite"
    Database(f"sqlite:///{place}" if as_url else place).close()
    with raw(str(place)) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_the_migrations_make_exactly_the_tables_that_the_modules_declare(place):
    for module in pkgutil.iter_modules(assistant.store.__path__, "assistant.store."):
        importlib.import_module(module.name)
    Database(place).close()
    with raw(place) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_texts_from_before_there_were_digests_get_theirs(place):
    Database(place).close()
    row = (
        "INSERT INTO scripts (class_set_id, place, name, student, participant, question, text, problem, notes, repeats,"
        " state, reasons, words) VALUES (1, :place, 'a', '', '', '', :text, '', '[]', '', 'waiting', '[]', 2)"
    )
    with raw(place) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.downgrade(config, "0003")
        connection.execute(
            text("INSERT INTO class_sets (id, owner, course, title, created) VALUES (1, 'local', 'small', 'A', :now)"),
            {"now": "2026-03-01 12:30:00+00:00"},
        )
        texts = ["Coal rose.", "Коал - ROSE", "", "...", *(f"Text {number}." for number in range(210))]
        connection.execute(text(row), [{"place": number, "text": each} for number, each in enumerate(texts)])
    Database(place).close()
    with raw(place) as connection:
        kept = connection.execute(text("SELECT text, digest FROM scripts ORDER BY place")).all()
    assert [tuple(each) for each in kept] == [(each, text_digest(each)) for each in texts]


def test_a_newer_database_is_refused_in_one_sentence_and_left_as_it_is(place):
    Database(place).close()
    with raw(place) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from-the-future'"))
        connection.execute(text("DROP TABLE reviews"))
    with pytest.raises(StoreError, match=r"written by a newer version of the assistant; install that version"):
        Database(place)
    with raw(place) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [("from-the-future",)]
        assert not inspect(connection).has_table("reviews")


def test_a_migration_that_fails_leaves_nothing_behind(place):
    with raw(place) as connection:
        connection.execute(text("CREATE TABLE reviews (id INTEGER)"))  # so that ours of that name cannot be made
    with pytest.raises(StoreError, match=r'(table reviews|relation "reviews") already exists'):
        Database(place)
    with raw(place) as connection:
        assert inspect(connection).get_table_names() == ["reviews"]


def test_a_file_that_is_no_database_is_named(tmp_path):
    other = tmp_path / "essay.txt"
    other.write_text("This is an essay and no database. " * 50)
    with pytest.raises(StoreError, match=r"essay\.txt cannot be opened \(file is not a database\)"):
        Database(other)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Database(tmp_path / "file" / "practice.sqlite")


@pytest.mark.parametrize("url", ["nonsense://user:secret@host/name", "postgresql+nodriver://user:secret@host/name"])
def test_a_url_of_an_unknown_kind_is_refused_without_its_password(url):
    with pytest.raises(StoreError, match="is of a kind that is not known here") as caught:
        Database(url)
    assert "secret" not in str(caught.value)


def test_a_url_that_is_none_is_refused_without_being_repeated():
    with pytest.raises(StoreError, match="cannot be understood") as caught:
        Database("postgresql://user:secret@host:port/name")
    assert "secret" not in str(caught.value)


def test_two_that_open_a_new_database_at_once_both_find_its_tables(place):
    problems: list[Exception] = []

    def opening() -> None:
        try:
            Database(place).close()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=opening) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_change_that_is_refused_says_nothing_of_its_values(place):
    database = Database(place)
    moment = datetime.now(UTC)
    with database.writing() as session:
        session.add(Learner(subject="somebody", created=moment))
    with pytest.raises(StoreError, match="did not take the change") as caught, database.writing() as session:
        session.add(Learner(subject="somebody", created=moment))
    assert "somebody" not in str(caught.value) and caught.value.__cause__ is None
    with database.reading() as session:
        assert session.query(Learner).count() == 1


def test_a_moment_comes_back_with_its_zone(place):
    database = Database(place)
    here = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(Learner(subject="somebody", created=here))
    with database.reading() as session:
        back = session.query(Learner).one().created
        if place.endswith(".sqlite"):  # which knows nothing of zones
            assert session.execute(text("SELECT created FROM learners")).scalar().startswith("2026-03-01 10:30")
    assert back == here and back.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(place):
    database = Database(place)
    with pytest.raises(StoreError), database.writing() as session:
        session.add(Learner(subject="somebody", created=datetime(2026, 3, 1)))


# --- PostgreSQL alone ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_url_as_administrators_write_it_needs_no_driver_named(postgresql, scheme):
    url = postgresql.replace("postgresql+psycopg", scheme)
    database = Database(url)
    with database.writing() as session:
        session.add(Learner(subject="somebody", created=datetime.now(UTC)))
    database.close()
    with raw(postgresql) as connection:
        assert connection.execute(text("SELECT subject FROM learners")).all() == [("somebody",)]


def test_a_server_that_is_not_there_is_named_without_the_password():
    with pytest.raises(
        StoreError, match=r"postgresql\+psycopg://ann:\*\*\*@127\.0\.0\.1:1/marks cannot be opened"
    ) as caught:
        Database("postgresql://ann:secret@127.0.0.1:1/marks")
    assert "secret" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_database_that_is_not_there_is_named(postgresql):
    with pytest.raises(StoreError, match=r'cannot be opened \(.*database "elsewhere" does not exist'):
        Database(make_url(postgresql).set(database="elsewhere").render_as_string())


def test_without_its_driver_the_extra_that_brings_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"needs the Python package 'psycopg' \(the extra 'department'\)\."):
        Database("postgresql://ann@127.0.0.1:1/marks")


def test_a_connection_that_was_cut_is_made_again(server, postgresql):
    database = Database(postgresql)
    with database.reading() as session:
        assert session.query(Learner).count() == 0
    server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'test_%'")
    with database.reading() as session:
        assert session.query(Learner).count() == 0
    database.close()
