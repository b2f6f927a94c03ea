"""A small course and an engine that needs no models: it reads nothing and says what it was told to say."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from assistant.documents import check_text
from assistant.schemas import (
    Course,
    Criterion,
    CriterionFeedback,
    Erratum,
    ErrorFeedback,
    EvidenceFeedback,
    Fact,
    Factor,
    FactorFeedback,
    Feedback,
    Hint,
    Level,
    ModelInfo,
    Question,
    ReviewReason,
    Rubric,
    SentenceFeedback,
    Span,
    Style,
)

ANSWER = (
    "Famine came because the state took too much grain. In 1932 quotas rose by 44%. <script>alert('x')</script> & so on.\n\n"
    "Stalin blamed the weather in 1905. Overall, requisitioning mattered most."
)


def find(text: str, part: str) -> Span:
    """The span of `part` in `text`."""
    start = text.index(part)
    return start, start + len(part)


@pytest.fixture
def answer() -> str:
    return ANSWER


@pytest.fixture(scope="session")
def course() -> Course:
    levels = tuple(Level(level=n, marks=(3 * n - 2, 3 * n), summary=f"Summary of level {n}.") for n in range(1, 5))
    essay = tuple(Level(level=n, marks=(5 * n - 4, 5 * n), summary=f"Summary of level {n}.") for n in range(1, 6))
    famine = (
        Factor(id="requisitioning", title="Excessive requisitioning", stance="other", lines=(1,)),
        Factor(id="weather", title="Drought and bad harvests", stance="other", lines=(2,)),
        Factor(id="secrecy", title="A regime that hid the famine", stance="other", lines=(3,)),
    )
    view = (
        Factor(id="yes", title="Output fell", stance="for", lines=(1,)),
        Factor(id="no", title="Grain reached the towns", stance="against", lines=(2,)),
    )
    return Course(
        id="small",
        title="A small course",
        notes=("one", "two", "three"),
        headings=(),
        set_aside={},
        facts=(
            Fact(id="quotas", lines=(1,), statement="Quotas rose by 44% in 1932.", nudge="n", cue="c"),
            Fact(
                id="drought",
                lines=(2,),
                statement="There was a drought in 1931 & 1932.",
                nudge="n",
                cue="c",
                errata=(Erratum(line=2, says="A drought in 1905.", correct="1931", why="The notes misdate it."),),
            ),
        ),
        terms=(),
        questions=(
            Question(
                id="famine",
                topic="the-land",
                style="explain-12",
                prompt="Explain why there was *famine*.",
                factors=famine,
            ),
            Question(
                id="success", topic="the-land", style="essay-25", prompt="'A success.' Assess this view.", factors=view
            ),
            Question(
                id="plans", topic="five-year-plans", style="explain-12", prompt="Explain the plans.", factors=famine
            ),
        ),
        rubric=Rubric(
            styles=(
                Style(id="explain-12", max_mark=12, minutes=20, levels=levels),
                Style(id="essay-25", max_mark=25, minutes=45, levels=essay),
            ),
            criteria=(
                Criterion(id="factors", title="Range of factors", asks="How many?"),
                Criterion(id="evidence", title="Evidence", asks="How much?"),
                Criterion(id="judgement", title="Judgement", asks="How well weighed?"),
            ),
        ),
        version="0",
    )


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
        *(Hint(criterion="factors", factor="secrecy", nudge=f"Nudge {n}?", cue=f"Cue {n}.", reveal=f"Reveal {n}.") for n in range(3)),
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


@pytest.fixture
def feedback() -> Feedback:
    return hand_made_feedback()


@dataclass
class FakeEngine:
    """Stands in for `assistant.service.Engine`: marks nothing, answers with hand-made feedback."""

    course: Course
    calibrated: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)
    failure: Exception | None = None

    def mark(self, question_id: str, text: str) -> Feedback:
        self.asked.append((question_id, text))
        if self.failure is not None:
            raise self.failure
        return hand_made_feedback(check_text(text), question_id)


@pytest.fixture
def engine(course: Course) -> FakeEngine:
    return FakeEngine(course)
