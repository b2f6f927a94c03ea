"""Feedback made by hand on the small course of `conftest.py`, for tests that need no models."""

from __future__ import annotations

from assistant.schemas import (
    CriterionFeedback,
    ErrorFeedback,
    EvidenceFeedback,
    FactorFeedback,
    Feedback,
    Hint,
    ModelInfo,
    ReviewReason,
    Status,
)

TEXT = "Stalin held the party from 1922. Trotsky missed the funeral in 1925. So his rivals were weak."


def feedback_on(
    text: str = TEXT,
    question: str = "struggle",
    mark: int = 8,
    statuses: tuple[Status, Status, Status] = ("developed", "mentioned", "missing"),
    facts: tuple[str, ...] = ("fact-2",),
    errors: tuple[str, ...] = ("fact-3",),
    judgement: float = 0.3,
    doubts: tuple[str, ...] = (),
) -> Feedback:
    """Feedback on `text`; `doubts` are messages of review reasons."""
    titles = {
        "struggle": (("rivals", "Weak rivals"), ("party", "Control of the party"), ("economy", "A turn in policy")),
        "plans": (("workers", "Model workers"), ("coal", "Heavy industry"), ("farms", "Collective farms")),
    }[question]
    most, wide = (25, 5) if question == "struggle" else (12, 3)
    return Feedback(
        course="small",
        question=question,
        words=len(text.split()),
        level=-(-mark // wide),
        mark=mark,
        max_mark=most,
        mark_range=(max(0, mark - 2), min(most, mark + 2)),
        needs_review=bool(doubts),
        review_reasons=tuple(ReviewReason(code=f"doubt-{n}", message=doubt) for n, doubt in enumerate(doubts)),
        criteria={
            "factors": CriterionFeedback(score=0.5, comment="One of three is developed."),
            "evidence": CriterionFeedback(score=0.4, comment="One relevant fact."),
            "judgement": CriterionFeedback(score=judgement, comment="Hardly supported."),
        },
        factors=tuple(
            FactorFeedback(id=identifier, title=title, stance="other", status=status, facts=(), spans=())
            for (identifier, title), status in zip(titles, statuses, strict=True)
        ),
        evidence=tuple(
            EvidenceFeedback(
                fact=fact, lines=(1,), statement=f"Statement of {fact}.", relevant=True, confidence=0.9, spans=((0, 5),)
            )
            for fact in facts
        ),
        errors=tuple(
            ErrorFeedback(
                fact=fact,
                lines=(1,),
                kind="date",
                span=(0, len(text.split(".")[0]) + 1),
                message="Check the date.",
                correct=f"Statement of {fact}.",
                confidence=0.9,
            )
            for fact in errors
        ),
        sentences=(),
        hints=(Hint(criterion="factors", factor="economy", nudge="Which policy?", cue="Think of 1928.", reveal="No."),),
        model=ModelInfo(version="0", corpus_version="0"),
    )
