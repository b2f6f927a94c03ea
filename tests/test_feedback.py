from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.feedback import (
    MAX_HINTS,
    criteria_feedback,
    error_feedback,
    evidence_feedback,
    factor_feedback,
    hints,
)
from assistant.schemas import EvidenceFeedback, Fact, Factor, FactorFeedback
from assistant.scoring.error_detection import WrongClaimFound
from assistant.scoring.matcher import FactMatch
from assistant.scoring.scorer import Scores

STATUS = st.sampled_from(["missing", "mentioned", "developed"])


def factor_rows(question, statuses):
    return [
        FactorFeedback(id=f.id, title=f.title, stance=f.stance, status=status, facts=(), spans=())
        for f, status in zip(question.factors, statuses, strict=True)
    ]


def evidence_rows(facts):
    return [
        EvidenceFeedback(
            fact=f.id, lines=f.lines, statement=f.statement, relevant=True, confidence=0.9, spans=((0, 5),)
        )
        for f in facts
    ]


def hints_for(course, statuses, found=(), judgement=0.9, question="struggle"):
    asked = course.question(question)
    style = course.rubric.style(asked.style)
    return hints(course, asked, style, factor_rows(asked, statuses), evidence_rows(found), judgement)


@pytest.fixture
def scores():
    """Scores of a response of three sentences: only what a test changes matters."""
    return Scores(
        matches=[],
        errors=[],
        conveyed=np.zeros((3, 7), dtype=np.float32),
        roles=np.eye(7)[[0, 2, 5]],
        statuses=np.eye(3)[[0, 1, 2]],
        factor_facts=[[], [0], [3]],
        factor_sentences=[[], [0], [2, 2, 1]],
        judgement=0.5,
        mark=12,
        mark_range=(9, 15),
        features=np.zeros(1, dtype=np.float32),
    )


@pytest.fixture
def reading(read):
    return read("Stalin was Secretary. Coal doubled. So he won.")


# --- hints ------------------------------------------------------------------------------------------


@given(
    st.lists(STATUS, min_size=3, max_size=3),
    st.sets(st.integers(0, 6)),
    st.floats(0, 1),
    st.sampled_from(["struggle", "plans"]),
)
def test_hints_tell_nothing_before_they_should(course, statuses, found, judgement, question):
    given_hints = hints_for(course, statuses, [course.facts[i] for i in found], judgement, question)
    statement = {fact.id: fact.statement for fact in course.facts}
    for hint in given_hints:
        assert hint.nudge and hint.cue and hint.reveal
        assert hint.reveal not in hint.nudge
        assert hint.reveal not in hint.cue
        if hint.fact:
            assert hint.fact not in {course.facts[i].id for i in found}
            assert statement[hint.fact] in hint.reveal
            assert statement[hint.fact] not in hint.nudge + hint.cue
    assert len({(hint.factor, hint.fact, hint.criterion) for hint in given_hints}) == len(given_hints)
    assert ("judgement" in {hint.criterion for hint in given_hints}) == (judgement < 0.8)


@pytest.mark.parametrize(
    ("statuses", "stance"),
    [
        (["developed", "missing", "missing"], "against"),
        (["missing", "developed", "missing"], "for"),  # though one "against" is missing too
        (["missing", "mentioned", "missing"], "for"),
    ],
)
def test_the_side_left_out_comes_first(course, statuses, stance):
    question = course.questions[0]
    turned = question.model_copy(update={"factors": question.factors[::-1]})
    backwards = course.model_copy(update={"questions": (turned,)})
    stance_of = {factor.id: factor.stance for factor in question.factors}
    for hint in (hints_for(course, statuses)[0], hints_for(backwards, statuses[::-1])[0]):
        assert stance_of[hint.factor] == stance


def test_a_missing_factor_comes_before_support_for_one_mentioned(course):
    order = [
        (hint.criterion, hint.factor)
        for hint in hints_for(course, ["mentioned", "missing", "developed"], judgement=0.1)
    ]
    assert order[:3] == [("factors", "party"), ("evidence", "rivals"), ("judgement", None)]


def test_a_missing_factor_is_shown_by_the_fact_that_is_its_own(course):
    # Line 2 feeds two factors, line 7 only "economy".
    assert hints_for(course, ["developed", "developed", "missing"])[0].fact == "fact-7"


