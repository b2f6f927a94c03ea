"""An answer, and feedback on it written by hand: no model was asked."""

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
    SentenceFeedback,
    Span,
)

ANSWER = (
    "Famine came because the state took too much grain. In 1932 quotas rose by 44%. <script>alert('x')</script> & so on.\n\n"
    "Stalin blamed the weather in 1905. Overall, requisitioning mattered most."
)


def find(text: str, part: str) -> Span:
    """The span of `part` in `text`."""
    start = text.index(part)
    return start, start + len(part)


def hand_made_feedback(text: str = ANSWER, question: str = "famine") -> Feedback:
    """Valid feedback on `ANSWER`, with a fact, an overlapping fact, a wrong claim and six hints."""
    sentences: tuple[SentenceFeedback, ...] = ()
    evidence: tuple[EvidenceFeedback, ...] = ()
    errors: tuple[ErrorFeedback, ...] = ()
    factors = [
        FactorFeedback(
            id="requisitioning", title="Excessive requisitioning", stance="other", status="missing", facts=(), spans=()
        ),
        FactorFeedback(
            id="weather", title="Drought and bad harvests", stance="other", status="missing", facts=(), spans=()
        ),
        FactorFeedback(
            id="secrecy", title="A regime that hid the famine", stance="other", status="missing", facts=(), spans=()
        ),
    ]
    if text == ANSWER:
        quotas = find(text, "In 1932 quotas rose by 44%.")
        sentences = (
            SentenceFeedback(span=find(text, "Famine came because the state took too much grain."), role="claim"),
            SentenceFeedback(span=quotas, role="evidence"),
            SentenceFeedback(span=find(text, "<script>alert('x')</script> & so on."), role="other"),
            SentenceFeedback(span=find(text, "Stalin blamed the weather in 1905."), role="counter"),
            SentenceFeedback(span=find(text, "Overall, requisitioning mattered most."), role="judgement"),
        )
        evidence = (
            EvidenceFeedback(
                fact="quotas", lines=(1,), statement="Quotas rose by 44% in 1932.", relevant=True, confidence=0.95, spans=(quotas,)
            ),
            EvidenceFeedback(
                fact="grain-taken", lines=(3,), statement="The state took grain.", relevant=False, confidence=0.5,
                spans=((quotas[0] - 20, quotas[0] + 10),),
            ),
        )  # fmt: skip
        errors = (
            ErrorFeedback(
                fact="drought", lines=(2,), kind="date", span=find(text, "Stalin blamed the weather in 1905."),
                message="Check the date: “1905” does not fit here.", correct="There was a drought in 1931 & 1932.", confidence=0.9,
            ),
        )  # fmt: skip
        factors[0] = FactorFeedback(
            id="requisitioning",
            title="Excessive requisitioning",
            stance="other",
            status="developed",
            facts=("quotas",),
            spans=(quotas,),
        )
        factors[1] = factors[1].model_copy(update={"status": "mentioned"})
    hints = (
        Hint(criterion="factors", factor="secrecy", fact=None, lines=(3,), nudge="What did officials say?", cue="Think of secrecy.", reveal="A regime that hid the famine."),
        Hint(criterion="evidence", factor="weather", fact="drought", lines=(2,), nudge="And the sky?", cue="Which years?", reveal="There was a drought in 1931 & 1932."),
        Hint(criterion="judgement", nudge="If you kept one reason?", cue="Rank them.", reveal="A judgement ranks reasons."),
        *(Hint(criterion="factors", factor=f"reason-{n}", nudge=f"Nudge {n}?", cue=f"Cue {n}.", reveal=f"Reveal {n}.") for n in range(3)),
    )  # fmt: skip
    judgement = CriterionFeedback(score=0.3, comment="A conclusion is stated but hardly supported.")
    return Feedback(
        course="small",
        question=question,
        words=len(text.split()),
        level=2,
        mark=6,
        max_mark=12,
        mark_range=(4, 8),
        needs_review=True,
        review_reasons=(ReviewReason(code="too-short", message="The answer has only 26 words."),),
        criteria={
            "factors": CriterionFeedback(score=0.5, comment="One of three is developed."),
            "evidence": CriterionFeedback(score=0.4, comment="One relevant fact."),
            "judgement": judgement,
        },
        factors=tuple(factors),
        evidence=evidence,
        errors=errors,
        sentences=sentences,
        hints=hints,
        model=ModelInfo(version="0", corpus_version="0"),
    )
