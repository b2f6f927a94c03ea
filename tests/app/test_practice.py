"""The practice page, driven through Streamlit's own test harness with an engine that needs no models."""

from __future__ import annotations

from pathlib import Path

import pytest
from hand_made import hand_made_feedback
from streamlit.testing.v1 import AppTest

from assistant.app import resources
from assistant.app.feedback_view import MENTIONED_TOLD, factors_html, facts_html, opening
from assistant.app.hint_ladders import ladder_html
from assistant.corpus.loading import CourseError, Problem
from assistant.documents import MAX_CHARACTERS
from assistant.nlp.pipeline import PipelineError
from assistant.scoring.artefacts import ArtefactError
from assistant.store.database import DATABASE_VARIABLE, StoreError
from assistant.store.drafts import PracticeRecord

ROUTER = Path(__file__).resolve().parents[2] / "streamlit_app.py"
MISSING = "What is missing"


@pytest.fixture
def app(monkeypatch, engine) -> AppTest:
    """The whole app, router included, drawn once."""
    monkeypatch.setattr(resources, "course_engine", lambda course: engine)
    return AppTest.from_file(str(ROUTER), default_timeout=30).run()


def visit_again() -> AppTest:
    """What a reload of the page shows: a new visit over the same database."""
    return AppTest.from_file(str(ROUTER), default_timeout=30).run()


def box(app: AppTest, question: str = "famine"):
    return app.text_area(key=f"practice.answer.{question}")


def questions(app: AppTest, topic: str = "the-land"):
    return app.radio(key=f"practice.question.{topic}")


def press(app: AppTest, label: str, index: int = 0) -> AppTest:
    buttons = [button for button in app.button if button.label == label]
    return buttons[index].click().run()


def ask(app: AppTest, text: str) -> AppTest:
    box(app).set_value(text)
    return press(app, "Get feedback")


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def headings(app: AppTest) -> list[str]:
    return [header.value for header in app.header]


def test_page_offers_topics_and_questions_with_marks_and_minutes(app) -> None:
    assert not app.exception
    assert app.title[0].value == "Practise an answer"
    assert app.selectbox[0].options == ["The land", "Five year plans"]
    question = questions(app)
    assert question.options == [r"Explain why there was \*famine\*\.", r"\'A success\.\' Assess this view\."]
    assert "Essay · 25 marks · 45 minutes" in list(question.proto.captions)


def test_choosing_a_topic_offers_its_questions(app) -> None:
    app.selectbox[0].set_value("five-year-plans").run()
    assert questions(app, "five-year-plans").options == [r"Explain the plans\."]


def test_feedback_comes_in_the_order_that_helps(app, answer, engine) -> None:
    ask(app, answer)
    assert not app.exception and not app.error
    assert engine.asked == [("famine", answer)]
    assert headings(app) == ["What works", "What to fix", MISSING, "By criterion"]
    suggested = next(expander for expander in app.expander if expander.label.startswith("Suggested level"))
    assert suggested.proto.expanded is False and "Try a second draft" in html(app)
    page = html(app)
    order = ["29 words", "raises two lines of argument", "ap-text", "ap-factors", "ap-facts", "ap-errors", "ap-ladder",
             "ap-criteria", "ap-suggestion"]  # fmt: skip
    places = [page.index(part) for part in order]
    assert places == sorted(places)


def test_what_works_is_said_in_a_sentence_that_agrees() -> None:
    found = hand_made_feedback()
    assert opening(found) == "Your answer raises two lines of argument and supports them with one relevant fact."
    one = found.model_copy(update={"factors": (found.factors[0], *hand_made_feedback("Thin.").factors[1:])})
    assert opening(one) == "Your answer raises one line of argument and supports it with one relevant fact."


def test_student_text_is_escaped_everywhere(app, answer) -> None:
    page = html(ask(app, answer + " <script>alert(2)</script>"))
    assert "<script" not in page
    page = html(ask(app, answer))
    assert "<script" not in page and "&lt;script&gt;" in page
    assert not any("<script" in element.value for element in app.markdown)


def test_what_to_fix_says_what_is_right_and_owns_a_mistaken_note(app, answer) -> None:
    page = html(ask(app, answer))
    assert "Check the date: “1905” does not fit here." in page
    assert "What is right:</strong> There was a drought in 1931 &amp; 1932." in page
    assert "The notes are mistaken here" in page


