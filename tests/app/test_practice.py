"""The practice page, driven through Streamlit's own test harness with an engine that needs no models."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from assistant.app import resources
from assistant.corpus.loading import CourseError, Problem
from assistant.documents import MAX_CHARACTERS
from assistant.nlp.pipeline import PipelineError
from assistant.scoring.artefacts import ArtefactError

ROUTER = Path(__file__).resolve().parents[2] / "streamlit_app.py"
MISSING = "What is missing"


@pytest.fixture
def app(monkeypatch, engine) -> AppTest:
    """The whole app, router included, drawn once."""
    monkeypatch.setattr(resources, "course_engine", lambda course: engine)
    return AppTest.from_file(str(ROUTER), default_timeout=30).run()


def press(app: AppTest, label: str, index: int = 0) -> AppTest:
    buttons = [button for button in app.button if button.label == label]
    return buttons[index].click().run()


def ask(app: AppTest, text: str) -> AppTest:
    app.text_area[0].set_value(text)
    return press(app, "Get feedback")


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def headings(app: AppTest) -> list[str]:
    return [header.value for header in app.header]


def test_page_offers_topics_and_questions_with_marks_and_minutes(app) -> None:
    assert not app.exception
    assert app.title[0].value == "Practise an answer"
    assert app.selectbox[0].options == ["The land", "Five year plans"]
    question = app.radio[0]
    assert question.options == [r"Explain why there was \*famine\*\.", r"\'A success\.\' Assess this view\."]
    assert "Essay · 25 marks · 45 minutes" in list(question.proto.captions)


def test_choosing_a_topic_offers_its_questions(app) -> None:
    app.selectbox[0].set_value("five-year-plans").run()
    assert app.radio[0].options == [r"Explain the plans\."]


def test_feedback_comes_in_the_order_that_helps(app, answer, engine) -> None:
    ask(app, answer)
    assert not app.exception and not app.error
    assert engine.asked == [("famine", answer)]
    assert headings(app) == ["What works", "What to fix", MISSING, "By criterion"]
    suggested = next(expander for expander in app.expander if expander.label.startswith("Suggested level"))
    assert suggested.proto.expanded is False
    page = html(app)
    order = ["29 words", "raises two lines of argument", "ap-text", "ap-factors", "ap-facts", "ap-errors", "ap-ladder",
             "ap-criteria", "ap-suggestion"]  # fmt: skip
    places = [page.index(part) for part in order]
    assert places == sorted(places)


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


def test_factors_not_raised_are_counted_and_never_named_before_the_reveal(app, answer) -> None:
    page = html(ask(app, answer))
    assert "One more line of argument" in page
    assert "A regime that hid the famine" not in page
    press(app, "Give me a cue")
    assert "A regime that hid the famine" not in html(app)
    press(app, "Reveal it")
    assert "A regime that hid the famine" in html(app)


def test_hints_climb_one_step_at_a_time_and_start_again_with_a_new_answer(app, answer) -> None:
    page = html(ask(app, answer))
    assert "What did officials say?" in page and "Think of secrecy." not in page
    page = html(press(app, "Give me a cue"))
    assert "Think of secrecy." in page and "Which years?" not in page
    press(app, "Reveal it")
    press(app, "Get feedback")  # the same answer: the steps stay
    assert "A regime that hid the famine" in html(app)
    ask(app, answer + " One more sentence.")
    assert "Think of secrecy." not in html(app) and "A regime that hid the famine" not in html(app)


def test_a_hint_can_be_hidden_again(app, answer) -> None:
    ask(app, answer)
    press(press(app, "Give me a cue"), "Reveal it")
    assert "Think of secrecy." not in html(press(app, "Hide it again"))


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
    assert app.text_area[0].value == text
    assert headings(app) == []


def test_an_unexpected_failure_shows_no_traceback_and_keeps_the_answer(app, answer, engine) -> None:
    engine.failure = RuntimeError("secret detail")
    ask(app, answer)
    assert not app.exception and len(app.error) == 1
    assert "secret detail" not in app.error[0].value
    assert app.text_area[0].value == answer
    engine.failure = None
    assert headings(press(app, "Get feedback"))[0] == "What works"


def test_a_document_fills_the_empty_box_and_is_read(app, answer, engine) -> None:
    app.file_uploader[0].set_value([("my_essay.txt", answer.encode(), "text/plain")])
    press(app, "Get feedback")
    assert not app.exception and not app.error
    assert app.text_area[0].value == answer and engine.asked == [("famine", answer)]
    assert "From my_essay.txt: 29 words" in html(app)
    # The document was taken over, so a changed answer is what is read next.
    ask(app, answer + " More.")
    assert engine.asked[-1][1] == answer + " More."
    assert "my_essay.txt" not in html(app)


def test_a_document_that_cannot_be_read_gives_its_own_sentence(app) -> None:
    app.file_uploader[0].set_value([("![a](http://x).docx", b"not a docx", "")])
    press(app, "Get feedback")
    assert not app.exception and len(app.error) == 1
    assert "is damaged or is not really a" in app.error[0].value
    assert "![a](" not in app.error[0].value  # shown letter for letter, not as a picture


def test_a_document_never_replaces_what_was_typed(app, answer, engine) -> None:
    app.text_area[0].set_value("Typed by hand.")
    app.file_uploader[0].set_value([("essay.txt", answer.encode(), "text/plain")])
    press(app, "Get feedback")
    assert "clear one of them" in app.error[0].value
    assert app.text_area[0].value == "Typed by hand." and engine.asked == []


def test_line_ends_of_another_system_stay_so_that_offsets_hold(app, engine) -> None:
    ask(app, "One.\r\nTwo.\rThree.")
    assert engine.asked[0][1] == "One.\r\nTwo.\rThree."


def test_changing_the_question_keeps_the_answer_and_hides_the_feedback(app, answer) -> None:
    ask(app, answer)
    app.radio[0].set_value("success").run()
    assert app.text_area[0].value == answer
    assert headings(app) == [] and "changed the question" in app.info[0].value
    app.radio[0].set_value("famine").run()
    assert MISSING in headings(app)


def test_a_better_draft_is_told_so(app, answer) -> None:
    ask(app, "A first, thin draft.")
    assert "Since your last draft" not in html(app)
    page = html(ask(app, answer))
    assert "Since your last draft" in page
    assert "Excessive requisitioning: now developed." in page and "One new fact that feeds this question." in page


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
