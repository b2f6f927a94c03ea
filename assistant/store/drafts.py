"""A student's practice: answers in progress, drafts with their feedback, and how far each hint was climbed.

`PracticeRecord` is all that one learner has written. Its texts leave it only to be shown to that learner; none is ever
logged. Everything can be exported (`export`) and deleted (`delete`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.schemas import Feedback
from assistant.store.database import Base, Database, Moment
from assistant.store.learners import LOCAL_LEARNER, Learner, id_of, lock_learner


class AnswerRow(Base):
    """What stands in the editor for one question, saved while it is being written."""

    __tablename__ = "answers_in_progress"

    learner_id: Mapped[int] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True)
    course: Mapped[str] = mapped_column(String(100), primary_key=True)
    question: Mapped[str] = mapped_column(String(100), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    updated: Mapped[datetime] = mapped_column(Moment)
    exam_minutes: Mapped[int | None] = mapped_column(Integer)
    exam_started: Mapped[datetime | None] = mapped_column(Moment)


class DraftRow(Base):
    """An answer that was read, with its feedback as JSON. `number` counts a question's drafts from 1."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("learner_id", "course", "question", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[int] = mapped_column(ForeignKey("learners.id", ondelete="CASCADE"))
    course: Mapped[str] = mapped_column(String(100))
    question: Mapped[str] = mapped_column(String(100))
    number: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    feedback: Mapped[dict[str, Any]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Moment)


class HintStepRow(Base):
    """How far one hint of a draft's feedback, by its place there, was climbed: 0 nudge, 1 cue, 2 reveal."""

    __tablename__ = "hint_steps"

    draft_id: Mapped[int] = mapped_column(ForeignKey("drafts.id", ondelete="CASCADE"), primary_key=True)
    hint: Mapped[int] = mapped_column(Integer, primary_key=True)
    step: Mapped[int] = mapped_column(Integer)
    climbed: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class AnswerInProgress:
    """An answer as it stands in the editor, with its plan.

    Attributes:
        revision: counts what was saved, from 1; 0 for an answer that never was. A writer names the revision it began
            from, so that two tabs never overwrite each other silently.
        exam_minutes: length of the exam that is running, if one is; `exam_started` says since when.
    """

    question: str
    text: str = ""
    plan: str = ""
    revision: int = 0
    updated: datetime | None = None
    exam_minutes: int | None = None
    exam_started: datetime | None = None


@dataclass(frozen=True)
class Draft:
    """An answer that was read, with its feedback as it is stored. `number` counts a question's drafts from 1."""

    id: int
    question: str
    number: int
    text: str
    stored: Mapping[str, Any]
    created: datetime

    @cached_property
    def feedback(self) -> Feedback:
        """The feedback; checked when it is first asked for, as a page loads many drafts and looks into few."""
        return Feedback.model_validate(self.stored)


class ChangedElsewhere(Exception):
    """Another tab saved this answer in between. Nothing was written; `stored` is what it saved."""

    def __init__(self, stored: AnswerInProgress) -> None:
        super().__init__("the answer was changed elsewhere")
        self.stored = stored