def test_each_fact_says_what_it_feeds_and_leads_to_its_place_in_the_text(app, answer) -> None:
    page = html(ask(app, answer))
    listed = page[page.index('<li id="ap-fact-1"') :]
    assert "Supports: Excessive requisitioning." in listed[: listed.index("</li>")]
    assert 'href="#ap-place-1"' in listed[: listed.index("</li>")]
    assert page.count('id="ap-place-1"') == 1 and 'href="#ap-fact-1"' in page
    listed = page[page.index('<li id="ap-fact-2"') :]
    assert "Not certain that you say this." in listed[: listed.index("</li>")]


def test_the_page_says_what_is_short_of_developed_where_something_is() -> None:
    assert MENTIONED_TOLD in factors_html(hand_made_feedback())
    assert MENTIONED_TOLD not in factors_html(hand_made_feedback("Thin."))


def test_a_mistake_of_the_notes_is_owned_wherever_the_fact_is_told(app, answer, course) -> None:
    told = facts_html(hand_made_feedback(), course.facts)
    assert "The notes are mistaken" not in told, "neither fact found has an erratum"
    drought = course.facts[1]
    known = hand_made_feedback().evidence[0].model_copy(update={"fact": drought.id})
    found = hand_made_feedback().model_copy(update={"evidence": (known,)})
    assert "They say: “A drought in 1905.” The notes misdate it." in facts_html(found, course.facts)
    hint = hand_made_feedback().hints[1]
    assert "mistaken" not in ladder_html(hint, 1, drought), "the cue gives nothing away"
    assert "They say: “A drought in 1905.” The notes misdate it." in ladder_html(hint, 2, drought)
    ask(app, answer)
    assert html(app).count("The notes are mistaken here") == 1  # of the wrong claim
    press(press(app, "Give me a cue", 1), "Reveal it")
    assert html(app).count("The notes are mistaken here") == 2


def test_factors_not_raised_are_counted_and_never_named_before_the_reveal(app, answer) -> None:
    page = html(ask(app, answer))
    assert "One more line of argument" in page
    assert "A regime that hid the famine" not in page
    press(app, "Give me a cue")
    assert "A regime that hid the famine" not in html(app)
    press(app, "Reveal it")
    assert "A regime that hid the famine" in html(app)


def test_hints_climb_one_step_at_a_time_and_stay_there_in_the_next_draft(app, answer) -> None:
    page = html(ask(app, answer))
    assert "What did officials say?" in page and "Think of secrecy." not in page
    page = html(press(app, "Give me a cue"))
    assert "Think of secrecy." in page and "Which years?" not in page
    press(app, "Reveal it")
    press(app, "Get feedback")  # the same answer: the steps stay
    assert "A regime that hid the famine" in html(app)
    page = html(ask(app, answer + " One more sentence."))
    assert "Feedback on draft 2" in page
    assert "A regime that hid the famine" in page and "Which years?" not in page


def test_a_hint_can_be_hidden_again_and_stays_hidden_in_the_next_draft(app, answer) -> None:
    ask(app, answer)
    press(press(app, "Give me a cue"), "Reveal it")
    assert "Think of secrecy." not in html(press(app, "Hide it again"))
    assert "Think of secrecy." not in html(ask(app, answer + " One more sentence."))


def test_hints_beyond_the_first_four_are_folded_away(app, answer) -> None:
    ask(app, answer)
    assert [expander.label for expander in app.expander if expander.label.startswith("More")] == [
        "More to think about (2)"
    ]


def test_suggestion_states_its_doubts_and_who_awards(app, answer, engine) -> None:
    page = html(ask(app, answer))
    assert "Level 2 of 4" in page and "6 out of 12, most likely between 4 and 8" in page
    assert "I may be wrong here because:" in page and "The answer has only 26 words." in page
    assert "Only a teacher awards marks" in page and "not on scripts marked by teachers" in page
    assert "Uncalibrated" not in page
    engine.calibrated = False
    assert "Uncalibrated: cautious" in html(app.run())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The answer box holds no text."),
        ("  \n ", "The answer box holds no text."),
        ("word " * (MAX_CHARACTERS // 4), f"The answer box is longer than {MAX_CHARACTERS:,} characters"),
        ("a\0b", "The answer box is a binary file"),
    ],
)
def test_a_text_that_cannot_be_marked_gives_one_sentence_and_is_kept(app, text, sentence) -> None:
    ask(app, text)
    assert not app.exception
    assert len(app.error) == 1 and app.error[0].value.replace("\\", "").startswith(sentence)
    assert box(app).value == text
    assert headings(app) == []


