"""Class sets: the scripts of a class, what the assistant suggests for each, and what teachers award.

`ClassSets` is what one teacher keeps. A suggestion never becomes an award by itself: an award is made by somebody, and
every suggestion, award and change of one is kept in the script's trail. Texts leave only to be shown or written to the
teacher's own files; none is ever logged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased, defer

from assistant.schemas import Feedback, ReviewReason
from assistant.store.class_set_records import (
    NO_AWARD,
    Award,
    ClassSetOverview,
    Event,
    NewScript,
    Role,
    SameText,
    Sample,
    ScriptOverview,
    StoredScript,
    Suggestion,
    TrailEntry,
)
from assistant.store.class_set_tables import AwardRow, ClassSetRow, SampleRow, ScriptRow, StruckRow, TrailRow
from assistant.store.database import Database

LOCAL_TEACHER = "local"
"""The one teacher of a person's own machine, where nobody signs in."""


class AwardedElsewhere(Exception):
    """Somebody saved another award of this script in between. Nothing was written; `stored` is hers."""

    def __init__(self, stored: Award) -> None:
        super().__init__("the award was changed elsewhere")
        self.stored = stored


class ClassSets:
    """The class sets of one teacher.

    Args:
        database: where they are kept.
        owner: the teacher, as a sign-in names her; the machine's own by default. Sets of others are not there for her.

    Raises:
        StoreError: from every method that writes, if the database did not take the change.
    """

    def __init__(self, database: Database, owner: str = LOCAL_TEACHER) -> None:
        self._database = database
        self.owner = owner

    @property
    def database(self) -> Database:
        """Where they are kept."""
        return self._database

    # --- sets --------------------------------------------------------------------------------------------------------

    def create(self, course: str, title: str, scripts: Iterable[NewScript]) -> int:
        """Bring in a class set, all of it or nothing; its id. `scripts` are written as they come."""
        with self._database.writing() as session:
            row = ClassSetRow(owner=self.owner, course=course, title=title[:200], created=_now())
            session.add(row)
            session.flush()
            for place, script in enumerate(scripts, 1):
                stored = _new_row(row.id, place, script)
                session.add(stored)
                session.flush()
                if script.problem:
                    session.add(trail_row(stored, "unread"))
                session.expunge(stored)  # a long set is not held in memory
            return row.id

    def sets(self, course: str) -> list[ClassSetOverview]:
        """The sets of a course, the newest first."""
        counts = (
            select(
                ClassSetRow,
                func.count(ScriptRow.id),
                func.count(ScriptRow.id).filter(ScriptRow.state == "waiting"),
                func.count(ScriptRow.id).filter(ScriptRow.state == "unread"),
                func.count(AwardRow.mark),
            )
            .outerjoin(ScriptRow, ScriptRow.class_set_id == ClassSetRow.id)
            .outerjoin(AwardRow, (AwardRow.script_id == ScriptRow.id) & (AwardRow.role == "first"))
            .where(ClassSetRow.owner == self.owner, ClassSetRow.course == course)
            .group_by(ClassSetRow.id)
            .order_by(ClassSetRow.created.desc(), ClassSetRow.id.desc())
        )
        with self._database.reading() as session:
            return [
                ClassSetOverview(row.id, row.course, row.title, row.created, *figures)
                for row, *figures in session.execute(counts)
            ]

    def delete(self, class_set: int) -> None:
        """Delete a set with everything that hangs on it."""
        with self._database.writing() as session:
            row = session.scalars(
                select(ClassSetRow).where(ClassSetRow.id == class_set, ClassSetRow.owner == self.owner)
            ).first()
            if row is not None:
                session.delete(row)
        self._database.forget_deleted()

    # --- scripts -----------------------------------------------------------------------------------------------------

    def overviews(self, class_set: int) -> list[ScriptOverview]:
        """The scripts of a set as a table, in the order in which they came."""
        with self._database.reading() as session:
            rows = session.execute(
                self._with_awards(class_set).options(defer(ScriptRow.text), defer(ScriptRow.feedback))
            )
            elsewhere = self._elsewhere(session, ScriptRow.class_set_id == class_set)
            return [_overview(row, award, elsewhere.get(row.id)) for row, award in rows]

    def scripts(self, class_set: int) -> Iterator[StoredScript]:
        """The scripts of a set with texts and feedback, one after another, in the order in which they came."""
        chosen = self._scripts(class_set).join(StruckRow).with_only_columns(StruckRow.script_id, StruckRow.finding)
        with self._database.reading() as session:
            struck: dict[int, set[str]] = {}
            for script, finding in session.execute(chosen):
                struck.setdefault(script, set()).add(finding)
            for row, award in session.execute(self._with_awards(class_set).execution_options(yield_per=20)):
                yield _script(row, award, struck.get(row.id, ()))

    def script(self, script: int) -> StoredScript | None:
        """A script, or None where there is none of that id in a set of this teacher."""
        with self._database.reading() as session:
            found = session.execute(
                select(ScriptRow, AwardRow)
                .join(ClassSetRow)
                .outerjoin(AwardRow, (AwardRow.script_id == ScriptRow.id) & (AwardRow.role == "first"))
                .where(ScriptRow.id == script, ClassSetRow.owner == self.owner)
            ).first()
            struck = session.scalars(select(StruckRow.finding).where(StruckRow.script_id == script)).all()
            return (
                _script(*found, struck, self._elsewhere(session, ScriptRow.id == script).get(script)) if found else None
            )

    def waiting(self, class_set: int) -> list[int]:
        """Ids of the scripts that the assistant has not read yet, in order."""
        chosen = self._scripts(class_set).where(ScriptRow.state == "waiting").with_only_columns(ScriptRow.id)
        with self._database.reading() as session:
            return list(session.scalars(chosen))

    def keep_suggestion(
        self,
        script: int,
        question: str,
        feedback: Feedback,
        notes: Sequence[ReviewReason] = (),
        moved: Suggestion | None = None,
    ) -> None:
        """Keep the assistant's feedback on a script, with all its notes. It awards nothing.

        `moved` is what a teacher's own standard makes of the suggestion, where she has one.
        """
        with self._database.writing() as session:
            row = self._own(session, script, lock=True)
            if row is None:
                return  # deleted meanwhile
            row.question, row.notes = question, [note.model_dump() for note in notes]
            row.state, row.problem = "read", ""
            row.feedback = feedback.model_dump(mode="json")
            row.reasons = [reason.model_dump() for reason in feedback.review_reasons]
            row.words, row.max_mark = feedback.words, feedback.max_mark
            own = Suggestion(feedback.mark, feedback.level, feedback.mark_range)
            (moved or own).write_to(row)
            session.add(trail_row(row, "suggested", mark=None, model=feedback.model.version))

    def keep_problem(self, script: int, problem: str) -> None:
        """Keep why the assistant could not read a script."""
        with self._database.writing() as session:
            row = self._own(session, script, lock=True)
            if row is not None:
                row.state, row.problem = "unread", problem
                session.add(trail_row(row, "unread"))

    def change_question(self, script: int, question: str, marker: str) -> None:
        """Have a script read again for another question. Its award, made for the old one, is withdrawn."""
        with self._database.writing() as session:
            row = self._own(session, script, lock=True)
            if row is None or not row.text:
                return
            for award in session.scalars(select(AwardRow).where(AwardRow.script_id == script)):
                if award.mark is not None:
                    session.add(trail_row(row, "withdrawn", role=award.role, marker=marker))
                    award.mark, award.marker, award.updated = None, marker, _now()
                    award.revision += 1
            row.question, row.state, row.problem = question, "waiting", ""
            row.notes = [note for note in row.notes if note["code"] not in QUESTION_NOTES]
            row.feedback = row.level = row.mark = row.max_mark = row.range_low = row.range_high = None
            row.reasons = []
            session.add(trail_row(row, "question changed", marker=marker))

    # --- awards ------------------------------------------------------------------------------------------------------

    def award(self, script: int, award: Award, role: Role = "first") -> Award:
        """Save a mark and comment over the revision that `award` names, and return them as saved.

        What is the same as what is stored is not written again, whatever revision it names.

        Raises:
            AwardedElsewhere: if somebody saved another award in between; nothing is written then.
            ValueError: if the mark is not one of the question's.
        """
        with self._database.writing() as session:
            row = self._own(session, script, lock=True)
            if row is None:
                raise ValueError("there is no such script")
            if award.mark is not None and not 0 <= award.mark <= (row.max_mark or 0):
                raise ValueError("the mark is not one of the question's")
            stored = session.get(AwardRow, (script, role))
            before = _award(stored)
            if (before.mark, before.comment) == (award.mark, award.comment):
                return before
            if before.revision != award.revision:
                raise AwardedElsewhere(before)
            return self._save(session, row, stored, award, role)

    def accept(self, scripts: Iterable[int], marker: str) -> int:
        """Award each script what is suggested for it, where nothing was awarded yet; how many were."""
        accepted = 0
        with self._database.writing() as session:
            for script in sorted(scripts):  # in one order, so that two who accept never wait for each other
                row = self._own(session, script, lock=True)
                stored = session.get(AwardRow, (script, "first"))
                if row is None or row.mark is None or (stored is not None and stored.mark is not None):
                    continue
                before = _award(stored)
                self._save(session, row, stored, replace(before, mark=row.mark, marker=marker, accepted=True), "first")
                accepted += 1
        return accepted

    def award_of(self, script: int, role: Role) -> Award:
        """What a teacher made of a script; nothing, at revision 0, where she has not been there yet."""
        with self._database.reading() as session:
            own = self._own(session, script)
            return _award(session.get(AwardRow, (script, role)) if own else None)

    def trail(self, script: int) -> list[TrailEntry]:
        """What happened to a script's mark, from the beginning."""
        chosen = (
            select(TrailRow)
            .join(ScriptRow)
            .join(ClassSetRow)
            .where(TrailRow.script_id == script, ClassSetRow.owner == self.owner)
            .order_by(TrailRow.id)
        )
        with self._database.reading() as session:
            return [_entry(row) for row in session.scalars(chosen)]

    def strike(self, script: int, findings: Collection[str], marker: str, back: bool = False) -> None:
        """Strike out findings that a teacher does not share, or put them `back`; each is an entry of the trail."""
        with self._database.writing() as session:
            row = self._own(session, script, lock=True)
            if row is None:
                return  # deleted meanwhile
            for finding in sorted(findings):
                stored = session.get(StruckRow, (script, finding))
                if (stored is None) == back:
                    continue  # as another teacher left it
                if stored is None:
                    session.add(StruckRow(script_id=script, finding=finding, marker=marker, struck=_now()))
                else:
                    session.delete(stored)
                session.add(trail_row(row, "put back" if back else "struck out", marker=marker))

    # --- double marking ----------------------------------------------------------------------------------------------

    def keep_sample(self, class_set: int, seed: int, scripts: Sequence[int]) -> None:
        """Keep the scripts drawn for double marking, in place of those drawn before."""
        with self._database.writing() as session:
            chosen = select(ClassSetRow.id).where(ClassSetRow.id == class_set, ClassSetRow.owner == self.owner)
            if session.scalar(chosen) is None:
                return
            row = session.get(SampleRow, class_set) or SampleRow(class_set_id=class_set)
            row.seed, row.scripts, row.drawn = seed, list(scripts), _now()
            session.add(row)

    def sample(self, class_set: int) -> Sample | None:
        """The scripts drawn for double marking, if any."""
        chosen = (
            select(SampleRow)
            .join(ClassSetRow)
            .where(SampleRow.class_set_id == class_set, ClassSetRow.owner == self.owner)
        )
        with self._database.reading() as session:
            row = session.scalars(chosen).first()
            return Sample(row.seed, tuple(row.scripts), row.drawn) if row else None

    def second_marks(self, class_set: int) -> dict[int, Award]:
        """What second teachers marked, by script."""
        chosen = self._scripts(class_set).join(AwardRow).where(AwardRow.role == "second", AwardRow.mark.is_not(None))
        with self._database.reading() as session:
            return {row.script_id: _award(row) for row in session.scalars(chosen.with_only_columns(AwardRow))}

    # -----------------------------------------------------------------------------------------------------------------

    def _scripts(self, class_set: int) -> Select[Any]:
        return (
            select(ScriptRow)
            .join(ClassSetRow)
            .where(ScriptRow.class_set_id == class_set, ClassSetRow.owner == self.owner)
            .order_by(ScriptRow.place)
        )

    def _with_awards(self, class_set: int) -> Select[Any]:
        first = (AwardRow.script_id == ScriptRow.id) & (AwardRow.role == "first")
        return self._scripts(class_set).outerjoin(AwardRow, first).add_columns(AwardRow)

    def _elsewhere(self, session: Session, chosen: ColumnElement[bool]) -> dict[int, SameText]:
        """For each of the chosen scripts whose text an earlier set of the course holds too, where it was first."""
        own, earlier, earlier_set = ClassSetRow, aliased(ScriptRow), aliased(ClassSetRow)
        same = (
            select(ScriptRow.id, earlier_set.title, earlier.place, earlier.student, earlier.name)
            .join(own, own.id == ScriptRow.class_set_id)
            .join(earlier, (earlier.digest == ScriptRow.digest) & (earlier.class_set_id < own.id))
            .join(earlier_set, earlier_set.id == earlier.class_set_id)
            .where(chosen, own.owner == self.owner, earlier_set.owner == self.owner, earlier_set.course == own.course)
            .where(ScriptRow.digest != "")
            .order_by(earlier.id.desc())  # of several the first is kept
        )
        return {
            script: SameText(title, place, who or name) for script, title, place, who, name in session.execute(same)
        }

    def _own(self, session: Session, script: int, lock: bool = False) -> ScriptRow | None:
        chosen = select(ScriptRow).join(ClassSetRow).where(ScriptRow.id == script, ClassSetRow.owner == self.owner)
        return session.scalars(chosen.with_for_update(of=ScriptRow) if lock else chosen).first()

    def _save(self, session: Session, row: ScriptRow, stored: AwardRow | None, award: Award, role: Role) -> Award:
        if stored is None:
            stored = AwardRow(script_id=row.id, role=role, mark=None, comment="", revision=0)
            session.add(stored)
        if stored.mark != award.mark:
            event: Event = "withdrawn" if award.mark is None else "awarded"
            session.add(trail_row(row, event, role=role, marker=award.marker, mark=award.mark))
        stored.mark, stored.comment, stored.marker = award.mark, award.comment, award.marker
        stored.accepted = award.accepted
        stored.revision += 1
        stored.updated = _now()
        return _award(stored)


