"""The tables of class sets: scripts with what is suggested for each, what teachers made of them, and what happened to both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from assistant.store.database import Base, Moment


class ClassSetRow(Base):
    """A class set; `owner` is the teacher who brought it in, as a sign-in calls her, or `local`."""

    __tablename__ = "class_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(String(255), index=True)
    course: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(Moment)


class ScriptRow(Base):
    """A script with the assistant's feedback as JSON. What the table of scripts shows stands in columns of its own."""

    __tablename__ = "scripts"
    __table_args__ = (UniqueConstraint("class_set_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    class_set_id: Mapped[int] = mapped_column(ForeignKey("class_sets.id", ondelete="CASCADE"))
    place: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    student: Mapped[str] = mapped_column(Text)
    participant: Mapped[str] = mapped_column(String(50))
    question: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    problem: Mapped[str] = mapped_column(Text)
    notes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    repeats: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    feedback: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    reasons: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    words: Mapped[int] = mapped_column(Integer)
    level: Mapped[int | None] = mapped_column(Integer)
    mark: Mapped[int | None] = mapped_column(Integer)
    max_mark: Mapped[int | None] = mapped_column(Integer)
    range_low: Mapped[int | None] = mapped_column(Integer)
    range_high: Mapped[int | None] = mapped_column(Integer)


class AwardRow(Base):
    """What one teacher made of a script: her mark, if she gave one, and her words.

    `accepted` is whether the mark is what was suggested, accepted for many scripts at once.
    """

    __tablename__ = "awards"

    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    mark: Mapped[int | None] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text)
    marker: Mapped[str] = mapped_column(String(255))
    accepted: Mapped[bool] = mapped_column(server_default=false())
    revision: Mapped[int] = mapped_column(Integer)
    updated: Mapped[datetime] = mapped_column(Moment)


class TrailRow(Base):
    """Something that happened to a script's mark, with the suggestion as it stood then."""

    __tablename__ = "award_trail"

    id: Mapped[int] = mapped_column(primary_key=True)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(10))
    marker: Mapped[str] = mapped_column(String(255))
    mark: Mapped[int | None] = mapped_column(Integer)
    suggested: Mapped[int | None] = mapped_column(Integer)
    suggested_low: Mapped[int | None] = mapped_column(Integer)
    suggested_high: Mapped[int | None] = mapped_column(Integer)
    model: Mapped[str] = mapped_column(String(100))
    happened: Mapped[datetime] = mapped_column(Moment)


class SampleRow(Base):
    """The scripts drawn for double marking; a class set has one sample at a time."""

    __tablename__ = "marking_samples"

    class_set_id: Mapped[int] = mapped_column(ForeignKey("class_sets.id", ondelete="CASCADE"), primary_key=True)
    seed: Mapped[int] = mapped_column(Integer)
    scripts: Mapped[list[int]] = mapped_column(JSON)
    drawn: Mapped[datetime] = mapped_column(Moment)


class StruckRow(Base):
    """A finding of the assistant that a teacher does not share, by what the finding is called."""

    __tablename__ = "struck_findings"

    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id", ondelete="CASCADE"), primary_key=True)
    finding: Mapped[str] = mapped_column(String(200), primary_key=True)
    marker: Mapped[str] = mapped_column(String(255))
    struck: Mapped[datetime] = mapped_column(Moment)