def test_an_unexpected_failure_shows_no_traceback_and_keeps_the_answer(app, answer, engine) -> None:
    engine.failure = RuntimeError("secret detail")
    ask(app, answer)
    assert not app.exception and len(app.error) == 1
    assert "secret detail" not in app.error[0].value
    assert box(app).value == answer
    engine.failure = None
    assert headings(press(app, "Get feedback"))[0] == "What works"


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader[0].set_value([(name, data, "")]).run()


def test_a_document_fills_the_empty_box_and_is_read(app, answer, engine) -> None:
    upload(app, "my_essay.txt", answer.encode())
    assert not app.exception and not app.error
    assert box(app).value == answer and "From my_essay.txt: 29 words." in html(app)
    press(app, "Get feedback")
    assert engine.asked == [("famine", answer)]
    # The document was taken over, so a changed answer is what is read next.
    ask(app, answer + " More.")
    assert engine.asked[-1][1] == answer + " More."
    assert "my_essay.txt" not in html(app)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("![a](http://x).docx", b"not a docx", "is damaged or is not really a"),
        ("scan.odt", b"", "is empty"),
        ("essay.pdf", b"%PDF-1.4 nothing", "is damaged"),
    ],
)
def test_a_document_that_cannot_be_read_gives_its_own_sentence(app, name, data, sentence) -> None:
    upload(app, name, data)
    assert not app.exception and len(app.error) == 1
    assert sentence in app.error[0].value
    assert "![a](" not in app.error[0].value  # shown letter for letter, not as a picture


@pytest.mark.parametrize(
    ("choice", "result"),
    [
        ("Add the document at the end", "Typed by hand.\n\nFrom a file."),
        ("Put the document in its place", "From a file."),
        ("Leave the document", "Typed by hand."),
    ],
)
def test_a_document_never_replaces_what_was_typed_unless_the_student_says_so(app, choice, result) -> None:
    box(app).set_value("Typed by hand.").run()
    upload(app, "essay.txt", b"From a file.")
    assert "what shall become of it" in app.info[0].value
    assert box(app).value == "Typed by hand."
    press(app, choice)
    assert box(app).value == result == box(visit_again()).value
    assert not app.info


def test_line_ends_of_another_system_stay_so_that_offsets_hold(app, engine) -> None:
    ask(app, "One.\r\nTwo.\rThree.")
    assert engine.asked[0][1] == "One.\r\nTwo.\rThree."
    assert box(visit_again()).value == "One.\r\nTwo.\rThree."


def test_each_question_has_its_own_answer_and_feedback(app, answer) -> None:
    ask(app, answer)
    questions(app).set_value("success").run()
    assert box(app, "success").value == "" and headings(app) == []
    box(app, "success").set_value("It was a success.").run()
    questions(app).set_value("famine").run()
    assert box(app).value == answer and MISSING in headings(app)
    questions(app).set_value("success").run()
    assert box(app, "success").value == "It was a success."


def test_what_is_typed_is_there_after_a_reload(app) -> None:
    app.selectbox[0].set_value("five-year-plans").run()
    app.toggle[0].set_value(True).run()
    box(app, "plans").set_value("Half an ans").run()
    app.text_area(key="practice.plan.plans").set_value("Steel, then towns").run()
    again = visit_again()
    assert again.selectbox[0].value == "five-year-plans", "the question worked on last is open again"
    assert box(again, "plans").value == "Half an ans"
    again.toggle[0].set_value(True).run()
    assert again.text_area(key="practice.plan.plans").value == "Steel, then towns"


def test_feedback_and_hint_steps_are_there_after_a_reload(app, answer, engine) -> None:
    press(ask(app, answer), "Give me a cue")
    again = visit_again()
    assert headings(again)[0] == "What works" and "Think of secrecy." in html(again)
    assert len(engine.asked) == 1, "nothing is read twice"


