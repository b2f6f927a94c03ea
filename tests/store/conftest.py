"""A fresh database, and a learner's record in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.schemas import CriterionFeedback, Feedback, ModelInfo
from assistant.store.database import Database
from assistant.store.drafts import PracticeRecord


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    opened = Database(tmp_path / "practice.sqlite")
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
