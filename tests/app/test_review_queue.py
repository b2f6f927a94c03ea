from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assistant.app.class_sets import standing
from assistant.app.review_queue import Show, agreeable, beside, found, queue, reasons_to_look, short_reasons
from assistant.schemas import ReviewReason
from assistant.store.class_set_records import NO_AWARD, Award, SameText, ScriptOverview


def reason(code):
    return ReviewReason(code=code, message=f"Because of {code}.")


def script(number, *, notes=(), reasons=(), problem="", award=None, repeats="", student=""):
    return ScriptOverview(
        id=number,
        place=number,
        name=f"s{number}.txt",
        student=student,
        participant="",
        question="famine",
        problem=problem,
        notes=tuple(map(reason, notes)),
        repeats=repeats,
        state="unread" if problem else "read",
        reasons=tuple(map(reason, reasons)),
        words=100,
        level=None if problem else 2,
        mark=None if problem else 6,
        max_mark=None if problem else 12,
        range=None if problem else (4, 8),
        award=NO_AWARD if award is None else Award(award, "Well argued.", "Ms Li", 1, datetime.now(UTC)),
    )


SET = [
    script(1, student="Ann Smith"),
    script(2, reasons=("wide-range",)),
    script(3, reasons=("too-short", "many-errors")),
    script(4, notes=("question-guessed",)),
    script(5, problem="s5.txt is empty."),
    script(6, notes=("same-text",), repeats="s1.txt", award=7),
    script(7, reasons=("too-short",)),
    script(8, reasons=("off-question",), notes=("other-question",), student="Bo Jones"),
]


def ids(scripts):
    return [entry.id for entry in scripts]


def test_what_may_make_a_mark_meaningless_comes_first_and_what_is_awarded_last():
    assert ids(queue(SET)) == [5, 8, 4, 3, 7, 2, 1, 6]
    assert ids(queue(reversed(SET))) == ids(queue(SET))


def test_an_award_moves_nothing_where_awarded_scripts_keep_their_places():
    assert ids(queue(SET, awarded_last=False)) == [5, 8, 4, 6, 3, 7, 2, 1]


def test_the_folders_a_file_came_in_are_left_out_of_its_reasons():
    long = replace(
        SET[4], name="Ann_7_assignsubmission_file_/s5.txt", problem="Ann_7_assignsubmission_file_/s5.txt is empty."
    )
    assert short_reasons(long) == ["s5.txt is empty."]
    assert short_reasons(SET[1]) == ["Because of wide-range."]


def test_every_reason_is_named_the_weightiest_first():
    assert [entry.code for entry in reasons_to_look(SET[7])] == ["other-question", "off-question"]
    assert [entry.message for entry in reasons_to_look(SET[4])] == ["s5.txt is empty."]
    assert reasons_to_look(SET[0]) == ()


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        (Show.ALL, [1, 2, 3, 4, 5, 6, 7, 8]),
        (Show.TO_LOOK_AT, [2, 3, 4, 5, 7, 8]),
        (Show.NO_DOUBT, [1]),
        (Show.NOT_AWARDED, [1, 2, 3, 4, 7, 8]),
        (Show.AWARDED, [6]),
        (Show.NOT_READ, [5]),
    ],
)
def test_filters(show, expected):
    assert ids(found(SET, show=show)) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("", [1, 2, 3, 4, 5, 6, 7, 8]), ("ann SMITH", [1]), ("jones other", [8]), ("empty", [5]), ("argued", [6]), ("x", [1, 2, 3, 4, 5, 6, 7, 8]), ("nobody", [])],
)  # fmt: skip
def test_search_looks_at_all_that_is_said(words, expected):
    assert ids(found(SET, words)) == expected


def test_only_what_nothing_speaks_against_is_accepted_in_bulk():
    assert ids(agreeable(SET)) == [1]


def test_scripts_alike_are_found_from_each_of_them():
    again = script(9, repeats="s1.txt")
    scripts = [*SET, again]
    assert ids(beside(SET[0], scripts)) == [6, 9]
    assert ids(beside(again, scripts)) == [1, 6]
    assert beside(SET[1], scripts) == []


def test_where_the_review_stands():
    assert standing(SET) == "1 of eight scripts awarded, 6 still to look at, 1 could not be read."
    assert standing(SET[:1]) == "0 of one script awarded, 0 still to look at."


def test_a_text_of_another_set_needs_a_look_and_says_where_it_was():
    copy = replace(script(9, student="Bo Jones"), elsewhere=SameText("Week 1", 3, "Ann Smith"))
    assert short_reasons(copy) == ["The same text as that of Ann Smith in the set “Week 1”."]
    assert agreeable([copy, script(10)]) == [script(10)]
    assert queue([script(8), copy])[0] == copy


def test_a_code_is_not_told_whose_it_is():
    coded = replace(script(9, student="S07"), elsewhere=SameText("Week 1", 3, "Ann Smith"))
    assert short_reasons(coded) == ["The same text as script 3 in the set “Week 1”."]
    both = replace(coded, elsewhere=SameText("Week 1", 3, "S07"))
    assert short_reasons(both) == ["The same text as that of S07 in the set “Week 1”."]