def test_a_second_tab_is_told_and_chooses(app) -> None:
    box(app).set_value("start").run()
    other = visit_again()
    box(other).set_value("start, from the other tab").run()
    box(app).set_value("start, from this tab").run()
    assert "changed in another tab" in app.warning[0].value
    assert box(app).value == "start, from this tab", "what was typed stays"
    assert box(visit_again()).value == "start, from the other tab", "nothing is overwritten before the student chose"
    press(app, "Keep what is in the box")
    assert not app.warning and box(visit_again()).value == "start, from this tab"
    # Now it is the other tab that is behind, and it gives way.
    box(other).set_value("start, once more").run()
    press(other, "Take the other one")
    assert not other.warning and box(other).value == "start, from this tab" == box(visit_again()).value


def test_typing_on_while_another_tab_has_changed_the_answer_saves_nothing_before_the_choice(app) -> None:
    box(app).set_value("start").run()
    box(visit_again()).set_value("other").run()
    box(app).set_value("mine").run()
    box(app).set_value("mine, longer").run()
    assert app.warning and box(visit_again()).value == "other"
    press(app, "Keep what is in the box")
    assert box(visit_again()).value == "mine, longer"


@pytest.mark.parametrize(
    ("left", "text", "warned"),
    [
        ({"text": "start, and more", "plan": "p", "revision": 1}, "start, and more", False),
        ({"text": "behind the other tab", "plan": "", "revision": 0}, "behind the other tab", True),
        ({"text": None, "plan": "", "revision": 1}, "start", False),
        ({"plan": "", "revision": "1"}, "start", False),
    ],
)
def test_what_the_browser_kept_through_a_crash_is_put_back(app, left, text, warned) -> None:
    box(app).set_value("start").run()

    def crashed(left: dict) -> None:
        import streamlit as st

        from assistant.app import editor, resources, session

        record, course = resources.open_record(), resources.course_engine("").course
        question = course.question("famine")
        editor.open_answer(record, course, question)
        if not st.session_state.get("done"):
            st.session_state["done"] = True
            editor.restore(record, course.id, "famine", left)
        st.text_area("Your answer", key=session.answer_key("famine"))
        st.text(session.notice("famine"))
        st.text(str(session.elsewhere("famine") is not None))

    page = AppTest.from_function(crashed, kwargs={"left": left}).run()
    assert not page.exception
    assert page.text_area[0].value == text
    assert ("is back in the box" in page.text[0].value) == (text != "start")
    assert page.text[1].value == str(warned)


def test_what_the_browser_kept_is_no_interruption_while_two_tabs_wait_for_a_choice(app) -> None:
    box(app).set_value("start").run()

    def waiting() -> None:
        import streamlit as st

        from assistant.app import editor, resources, session

        record, course = resources.open_record(), resources.course_engine("").course
        editor.open_answer(record, course, course.question("famine"))
        if not st.session_state.get("done"):
            st.session_state["done"] = True
            session.set_elsewhere("famine", session.saved("famine"))
            editor.restore(record, course.id, "famine", {"text": "mine", "plan": "", "revision": 1})
        st.text_area("Your answer", key=session.answer_key("famine"))
        st.text(f"[{session.notice('famine')}]")

    page = AppTest.from_function(waiting).run()
    assert not page.exception
    assert page.text_area[0].value == "mine" and page.text[0].value == "[]"
    assert box(visit_again()).value == "start", "nothing is saved before the choice"


def test_a_text_that_cannot_be_saved_is_said_and_stays_in_the_box(app, monkeypatch) -> None:
    def full(*arguments: object) -> None:
        raise StoreError("The database did not take the change (OperationalError).")

    monkeypatch.setattr(PracticeRecord, "save_answer", full)
    box(app).set_value("My text").run()
    assert not app.exception and box(app).value == "My text"
    assert "could not be saved" in app.error[0].value


def test_a_database_that_cannot_be_opened_is_explained(monkeypatch, engine, tmp_path) -> None:
    (tmp_path / "broken.sqlite").write_text("This is no database. " * 100)
    monkeypatch.setenv(DATABASE_VARIABLE, str(tmp_path / "broken.sqlite"))
    monkeypatch.setattr(resources, "course_engine", lambda course: engine)
    app = visit_again()
    assert not app.exception and app.title[0].value == "Your work cannot be opened"
    assert "file is not a database" in app.error[0].value


