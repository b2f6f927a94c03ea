"""One script as reports speak of it: the suggestion, and what the teacher made of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.schemas import Course, Feedback, ReviewReason, Style


@dataclass(frozen=True)
class Script:
    """A script of a class set.

    Attributes:
        feedback: the assistant's, or None where the script could not be marked; `problem` then says why.
        text: the text that was marked.
        award: the mark a teacher awarded, or None.
        awarded_by: who awarded it, or "".
        comments: the teacher's own words, a paragraph each.
    """

    id: str
    question: str
    feedback: Feedback | None = None
    text: str = ""
    problem: str = ""
    student: str = ""
    participant: str = ""
    notes: tuple[ReviewReason, ...] = ()
    award: int | None = None
    awarded_by: str = ""
    comments: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Whose script it is, as far as is known."""
        return self.student or self.id


def style_of(course: Course, script: Script) -> Style | None:
    """The style of a script's question, or None where its question is not the course's."""
    try:
        return course.rubric.style(course.question(script.question).style)
    except KeyError:
        return None


def json_lines(course: Course, scripts: Iterable[Script]) -> Iterator[str]:
    """Each script with its award, suggestion and feedback as a line of JSON, without its text."""
    for script in scripts:
        style = style_of(course, script)
        yield (
            json.dumps(
                {
                    "id": script.id,
                    "student": script.student,
                    "question": script.question,
                    "problem": script.problem,
                    "notes": [note.model_dump() for note in script.notes],
                    "award": script.award,
                    "award_level": style.level_of(script.award) if style and script.award is not None else None,
                    "awarded_by": script.awarded_by,
                    "comments": script.comments,
                    "feedback": script.feedback.model_dump(mode="json") if script.feedback else None,
                },
                ensure_ascii=False,
            )
            + "\n"
        )
