"""The practice page: choose a question, write an answer, and read what works, what to fix and what is missing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from assistant.app import resources, session
from assistant.app.feedback_view import show_feedback
from assistant.app.wording import escape, markdown_plain, style_line, title_of_id, words_in
from assistant.documents import DocumentError, check_text, parse_document
from assistant.schemas import Course, Question

if TYPE_CHECKING:
    from assistant.service import Engine

DOCUMENT_KINDS = ["txt", "md", "docx", "odt", "pdf"]
MAX_DOCUMENT_MB = 10

logger = logging.getLogger(__name__)


def page() -> None:
    """Draw the practice page."""
    resources.apply_style()
    engine = resources.open_course()
    course = engine.course
    st.title("Practise an answer", anchor=False)
    st.html(
        f'<p class="ap-lead">{escape(course.title)}</p><p class="ap-quiet">Choose a question, write, and see what works '
        "and what is missing. What you write stays on the computer that runs this page.</p>"
    )
    if not course.questions:
        st.info("This course has no questions yet.")
        return
    question = choose_question(course)
    if answer_form():
        read(engine, question)
    show_outcome(engine, question)


def choose_question(course: Course) -> Question:
    """Let the student choose a topic and one of its questions, each with its style, marks and minutes."""
    topics = list(dict.fromkeys(question.topic for question in course.questions))
    topic = st.selectbox(
        "Topic", topics, format_func=title_of_id, key=session.TOPIC, persist_state="session", width="stretch"
    )
    questions = [question for question in course.questions if question.topic == topic]
    chosen: str = st.radio(
        "Question",
        [question.id for question in questions],
        format_func=lambda identifier: markdown_plain(course.question(identifier).prompt),
        captions=[style_line(course.rubric.style(question.style)) for question in questions],
        key=f"{session.QUESTION}.{topic}",
        persist_state="session",
        width="stretch",
    )
    return course.question(chosen)


def answer_form() -> bool:
    """Draw the box for the answer and the place for a document. True when feedback was asked for."""
    with st.form("practice.form", border=False):
        # No limit of characters on the box: it would cut a pasted answer short without a word.
        st.text_area(
            "Your answer",
            key=session.ANSWER,
            height=320,
            placeholder="Write or paste your answer here. Leave an empty line between paragraphs.",
            persist_state="session",
        )
        with st.expander("Or take the answer from a document", key="practice.document"):
            st.file_uploader(
                "Document with your answer (.txt, .md, .docx, .odt or .pdf)",
                type=DOCUMENT_KINDS,
                max_upload_size=MAX_DOCUMENT_MB,
                key=session.upload_key(),
            )
        return st.form_submit_button("Get feedback", type="primary", on_click=take_document)


def take_document() -> None:
    """Put the text of an uploaded document into the empty box, before the page is drawn again."""
    session.clear_messages()
    upload = st.session_state.get(session.upload_key())
    if upload is None:
        return
    if str(st.session_state.get(session.ANSWER) or "").strip():
        session.set_problem(
            "There is an answer in the box and a document as well; clear one of them so that it is plain which to read."
        )
        return
    try:
        session.take_over(parse_document(upload.name, upload.getvalue()), upload.name)
    except DocumentError as error:
        session.set_problem(str(error))


def read(engine: Engine, question: Question) -> None:
    """Ask for feedback on what is in the box. A text that cannot be marked leaves one sentence and stays in the box."""
    if session.problem():
        return
    try:
        text = check_text(str(st.session_state.get(session.ANSWER) or ""), "The answer box")
        last = session.read_answer()
        if last and (last.text, last.feedback.question) == (text, question.id):
            return  # the same answer again: the hints climbed so far stay as they are
        with st.spinner("Reading your answer …"):
            session.remember(text, engine.mark(question.id, text))
    except DocumentError as error:
        session.set_problem(str(error))
    except Exception:
        logger.exception("an answer to %s could not be marked", question.id)
        session.set_problem(
            "Something went wrong while your answer was read; it is still in the box, so keep a copy and try again."
        )


def show_outcome(engine: Engine, question: Question) -> None:
    """Below the form: what was read, then either why there is no feedback or the feedback."""
    typed = str(st.session_state.get(session.ANSWER) or "")
    if typed.strip():
        source = f"From {session.notice()}: " if session.notice() else ""
        st.html(f'<p class="ap-quiet" role="status">{escape(source)}{words_in(typed)} words</p>')
    if session.problem():
        st.error(markdown_plain(session.problem()))
        return
    answer = session.read_answer()
    if answer is None:
        return
    if answer.feedback.question != question.id:
        st.info("You have changed the question. Press “Get feedback” to have your answer read for this one.")
        return
    show_feedback(engine.course, answer, engine.calibrated)