def test_a_better_draft_is_told_so(app, answer) -> None:
    ask(app, "A first, thin draft.")
    assert "Since your last draft" not in html(app)
    page = html(ask(app, answer))
    assert "Since your last draft" in page
    assert "Excessive requisitioning: now developed." in page and "One new fact, tied to a point." in page
    assert "New facts" in page and "Quotas rose by 44% in 1932. <span class=ap-quiet>(tied to a point)" in page
    suggested = next(expander for expander in app.expander if expander.label.startswith("Suggested level"))
    assert suggested.proto.expanded is True, "a revision was tried"


def test_a_draft_that_only_grows_is_not_praised(app) -> None:
    ask(app, "A first, thin draft.")
    page = html(ask(app, "A first, thin draft. " + "More words. " * 40))
    assert "No new line of argument, tied fact or stronger judgement since your last draft yet." in page
    assert 'class="ap-gains"' not in page


def test_an_older_draft_can_be_compared(app, answer) -> None:
    ask(app, "A first, thin draft.")
    ask(app, "A second, thin draft.")
    ask(app, answer)
    chooser = app.selectbox(key="practice.earlier")
    assert chooser.options == [f"Draft {number}, today at {chooser.options[0][-5:]}" for number in (2, 1)]
    chooser.set_value(1).run()
    assert not app.exception and "<h4>Draft 1</h4>" in html(app)


def test_an_exam_starts_survives_a_reload_and_leaves_the_text(app) -> None:
    box(app).set_value("Begun before the clock.").run()
    assert [button.label for button in app.button if button.label.startswith("Start")] == [
        "Start 20 minutes",
        "Start 45 minutes",
    ]
    press(app, "Start 45 minutes")
    assert "Put the clock away" in [button.label for button in app.button]
    again = visit_again()
    assert "Put the clock away" in [button.label for button in again.button]
    box(again).set_value("Begun before the clock. Gone on with it.").run()
    press(again, "Put the clock away")
    assert box(again).value == "Begun before the clock. Gone on with it." == box(visit_again()).value
    assert "Start 20 minutes" in [button.label for button in visit_again().button]


def test_last_time_and_what_to_try_next_are_told(app, answer) -> None:
    ask(app, answer)
    press(app, "A question at random")
    again = visit_again()
    captions = list(questions(again).proto.captions)
    assert "draft 1, today at" in captions[0] and captions[0].endswith("2 of 3 lines of argument, one fact")
    questions(again).set_value("success").run()
    assert "you have written one draft of it" in html(again)
    press(again, "Take what to try next")
    assert questions(again).value == "famine" and box(again).value == answer


def test_a_style_narrows_the_questions(app) -> None:
    app.radio(key="practice.style").set_value("essay-25").run()
    assert app.selectbox[0].options == ["The land"]
    assert len(questions(app).options) == 1
    app.radio(key="practice.style").set_value("explain-12").run()
    assert app.selectbox[0].options == ["The land", "Five year plans"]


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (CourseError([Problem("nowhere", "", "", "there is no such course")]), "there is no such course"),
        (ArtefactError("There are no trained models: run 'assistant train' first."), "There are no trained models"),
        (PipelineError("The English model is missing."), "The English model is missing"),
        (RuntimeError("secret detail"), "Something went wrong"),
    ],
)
def test_an_engine_that_cannot_start_is_explained(monkeypatch, failure, sentence) -> None:
    def broken(course: str) -> None:
        raise failure

    monkeypatch.setattr(resources, "course_engine", broken)
    app = AppTest.from_file(str(ROUTER), default_timeout=30).run()
    assert not app.exception and len(app.error) == 1
    assert sentence in app.error[0].value.replace("\\", "")
    assert "secret" not in app.error[0].value
    assert not app.text_area


def test_course_comes_from_the_environment(monkeypatch, engine) -> None:
    asked = []
    monkeypatch.setattr(resources, "course_engine", lambda course: asked.append(course) or engine)
    monkeypatch.setenv(resources.COURSE_VARIABLE, "/some/course")
    AppTest.from_file(str(ROUTER), default_timeout=30).run()
    monkeypatch.delenv(resources.COURSE_VARIABLE)
    AppTest.from_file(str(ROUTER), default_timeout=30).run()
    assert asked == ["/some/course", "stalin"]


def test_router_is_short_and_needs_only_the_package() -> None:
    lines = ROUTER.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 50
    imported = [line.split()[1].split(".")[0] for line in lines if line.startswith(("import ", "from "))]
    assert set(imported) == {"streamlit", "assistant"}
