"""One response as handed in, and a set of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.schemas import ReviewReason


class ClassSetError(ValueError):
    """An input that is no class set at all; the message is one sentence."""


@dataclass(frozen=True)
class Submission:
    """One response as handed in: its id, its question, and its text or why there is none.

    Attributes:
        question: its question's id, or "" where the input does not say.
        student: the student's name or code, or "" where the input does not say.
        participant: the number by which Moodle knows the student, or "".
        notes: what the teacher should know of how it came in.
        repeats: the id of an earlier submission of the set with the same text, word for word or nearly, or "".
    """

    id: str
    question: str
    text: str | None
    problem: str = ""
    student: str = ""
    participant: str = ""
    notes: tuple[ReviewReason, ...] = ()
    repeats: str = ""


class ClassSet:
    """The submissions of a class set: how many there are, and one after another as they are read.

    Args:
        count: how many submissions there are; a row of a damaged table may be counted and not come.
        read: begins to read, afresh at each call.
    """

    def __init__(self, count: int, read: Callable[[], Iterator[Submission]]) -> None:
        self._count = count
        self._read = read

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Submission]:
        return self._read()