class PracticeRecord:
    """All that one learner has written, in one course at a time.

    Args:
        database: where it is kept.
        subject: who it is, as a sign-in names them; the machine's own learner by default.

    Raises:
        StoreError: from every method, if the database cannot be read or did not take the change.
    """

    def __init__(self, database: Database, subject: str = LOCAL_LEARNER) -> None:
        self._database = database
        self.subject = subject
        self._owner = id_of(subject)

    # --- answers in progress -----------------------------------------------------------------------------------------

    def answer(self, course: str, question: str) -> AnswerInProgress:
        """What stands in the editor for a question; blank, at revision 0, where nothing was saved yet."""
        with self._database.reading() as session:
            row = self._answer_row(session, course, question)
            return _answer(row) if row else AnswerInProgress(question)

    def latest_answer(self, course: str) -> AnswerInProgress | None:
        """The answer that was worked on last, if any."""
        newest = select(AnswerRow).where(AnswerRow.learner_id == self._owner, AnswerRow.course == course)
        with self._database.reading() as session:
            row = session.scalars(newest.order_by(AnswerRow.updated.desc()).limit(1)).first()
            return _answer(row) if row else None

    def save_answer(self, course: str, answer: AnswerInProgress) -> AnswerInProgress:
        """Save text and plan over the revision that `answer` names, and return them as saved.

        An answer that is the same as what is stored is not written again, whatever revision it names.

        Raises:
            ChangedElsewhere: if another writer saved something else in between; nothing is written then.
        """
        with self._database.writing() as session:
            owner = lock_learner(session, self.subject)
            row = self._answer_row(session, course, answer.question)
            if row is None:
                if not answer.text and not answer.plan:
                    return answer
                row = _new_answer(owner, course, answer.question)
                session.add(row)
            elif (row.text, row.plan) == (answer.text, answer.plan):
                return _answer(row)
            elif row.revision != answer.revision:
                raise ChangedElsewhere(_answer(row))
            row.text, row.plan = answer.text, answer.plan
            row.revision += 1
            row.updated = _now()
            return _answer(row)

    def start_exam(self, course: str, question: str, minutes: int) -> AnswerInProgress:
        """Start the clock of an exam on a question, from now."""
        return self._set_exam(course, question, minutes, _now())

    def end_exam(self, course: str, question: str) -> AnswerInProgress:
        """Stop the clock; what was written stays."""
        return self._set_exam(course, question, None, None)

    def _set_exam(self, course: str, question: str, minutes: int | None, started: datetime | None) -> AnswerInProgress:
        with self._database.writing() as session:
            owner = lock_learner(session, self.subject)
            row = self._answer_row(session, course, question)
            if row is None:
                row = _new_answer(owner, course, question)
                session.add(row)
            row.exam_minutes, row.exam_started = minutes, started
            row.updated = _now()
            return _answer(row)

    def _answer_row(self, session: Session, course: str, question: str) -> AnswerRow | None:
        chosen = select(AnswerRow).where(
            AnswerRow.learner_id == self._owner, AnswerRow.course == course, AnswerRow.question == question
        )
        return session.scalars(chosen).first()

    # --- drafts ------------------------------------------------------------------------------------------------------

    def add_draft(self, text: str, feedback: Feedback) -> Draft:
        """Keep an answer that was read. The same text again, to the same question, is the same draft, read anew."""
        with self._database.writing() as session:
            owner = lock_learner(session, self.subject)
            last = session.scalars(
                self._drafts(feedback.course, feedback.question).order_by(DraftRow.number.desc()).limit(1)
            ).first()
            stored = feedback.model_dump(mode="json")
            if last is not None and last.text == text:
                if last.feedback != stored:
                    # A newer model may see other hints, and those it still sees in other places.
                    steps = [
                        HintStepRow(draft_id=last.id, hint=place, step=row.step, climbed=row.climbed)
                        for place, row in self._climbed(session, last, stored["hints"]).items()
                    ]
                    session.execute(delete(HintStepRow).where(HintStepRow.draft_id == last.id))
                    session.add_all(steps)
                    last.feedback = stored
                return _draft(last)
            row = DraftRow(
                learner_id=owner,
                course=feedback.course,
                question=feedback.question,
                number=last.number + 1 if last else 1,
                text=text,
                feedback=stored,
                created=_now(),
            )
            session.add(row)
            session.flush()
            return _draft(row)

    def drafts(self, course: str, question: str | None = None) -> list[Draft]:
        """The drafts of a course, or of one question, oldest first."""
        with self._database.reading() as session:
            rows = session.scalars(self._drafts(course, question).order_by(DraftRow.created, DraftRow.id))
            return [_draft(row) for row in rows]

    def _drafts(self, course: str, question: str | None) -> Any:
        chosen = select(DraftRow).where(DraftRow.learner_id == self._owner, DraftRow.course == course)
        return chosen.where(DraftRow.question == question) if question is not None else chosen

    # --- hints -------------------------------------------------------------------------------------------------------

    def hint_steps(self, draft_id: int) -> dict[int, int]:
        """How far each hint of a draft was climbed, by its place in the feedback; hints never climbed are left out.

        A hint to the same gap in another draft of the question was climbed here as well, in whatever words it is put; what
        was done last counts, so that what was hidden again stays hidden.
        """
        own = select(DraftRow).where(DraftRow.id == draft_id, DraftRow.learner_id == self._owner)
        with self._database.reading() as session:
            draft = session.scalar(own)
            if draft is None:
                return {}
            climbed = self._climbed(session, draft, draft.feedback["hints"])
            return {place: row.step for place, row in climbed.items()}

    def _climbed(self, session: Session, draft: DraftRow, hints: Sequence[Any]) -> dict[int, HintStepRow]:
        """The last step taken on the gap of each of these hints, in any draft of the question, by the hint's place."""
        taken = self._drafts(draft.course, draft.question).join(HintStepRow).add_columns(HintStepRow)
        rows = session.execute(taken.order_by(HintStepRow.climbed))
        last = {_gap(hint): row for told, row in rows for hint in told.feedback["hints"][row.hint : row.hint + 1]}
        return {place: last[_gap(hint)] for place, hint in enumerate(hints) if _gap(hint) in last}

    def climb_hint(self, draft_id: int, hint: int, step: int) -> None:
        """Remember the step (0 nudge, 1 cue, 2 reveal) that a hint of a draft was climbed to."""
        with self._database.writing() as session:
            lock_learner(session, self.subject)
            own = select(DraftRow.id).where(DraftRow.id == draft_id, DraftRow.learner_id == self._owner)
            if session.scalar(own) is None:
                return  # deleted in another tab meanwhile, or somebody else's
            row = session.get(HintStepRow, (draft_id, hint)) or HintStepRow(draft_id=draft_id, hint=hint)
            row.step, row.climbed = step, _now()
            session.add(row)

    # --- one's own data ----------------------------------------------------------------------------------------------

    def export(self) -> dict[str, Any]:
        """Everything kept about this learner, in every course, ready for JSON: a list of rows for each table."""
        with self._database.reading() as session:
            return {
                "learner": self.subject,
                "exported": _now().isoformat(),
                **{table: list(_plain(session, rows)) for table, rows in self._owned().items()},
            }

    def delete(self) -> None:
        """Delete everything kept about this learner, in every course; a later visit begins with nothing."""
        with self._database.writing() as session:
            session.execute(delete(Learner).where(Learner.subject == self.subject))  # the rest hangs on it
        self._database.forget_deleted()

    def _owned(self) -> dict[str, Any]:
        """How to select this learner's rows of each table that hangs on `learners`, in however many steps."""
        found: dict[str, Any] = {}
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                parent = key.column.table
                if parent.name == "learners":
                    found[table.name] = select(table).where(key.parent == self._owner)
                elif parent.name in found:
                    ids = found[parent.name].with_only_columns(key.column)
                    found[table.name] = select(table).where(key.parent.in_(ids))
        return found