QUESTION_NOTES = frozenset({"question-guessed", "other-question"})
"""Codes of the notes that are settled once a teacher has chosen the question."""


def _new_row(class_set: int, place: int, script: NewScript) -> ScriptRow:
    return ScriptRow(
        class_set_id=class_set,
        place=place,
        name=script.name,
        student=script.student,
        participant=script.participant[:50],
        question=script.question[:100],
        text=script.text,
        digest=script.digest,
        problem=script.problem,
        notes=[note.model_dump() for note in script.notes],
        repeats=script.repeats,
        state="unread" if script.problem else "waiting",
        feedback=None,
        reasons=[],
        words=len(script.text.split()),
    )


def trail_row(
    row: ScriptRow, event: Event, role: str = "first", marker: str = "", mark: int | None = None, model: str = ""
) -> TrailRow:
    """An entry for a script's trail, with the suggestion as it stands."""
    if not model and row.feedback:
        model = str(row.feedback["model"]["version"])
    return TrailRow(
        script_id=row.id,
        event=event,
        role=role,
        marker=marker,
        mark=mark,
        suggested=row.mark,
        suggested_low=row.range_low,
        suggested_high=row.range_high,
        model=model[:100],
        happened=_now(),
    )


def _reasons(stored: Sequence[dict[str, str]]) -> tuple[ReviewReason, ...]:
    return tuple(ReviewReason.model_validate(reason) for reason in stored)


