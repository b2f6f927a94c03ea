"""The page of class sets, driven through Streamlit's own test harness with an engine that needs no models."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, replace

import pytest
from hand_made import ANSWER, hand_made_feedback
from streamlit.testing.v1 import AppTest

from assistant.app import resources
from assistant.app.class_set_exports import digests_of, scripts_of
from assistant.app.class_set_intake import bring_in, key_file
from assistant.app.class_set_reading import read_script, time_left
from assistant.app.script_view import shared_html
from assistant.class_sets import ClassSetError
from assistant.class_sets.codes import StudentCodes
from assistant.findings import findings_of
from assistant.question_guess import QuestionGuess
from assistant.schemas import ErrorFeedback
from assistant.store.class_set_records import Award
from assistant.store.class_sets import ClassSets
from assistant.store.database import Database

PLAIN = "Drought ruined the harvest of 1931 and again that of 1932, so that little was left for anybody to eat."
TITLE = "Year 12"


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes

    def getvalue(self) -> bytes:
        return self.data


UPLOADS = [
    Upload("Ann Smith_1_assignsubmission_file_/famine.txt", ANSWER.encode()),
    Upload("Bo Jones_2_assignsubmission_file_/famine.txt", f"Bo Jones\n\n{PLAIN}".encode()),
    Upload("Cy Reed_3_assignsubmission_file_/famine.docx", b"no document"),
    Upload("Di Lee_4_assignsubmission_file_/essay.txt", b"An essay whose file says nothing of its question."),
    Upload("Eve Hall_5_assignsubmission_file_/famine.txt", ANSWER.encode()),
]


def draw() -> AppTest:
    def script() -> None:
        from assistant.app import class_sets

        class_sets.page()

    return AppTest.from_function(script, default_timeout=30).run()


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label.startswith(label)]
    return button.click().run()


def choose(app: AppTest, class_set: int) -> AppTest:
    return app.selectbox(key="class_sets.chosen").set_value(class_set).run()


def view(app: AppTest, name: str) -> AppTest:
    return app.segmented_control(key="class_sets.view").set_value(name).run()


@pytest.fixture(autouse=True)
def opened(monkeypatch, engine) -> None:
    """An engine that doubts `ANSWER` alone and takes every text for an answer on the famine."""

    def mark(question, text):
        engine.asked.append((question, text))
        feedback = hand_made_feedback(text, question)
        return (
            feedback
            if text == ANSWER
            else feedback.model_copy(update={"review_reasons": (), "needs_review": False, "mark": 9})
        )

    monkeypatch.setattr(engine, "mark", mark)
    engine.guess_question = lambda text: QuestionGuess("famine", "plans", False) if "essay" in text else None
    monkeypatch.setattr(resources, "course_engine", lambda course: engine)


@pytest.fixture
def sets(place) -> ClassSets:
    return ClassSets(Database(place))


@pytest.fixture
def class_set(sets, course) -> int:
    """A set of five files, not read yet."""
    return bring_in(course, sets, TITLE, UPLOADS, "", None)[0]


@pytest.fixture
def read(sets, class_set, engine) -> int:
    """The same set, read."""
    for script in sets.waiting(class_set):
        read_script(engine, sets, script)
    return class_set


# --- bringing in -------------------------------------------------------------------------------------------------------


def test_files_come_in_with_students_questions_repeats_and_problems(sets, class_set):
    rows = sets.overviews(class_set)
    assert [(row.student, row.participant, row.question, row.state) for row in rows] == [
        ("Ann Smith", "1", "famine", "waiting"),
        ("Bo Jones", "2", "famine", "waiting"),
        ("Cy Reed", "3", "famine", "unread"),
        ("Di Lee", "4", "", "waiting"),
        ("Eve Hall", "5", "famine", "waiting"),
    ]
    assert rows[2].problem == "famine.docx is damaged or is not really a .docx file."
    assert rows[4].repeats == rows[0].name
    assert [note.code for note in rows[4].notes] == ["same-text"]


def test_a_zip_a_table_and_pasted_text_make_one_set(sets, course):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Ann Smith_1_assignsubmission_file_/famine.txt", ANSWER)
    table = Upload("marks.csv", b"question,text,student\nplans,Coal rose.,Bo Jones\nplans,half\0way,Cy\n")
    class_set, count = bring_in(
        course, sets, "", [Upload("week 3.zip", buffer.getvalue()), table], "Name: Di\nIt rose.\n===\nIt fell.", "plans"
    )
    rows = sets.overviews(class_set)
    assert count == len(rows) == 5
    assert [(row.student, row.question, row.state) for row in rows] == [
        ("Ann Smith", "plans", "waiting"), ("Bo Jones", "plans", "waiting"), ("Cy", "plans", "unread"),
        ("Di", "plans", "waiting"), ("", "plans", "waiting"),
    ]  # fmt: skip
    assert sets.sets("small")[0].title == "week 3.zip"


@pytest.mark.parametrize(
    ("name", "data"),
    [("register.csv", b"name,present\nAnn,yes\n"), ("old marks.xlsx", b"no table"), ("week 2.zip", b"PK broken")],
)
def test_a_stray_table_or_archive_among_the_files_costs_no_other(sets, course, name, data):
    stray = Upload(name, data)
    class_set, count = bring_in(
        course, sets, TITLE, [stray, Upload("Ann Smith - famine.txt", ANSWER.encode())], "", None
    )
    rows = {row.name: row for row in sets.overviews(class_set)}
    assert count == 2
    assert rows[name].state == "unread" and rows[name].problem.startswith(name)
    assert [row.state for key, row in rows.items() if key != name] == ["waiting"]
    with pytest.raises(ClassSetError, match=re.escape(name)):
        bring_in(course, sets, TITLE, [stray], "", None)


def test_names_may_stay_at_the_door(sets, course, place):
    codes = StudentCodes()
    class_set, _ = bring_in(course, sets, TITLE, UPLOADS, "", None, codes)
    assert [row.student for row in sets.overviews(class_set)] == ["S01", "S02", "S03", "S04", "S05"]
    assert b"Ann Smith" not in place.read_bytes() + place.with_name(place.name + "-wal").read_bytes()
    bring_in(course, sets, "", [Upload("Ann Smith - famine.txt", ANSWER.encode())], "", None, codes)
    assert [row.title for row in sets.sets("small")] == ["Class set", TITLE]
    key = list(csv.DictReader(io.StringIO(key_file(codes).decode("utf-8-sig"))))
    assert key[0] == {"code": "S01", "student": "Ann Smith", "participant": "1"}


def test_a_student_whom_only_her_text_names_is_named_and_coded(sets, course, place):
    scans = [
        Upload("scan1.txt", f"Ann Smith 12B\n\n{PLAIN}".encode()),
        Upload("scan2.txt", f"Name: Bo Jones\n\n{ANSWER}".encode()),
    ]
    named, _ = bring_in(course, sets, TITLE, scans, "", "famine")
    rows = sets.overviews(named)
    assert [row.student for row in rows] == ["Ann Smith", "Bo Jones"]
    assert [[note.code for note in row.notes] for row in rows] == [["named-by-heading"], []]
    sets.delete(named)
    coded, _ = bring_in(course, sets, TITLE, scans, "", "famine", StudentCodes())
    rows = sets.overviews(coded)
    assert [row.student for row in rows] == ["S01", "S02"]
    assert sets.script(rows[0].id).text == f"S01 12B\n\n{PLAIN}"
    assert b"Ann Smith" not in place.read_bytes() + place.with_name(place.name + "-wal").read_bytes()


def test_a_text_of_an_earlier_set_is_told_in_the_table_and_at_the_script(sets, course, read, engine):
    again = [Upload("Fay Gray - famine.txt", ANSWER.upper().encode()), Upload("Gus Hill - famine.txt", b"Another.")]
    later, _ = bring_in(course, sets, "Later", again, "", "famine")
    for waiting in sets.waiting(later):
        read_script(engine, sets, waiting)
    app = choose(draw(), later)
    said = f"The same text as that of Ann Smith in the set “{TITLE}”."
    assert list(app.dataframe[0].value["Student"]) == ["Fay Gray", "Gus Hill"]
    assert [said in why for why in app.dataframe[0].value["Why to look"]] == [True, False]
    assert said in html(app)
    assert all(row.elsewhere is None for row in sets.overviews(read))


@pytest.mark.parametrize("name", ["../../etc/famine.txt", "/famine.txt", "a\\..\\famine.txt", "C:famine.txt", ".."])
def test_a_name_that_points_elsewhere_stays_in_its_place(sets, course, name, tmp_path):
    before = sorted(path for path in tmp_path.parent.rglob("famine*"))
    uploads = [Upload(name, ANSWER.encode()), Upload(name, PLAIN.encode())]
    class_set, count = bring_in(course, sets, TITLE, uploads, "", "famine")
    assert count == 2
    assert sorted(path for path in tmp_path.parent.rglob("famine*")) == before
    assert {row.name.count("..") for row in sets.overviews(class_set)} == {0}


def test_nothing_to_bring_in_is_said(sets, course):
    with pytest.raises(ClassSetError, match="nothing to bring in"):
        bring_in(course, sets, TITLE, [], " \n", None)
    with pytest.raises(ClassSetError, match=r"set\.zip is not a readable zip"):
        bring_in(course, sets, TITLE, [Upload("set.zip", b"no zip")], "", None)
    assert sets.sets("small") == []


def test_the_page_begins_with_the_form(sets):
    app = draw()
    assert not app.exception
    assert [header.value for header in app.header] == ["Bring in a class set"]
    press(app, "Bring in")
    assert "nothing to bring in" in app.error[0].value


def test_pasted_answers_are_brought_in_read_and_shown(sets, engine):
    app = draw()
    app.text_area[0].set_value(f"Student: Ann Smith\n{ANSWER}\n=====\nStudent: Bo Jones\n{PLAIN}")
    app.selectbox[0].set_value("famine")
    press(app, "Bring in")
    assert not app.exception
    assert [text for _, text in engine.asked] == [ANSWER, PLAIN]
    assert app.success[0].value.startswith(r"Two scripts read\.")
    assert list(app.dataframe[0].value["Student"]) == ["Ann Smith", "Bo Jones"]
    (overview,) = sets.sets("small")
    assert (overview.title, overview.waiting, overview.awarded) == ("Pasted answers", 0, 0)


def test_the_key_to_the_codes_is_offered_until_it_is_saved(sets):
    app = draw()
    app.text_area[0].set_value(f"Student: Ann Smith\n{ANSWER}")
    app.checkbox[0].check()
    press(app, "Bring in")
    assert "Save the key" in app.warning[0].value
    assert list(app.dataframe[0].value["Student"]) == ["S01"]
    assert not press(app, "I have saved it").warning


# --- reading -----------------------------------------------------------------------------------------------------------


def test_a_set_left_half_way_goes_on_where_it_stopped(sets, class_set, engine):
    read_script(engine, sets, sets.waiting(class_set)[0])
    app = choose(draw(), class_set)
    assert app.info[0].value == "Three scripts of 5 still to be read."
    assert len(engine.asked) == 1
    press(app, "Go on reading")
    assert not app.exception
    assert len(engine.asked) == 4
    assert sets.waiting(class_set) == []
    assert not app.info


def test_one_that_trips_the_engine_says_so_and_the_rest_go_on(sets, class_set, engine, monkeypatch):
    whole = engine.mark

    def failing(question, text):
        if PLAIN in text:
            raise RuntimeError(text)
        return whole(question, text)

    monkeypatch.setattr(engine, "mark", failing)
    press(choose(draw(), class_set), "Go on reading")
    rows = sets.overviews(class_set)
    assert [row.state for row in rows] == ["read", "unread", "unread", "read", "read"]
    assert rows[1].problem == "Something went wrong while it was marked (RuntimeError)."


@pytest.mark.parametrize(("seconds", "words"), [(0, "a few seconds left"), (44, "about 40 seconds left"), (150, "about 2 minutes left")])  # fmt: skip
def test_time_left(seconds, words):
    assert time_left(seconds) == words


# --- reviewing ---------------------------------------------------------------------------------------------------------


def test_the_table_puts_first_what_needs_a_human(read):
    table = choose(draw(), read).dataframe[0].value
    assert list(table["Student"]) == ["Cy Reed", "Eve Hall", "Di Lee", "Ann Smith", "Bo Jones"]
    assert list(table["Suggested"]) == ["not read", "6 (4–8) of 12", "9 (4–8) of 12", "6 (4–8) of 12", "9 (4–8) of 12"]
    assert "it may be plans instead" in table["Why to look"][2]
    assert "The same text as Ann Smith_1" in table["Why to look"][1]
    assert table["Why to look"][4] == ""


def test_search_and_filter(read):
    app = choose(draw(), read)
    app.text_input(key="class_sets.search").set_value("jones").run()
    assert list(app.dataframe[0].value["Student"]) == ["Bo Jones"]
    assert [subheader.value for subheader in app.subheader] == ["Bo Jones"]
    app.text_input(key="class_sets.search").set_value("nobody").run()
    assert not app.exception and app.info[0].value == "No script of this set fits."
    app.text_input(key="class_sets.search").set_value("").run()
    app.segmented_control(key="class_sets.show").set_value("Not read").run()
    assert list(app.dataframe[0].value["Student"]) == ["Cy Reed"]


def open_script(app: AppTest, sets: ClassSets, class_set: int, place: int) -> AppTest:
    return app.selectbox(key="class_sets.open").set_value(sets.overviews(class_set)[place].id).run()


def test_a_script_shows_everything_a_teacher_needs(sets, read):
    app = open_script(choose(draw(), read), sets, read, 0)
    assert not app.exception
    page = html(app)
    for part in (
        "Ann Smith_1_assignsubmission_file_/famine.txt", "Why to look", "ap-fact", "ap-wrong", "A regime that hid the famine",
        "Check the date", "There was a drought in 1931 &amp; 1932.", "Quotas rose by 44% in 1932.", "Level 2 of 4",
        "A conclusion is stated but hardly supported.",
    ):  # fmt: skip
        assert part in page, part
    assert "<script" not in page and "&lt;script&gt;" in page


def test_a_mark_and_words_are_saved_at_once(sets, read):
    app = open_script(choose(draw(), read), sets, read, 0)
    script = sets.overviews(read)[0].id
    app.text_input(key="class_sets.marker").set_value("Ms Li").run()
    app.number_input(key=f"class_sets.mark.first.{script}").set_value(8).run()
    app.text_area(key=f"class_sets.comment.first.{script}").set_value("Weigh your reasons.").run()
    assert not app.exception and not app.error
    award = sets.award_of(script, "first")
    assert (award.mark, award.comment, award.marker) == (8, "Weigh your reasons.", "Ms Li")
    again = open_script(choose(draw(), read), sets, read, 0)
    assert again.number_input(key=f"class_sets.mark.first.{script}").value == 8
    assert again.text_area(key=f"class_sets.comment.first.{script}").value == "Weigh your reasons."
    assert "awarded</td><td>8</td><td>Ms Li" in html(again)
    again.number_input(key=f"class_sets.mark.first.{script}").set_value(None).run()
    assert sets.award_of(script, "first").mark is None
    assert sets.award_of(script, "first").comment == "Weigh your reasons."


def test_a_finding_she_does_not_share_is_left_out_until_it_is_put_back(sets, read, course):
    app = open_script(choose(draw(), read), sets, read, 0)
    script = sets.overviews(read)[0].id
    key = f"class_sets.struck.{script}"
    fact, wrong = "Fact: Quotas rose by 44%", "Wrong claim: “"
    options = app.multiselect(key=key).options
    assert any(option.startswith(fact) for option in options) and any(option.startswith(wrong) for option in options)
    suggested = sets.overviews(read)[0].mark
    found = findings_of(sets.script(script).feedback)
    gone = [name for name, item in found.items() if isinstance(item, ErrorFeedback) or "44%" in item.statement]
    app.multiselect(key=key).set_value(gone).run()
    assert not app.exception
    page = html(app)
    assert "Check the date" not in page and "No wrong claim was noticed." in page and "Quotas rose by 44%" not in page
    assert "finding struck out" in page
    assert sets.overviews(read)[0].mark == suggested
    (left,) = [script for script in scripts_of(sets, read) if script.student == "Ann Smith"]
    assert left.feedback.criteria["evidence"].comment.startswith("No specific, relevant fact")
    assert "claim" not in left.feedback.criteria["evidence"].comment
    assert "One relevant fact." not in page and left.feedback.criteria["evidence"].comment in page
    assert left.feedback.errors == () and len(left.feedback.evidence) == len(found) - len(gone)
    assert all(fact not in factor.facts for factor in left.feedback.factors for fact in gone)
    assert not [digest for digest in digests_of(course, sets, read) if digest.label == "Ann Smith" and digest.errors]
    again = open_script(choose(draw(), read), sets, read, 0)
    assert sorted(again.multiselect(key=key).value) == sorted(gone)
    again.multiselect(key=key).set_value([]).run()
    assert "Check the date" in html(again) and sets.script(script).struck == set()


def test_a_suggestion_is_accepted_with_one_press(sets, read):
    app = open_script(choose(draw(), read), sets, read, 3)
    press(app, "Award what is suggested: 9")
    assert sets.overviews(read)[3].award.mark == 9
    assert app.number_input(key=f"class_sets.mark.first.{sets.overviews(read)[3].id}").value == 9


def test_her_words_may_begin_with_the_assistants(sets, read):
    app = open_script(choose(draw(), read), sets, read, 0)
    script = sets.overviews(read)[0].id
    press(app, "Begin with the assistant’s words")
    words = "One of three is developed.\nOne relevant fact.\nA conclusion is stated but hardly supported."
    assert app.text_area(key=f"class_sets.comment.first.{script}").value == words
    award = sets.award_of(script, "first")
    assert (award.mark, award.comment) == (None, words)
    assert not [button for button in app.button if button.label.startswith("Begin with")]


def test_an_award_changed_elsewhere_is_told_and_not_overwritten(sets, read):
    app = open_script(choose(draw(), read), sets, read, 0)
    script = sets.overviews(read)[0].id
    sets.award(script, Award(mark=3, marker="Mr Ray"))
    app.number_input(key=f"class_sets.mark.first.{script}").set_value(8).run()
    assert "Mr Ray had changed this award meanwhile" in app.error[0].value
    assert sets.award_of(script, "first").mark == 3
    assert app.number_input(key=f"class_sets.mark.first.{script}").value == 3
    app.number_input(key=f"class_sets.mark.first.{script}").set_value(8).run()
    assert sets.award_of(script, "first").mark == 8


def test_what_nothing_speaks_against_is_accepted_in_bulk(sets, read):
    app = choose(draw(), read)
    press(app, "Award what is suggested to the 1 that nothing")
    assert [row.award.mark for row in sets.overviews(read)] == [None, 9, None, None, None]
    assert app.success[0].value.startswith("1 awarded as suggested")
    (button,) = [button for button in app.button if "that nothing speaks against" in button.label]
    assert button.disabled


def test_next_and_previous_follow_the_table(sets, read):
    app = choose(draw(), read)
    order = [row["File"] for _, row in app.dataframe[0].value.iterrows()]
    by_name = {row.name: row.id for row in sets.overviews(read)}
    assert app.selectbox(key="class_sets.open").value == by_name[order[0]]
    press(app, "Next")
    assert app.selectbox(key="class_sets.open").value == by_name[order[1]]
    press(app, "Previous")
    assert app.selectbox(key="class_sets.open").value == by_name[order[0]]


def test_a_script_stays_open_when_its_award_moves_it_in_the_table(sets, read):
    app = choose(draw(), read)
    second = app.selectbox(key="class_sets.open").options[1]
    press(app, "Next")
    opened = app.selectbox(key="class_sets.open").value
    app.segmented_control(key="class_sets.show").set_value("Not awarded").run()
    app.selectbox(key="class_sets.open").set_value(opened).run()
    app.number_input(key=f"class_sets.mark.first.{opened}").set_value(5).run()
    assert not app.exception
    assert app.selectbox(key="class_sets.open").value == opened
    assert "Eve Hall" in second and "Eve Hall" not in list(app.dataframe[0].value["Student"])
    press(app, "Next")
    assert app.selectbox(key="class_sets.open").value != opened


def test_a_row_that_is_pressed_opens_its_script(sets, read, monkeypatch):
    from assistant.app import class_set_state as state
    from assistant.app.class_sets import _open_pressed

    ids = [row.id for row in sets.overviews(read)]
    remembered = {state.table_key(ids): {"selection": {"rows": [0], "columns": [], "cells": [(3, "Student")]}}}
    monkeypatch.setattr("assistant.app.class_sets.st.session_state", remembered)
    _open_pressed(ids)
    assert remembered[state.OPEN] == ids[3]


def test_ticks_do_not_pass_to_the_scripts_that_take_their_places(sets, read):
    from assistant.app.class_set_state import table_key

    ids = [row.id for row in sets.overviews(read)]
    assert table_key(ids) == table_key(list(ids))
    assert table_key(ids) != table_key(ids[1:] + ids[:1])


def test_choosing_the_question_has_the_script_read_for_it(sets, read, engine):
    app = open_script(choose(draw(), read), sets, read, 3)
    script = sets.overviews(read)[3].id
    app.selectbox(key=f"class_sets.question.{script}.famine").set_value("plans").run()
    assert not app.exception
    assert engine.asked[-1][0] == "plans"
    overview = sets.overviews(read)[3]
    assert (overview.question, overview.state, overview.notes) == ("plans", "read", ())


def test_scripts_alike_stand_side_by_side(sets, read):
    app = open_script(choose(draw(), read), sets, read, 4)
    assert any("Side by side with Ann Smith" in expander.label for expander in app.expander)
    assert html(app).count("<mark>") >= 2


def test_shared_passages_are_marked_wherever_they_stand():
    passage = "the state took far too much grain from the villages"
    first, second = shared_html(f"First <b>, {passage}! End.", f"{passage.upper()}; then other words follow here.")
    assert first == f'<div class="ap-text">First &lt;b&gt;, <mark>{passage}</mark>! End.</div>'
    assert second.startswith(f'<div class="ap-text"><mark>{passage.upper()}</mark>; then')
    assert "<mark>" not in shared_html("One two three four five.", "One two three four five.")[0]


# --- the class as a whole ----------------------------------------------------------------------------------------------


def test_the_class_picture_counts_awards_and_compares(sets, read, course):
    sets.accept([row.id for row in sets.overviews(read)], "Ms Li")
    other, _ = bring_in(course, sets, "Earlier", UPLOADS[:1], "", None)
    app = view(choose(draw(), read), "Class picture")
    assert not app.exception
    page = html(app)
    assert "What to teach again first" in page and "4 scripts." in page
    assert "Drought and bad harvests" in page and "●" in page
    app.selectbox(key=f"class_sets.compare.{read}").set_value(other).run()
    assert app.info[0].value == "One of the two sets has no script that was read."


def test_a_second_teacher_marks_without_seeing_the_first_mark(sets, read):
    first = [row for row in sets.overviews(read) if row.mark is not None]
    sets.award(first[0].id, Award(mark=8, marker="Ms Li", comment="A comment of the first."))
    app = view(choose(draw(), read), "Moderation")
    app.number_input(key="class_sets.size").set_value(2)
    press(app, "Draw")
    assert len(sets.sample(read).scripts) == 2
    # One of the drawn begins with its author's name.
    drawn = [next(row.id for row in first if row.student == "Bo Jones"), first[0].id]
    sets.keep_sample(read, 1, drawn)
    app.run()
    assert app.info[0].value == "Enter a name to begin."
    app.text_input(key="class_sets.second_marker").set_value("Mr Ray").run()
    page = html(app)
    assert "0 of 2 marked." in page and "(name)" in page and PLAIN in page
    for hidden in ("Ann Smith", "Bo Jones", "A comment of the first.", 'class="ap-fact', "Level 2"):
        assert hidden not in page
    app.number_input(key=f"class_sets.mark.second.{drawn[0]}").set_value(7).run()
    assert not app.exception
    assert {script: award.mark for script, award in sets.second_marks(read).items()} == {drawn[0]: 7}
    assert sets.award_of(drawn[0], "second").marker == "Mr Ray"
    assert "1 of 2 marked." in html(app)


def test_nobody_marks_a_script_a_second_time_whose_award_is_her_own(sets, read):
    first = [row for row in sets.overviews(read) if row.mark is not None]
    sets.award(first[0].id, Award(mark=8, marker="Ms Li"))
    sets.keep_sample(read, 1, [first[0].id])
    app = view(choose(draw(), read), "Moderation")
    app.text_input(key="class_sets.second_marker").set_value("ms li ").run()
    assert "awarded this script; a second mark is somebody else’s." in app.info[0].value
    assert not [box for box in app.number_input if "second" in str(box.key)]


def test_agreement_leaves_out_what_was_accepted_among_many_and_two_marks_of_one_person(sets, read):
    scripts = [row.id for row in sets.overviews(read) if row.mark is not None]
    sets.accept(scripts[:2], "Ms Li")
    for script in scripts[2:]:
        sets.award(script, Award(mark=8, marker="Ms Li"))
    for script in (scripts[0], scripts[2]):
        sets.award(script, Award(mark=6, marker="Mr Ray"), "second")
    sets.award(scripts[3], Award(mark=8, marker="Ms Li"), "second")
    sets.keep_sample(read, 1, scripts)
    page = html(view(choose(draw(), read), "Moderation"))
    assert '<th scope="row">Second teacher beside the first</th><td>1</td><td>0%</td>' in page
    assert '<th scope="row">Assistant beside the first teacher</th><td>2</td>' in page
    assert '<th scope="row">Assistant beside the second teacher</th><td>2</td>' in page
    assert "Left out: two awards accepted among many" in page


def test_agreement_between_both_teachers_and_the_assistant(sets, read):
    rows = [row for row in sets.overviews(read) if row.mark is not None]
    scripts = [row.id for row in rows]
    for row in rows:
        sets.award(row.id, Award(mark=row.mark, marker="Ms Li"))
    for script in scripts[:2]:
        sets.award(script, Award(mark=6, marker="Mr Ray"), "second")
    sets.keep_sample(read, 1, scripts)
    page = html(view(choose(draw(), read), "Moderation"))
    assert "Questions of 12 marks" in page
    assert (
        '<th scope="row">Second teacher beside the first</th><td>2</td><td>50%</td><td>50%</td><td>100%</td><td>-1.5</td><td>–</td>'
        in page
    )
    assert '<th scope="row">Assistant beside the first teacher</th><td>4</td><td>100%</td>' in page


@pytest.fixture
def awarded(sets, course, engine) -> int:
    """Fourteen scripts with 9 of 12 suggested, eleven of them awarded 6 or 7."""
    pasted = "\n===\n".join(f"Student: S{number}\n{PLAIN} Answer {number}." for number in range(14))
    class_set, _ = bring_in(course, sets, TITLE, [], pasted, "famine")
    for number, script in enumerate(sets.waiting(class_set)):
        read_script(engine, sets, script)
        if number < 11:
            sets.award(script, Award(mark=6 + number % 2, marker="Ms Li"))
    return class_set


def test_recalibrating_shows_before_and_after_moves_suggestions_and_is_undone(sets, awarded, engine):
    app = view(choose(draw(), awarded), "Moderation")
    assert not app.exception
    page = html(app)
    assert "eleven" in page or "11 scripts" in page
    assert '<th scope="row">As suggested</th><td>2.5</td><td>+2.5</td>' in page
    before, after = re.findall(r"<td>(\d\.\d)</td><td>[+-]", page.split("Your own standard")[-1])[-2:]
    assert float(after) < float(before) == 2.5
    press(app, "Recalibrate to my awards")
    assert app.success[0].value.startswith("Three suggestions moved to your own standard")
    rows = sets.overviews(awarded)
    assert {row.mark for row in rows[:11]} == {9}
    (moved,) = {row.mark for row in rows[11:]}
    assert 6 <= moved < 9
    assert "In force since today" in html(app)
    again, _ = bring_in(engine.course, sets, "Next week", [], f"{PLAIN} Something new.", "famine")
    (script,) = sets.waiting(again)
    read_script(engine, sets, script)
    assert sets.script(script).overview.mark == moved
    assert sets.script(script).own_mark == 9
    press(app, "Undo")
    assert {row.mark for row in (*sets.overviews(awarded), *sets.overviews(again))} == {9}
    (undo,) = [button for button in app.button if button.label == "Undo"]
    assert undo.disabled


def test_a_moved_suggestion_says_so_and_is_what_a_press_awards(sets, awarded):
    press(view(choose(draw(), awarded), "Moderation"), "Recalibrate to my awards")
    last = sets.overviews(awarded)[-1]
    app = open_script(choose(draw(), awarded), sets, awarded, 13)
    assert "by itself the assistant suggests 9." in html(app)
    press(app, f"Award what is suggested: {last.mark}")
    assert sets.overviews(awarded)[-1].award.mark == last.mark
    assert "suggestion moved" in html(app)


def test_a_few_awards_tell_too_little_to_recalibrate_to(sets, read):
    for row in sets.overviews(read):
        if row.mark is not None:
            sets.award(row.id, Award(mark=row.mark, marker="Ms Li"))
    app = view(choose(draw(), read), "Moderation")
    assert "It takes 11 awarded scripts" in html(app)
    (button,) = [button for button in app.button if button.label.startswith("Recalibrate")]
    assert button.disabled


def test_downloads_hold_what_was_awarded(sets, read):
    scripts = sets.overviews(read)
    sets.award(scripts[0].id, Award(mark=8, marker="Ms Li", comment="=Good.\n\nGo on."))
    app = view(choose(draw(), read), "Downloads")
    assert not app.exception
    labels = [element.proto.label for element in app.get("download_button")]
    assert len(labels) == 7
    first = scripts_of(sets, read)[0]
    assert (first.student, first.participant, first.award, first.awarded_by) == ("Ann Smith", "1", 8, "Ms Li")
    assert first.comments == ("=Good.", "Go on.")
    assert "4 of 5 scripts have no award" not in app.info[0].value
    assert app.info[0].value.startswith("3 of 5 scripts have no award yet.")


def test_what_moodle_cannot_take_is_said(sets, course, engine):
    class_set, _ = bring_in(course, sets, TITLE, UPLOADS[:1], f"Student: Di\n{PLAIN}", "famine")
    for script in sets.waiting(class_set):
        read_script(engine, sets, script)
    app = view(choose(draw(), class_set), "Downloads")
    assert "not in Moodle’s file" not in html(app)
    sets.accept([row.id for row in sets.overviews(class_set)], "Ms Li")
    app = view(choose(draw(), class_set), "Downloads")
    assert "One awarded script not in Moodle’s file" in html(app)


def test_a_set_is_deleted_only_when_that_is_sure(sets, read):
    app = view(choose(draw(), read), "Downloads")
    (button,) = [button for button in app.button if button.label == "Delete the set"]
    assert button.disabled
    app.checkbox(key=f"class_sets.sure.{read}").check().run()
    press(app, "Delete the set")
    assert sets.sets("small") == []
    assert app.success[0].value == r"The set was deleted\."
    assert not app.exception


def test_a_database_that_cannot_be_opened_is_said(place):
    place.write_text("no database at all " * 100)
    app = draw()
    assert app.title[0].value == "Your work cannot be opened"
    assert not app.exception


def test_a_course_without_questions_still_shows_the_page(monkeypatch, engine):
    bare = engine.course.model_copy(update={"questions": ()})
    monkeypatch.setattr(resources, "course_engine", lambda course: replace(engine, course=bare))
    assert not draw().exception