def _new_answer(owner: int, course: str, question: str) -> AnswerRow:
    return AnswerRow(learner_id=owner, course=course, question=question, text="", plan="", revision=0, updated=_now())


def _answer(row: AnswerRow) -> AnswerInProgress:
    return AnswerInProgress(
        question=row.question,
        text=row.text,
        plan=row.plan,
        revision=row.revision,
        updated=row.updated,
        exam_minutes=row.exam_minutes,
        exam_started=row.exam_started,
    )


def _gap(hint: Mapping[str, Any]) -> tuple[str | None, ...]:
    """What a hint is about. A fact named with a line of argument to add is only its example, and may be another next time.

    Hints to judgement name no gap but in their words: to rank the reasons, or to weigh them throughout.
    """
    match hint["criterion"]:
        case "evidence":
            about = hint["fact"]
        case "judgement":
            about = hint["nudge"]
        case _:
            about = None
    return hint["criterion"], hint["factor"], about


def _draft(row: DraftRow) -> Draft:
    return Draft(row.id, row.question, row.number, row.text, row.feedback, row.created)


def _plain(session: Session, rows: Any) -> Iterable[dict[str, Any]]:
    for row in session.execute(rows).mappings():
        yield {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in row.items()
            if name != "learner_id"
        }


def _now() -> datetime:
    return datetime.now(UTC)
