"""Which facts a student keeps missing or getting wrong, from the feedback on her drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.app.choosing import last_drafts
from assistant.schemas import Course, Fact
from assistant.store.drafts import Draft

OFTEN = 2
"""In how many drafts a fact must have been missing before it counts as one that a student keeps missing."""


@dataclass(frozen=True)
class MissedFact:
    """A fact to learn: in how many drafts a hint pointed to it, and whether a last draft gets it wrong."""

    fact: Fact
    missing: int
    wrong: bool


def missed_facts(course: Course, drafts: Sequence[Draft]) -> list[MissedFact]:
    """Facts that a last draft gets wrong, then those that were missing often; those since remembered are left out.

    Args:
        course: the course of the drafts.
        drafts: all drafts, oldest first.
    """
    missing = Counter(
        fact for draft in drafts for fact in {hint.fact for hint in draft.feedback.hints if hint.fact is not None}
    )
    last = last_drafts(drafts).values()
    wrong = {error.fact for draft in last for error in draft.feedback.errors}
    remembered = {item.fact for draft in last for item in draft.feedback.evidence} - wrong
    rows = [
        MissedFact(fact, missing[fact.id], fact.id in wrong)
        for fact in course.facts
        if fact.id not in remembered and (fact.id in wrong or missing[fact.id] >= OFTEN)
    ]
    return sorted(rows, key=lambda row: (not row.wrong, -row.missing))
