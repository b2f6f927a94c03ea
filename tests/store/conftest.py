"""A fresh database, in an SQLite file and in PostgreSQL by turns, and a learner's record in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgresql_server import NoPostgreSQL, PostgreSQL, running_server

from assistant.schemas import CriterionFeedback, Feedback, ModelInfo
from assistant.store.database import Database
from assistant.store.drafts import PracticeRecord


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of the tests' own."""
    try:
        with running_server() as started:
            yield started
    except NoPostgreSQL as error:
        pytest.skip(f"Not tested on PostgreSQL: {error}.")


@pytest.fixture
def postgresql(server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with server.new_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path) -> str:
    """Where a database may be made: a file, or an empty database of a server."""
    if request.param == "sqlite":
        return str(tmp_path / "practice.sqlite")
    return request.getfixturevalue("postgresql")


@pytest.fixture
def database(place) -> Iterator[Database]:
    opened = Database(place)
    yield opened
    opened.close()


@pytest.fixture
def record(database) -> PracticeRecord:
    return PracticeRecord(database)


@pytest.fixture
def feedback() -> Feedback:
    """Feedback with nothing in it, on the question `famine`."""
    criterion = CriterionFeedback(score=0.0, comment="Nothing yet.")
    return Feedback(
        course="small", question="famine", words=3, level=1, mark=1, max_mark=12, mark_range=(0, 3), needs_review=False,
        review_reasons=(), criteria={"factors": criterion, "evidence": criterion, "judgement": criterion}, factors=(),
        evidence=(), errors=(), sentences=(), hints=(), model=ModelInfo(version="0", corpus_version="0"),
    )  # fmt: skip
