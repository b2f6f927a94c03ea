"""Turn scores into feedback a student can act on: what works, what to fix, what is missing, as hints before answers."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.nlp.reading import Reading
from assistant.schemas import (
    Course,
    CriterionFeedback,
    CriterionId,
    ErrorFeedback,
    EvidenceFeedback,
    Fact,
    Factor,
    FactorFeedback,
    Hint,
    Question,
    SentenceFeedback,
    Style,
)
from assistant.scoring.error_detection import error_message
from assistant.scoring.factor_status import STATUSES
from assistant.scoring.roles import ROLES
from assistant.scoring.scorer import Scores, spans_of

MAX_HINTS = 8
MAX_FACT_HINTS_PER_FACTOR = 2


def evidence_feedback(
    course: Course, question: Question, reading: Reading, scores: Scores
) -> tuple[EvidenceFeedback, ...]:
    """The facts credited, in the order in which they first stand in the text."""
    lines = {line for factor in question.factors for line in factor.lines}
    wrong = {(error.sentence, error.fact) for error in scores.errors}
    places: dict[int, list[int]] = {}
    confidence: dict[int, float] = {}
    for match in scores.matches:
        if (match.sentence, match.fact) in wrong:
            continue
        places.setdefault(match.fact, []).append(match.sentence)
        confidence[match.fact] = max(confidence.get(match.fact, 0.0), match.probability)
    rows = []
    for number in sorted(places, key=lambda fact: (min(places[fact]), fact)):
        fact = course.facts[number]
        rows.append(
            EvidenceFeedback(
                fact=fact.id,
                lines=fact.lines,
                statement=fact.statement,
                relevant=bool(lines & set(fact.lines)),
                confidence=round(confidence[number], 3),
                spans=spans_of(reading, places[number]),
            )
        )
    return tuple(rows)


def error_feedback(course: Course, reading: Reading, scores: Scores) -> tuple[ErrorFeedback, ...]:
    """The wrong claims, each with what is right."""
    rows = []
    for error in scores.errors:
        fact = course.facts[error.fact]
        rows.append(
            ErrorFeedback(
                fact=fact.id,
                lines=fact.lines,
                kind=error.kind,
                span=reading.sentences[error.sentence].span,
                message=error_message(error, fact),
                correct=fact.statement,
                confidence=round(error.probability, 3),
            )
        )
    return tuple(rows)


def factor_feedback(course: Course, question: Question, reading: Reading, scores: Scores) -> tuple[FactorFeedback, ...]:
    """The status of each factor, with the facts that feed it and where they stand."""
    rows = []
    for i, factor in enumerate(question.factors):
        status = STATUSES[int(scores.statuses[i].argmax())]
        rows.append(
            FactorFeedback(
                id=factor.id,
                title=factor.title,
                stance=factor.stance,
                status=status,
                facts=tuple(course.facts[number].id for number in scores.factor_facts[i]),
                spans=spans_of(reading, scores.factor_sentences[i]),
            )
        )
    return tuple(rows)


def sentence_feedback(reading: Reading, scores: Scores) -> tuple[SentenceFeedback, ...]:
    """The likeliest role of each sentence."""
    return tuple(
        SentenceFeedback(span=sentence.span, role=ROLES[int(roles.argmax())])
        for sentence, roles in zip(reading.sentences, scores.roles, strict=True)
    )


def criteria_feedback(
    question: Question,
    style: Style,
    level: int,
    factors: Sequence[FactorFeedback],
    evidence: Sequence[EvidenceFeedback],
    errors: Sequence[ErrorFeedback],
    scores: Scores,
) -> dict[CriterionId, CriterionFeedback]:
    """For each criterion where the response stands, and what would lift it."""
    developed = [factor for factor in factors if factor.status == "developed"]
    mentioned = [factor for factor in factors if factor.status == "mentioned"]
    relevant = [item for item in evidence if item.relevant]
    wanted = max(4, round(1.6 * len(question.factors)) if style.max_mark <= 12 else 2 * len(question.factors))
    factor_score = (len(developed) + 0.4 * len(mentioned)) / len(factors)
    evidence_score = min(1.0, len(relevant) / wanted) * (1 - min(0.6, 0.12 * len(errors)))
    return {
        "factors": CriterionFeedback(
            score=round(min(1.0, factor_score), 3), comment=_factor_comment(factors, developed, mentioned)
        ),
        "evidence": CriterionFeedback(score=round(evidence_score, 3), comment=evidence_comment(relevant, errors)),
        "judgement": CriterionFeedback(
            score=round(scores.judgement, 3), comment=_judgement_comment(scores.judgement, style)
        ),
    }


def _factor_comment(
    factors: Sequence[FactorFeedback], developed: Sequence[FactorFeedback], mentioned: Sequence[FactorFeedback]
) -> str:
    count = len(factors)
    if not developed and not mentioned:
        return "No line of argument that answers this question was found yet. Begin with one reason and say why it matters."
    if len(developed) == count:
        return f"All {_number(count).lower()} lines of argument are developed: that is the full range expected."
    if not developed:
        text = f"{_of(mentioned, count)} mentioned, but none is developed yet."
    elif not mentioned:
        text = f"{_of(developed, count)} developed."
    else:
        text = f"{_of(developed, count)} developed, and {_number(len(mentioned)).lower()} more "
        text += f"{'is' if len(mentioned) == 1 else 'are'} mentioned."
    sides = {factor.stance for factor in factors}
    argued = {factor.stance for factor in (*developed, *mentioned)}
    if {"for", "against"} <= sides and len(argued & {"for", "against"}) == 1:
        return text + " Only one side of the view is argued: what would someone who disagrees say?"
    if mentioned:
        return text + f" To go further, explain and support one you only mention: {mentioned[0].title}."
    return text + " To go further, look for a reason of a different kind."


def _of(some: Sequence[FactorFeedback], count: int) -> str:
    return f"{_number(len(some))} of {_number(count).lower()} lines of argument {'is' if len(some) == 1 else 'are'}"


def evidence_comment(relevant: Sequence[EvidenceFeedback], errors: Sequence[ErrorFeedback]) -> str:
    """How much relevant knowledge supports the response, and how much of what it claims needs checking."""
    if not relevant:
        text = "No specific, relevant fact was recognised yet. Names, dates and figures make a reason convincing."
    elif len(relevant) == 1:
        text = "One relevant fact supports the answer."
    else:
        text = f"{_number(len(relevant))} relevant facts support the answer."
    if errors:
        text += f" {_number(len(errors))} {'claim needs' if len(errors) == 1 else 'claims need'} checking."
    return text


def _judgement_comment(judgement: float, style: Style) -> str:
    if judgement < 0.2:
        return "The answer does not yet decide which reasons matter most. End by ranking them, and say why."
    if judgement < 0.5:
        return "A conclusion is stated but hardly supported. Say why one reason outweighs another, with an example."
    if judgement < 0.8:
        return "The conclusion is supported. To go further, weigh the reasons against each other as you go, not only at the end."
    return "Reasons are weighed against each other and the conclusion follows from them."


def _number(count: int) -> str:
    words = ("None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[count] if count < len(words) else str(count)


def hints(
    course: Course,
    question: Question,
    style: Style,
    factors: Sequence[FactorFeedback],
    evidence: Sequence[EvidenceFeedback],
    judgement: float,
) -> tuple[Hint, ...]:
    """What is missing, most useful first: a factor not raised, support for one only mentioned, then judgement.

    Sides of a view that the answer leaves out come before more of the side it argues.
    """
    found = {item.fact for item in evidence}
    status = {factor.id: factor.status for factor in factors}
    argued = {factor.stance for factor in factors if factor.status != "missing"}
    feeds: dict[str, int] = {}
    for factor in question.factors:
        for fact in course.facts_of_factor(factor):
            feeds[fact.id] = feeds.get(fact.id, 0) + 1
    missing: list[Hint] = []
    thin: list[Hint] = []
    order = sorted(question.factors, key=lambda factor: factor.stance in argued)
    for factor in order:
        # A fact that feeds this factor alone says most about it; ties keep the order of the notes.
        facts = sorted((f for f in course.facts_of_factor(factor) if f.id not in found), key=lambda f: feeds[f.id])
        if status[factor.id] == "missing" and facts:
            missing.append(_factor_hint(factor, facts[0]))
        elif status[factor.id] == "mentioned":
            thin += [_fact_hint(factor, fact) for fact in facts[:MAX_FACT_HINTS_PER_FACTOR]]
    rows = missing[:3] + thin[:3]
    if judgement < 0.8:
        rows.insert(min(len(rows), 2), _judgement_hint(judgement, style))
    rows += missing[3:] + thin[3:]
    if len(rows) < 4:
        developed = [factor for factor in order if status[factor.id] == "developed"]
        for factor in developed:
            facts = sorted((f for f in course.facts_of_factor(factor) if f.id not in found), key=lambda f: feeds[f.id])
            rows += [_fact_hint(factor, fact) for fact in facts[:1]]
    unique = {(hint.factor, hint.fact, hint.criterion): hint for hint in reversed(rows)}
    kept = [hint for hint in rows if unique.get((hint.factor, hint.fact, hint.criterion)) is hint]
    return tuple(kept[:MAX_HINTS])


def _factor_hint(factor: Factor, fact: Fact) -> Hint:
    return Hint(
        criterion="factors",
        factor=factor.id,
        fact=fact.id,
        lines=fact.lines,
        nudge=factor.nudge or "Is there a reason of a different kind that you have not used yet?",
        cue=fact.cue,
        reveal=f"{factor.title}. For example: {fact.statement}",
    )


def _fact_hint(factor: Factor, fact: Fact) -> Hint:
    return Hint(
        criterion="evidence",
        factor=factor.id,
        fact=fact.id,
        lines=fact.lines,
        nudge=fact.nudge,
        cue=fact.cue,
        reveal=fact.statement,
    )


def _judgement_hint(judgement: float, style: Style) -> Hint:
    essay = style.max_mark > 12
    if judgement < 0.5:
        return Hint(
            criterion="judgement",
            nudge="If you could keep only one of your reasons, which would it be?"
            if not essay
            else "By the end, does your reader know how far you agree, and why?",
            cue="Say which reason mattered most and what would have been different without it."
            if not essay
            else "Answer the question directly in your last paragraph, and name the reason that tips the balance.",
            reveal="A judgement ranks the reasons, says what links them, and supports the ranking with evidence already used.",
        )
    return Hint(
        criterion="judgement",
        nudge="Do your paragraphs talk to each other, or does the weighing come only at the end?",
        cue="At the end of each paragraph, compare its reason with the one before: which mattered more, and why?",
        reveal="The best answers weigh reasons against each other throughout, so that the conclusion has been earned by the time it comes.",
    )
