"""A student's practice in the store: nothing is overwritten silently, everything can be exported and deleted."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from assistant.schemas import Feedback, Hint
from assistant.store.database import Base, Database
from assistant.store.drafts import AnswerInProgress, ChangedElsewhere, PracticeRecord
from assistant.store.flashcards import Flashcards


def test_an_answer_is_blank_until_it_is_saved(record):
    assert record.answer("small", "famine") == AnswerInProgress("famine")
    assert record.latest_answer("small") is None
    record.save_answer("small", AnswerInProgress("famine"))
    assert record.latest_answer("small") is None, "an empty box is nothing to come back to"


def test_an_answer_comes_back_as_it_was_saved(place, record):
    saved = record.save_answer("small", AnswerInProgress("famine", "Grain\r\nwas – taken.", "Plan: why?"))
    assert (saved.revision, saved.text, saved.plan) == (1, "Grain\r\nwas – taken.", "Plan: why?")
    again = PracticeRecord(Database(place))
    assert again.answer("small", "famine") == saved == again.latest_answer("small")
    assert again.answer("other", "famine").text == ""


def test_the_answer_worked_on_last_is_the_latest(record):
    first = record.save_answer("small", AnswerInProgress("famine", "one"))
    record.save_answer("small", AnswerInProgress("plans", "two"))
    assert record.latest_answer("small").question == "plans"
    record.save_answer("small", replace(first, text="one more"))
    assert record.latest_answer("small").question == "famine"


def test_a_second_tab_never_overwrites_silently(record):
    start = record.save_answer("small", AnswerInProgress("famine", "start"))
    record.save_answer("small", replace(start, text="start, one tab"))
    with pytest.raises(ChangedElsewhere) as caught:
        record.save_answer("small", replace(start, text="start, other tab"))
    assert caught.value.stored.text == record.answer("small", "famine").text == "start, one tab"
    # Having seen what the first tab saved, the second may say that its own text is the one to keep.
    record.save_answer("small", replace(caught.value.stored, text="start, other tab"))
    assert record.answer("small", "famine").text == "start, other tab"


def test_the_same_text_from_two_tabs_is_no_conflict(record):
    start = record.save_answer("small", AnswerInProgress("famine", "start"))
    saved = record.save_answer("small", replace(start, text="same"))
    assert record.save_answer("small", replace(start, text="same")) == saved


def test_of_many_writers_at_once_one_wins_and_the_others_are_told(place):
    base = PracticeRecord(Database(place)).save_answer("small", AnswerInProgress("famine", "start"))

    def write(number: int) -> str:
        record = PracticeRecord(Database(place))  # a connection of its own, as another process has
        try:
            return record.save_answer("small", replace(base, text=f"text {number}")).text
        except ChangedElsewhere:
            return ""

    with ThreadPoolExecutor(10) as pool:
        results = [text for text in pool.map(write, range(10)) if text]
    stored = PracticeRecord(Database(place)).answer("small", "famine")
    assert results == [stored.text] and stored.revision == 2


def test_ten_students_write_at_once_and_lose_nothing(database, feedback):
    def practise(number: int) -> list[str]:
        record = PracticeRecord(database, f"student-{number}")
        answer = AnswerInProgress("famine")
        for words in range(1, 6):
            answer = record.save_answer("small", replace(answer, text=f"{number} " * words))
        record.add_draft(answer.text, feedback)
        return [draft.text for draft in record.drafts("small")]

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(practise, range(10))) == [[f"{number} " * 5] for number in range(10)]


def test_a_student_never_seen_may_begin_in_many_tabs_at_once(place):
    ready = threading.Barrier(8)

    def begin(number: int) -> str:
        record = PracticeRecord(Database(place), "new")
        ready.wait(60)
        return record.save_answer("small", AnswerInProgress(f"question-{number}", f"text {number}")).text

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(begin, range(8))) == [f"text {number}" for number in range(8)]
    exported = PracticeRecord(Database(place), "new").export()
    assert {row["text"] for row in exported["answers_in_progress"]} == {f"text {number}" for number in range(8)}


def test_the_clock_of_an_exam_outlives_a_reload_and_leaves_the_text(record):
    record.save_answer("small", AnswerInProgress("famine", "text"))
    started = record.start_exam("small", "famine", 20)
    assert record.answer("small", "famine") == started
    assert started.exam_minutes == 20 and started.exam_started is not None and started.text == "text"
    assert record.save_answer("small", replace(started, text="more")).exam_started == started.exam_started
    ended = record.end_exam("small", "famine")
    assert (ended.text, ended.exam_minutes, ended.exam_started) == ("more", None, None)


def test_an_exam_can_start_on_a_blank_page(record):
    assert record.start_exam("small", "famine", 45).revision == 0
    assert record.save_answer("small", AnswerInProgress("famine", "first words")).exam_minutes == 45


def test_drafts_are_counted_for_each_question(record, feedback):
    first = record.add_draft("one", feedback)
    second = record.add_draft("two", feedback)
    other = record.add_draft("one", feedback.model_copy(update={"question": "plans"}))
    assert [draft.number for draft in (first, second, other)] == [1, 2, 1]
    assert record.drafts("small", "famine") == [first, second]
    assert record.drafts("small") == [first, second, other]
    assert record.drafts("other") == []
    assert second.feedback == feedback


def hinting(feedback: Feedback, *facts: str) -> Feedback:
    """The feedback with a hint to each of these facts."""
    hints = (
        Hint(criterion="evidence", factor="weather", fact=fact, nudge=f"{fact}?", cue="c", reveal="r") for fact in facts
    )
    return feedback.model_copy(update={"hints": tuple(hints)})


def test_the_same_text_again_is_the_same_draft(record, feedback):
    first = record.add_draft("one", hinting(feedback, "a", "b"))
    record.climb_hint(first.id, 0, 1)
    assert record.add_draft("one", hinting(feedback, "a", "b")) == first
    assert record.hint_steps(first.id) == {0: 1}
    newer = hinting(feedback, "c", "a")
    assert record.add_draft("one", newer).feedback == newer
    assert record.hint_steps(first.id) == {1: 1}, "another model sees another hint, and the same one in another place"


def test_hint_steps_are_remembered_from_draft_to_draft(record, feedback):
    first = record.add_draft("one", hinting(feedback, "a", "b", "c"))
    record.climb_hint(first.id, 0, 1)
    record.climb_hint(first.id, 0, 2)
    record.climb_hint(first.id, 2, 1)
    assert record.hint_steps(first.id) == {0: 2, 2: 1}
    assert record.hint_steps(record.add_draft("two", hinting(feedback, "d")).id) == {}
    third = record.add_draft("three", hinting(feedback, "c", "d", "a"))
    assert record.hint_steps(third.id) == {0: 1, 2: 2}, "what was used in between is missing again"
    record.climb_hint(third.id, 2, 0)
    assert record.hint_steps(third.id) == {0: 1, 2: 0}, "what was hidden again stays hidden"
    assert record.hint_steps(record.add_draft("four", hinting(feedback, "a")).id) == {0: 0}


def test_hint_steps_belong_to_the_question(record, feedback):
    told = hinting(feedback, "a")
    record.climb_hint(record.add_draft("one", told).id, 0, 2)
    elsewhere = record.add_draft("two", told.model_copy(update={"question": "plans"}))
    assert record.hint_steps(elsewhere.id) == {}


def test_hint_steps_belong_to_the_gap_and_not_to_the_words_of_the_hint(record, feedback):
    def told(*hints: Hint) -> Feedback:
        return feedback.model_copy(update={"hints": hints})

    said = {"nudge": "n", "cue": "c", "reveal": "r"}
    missing = Hint(criterion="factors", factor="weather", fact="a", **said)
    thin = Hint(criterion="evidence", factor="secrecy", fact="b", **said)
    judgement = Hint(criterion="judgement", **said)
    first = record.add_draft("one", told(missing, thin, judgement))
    for place in range(3):
        record.climb_hint(first.id, place, place)

    reworded = [hint.model_copy(update={"nudge": "Why, then?"}) for hint in (thin, missing)]
    reworded.insert(0, judgement.model_copy(update={"cue": "Which, then?"}))
    assert record.hint_steps(record.add_draft("two", told(*reworded)).id) == {0: 2, 1: 1, 2: 0}
    another_example = missing.model_copy(update={"fact": "c", "cue": "Another.", "reveal": "Another."})
    assert record.hint_steps(record.add_draft("three", told(another_example)).id) == {0: 0}
    other_gaps = (
        missing.model_copy(update={"factor": "quotas"}),
        missing.model_copy(update={"criterion": "evidence"}),
        thin.model_copy(update={"fact": "c"}),
        judgement.model_copy(update={"nudge": "Is each of them weighed?"}),
    )
    assert record.hint_steps(record.add_draft("four", told(*other_gaps)).id) == {}


def test_nobody_sees_or_changes_what_is_anothers(database, record, feedback):
    draft = record.add_draft("mine", hinting(feedback, "a"))
    record.climb_hint(draft.id, 0, 1)
    other = PracticeRecord(database, "other")
    other.climb_hint(draft.id, 0, 2)
    assert other.hint_steps(draft.id) == {} and other.drafts("small") == []
    assert record.hint_steps(draft.id) == {0: 1}
    assert other.hint_steps(other.add_draft("mine", hinting(feedback, "a")).id) == {}
    assert other.answer("small", "famine").text == ""


def fill(record: PracticeRecord, database: Database, feedback, mark: str) -> None:
    record.save_answer("small", AnswerInProgress("famine", f"Answer of {mark}", f"Plan of {mark}"))
    draft = record.add_draft(f"Draft of {mark}", feedback)
    record.climb_hint(draft.id, 0, 1)
    cards = Flashcards(database, "small", record.subject)
    cards.add(["quotas"])
    cards.review("quotas", 3)


OWNED = {"answers_in_progress", "drafts", "hint_steps", "flashcards", "reviews"}


def test_the_export_holds_everything_of_ones_own_and_nothing_else(database, record, feedback):
    fill(record, database, feedback, "me")
    fill(PracticeRecord(database, "other"), database, feedback, "somebody else")
    exported = record.export()
    assert exported["learner"] == "local"
    assert {name for name, rows in exported.items() if isinstance(rows, list)} == OWNED
    assert all(len(exported[name]) == 1 for name in OWNED)
    as_json = json.dumps(exported)
    assert all(words in as_json for words in ("Answer of me", "Plan of me", "Draft of me"))
    assert "somebody else" not in as_json


def test_deletion_leaves_no_row_and_in_a_file_no_word(tmp_path, place, database, record, feedback):
    fill(record, database, feedback, "a-student-who-leaves")
    fill(PracticeRecord(database, "other"), database, feedback, "a-student-who-stays")
    record.delete()
    assert all(record.export()[name] == [] for name in OWNED)
    assert record.answer("small", "famine").text == ""
    assert PracticeRecord(database, "other").drafts("small")[0].text == "Draft of a-student-who-stays"
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in OWNED:
                assert len(session.execute(table.select()).all()) == 1
    if place.endswith(".sqlite"):
        left = b"".join(path.read_bytes() for path in tmp_path.glob("practice.sqlite*"))
        assert b"a-student-who-leaves" not in left and b"a-student-who-stays" in left


def test_after_deletion_practice_goes_on_in_another_tab_too(database, record, feedback):
    other_tab = PracticeRecord(database)
    draft = other_tab.add_draft("one", feedback)
    record.delete()
    other_tab.climb_hint(draft.id, 0, 1)
    assert other_tab.hint_steps(draft.id) == {}
    assert other_tab.save_answer("small", AnswerInProgress("famine", "again")).revision == 1
    assert record.add_draft("two", feedback).number == 1


def test_texts_reach_no_log(database, record, feedback, caplog):
    with caplog.at_level(logging.DEBUG):
        fill(record, database, feedback, "a secret text")
        record.export()
        record.delete()
    assert "secret" not in caplog.text
