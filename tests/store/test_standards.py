"""A teacher's own standard in the store: suggestions move and come back, awards never."""

from __future__ import annotations

import pytest

from assistant.store.class_set_records import Award, NewScript, Suggestion
from assistant.store.class_sets import ClassSets
from assistant.store.standards import KeptStandard, Standards

QUESTIONS = ["famine"]


def suggest(feedback, kept):
    """The assistant's own suggestion, with the shift, as whole marks, on top."""
    by = int(kept.shift) if kept else 0
    low, high = feedback.mark_range
    return Suggestion(feedback.mark + by, 2, (low + by, high + by))


@pytest.fixture
def sets(database) -> ClassSets:
    return ClassSets(database, "ann")


@pytest.fixture
def scripts(sets, feedback) -> list[int]:
    """Three scripts with marks 4, 5 and 6 suggested, the last of another question."""
    class_set = sets.create("small", "A set", [NewScript(f"{n}.txt", "famine", "One two three.") for n in range(3)])
    found = sets.waiting(class_set)
    for number, script in enumerate(found):
        question = "plans" if number == 2 else "famine"
        own = feedback.model_copy(
            update={"mark": 4 + number, "mark_range": (3 + number, 5 + number), "question": question}
        )
        sets.keep_suggestion(script, question, own)
    return found


@pytest.fixture
def standards(database) -> Standards:
    return Standards(database, "ann")


def suggested(sets, scripts):
    return [sets.script(script).overview.mark for script in scripts]


def keep(standards, shift):
    return standards.keep("small", "explain-12", KeptStandard(shift, 1.0, 11), QUESTIONS, suggest, "Ann")


def test_suggestions_without_an_award_move_and_come_back_in_steps(sets, scripts, standards):
    assert keep(standards, 2) == 2
    assert suggested(sets, scripts) == [6, 7, 6]
    assert keep(standards, 3) == 2
    assert suggested(sets, scripts) == [7, 8, 6]
    stored = sets.script(scripts[0])
    assert (stored.feedback.mark, stored.feedback.mark_range, stored.own_mark) == (7, (6, 8), 4)
    assert [standards.undo("small", "explain-12", QUESTIONS, suggest, "Ann") for _ in range(3)] == [2, 2, 0]
    assert suggested(sets, scripts) == [4, 5, 6]
    assert standards.current("small") == {}


def test_what_was_awarded_keeps_the_suggestion_it_was_awarded_on(sets, scripts, standards):
    sets.award(scripts[0], Award(mark=9, marker="Ann"))
    sets.award(scripts[1], Award(mark=2, marker="Bo"), "second")
    assert keep(standards, 2) == 1
    assert suggested(sets, scripts) == [4, 7, 6]
    assert sets.script(scripts[0]).overview.award.mark == 9
    assert standards.marked("small", QUESTIONS) == [(4, 9)]


def test_pairs_are_what_the_assistant_itself_suggested(sets, scripts, standards):
    keep(standards, 2)
    for script, mark in zip(scripts, (6, 7, 6), strict=True):
        sets.award(script, Award(mark=mark, marker="Ann"))
    assert standards.marked("small", QUESTIONS) == [(4, 6), (5, 7)]


def test_what_was_accepted_among_many_tells_nothing_of_the_teacher(sets, scripts, standards):
    sets.accept(scripts, "Ann")
    assert standards.marked("small", QUESTIONS) == []


def test_every_move_is_in_the_trail(sets, scripts, standards):
    keep(standards, 2)
    standards.undo("small", "explain-12", QUESTIONS, suggest, "Ann")
    moves = [(entry.event, entry.suggested, entry.marker) for entry in sets.trail(scripts[0])]
    assert moves == [("suggested", 4, ""), ("moved", 6, "Ann"), ("moved", 4, "Ann")]


def test_the_newest_standard_of_each_style_is_in_force(standards):
    keep(standards, 1)
    keep(standards, 2)
    standards.keep("small", "essay-25", KeptStandard(0.5, 0.9, 12), ["success"], suggest, "Ann")
    current = standards.current("small")
    assert {style: (kept.shift, kept.slope, kept.scripts) for style, kept in current.items()} == {
        "explain-12": (2.0, 1.0, 11), "essay-25": (0.5, 0.9, 12),
    }  # fmt: skip
    assert current["essay-25"].made is not None
    assert standards.current("another") == {}


def test_one_teachers_standard_is_not_anothers(database, sets, scripts, standards):
    other = Standards(database, "bo")
    assert keep(other, 5) == 0
    assert standards.current("small") == {} and other.marked("small", QUESTIONS) == []
    keep(standards, 2)
    assert other.undo("small", "explain-12", QUESTIONS, suggest, "Bo") == 0
    assert suggested(sets, scripts) == [6, 7, 6]


def test_a_script_read_while_a_standard_is_in_force_is_suggested_by_it(sets, feedback):
    class_set = sets.create("small", "A set", [NewScript("a.txt", "famine", "One two three.")])
    (script,) = sets.waiting(class_set)
    own = feedback.model_copy(update={"mark": 4, "mark_range": (3, 5)})
    sets.keep_suggestion(script, "famine", own, moved=Suggestion(6, 2, (5, 7)))
    stored = sets.script(script)
    assert (stored.overview.mark, stored.overview.range, stored.own_mark) == (6, (5, 7), 4)
    assert stored.feedback.level == stored.overview.level == 2
