"""What is known of class sets, as frozen records: sets, scripts, suggestions, awards and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.schemas import Feedback, ReviewReason
from assistant.store.class_set_tables import ScriptRow

Role = Literal["first", "second"]
"""Whose mark it is: the one that counts, or that of a second teacher who does not see the first."""
State = Literal["waiting", "read", "unread"]
"""Of a script: still to be read by the assistant, read, or not readable."""
Event = Literal["suggested", "unread", "awarded", "withdrawn", "question changed", "moved", "struck out", "put back"]


@dataclass(frozen=True)
class NewScript:
    """A script to bring in; `problem` says why it cannot be read, if so; same texts have the same `digest`, if any."""

    name: str
    question: str
    text: str = ""
    problem: str = ""
    student: str = ""
    participant: str = ""
    notes: tuple[ReviewReason, ...] = ()
    repeats: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Suggestion:
    """What is suggested for a script."""

    mark: int | None
    level: int | None
    range: tuple[int, int] | None

    @classmethod
    def of_row(cls, row: ScriptRow) -> Suggestion:
        """The suggestion of a script as it stands."""
        low, high = row.range_low, row.range_high
        return cls(row.mark, row.level, None if low is None or high is None else (low, high))

    def write_to(self, row: ScriptRow) -> None:
        """Make it the suggestion of a script."""
        row.mark, row.level = self.mark, self.level
        row.range_low, row.range_high = self.range or (None, None)


@dataclass(frozen=True)
class Award:
    """What one teacher made of a script.

    Attributes:
        mark: the mark, or None where she has only commented.
        revision: counts what was saved, from 1; 0 where nothing was. A writer names the revision she began from.
        accepted: whether the suggestion was accepted for many scripts at once, which is no marking of this one.
    """

    mark: int | None = None
    comment: str = ""
    marker: str = ""
    revision: int = 0
    updated: datetime | None = None
    accepted: bool = False


NO_AWARD = Award()


@dataclass(frozen=True)
class SameText:
    """A script of an earlier set with the same text: the set's title, the script's place in it, and whose it is if known."""

    class_set: str
    place: int
    label: str


@dataclass(frozen=True)
class ScriptOverview:
    """A script without its text and feedback, as the table of scripts shows it.

    Attributes:
        name: its file or row in the class set.
        notes: how it came in and what its question is; `reasons` are the assistant's own doubts.
        mark, level, range: the suggestion, None before the assistant has read the script.
        award: the mark that counts; a second teacher's is not here.
        elsewhere: where the same text was before. Looked up each time: it must not outlive the set it names.
    """

    id: int
    place: int
    name: str
    student: str
    participant: str
    question: str
    problem: str
    notes: tuple[ReviewReason, ...]
    repeats: str
    state: State
    reasons: tuple[ReviewReason, ...]
    words: int
    level: int | None
    mark: int | None
    max_mark: int | None
    range: tuple[int, int] | None
    award: Award = NO_AWARD
    elsewhere: SameText | None = None

    @property
    def label(self) -> str:
        """Whose script it is, as far as is known."""
        return self.student or self.name


@dataclass(frozen=True)
class StoredScript:
    """A script with its text and the assistant's feedback, None before it has been read.

    Mark, level and range in the feedback are what is suggested now; `own_mark` is what the assistant suggested by itself,
    before a teacher's standard moved it. `struck` are the findings in it that a teacher does not share.
    """

    overview: ScriptOverview
    text: str
    feedback: Feedback | None
    own_mark: int | None = None
    struck: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ClassSetOverview:
    """A class set and how far it has come, in numbers of scripts."""

    id: int
    course: str
    title: str
    created: datetime
    scripts: int
    waiting: int
    unread: int
    awarded: int


@dataclass(frozen=True)
class TrailEntry:
    """Something that happened to a script's mark, with the suggestion as it stood then."""

    event: Event
    role: Role
    marker: str
    mark: int | None
    suggested: int | None
    suggested_range: tuple[int, int] | None
    model: str
    happened: datetime


@dataclass(frozen=True)
class Sample:
    """Scripts drawn for double marking, by id, in the order in which they are to be marked."""

    seed: int
    scripts: tuple[int, ...]
    drawn: datetime
