"""Flashcards of facts, one learner's, scheduled by py-fsrs: when each is due, and what its reviews did."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fsrs import Card, Rating, Scheduler
from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.database import Base, Database, Moment
from assistant.store.learners import LOCAL_LEARNER, id_of, lock_learner

RATINGS: dict[int, str] = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}
"""How well a fact came back, from not at all to at once: the numbers and the words of py-fsrs and of Anki."""

_SCHEDULER = Scheduler()


class FlashcardRow(Base):
    """A fact that a learner wants to remember, with py-fsrs's memory of it."""

    __tablename__ = "flashcards"
    __table_args__ = (UniqueConstraint("learner_id", "course", "fact"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"))
    course: Mapped[str] = mapped_column(String(100))
    fact: Mapped[str] = mapped_column(String(100))
    state: Mapped[dict[str, Any]] = mapped_column(JSON)
    due: Mapped[datetime] = mapped_column(Moment)
    created: Mapped[datetime] = mapped_column(Moment)


class ReviewRow(Base):
    """One review of a flashcard and how well its fact came back."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    flashcard_id: Mapped[int] = mapped_column(ForeignKey("flashcards.id", ondelete="CASCADE"), index=True)
    rating: Mapped[int] = mapped_column(Integer)
    reviewed: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class Flashcard:
    """A fact to remember: when it is due, and how often it was reviewed."""

    fact: str
    due: datetime
    reviews: int


class Flashcards:
    """One learner's flashcards of one course.

    Raises:
        StoreError: from every method, if the database cannot be read or did not take the change.
    """

    def __init__(self, database: Database, course: str, subject: str = LOCAL_LEARNER) -> None:
        self._database = database
        self._course = course
        self._subject = subject
        self._own = (FlashcardRow.learner_id == id_of(subject), FlashcardRow.course == course)

    def cards(self) -> list[Flashcard]:
        """All flashcards, the one due first before the others."""
        counted = (
            select(FlashcardRow, func.count(ReviewRow.id))
            .outerjoin(ReviewRow, ReviewRow.flashcard_id == FlashcardRow.id)
            .where(*self._own)
            .group_by(FlashcardRow.id)
            .order_by(FlashcardRow.due, FlashcardRow.id)
        )
        with self._database.reading() as session:
            return [Flashcard(row.fact, row.due, reviews) for row, reviews in session.execute(counted)]

    def add(self, facts: Iterable[str], now: datetime | None = None) -> int:
        """Make a flashcard, due at once, of each fact that has none yet; return how many were made."""
        now = now or datetime.now(UTC)
        with self._database.writing() as session:
            owner = lock_learner(session, self._subject)
            have = set(session.scalars(select(FlashcardRow.fact).where(*self._own)))
            new = [fact for fact in dict.fromkeys(facts) if fact not in have]
            for fact in new:
                session.add(
                    FlashcardRow(
                        learner_id=owner,
                        course=self._course,
                        fact=fact,
                        state=json.loads(Card(due=now).to_json()),
                        due=now,
                        created=now,
                    )
                )
            return len(new)

    def review(self, fact: str, rating: int, now: datetime | None = None) -> Flashcard | None:
        """Note how well a fact came back (1 to 4, see `RATINGS`), and when it is due next.

        Returns:
            The flashcard as it is now; None if it was removed meanwhile.
        """
        now = now or datetime.now(UTC)
        with self._database.writing() as session:
            lock_learner(session, self._subject)
            row = session.scalars(select(FlashcardRow).where(*self._own, FlashcardRow.fact == fact)).first()
            if row is None:
                return None
            card, _ = _SCHEDULER.review_card(Card.from_json(json.dumps(row.state)), Rating(rating), now)
            row.state, row.due = json.loads(card.to_json()), card.due
            session.add(ReviewRow(flashcard_id=row.id, rating=rating, reviewed=now))
            session.flush()
            reviews = session.scalar(select(func.count(ReviewRow.id)).where(ReviewRow.flashcard_id == row.id))
            return Flashcard(row.fact, row.due, reviews or 0)

    def remove(self, fact: str) -> None:
        """Put a flashcard and its reviews away for good."""
        with self._database.writing() as session:
            session.execute(delete(FlashcardRow).where(*self._own, FlashcardRow.fact == fact))
