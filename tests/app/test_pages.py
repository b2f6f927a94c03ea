"""Progress, flashcards, glossary and one's own data, driven through Streamlit's own test harness."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hand_made import ANSWER, hand_made_feedback
from streamlit.testing.v1 import AppTest

from assistant.app import resources
from assistant.app.flashcards import anki_csv, wait
from assistant.app.glossary import errata_html, find_terms, terms_html
from assistant.app.progress import DARK_INK, coloured, draft_chart, draft_rows, table_html, topic_chart, topic_rows
from assistant.schemas import Term
from assistant.store.database import Database
from assistant.store.drafts import AnswerInProgress, PracticeRecord
from assistant.store.flashcards import Flashcards

PAGES = ("progress", "flashcards", "glossary", "my_data")


def draw(page: str) -> AppTest:
    """One page alone, as a visit of its own."""

    def script(page: str) -> None:
        import importlib

        importlib.import_module(f"assistant.app.{page}").page()

    return AppTest.from_function(script, kwargs={"page": page}, default_timeout=30).run()


@pytest.fixture(autouse=True)
def opened(monkeypatch, engine) -> None:
    monkeypatch.setattr(resources, "course_engine", lambda course: engine)


@pytest.fixture
def record(place) -> PracticeRecord:
    return PracticeRecord(Database(place))


@pytest.fixture
def practised(record) -> PracticeRecord:
    """A record with two drafts of one question and one of another."""
    record.save_answer("small", AnswerInProgress("famine", ANSWER, "A plan"))
    record.add_draft("Thin.", hand_made_feedback("Thin."))
    record.add_draft(ANSWER, hand_made_feedback())
    record.add_draft("Thin.", hand_made_feedback("Thin.", "plans"))
    return record


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_greets_a_newcomer(page):
    app = draw(page)
    assert not app.exception and not app.error and len(app.title) == 1


def test_the_router_offers_every_page():
    router = Path(__file__).resolve().parents[2] / "streamlit_app.py"
    app = AppTest.from_file(str(router), default_timeout=30).run()
    text = router.read_text(encoding="utf-8")
    assert not app.exception
    assert all(f"({page}.page, " in text for page in ("practice", *PAGES))


# --- progress ----------------------------------------------------------------------------------------------------------


def test_progress_says_what_was_written_and_what_to_try_next(practised):
    app = draw("progress")
    assert not app.exception
    page = html(app)
    assert "You have written three drafts on two questions and used one fact" in page
    assert "To try next:</strong> Explain the plans (" in page
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 2
    app.selectbox[0].set_value("famine").run()
    assert not app.exception


def test_progress_passes_over_questions_that_the_course_no_longer_has(record):
    record.add_draft("Thin.", hand_made_feedback("Thin.", "gone"))
    assert "nothing to show yet" in html(draw("progress"))


def test_the_rows_of_the_charts_hold_the_scores(course, practised):
    drafts = practised.drafts("small")
    rows = draft_rows(drafts[:2], course.rubric.criteria)
    assert rows.values.tolist() == [
        [number, title, score]
        for number in (1, 2)
        for title, score in (("Range of factors", 50), ("Evidence", 40), ("Judgement", 30))
    ]
    topics = topic_rows(course, drafts)
    assert topics["topic"].unique().tolist() == ["The land", "Five year plans"]
    assert topics[topics["criterion"] == "Judgement"]["score"].tolist() == [30, 30]


def test_charts_are_told_apart_without_colour_and_described_in_words(course, practised):
    drafts = practised.drafts("small")
    lines = draft_chart(draft_rows(drafts[:2], course.rubric.criteria), course.rubric.criteria).to_dict()
    encodings = [layer["encoding"] for layer in lines["layer"]]
    assert any("strokeDash" in encoding for encoding in encodings) and any(
        "shape" in encoding for encoding in encodings
    )
    assert "draft 2, Judgement: 30 per cent" in lines["description"]
    bars = topic_chart(topic_rows(course, drafts), course.rubric.criteria).to_dict()
    assert any(layer["encoding"].get("text", {}).get("field") == "label" for layer in bars["layer"])
    assert "topic The land, Evidence: 40 per cent" in bars["description"]
    config = coloured(topic_chart(topic_rows(course, drafts), course.rubric.criteria), dark=True).to_dict()["config"]
    assert config["axis"] == {"labelColor": DARK_INK, "titleColor": DARK_INK}
    assert config["legend"] == {"labelColor": DARK_INK}
    assert config["text"] == {"color": DARK_INK}


def test_the_table_holds_every_draft_and_no_mark(course, practised):
    table = table_html(course, practised.drafts("small"))
    assert table.count("<tr>") == 4 and "Explain why there was *famine*." in table
    assert "Level" not in table and "of 12" not in table


# --- flashcards --------------------------------------------------------------------------------------------------------


def test_flashcards_are_made_of_what_is_missed_reviewed_and_put_away(practised, place):
    app = draw("flashcards")
    button = app.button(key="flashcards.make")
    assert button.label == "Make one flashcard of what you keep missing"
    page = html(button.click().run())
    assert "One flashcard made." in page
    assert "There was a drought in 1931" not in page, "the fact is what is to be recalled"
    page = html(press(app, "flashcards.turn"))
    assert "There was a drought in 1931 &amp; 1932." in page and "The notes are mistaken here" in page
    press(app, "flashcards.rate.4")
    assert not app.exception and "Easy: it comes back in " in html(app)
    assert "Nothing is due" in app.success[0].value
    assert [card.reviews for card in Flashcards(Database(place), "small").cards()] == [1]
    press(app, "flashcards.remove.drought")
    assert Flashcards(Database(place), "small").cards() == []
    assert app.button(key="flashcards.make"), "what is still missed can be taken up again"


def test_a_card_forgotten_comes_back_soon(practised, place):
    cards = Flashcards(Database(place), "small")
    cards.add(["drought"], datetime.now(UTC) - timedelta(days=1))
    app = draw("flashcards")
    press(app, "flashcards.turn")
    press(app, "flashcards.rate.1")
    assert "Again: it comes back in one minute." in html(app)


def test_a_card_of_a_fact_that_the_course_dropped_is_passed_over(place):
    Flashcards(Database(place), "small").add(["gone"])
    app = draw("flashcards")
    assert not app.exception and "no flashcards yet" in app.info[0].value


def test_the_export_can_be_read_by_anki(course):
    lines = anki_csv(course.facts, course).splitlines()
    assert lines[:4] == ["#separator:Comma", "#html:false", "#columns:Front,Back,Tags", "#tags column:3"]
    rows = list(csv.reader(io.StringIO("\n".join(lines[4:]))))
    assert rows[1] == ["n (c)", "There was a drought in 1931 & 1932.", "small"] and len(rows) == 2


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=5), "in one minute"),
        (timedelta(minutes=10), "in ten minutes"),
        (timedelta(hours=3), "in three hours"),
        (timedelta(days=8), "in eight days"),
    ],
)
def test_waits_are_told_roughly(span, words):
    assert wait(span) == words


# --- glossary ----------------------------------------------------------------------------------------------------------

TERMS = (
    Term(term="kulak", kind="concept", misspellings=("kulack",), gloss="A richer <peasant>."),
    Term(term="Gosplan", kind="body", aliases=("State Planning Committee",), gloss="Planned the economy."),
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", ["Gosplan", "kulak"]),
        ("KULACK", ["kulak"]),
        ("planning", ["Gosplan"]),
        ("peasant", ["kulak"]),
        ("tsar", []),
    ],
)
def test_a_term_is_found_by_any_spelling_or_its_gloss(wanted, found):
    assert [term.term for term in find_terms(TERMS, wanted)] == found


def test_the_glossary_shows_meanings_and_the_mistakes_of_the_notes(course):
    page = terms_html(TERMS)
    assert "A richer &lt;peasant&gt;." in page and "State Planning Committee" in page and "kulack" not in page
    mistakes = errata_html(course)
    assert "A drought in 1905." in mistakes and "The notes misdate it." in mistakes
    assert "No mistake" in errata_html(course.model_copy(update={"facts": course.facts[:1]}))


def test_the_glossary_page_can_be_searched(course, engine):
    engine.course = course.model_copy(update={"terms": TERMS})
    app = draw("glossary")
    assert "Two terms" in html(app)
    app.text_input[0].set_value("zzz").run()
    assert not app.exception and "No terms" in html(app)


# --- one's own data ----------------------------------------------------------------------------------------------------


def test_own_data_is_counted_and_can_be_taken_along(practised):
    app = draw("my_data")
    page = html(app)
    assert "One answer in the editor" in page and "Three drafts with their feedback" in page and "No flashcards" in page
    exported = practised.export()
    assert json.loads(json.dumps(exported))["drafts"][1]["text"] == ANSWER


def test_own_data_is_deleted_only_when_the_student_is_sure(practised):
    app = draw("my_data")
    assert app.button(key="my_data.delete").disabled
    app.checkbox[0].check().run()
    press(app, "my_data.delete")
    assert not app.exception and "deleted" in app.success[0].value
    assert practised.drafts("small") == [] and practised.answer("small", "famine").text == ""
    assert app.button(key="my_data.delete").disabled and "No drafts with their feedback" in html(app)
