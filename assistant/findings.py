"""Single findings of the assistant that a teacher can strike out: the facts and wrong claims of one script's feedback."""

from __future__ import annotations

from collections.abc import Set

from assistant.feedback import evidence_comment
from assistant.schemas import ErrorFeedback, EvidenceFeedback, Feedback


def finding_of(found: EvidenceFeedback | ErrorFeedback) -> str:
    """What a finding is called as long as the text stays the same, however it is read again.

    A wrong claim may be made more than once, so that its place belongs to its name.
    """
    if isinstance(found, ErrorFeedback):
        return f"error {found.fact} {found.span[0]}-{found.span[1]}"
    return f"fact {found.fact}"


def findings_of(feedback: Feedback) -> dict[str, EvidenceFeedback | ErrorFeedback]:
    """Everything in a script's feedback that can be struck out, by what it is called."""
    found: list[EvidenceFeedback | ErrorFeedback] = [*feedback.errors, *feedback.evidence]
    return {finding_of(item): item for item in found}


def without(feedback: Feedback, struck: Set[str]) -> Feedback:
    """The feedback without the findings struck out, also where its words on evidence count them.

    Level, mark and range are the assistant's own and stay.
    """
    if not struck:
        return feedback
    evidence = tuple(item for item in feedback.evidence if finding_of(item) not in struck)
    gone = {item.fact for item in feedback.evidence} - {item.fact for item in evidence}
    factors = tuple(
        factor.model_copy(update={"facts": tuple(fact for fact in factor.facts if fact not in gone)})
        for factor in feedback.factors
    )
    errors = tuple(error for error in feedback.errors if finding_of(error) not in struck)
    said = evidence_comment([item for item in evidence if item.relevant], errors)
    criteria = {
        name: criterion.model_copy(update={"comment": said}) if name == "evidence" else criterion
        for name, criterion in feedback.criteria.items()
    }
    return feedback.model_copy(
        update={"evidence": evidence, "factors": factors, "errors": errors, "criteria": criteria}
    )
