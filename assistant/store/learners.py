"""Who practises: the table that everything of a student's hangs on."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ScalarSelect, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from assistant.store.database import Base, Moment

LOCAL_LEARNER = "local"
"""The one learner of a person's own machine, where nobody signs in."""


class Learner(Base):
    """Somebody who practises, by what a sign-in calls them (the `sub` claim), or `local`."""

    __tablename__ = "learners"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), unique=True)
    created: Mapped[datetime] = mapped_column(Moment)


def id_of(subject: str) -> ScalarSelect[int]:
    """The id of a learner, to use in a query; it matches nothing for one never seen."""
    return select(Learner.id).where(Learner.subject == subject).scalar_subquery()


def lock_learner(session: Session, subject: str) -> int:
    """The id of a learner, made if never seen; until the session ends nobody else writes for the same learner."""
    own = select(Learner.id).where(Learner.subject == subject).with_for_update()
    found = session.scalar(own)
    if found is not None:
        return found
    learner = Learner(subject=subject, created=datetime.now(UTC))
    try:
        with session.begin_nested():
            session.add(learner)
    except IntegrityError:  # made in another tab since we looked
        return session.execute(own).scalar_one()
    return learner.id
