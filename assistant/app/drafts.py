"""What a new draft does better than the one before, in a student's words."""

from __future__ import annotations

from assistant.app.wording import capital, count
from assistant.schemas import Feedback

_RANK = {"missing": 0, "mentioned": 1, "developed": 2}


def gains(before: Feedback, after: Feedback) -> list[str]:
    """What `after` holds that `before` did not, one sentence each; empty where nothing was gained.

    Losses are not listed: the feedback itself says what is missing now.
    """
    old = {factor.id: factor.status for factor in before.factors}
    rows = [
        f"{factor.title}: now {factor.status}."
        for factor in after.factors
        if _RANK[factor.status] > _RANK[old.get(factor.id, "missing")]
    ]
    found = {item.fact for item in before.evidence}
    new = sum(item.relevant and item.fact not in found for item in after.evidence)
    if new:
        rows.append(f"{capital(count(new, 'new fact'))} that {'feeds' if new == 1 else 'feed'} this question.")
    fixed = {error.fact for error in before.errors} - {error.fact for error in after.errors}
    if fixed:
        rows.append(f"{capital(count(len(fixed), 'wrong claim'))} put right or taken out.")
    if after.criteria["judgement"].score >= before.criteria["judgement"].score + 0.15:
        rows.append("A stronger judgement.")
    return rows
