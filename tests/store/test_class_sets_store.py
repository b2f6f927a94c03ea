"""Class sets in the store: what is suggested, what is awarded, by whom, and that nobody else sees it."""

from __future__ import annotations

import multiprocessing
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.schemas import ReviewReason
from assistant.store.class_set_records import NO_AWARD, Award, NewScript, SameText
from assistant.store.class_sets import AwardedElsewhere, ClassSets
from assistant.store.database import Database

GUESSED = ReviewReason(code="question-guessed", message="Question guessed from the answer: famine. Check it.")
COPY = ReviewReason(code="same-text", message="The same text as a.txt.")
NEW = (
    NewScript("a.txt", "famine", "Grain was taken.", student="Ann", participant="7"),
    NewScript("b.txt", "", "Grain was taken.", notes=(COPY,), repeats="a.txt"),
    NewScript("c.txt", "famine", problem="c.txt is empty.", student="Cy"),
)


@pytest.fixture
def sets(database) -> ClassSets:
    return ClassSets(database)


@pytest.fixture
def class_set(sets) -> int:
    return sets.create("small", "Set 3", iter(NEW))


@pytest.fixture
def suggested(sets, class_set, feedback) -> list[int]:
    """Ids of two scripts that the assistant has read."""
    first, second = sets.waiting(class_set)
    doubt = ReviewReason(code="too-short", message="Too short.")
    sets.keep_suggestion(
        first,
        "famine",
        feedback.model_copy(update={"review_reasons": (doubt,), "needs_review": True, "mark": 6, "level": 2}),
    )
    sets.keep_suggestion(second, "famine", feedback, (COPY, GUESSED))
    return [first, second]


def test_a_set_comes_in_as_it_is(sets, class_set):
    rows = sets.overviews(class_set)
    assert [
        (row.place, row.name, row.student, row.participant, row.question, row.problem, row.repeats) for row in rows
    ] == [
        (1, "a.txt", "Ann", "7", "famine", "", ""),
        (2, "b.txt", "", "", "", "", "a.txt"),
        (3, "c.txt", "Cy", "", "famine", "c.txt is empty.", ""),
    ]
    assert [row.state for row in rows] == ["waiting", "waiting", "unread"]
    assert rows[1].notes == (COPY,)
    assert [row.label for row in rows] == ["Ann", "b.txt", "Cy"]
    (overview,) = sets.sets("small")
    assert (overview.id, overview.title, overview.scripts, overview.waiting, overview.unread, overview.awarded) == (
        class_set, "Set 3", 3, 2, 1, 0,
    )  # fmt: skip
    assert sets.sets("other") == []


def test_a_text_of_an_earlier_set_of_the_same_teacher_and_course_is_known_again(database, sets):
    def bring_in(course, title, *digests, owned=sets):
        scripts = [
            NewScript(f"{n}.txt", "famine", "Grain.", student=f"Ann {n}", digest=d) for n, d in enumerate(digests)
        ]
        return owned.create(course, title, scripts)

    def told(class_set):
        return [row.elsewhere for row in sets.overviews(class_set)]

    bring_in("small", "Mr Ray's", "coal", owned=ClassSets(database, "ray"))
    bring_in("other", "Another course", "coal")
    first = bring_in("small", "Week 1", "steel", "grain", "steel", "")
    second = bring_in("small", "Week 2", "grain", "coal", "steel", "")
    third = bring_in("small", "Week 3", "grain", "grain")
    assert told(first) == [None] * 4, (
        "what came first repeats nothing, and what stands in its own set is told otherwise"
    )
    assert told(second) == [SameText("Week 1", 2, "Ann 1"), None, SameText("Week 1", 1, "Ann 0"), None]
    assert told(third) == [SameText("Week 1", 2, "Ann 1")] * 2
    assert sets.script(sets.overviews(third)[0].id).overview.elsewhere == SameText("Week 1", 2, "Ann 1")
    sets.delete(first)
    assert told(second) == [None] * 4
    assert told(third) == [SameText("Week 2", 1, "Ann 0")] * 2


