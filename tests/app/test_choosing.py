"""What to try next, and how a question went last time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hand_made import ANSWER, hand_made_feedback

from assistant.app.choosing import last_time, propose, share_argued
from assistant.app.missed_facts import missed_facts
from assistant.app.wording import when
from assistant.schemas import Feedback
from assistant.store.drafts import Draft


def draft(question: str, number: int = 1, day: int = 1, text: str = ANSWER, feedback: Feedback | None = None) -> Draft:
    feedback = feedback or hand_made_feedback(text, question)
    return Draft(day, question, number, text, feedback.model_dump(mode="json"), datetime(2026, 3, day, tzinfo=UTC))


def test_nothing_is_proposed_to_a_newcomer(course):
    assert propose(course, []) is None


def test_first_comes_the_second_draft_of_the_newest_answer_that_had_only_one(course):
    drafts = [draft("famine", day=1), draft("success", day=2), draft("famine", 2, day=3)]
    assert propose(course, drafts).question.id == "success"


def test_then_a_topic_never_tried_then_a_question_never_tried(course):
    drafts = [draft("famine", 1, 1), draft("famine", 2, 2)]
    proposal = propose(course, drafts)
    assert proposal.question.id == "plans" and "topic" in proposal.reason
    drafts += [draft("plans", 1, 3), draft("plans", 2, 4)]
    assert propose(course, drafts).question.id == "success"


def test_then_the_question_with_most_left_to_argue(course):
    drafts = [draft(question, 2, day) for day, question in enumerate(("famine", "plans"), 1)]
    drafts.append(draft("success", 2, 3, "A thin draft."))
    assert propose(course, drafts).question.id == "success"


def test_a_question_that_the_course_no_longer_has_is_passed_over(course):
    assert propose(course, [draft("gone")]) is None


def test_last_time_is_told_without_a_mark():
    told = last_time(draft("famine"))
    assert told.endswith("2 of 3 lines of argument, one fact") and "12" not in told
    assert share_argued(draft("famine")) == pytest.approx(0.5)


NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today at "), (1, "yesterday"), (3, "3 days ago"), (13, "13 days ago"), (19, "on 1 March 2026")],
)
def test_moments_are_named_as_people_name_them(days, words):
    assert when(NOW - timedelta(days=days), NOW).startswith(words)


def without_error(feedback: Feedback) -> Feedback:
    return feedback.model_copy(update={"errors": ()})


def test_a_fact_missing_twice_is_one_to_learn(course):
    thin = hand_made_feedback("Thin.")  # its hints point to the drought
    assert missed_facts(course, [draft("famine", 1, 1, "Thin.", thin)]) == []
    rows = missed_facts(course, [draft("famine", 1, 1, "Thin.", thin), draft("success", 1, 2, "Thin.", thin)])
    assert [(row.fact.id, row.missing, row.wrong) for row in rows] == [("drought", 2, False)]


def test_a_fact_got_wrong_once_is_one_to_learn(course):
    assert [(row.fact.id, row.wrong) for row in missed_facts(course, [draft("famine")])] == [("drought", True)]


def test_a_fact_that_came_back_is_no_longer_one_to_learn(course):
    known = without_error(hand_made_feedback())
    known = known.model_copy(
        update={"evidence": (known.evidence[0].model_copy(update={"fact": "drought"}),), "hints": ()}
    )
    drafts = [draft("famine", number, number) for number in (1, 2)]
    assert missed_facts(course, [*drafts, draft("famine", 3, 3, feedback=known)]) == []