def _overview(row: ScriptRow, award: AwardRow | None, elsewhere: SameText | None = None) -> ScriptOverview:
    return ScriptOverview(
        id=row.id,
        place=row.place,
        name=row.name,
        student=row.student,
        participant=row.participant,
        question=row.question,
        problem=row.problem,
        notes=_reasons(row.notes),
        repeats=row.repeats,
        state=row.state,  # type: ignore[arg-type]
        reasons=_reasons(row.reasons),
        words=row.words,
        level=row.level,
        mark=row.mark,
        max_mark=row.max_mark,
        range=Suggestion.of_row(row).range,
        award=_award(award),
        elsewhere=elsewhere,
    )


def _script(
    row: ScriptRow, award: AwardRow | None, struck: Iterable[str], elsewhere: SameText | None = None
) -> StoredScript:
    overview = _overview(row, award, elsewhere)
    if not row.feedback:
        return StoredScript(overview, row.text, None)
    own = Feedback.model_validate(row.feedback)
    suggested = {"mark": overview.mark, "level": overview.level, "mark_range": overview.range}
    return StoredScript(overview, row.text, own.model_copy(update=suggested), own.mark, frozenset(struck))


def _award(row: AwardRow | None) -> Award:
    return Award(row.mark, row.comment, row.marker, row.revision, row.updated, row.accepted) if row else NO_AWARD


def _entry(row: TrailRow) -> TrailEntry:
    likely = (
        None if row.suggested_low is None or row.suggested_high is None else (row.suggested_low, row.suggested_high)
    )
    return TrailEntry(
        row.event,  # type: ignore[arg-type]
        row.role,  # type: ignore[arg-type]
        row.marker,
        row.mark,
        row.suggested,
        likely,
        row.model,
        row.happened,
    )


def _now() -> datetime:
    return datetime.now(UTC)