def test_a_set_that_breaks_off_is_not_there(sets):
    def breaking():
        yield NEW[0]
        raise ValueError("the zip is damaged")

    with pytest.raises(ValueError, match="damaged"):
        sets.create("small", "Set", breaking())
    assert sets.sets("small") == []


def test_a_suggestion_awards_nothing(sets, class_set, suggested, feedback):
    first, second = sets.overviews(class_set)[:2]
    assert (first.mark, first.level, first.range, first.max_mark, first.state) == (6, 2, (0, 3), 12, "read")
    assert [reason.code for reason in first.reasons] == ["too-short"]
    assert (second.question, second.notes) == ("famine", (COPY, GUESSED))
    assert first.award == second.award == NO_AWARD
    assert sets.waiting(class_set) == []
    assert sets.script(second.id).feedback == feedback
    assert [stored.text for stored in sets.scripts(class_set)] == ["Grain was taken.", "Grain was taken.", ""]


def test_reading_may_fail_for_one(sets, class_set):
    first = sets.waiting(class_set)[0]
    sets.keep_problem(first, "Its question is not known.")
    assert (sets.script(first).overview.state, sets.script(first).overview.problem) == (
        "unread",
        "Its question is not known.",
    )
    assert [entry.event for entry in sets.trail(first)] == ["unread"]


def test_an_award_and_its_trail(sets, class_set, suggested):
    script = suggested[0]
    given = sets.award(script, Award(mark=9, marker="Ms Li"))
    assert (given.mark, given.marker, given.revision) == (9, "Ms Li", 1)
    changed = sets.award(script, replace(given, mark=8, comment="Weigh more.", marker="Mr Ray"))
    sets.award(script, replace(changed, comment="Weigh more reasons."))
    withdrawn = sets.award(script, replace(changed, mark=None, comment="Weigh more reasons.", revision=3))
    assert (withdrawn.mark, withdrawn.comment, withdrawn.revision) == (None, "Weigh more reasons.", 4)
    trail = sets.trail(script)
    assert [(entry.event, entry.marker, entry.mark, entry.suggested) for entry in trail] == [
        ("suggested", "", None, 6),
        ("awarded", "Ms Li", 9, 6),
        ("awarded", "Mr Ray", 8, 6),
        ("withdrawn", "Mr Ray", None, 6),
    ]
    assert all(entry.model == "0" and entry.suggested_range == (0, 3) for entry in trail)
    assert [entry.happened for entry in trail] == sorted(entry.happened for entry in trail)
    assert sets.overviews(class_set)[0].award == withdrawn


def test_the_same_award_again_is_not_written(sets, suggested):
    given = sets.award(suggested[0], Award(mark=9, marker="Ms Li"))
    assert sets.award(suggested[0], Award(mark=9, marker="somebody")) == given
    assert len(sets.trail(suggested[0])) == 2


def test_two_who_award_at_once_never_overwrite_each_other(sets, suggested):
    given = sets.award(suggested[0], Award(mark=9, marker="Ms Li"))
    with pytest.raises(AwardedElsewhere) as raised:
        sets.award(suggested[0], Award(mark=3, marker="Mr Ray"))
    assert raised.value.stored == given
    assert sets.award_of(suggested[0], "first") == given


@pytest.mark.parametrize("mark", [-1, 13])
def test_a_mark_outside_the_question_is_refused(sets, suggested, mark):
    with pytest.raises(ValueError, match="mark"):
        sets.award(suggested[0], Award(mark=mark))


