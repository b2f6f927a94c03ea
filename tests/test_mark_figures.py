"""Figures on suggested marks, on pairs made by hand."""

import pytest

from assistant.mark_figures import (
    as_the_unsure_are_set_aside,
    due_flags,
    false_flags,
    render_surest,
    render_teachers,
    simulated_teachers,
)
from assistant.schemas import Feedback, MarkedResponse


def pair(number, marker, suggested, width=2, flagged=False):
    response = MarkedResponse(
        id=f"r{number}",
        question="plans",
        sentences=({"s": "S.", "role": "claim"},),
        factors={},
        judgement=1,
        level=1,
        mark=marker,
    )
    feedback = Feedback.model_construct(
        mark=suggested,
        max_mark=12,
        mark_range=(suggested - width // 2, suggested + width - width // 2),
        needs_review=flagged,
    )
    return response, feedback


@pytest.fixture
def style(course):
    return course.rubric.style("explain-12")


def test_the_flagged_and_the_wide_are_set_aside_first(style):
    sure = [pair(i, 2 + i, 2 + i) for i in range(6)]
    unsure = [pair(6, 9, 5, width=6), pair(7, 3, 9, flagged=True)]
    figures = as_the_unsure_are_set_aside([*unsure, *sure], style)
    assert list(figures) == ["100%", "90%", "75%", "50%"]
    assert figures["100%"]["mae"] == pytest.approx(10 / 8)
    assert figures["90%"]["mae"] == pytest.approx(4 / 7)
    assert figures["75%"]["mae"] == 0
    assert figures["75%"]["same_level"] == 1


def test_false_flags_are_those_on_weak_responses():
    assert false_flags([pair(0, 2, 2, flagged=True), pair(1, 4, 4), pair(2, 11, 11, flagged=True)]) == 0.5
    assert false_flags([pair(2, 11, 11, flagged=True)]) is None


def test_a_weak_response_written_to_be_looked_at_is_not_flagged_falsely():
    response, feedback = pair(0, 2, 2, flagged=True)
    special = response.model_copy(update={"profile": "SPECIAL b: answers another question"})
    assert false_flags([(special, feedback), pair(1, 4, 4)]) == 0.0
    assert due_flags([(special, feedback), pair(1, 4, 4)]) == 1.0
    assert due_flags([pair(1, 4, 4)]) is None


def test_recalibration_brings_suggestions_to_simulated_teachers(style):
    pairs = [pair(i, 1 + i % 11, 1 + i % 11) for i in range(66)]
    figures = simulated_teachers(pairs, style)
    strict = figures["two twelfths stricter"]["20"]
    assert strict["after"]["mae"] < 0.75 * strict["before"]["mae"]
    same = figures["as marked"]["20"]
    assert same["after"]["mae"] < same["before"]["mae"] + 0.2
    table = render_teachers({"12": figures})
    assert table.row_count == sum(len(by_scripts) for by_scripts in figures.values())


def test_a_table_has_a_row_for_each_share(style):
    marks = {"12": {"surest": as_the_unsure_are_set_aside([pair(i, i, i) for i in range(9)], style)}}
    assert render_surest({"by question": {"marks": marks}}).row_count == 4
