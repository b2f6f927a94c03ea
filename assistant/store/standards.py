"""Teachers' own standards: how far a teacher's suggestions are moved, kept for each style of question, and undone again.

A script keeps what the assistant itself suggested; a standard moves the suggestions of scripts that have no award yet.
What was awarded, and the suggestion it was awarded on, never moves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Float, Integer, Select, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.schemas import Feedback
from assistant.store.class_set_records import Suggestion
from assistant.store.class_set_tables import AwardRow, ClassSetRow, ScriptRow
from assistant.store.class_sets import trail_row
from assistant.store.database import Base, Database, Moment


class StandardRow(Base):
    """A teacher's standard for a style of question. The newest is in force; undoing it leaves the one before."""

    __tablename__ = "standards"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(255), index=True)
    course: Mapped[str] = mapped_column(String(100))
    style: Mapped[str] = mapped_column(String(100))
    shift: Mapped[float] = mapped_column(Float)
    slope: Mapped[float] = mapped_column(Float)
    scripts: Mapped[int] = mapped_column(Integer)
    made: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class KeptStandard:
    """A standard: how it moves marks (see `assistant.scoring.recalibration`), and on how many scripts it rests."""

    shift: float
    slope: float
    scripts: int
    made: datetime | None = None


Suggest = Callable[[Feedback, KeptStandard | None], Suggestion]
"""What to suggest for a script, given what the assistant said of it and the standard in force, if any."""


class Standards:
    """The standards of one teacher, in force for all her class sets.

    Raises:
        StoreError: from every method, if the database cannot be read or did not take the change.
    """

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self.owner = owner

    def current(self, course: str) -> dict[str, KeptStandard]:
        """The standard in force for each style that has one."""
        chosen = select(StandardRow).where(StandardRow.owner == self.owner, StandardRow.course == course)
        with self._database.reading() as session:
            rows = session.scalars(chosen.order_by(StandardRow.id))
            return {row.style: _kept(row) for row in rows}  # a newer row takes the place of an older one

    def marked(self, course: str, questions: Collection[str]) -> list[tuple[int, int]]:
        """The mark that the assistant itself suggested and the mark awarded, for every script of these questions.

        An award accepted among many is left out: it tells of the assistant's standard and not of the teacher's.
        """
        first = (AwardRow.script_id == ScriptRow.id) & (AwardRow.role == "first") & AwardRow.mark.is_not(None)
        first &= ~AwardRow.accepted
        chosen = self._read(course, questions).join(AwardRow, first).add_columns(AwardRow.mark)
        with self._database.reading() as session:
            return [(row.feedback["mark"], mark) for row, mark in session.execute(chosen) if row.feedback]

    def keep(
        self, course: str, style: str, standard: KeptStandard, questions: Collection[str], suggest: Suggest, by: str
    ) -> int:
        """Put a standard in force, and return how many suggestions moved.

        Args:
            course: the course.
            style: the style the standard is for.
            standard: the standard.
            questions: the questions of that style.
            suggest: says what to suggest for a script.
            by: who asked for it, for the scripts' trails.
        """
        with self._database.writing() as session:
            session.add(
                StandardRow(
                    owner=self.owner,
                    course=course,
                    style=style,
                    shift=standard.shift,
                    slope=standard.slope,
                    scripts=standard.scripts,
                    made=datetime.now(UTC),
                )
            )
            return self._move(session, course, questions, lambda feedback: suggest(feedback, standard), by)

    def undo(self, course: str, style: str, questions: Collection[str], suggest: Suggest, by: str) -> int:
        """Take the standard in force back, for the one before it, if any; how many suggestions moved."""
        chosen = select(StandardRow).where(
            StandardRow.owner == self.owner, StandardRow.course == course, StandardRow.style == style
        )
        with self._database.writing() as session:
            newest = session.scalars(chosen.order_by(StandardRow.id.desc()).limit(2)).all()
            if not newest:
                return 0
            before = _kept(newest[1]) if len(newest) > 1 else None
            session.delete(newest[0])
            return self._move(session, course, questions, lambda feedback: suggest(feedback, before), by)

    def _move(
        self,
        session: Session,
        course: str,
        questions: Collection[str],
        suggest: Callable[[Feedback], Suggestion],
        by: str,
    ) -> int:
        awarded = exists().where(
            AwardRow.script_id == ScriptRow.id, AwardRow.role == "first", AwardRow.mark.is_not(None)
        )
        moved = 0
        chosen = self._read(course, questions).where(~awarded).with_for_update(of=ScriptRow)
        for row in session.scalars(chosen):
            wanted = suggest(Feedback.model_validate(row.feedback))
            if Suggestion.of_row(row) == wanted:
                continue
            wanted.write_to(row)
            session.add(trail_row(row, "moved", marker=by))
            moved += 1
        return moved

    def _read(self, course: str, questions: Collection[str]) -> Select[Any]:
        return (
            select(ScriptRow)
            .join(ClassSetRow)
            .where(
                ClassSetRow.owner == self.owner,
                ClassSetRow.course == course,
                ScriptRow.state == "read",
                ScriptRow.question.in_(list(questions)),
            )
            .order_by(ScriptRow.id)
        )


def _kept(row: StandardRow) -> KeptStandard:
    return KeptStandard(row.shift, row.slope, row.scripts, row.made)