def test_many_threads_award_one_after_another(place, suggested):
    results = []

    def award(number):
        sets = ClassSets(Database(place), "local")
        try:
            results.append(sets.award(suggested[0], Award(mark=number, marker=f"t{number}")).mark)
        except AwardedElsewhere as error:
            results.append(("kept", error.stored.mark))

    threads = [threading.Thread(target=award, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [result for result in results if isinstance(result, int)]
    assert results.count(("kept", winner)) == 7


def award_with_another(place, script, mark, marker, ready, results):
    """Award a script at the same time as somebody else; once told of her award, mark the same all the same."""
    sets = ClassSets(Database(place))
    mine = sets.award_of(script, "first")
    ready.wait(60)
    try:
        results.put((marker, None, sets.award(script, replace(mine, mark=mark, marker=marker)).revision))
    except AwardedElsewhere as error:
        again = sets.award(script, replace(error.stored, mark=mark, marker=marker))
        results.put((marker, (error.stored.marker, error.stored.mark), again.revision))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_of_two_who_award_at_once_the_later_sees_the_other_and_both_are_in_the_trail(place, sets, suggested, kind):
    for script in suggested:
        if kind == "threads":
            ready, results, start = threading.Barrier(2), queue.Queue(), threading.Thread
        else:
            context = multiprocessing.get_context("spawn")
            ready, results, start = context.Barrier(2), context.Queue(), context.Process
        people = (("Ms Li", 9), ("Mr Ray", 4))
        at_work = [
            start(target=award_with_another, args=(place, script, mark, marker, ready, results))
            for marker, mark in people
        ]
        for person in at_work:
            person.start()
        told = {result[1] is not None: result for result in (results.get(timeout=120) for _ in people)}
        for person in at_work:
            person.join()
        (first, _, one), (second, seen, two) = told[False], told[True]
        marks = dict(people)
        assert {first, second} == set(marks) and seen == (first, marks[first]) and (one, two) == (1, 2)
        assert [(entry.event, entry.marker, entry.mark) for entry in sets.trail(script)] == [
            ("suggested", "", None), ("awarded", first, marks[first]), ("awarded", second, marks[second]),
        ]  # fmt: skip
        stored = sets.award_of(script, "first")
        assert (stored.marker, stored.mark) == (second, marks[second])


def test_two_who_accept_the_same_scripts_at_once_in_any_order_award_each_once(place, sets, feedback):
    class_set = sets.create("small", "Set", (NewScript(f"{number}.txt", "famine", "Grain.") for number in range(30)))
    scripts = sets.waiting(class_set)
    for script in scripts:
        sets.keep_suggestion(script, "famine", feedback)
    ready = threading.Barrier(2)

    def accept(order):
        own = ClassSets(Database(place))
        ready.wait(60)
        return own.accept(order, "Ms Li")

    with ThreadPoolExecutor(2) as pool:
        accepted = list(pool.map(accept, (scripts, scripts[::-1])))
    assert sum(accepted) == len(scripts)
    for script in scripts:
        assert [entry.event for entry in sets.trail(script)] == ["suggested", "awarded"]


def test_an_award_made_while_the_question_is_changed_is_refused_or_withdrawn(place, sets, class_set, suggested):
    script = suggested[0]
    ready = threading.Barrier(2)

    def award():
        own = ClassSets(Database(place))
        ready.wait(60)
        with suppress(ValueError):
            own.award(script, Award(mark=9, marker="Ms Li"))

    def change():
        own = ClassSets(Database(place))
        ready.wait(60)
        own.change_question(script, "plans", "Mr Ray")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(award), pool.submit(change)]:
            done.result()
    assert sets.award_of(script, "first").mark is None
    events = [entry.event for entry in sets.trail(script)]
    assert events in (
        ["suggested", "question changed"],
        ["suggested", "awarded", "withdrawn", "question changed"],
    )


def test_accepting_many_leaves_awards_and_unread_scripts_alone(sets, class_set, suggested):
    sets.award(suggested[1], Award(mark=4, marker="Ms Li"))
    everything = [row.id for row in sets.overviews(class_set)]
    assert sets.accept([*everything, 999], "Ms Li") == 1
    assert [row.award.mark for row in sets.overviews(class_set)] == [6, 4, None]
    assert sets.accept(everything, "Ms Li") == 0
    assert sets.sets("small")[0].awarded == 2


def test_an_award_accepted_among_many_is_known_until_it_is_made_by_hand(sets, suggested):
    sets.accept(suggested[:1], "Ms Li")
    accepted = sets.award_of(suggested[0], "first")
    assert accepted.accepted
    sets.award(suggested[0], replace(accepted, mark=accepted.mark - 1, accepted=False))
    assert not sets.award_of(suggested[0], "first").accepted


def test_accepting_keeps_the_comment(sets, suggested):
    sets.award(suggested[0], Award(comment="Good.", marker="Ms Li"))
    sets.accept(suggested[:1], "Ms Li")
    assert (sets.award_of(suggested[0], "first").mark, sets.award_of(suggested[0], "first").comment) == (6, "Good.")


def test_another_question_has_the_script_read_again_and_its_award_withdrawn(sets, class_set, suggested):
    script = suggested[1]
    sets.award(script, Award(mark=9, marker="Ms Li", comment="Good."))
    sets.change_question(script, "plans", "Ms Li")
    stored = sets.script(script)
    assert (stored.overview.question, stored.overview.state, stored.feedback, stored.overview.mark) == (
        "plans", "waiting", None, None,
    )  # fmt: skip
    assert stored.overview.notes == (COPY,)  # the doubt about the question is settled
    assert (stored.overview.award.mark, stored.overview.award.comment) == (None, "Good.")
    assert sets.waiting(class_set) == [script]
    assert [entry.event for entry in sets.trail(script)][-2:] == ["withdrawn", "question changed"]


def test_a_sample_and_second_marks_that_the_first_does_not_show(sets, class_set, suggested):
    assert sets.sample(class_set) is None
    sets.keep_sample(class_set, 4, suggested)
    sets.keep_sample(class_set, 5, list(reversed(suggested)))
    assert (sets.sample(class_set).seed, sets.sample(class_set).scripts) == (5, tuple(reversed(suggested)))
    sets.award(suggested[0], Award(mark=9, marker="Ms Li"))
    sets.award(suggested[0], Award(mark=7, marker="Mr Ray"), "second")
    assert {script: award.mark for script, award in sets.second_marks(class_set).items()} == {suggested[0]: 7}
    assert sets.overviews(class_set)[0].award.mark == 9
    assert sets.trail(suggested[0])[-1].role == "second"


def test_findings_are_struck_out_and_put_back_in_the_trail(sets, class_set, suggested):
    first, second = suggested
    sets.strike(first, ["fact fact-1", "error fact-2 0-9"], "Ms Li")
    sets.strike(first, ["fact fact-1"], "Mr Ray")
    assert sets.script(first).struck == {"fact fact-1", "error fact-2 0-9"}
    sets.strike(first, ["fact fact-1", "fact fact-9"], "Mr Ray", back=True)
    assert sets.script(first).struck == {"error fact-2 0-9"}
    assert [stored.struck for stored in sets.scripts(class_set)] == [{"error fact-2 0-9"}, set(), set()]
    assert [(entry.event, entry.marker) for entry in sets.trail(first)[1:]] == [
        ("struck out", "Ms Li"),
        ("struck out", "Ms Li"),
        ("put back", "Mr Ray"),
    ]
    assert sets.script(second).struck == set()


def test_nobody_reaches_the_set_of_another(database, sets, class_set, suggested):
    other = ClassSets(database, "another teacher")
    assert other.sets("small") == []
    assert other.overviews(class_set) == []
    assert list(other.scripts(class_set)) == []
    assert other.script(suggested[0]) is None
    assert other.trail(suggested[0]) == []
    assert other.accept(suggested, "x") == 0
    with pytest.raises(ValueError, match="no such script"):
        other.award(suggested[0], Award(mark=1))
    other.keep_sample(class_set, 1, suggested)
    other.change_question(suggested[0], "plans", "x")
    other.keep_problem(suggested[0], "x")
    other.strike(suggested[0], ["fact fact-1"], "x")
    other.delete(class_set)
    assert other.sample(class_set) is None and other.second_marks(class_set) == {}
    assert sets.sets("small")[0].scripts == 3
    assert sets.script(suggested[0]).overview.question == "famine"
    assert sets.script(suggested[0]).struck == set()
    assert sets.sample(class_set) is None


def test_deleting_a_set_leaves_nothing_of_it(place, database, sets, class_set, suggested):
    sets.award(suggested[0], Award(mark=9, comment="A comment to forget.", marker="Ms Li"))
    sets.keep_sample(class_set, 1, suggested)
    sets.strike(suggested[0], ["fact fact-1"], "Ms Li")
    sets.delete(class_set)
    with database.reading() as session:
        for table in ("class_sets", "scripts", "awards", "award_trail", "marking_samples", "struck_findings"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
    if place.endswith(".sqlite"):
        assert b"A comment to forget" not in Path(place).read_bytes()