def test_nudges_are_the_factors_own_where_it_has_one(course):
    by_factor = {hint.factor: hint.nudge for hint in hints_for(course, ["missing"] * 3)}
    assert by_factor["rivals"] == "Who lost, and why?"
    assert by_factor["party"].startswith("Is there a reason of a different kind")


def test_there_are_never_too_many(course):
    facts = tuple(
        Fact(id=f"f-{n}", lines=(n,), statement=f"Statement {n}.", nudge=f"Nudge {n}?", cue=f"Cue {n}.")
        for n in range(1, 41)
    )
    factors = tuple(
        Factor(id=f"factor-{n}", title=f"Title {n}", stance="other", lines=tuple(range(3 * n + 1, 3 * n + 4)))
        for n in range(13)
    )
    wide = course.model_copy(
        update={"facts": facts, "questions": (course.questions[0].model_copy(update={"factors": factors}),)}
    )
    for status in ("missing", "mentioned"):
        assert len(hints_for(wide, [status] * 13, judgement=0.2)) == MAX_HINTS


# --- the rest ---------------------------------------------------------------------------------------


def test_evidence_stands_in_the_order_of_the_text_and_wrong_claims_are_no_evidence(course, reading, scores):
    scores.matches.extend([FactMatch(2, 3, 0.7), FactMatch(1, 3, 0.95), FactMatch(0, 0, 0.8), FactMatch(2, 4, 0.9)])
    scores.errors.append(WrongClaimFound(2, 4, "number", "", 0.9))
    rows = evidence_feedback(course, course.question("struggle"), reading, scores)
    assert [row.fact for row in rows] == ["fact-2", "fact-7"]
    assert rows[1].confidence == 0.95
    assert [reading.text[start:end] for start, end in rows[1].spans] == ["Coal doubled.", "So he won."]
    assert all(row.relevant for row in rows)
    assert not any(row.relevant for row in evidence_feedback(course, course.question("plans"), reading, scores)[:1])


def test_an_error_says_what_is_right(course, reading, scores):
    scores.errors.append(WrongClaimFound(1, 3, "date", "1931", 0.91))
    (row,) = error_feedback(course, reading, scores)
    assert (row.fact, row.kind, row.correct) == ("fact-7", "date", course.facts[3].statement)
    assert "1931" in row.message
    assert reading.text[slice(*row.span)] == "Coal doubled."


def test_factors_name_their_facts_and_places(course, reading, scores):
    rows = factor_feedback(course, course.question("struggle"), reading, scores)
    assert [(row.id, row.status, row.facts) for row in rows] == [
        ("rivals", "missing", ()),
        ("party", "mentioned", ("fact-2",)),
        ("economy", "developed", ("fact-7",)),
    ]
    assert rows[2].spans == (reading.sentences[1].span, reading.sentences[2].span)


def test_criteria_rise_with_what_is_found(course, scores):
    question = course.question("struggle")
    style = course.rubric.style(question.style)

    def scores_of(statuses, facts):
        rows = criteria_feedback(
            question,
            style,
            3,
            factor_rows(question, statuses),
            evidence_rows(course.facts[:facts]),
            [],
            scores,
        )
        return rows["factors"].score, rows["evidence"].score

    ladder = [scores_of([status] * 3, facts) for status, facts in (("missing", 0), ("mentioned", 2), ("developed", 7))]
    assert ladder == sorted(ladder)
    assert ladder[0] == (0, 0)
    assert ladder[-1] == (1, 1)


@pytest.mark.parametrize(
    ("statuses", "said"), [(["developed", "missing", "missing"], True), (["developed"] * 3, False)]
)
def test_a_side_left_out_is_named(course, scores, statuses, said):
    question = course.question("struggle")
    rows = criteria_feedback(question, course.rubric.styles[0], 3, factor_rows(question, statuses), [], [], scores)
    assert ("Only one side" in rows["factors"].comment) == said


def test_every_comment_is_a_plain_sentence(course, scores):
    question = course.question("struggle")
    for statuses, facts in product(product(["missing", "mentioned", "developed"], repeat=3), (0, 1, 3)):
        rows = criteria_feedback(
            question,
            course.rubric.styles[0],
            3,
            factor_rows(question, statuses),
            evidence_rows(course.facts[:facts]),
            [],
            scores,
        )
        for row in rows.values():
            assert row.comment[0].isupper()
            assert row.comment[-1] in ".?"
            assert "  " not in row.comment
