"""The practice page: choose a question, write an answer, read what works and what is missing, and write it better."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from assistant.app import resources, session
from assistant.app.choosing import choose_question, select
from assistant.app.editor import open_answer, save, show_editor, show_exam
from assistant.app.feedback_view import show_feedback
from assistant.app.live import bring_into_view
from assistant.app.wording import count, escape, markdown_plain, when, words_in
from assistant.documents import DocumentError, check_text
from assistant.schemas import Course, Question
from assistant.store.database import StoreError
from assistant.store.drafts import Draft, PracticeRecord

if TYPE_CHECKING:
    from assistant.marking_desk import MarkingDesk
    from assistant.service import Engine

logger = logging.getLogger(__name__)


def page() -> None:
    """Draw the practice page."""
    resources.apply_style()
    engine = resources.open_course()
    desk = resources.marking_desk(engine)
    desk.greet(session.visit())
    record = resources.open_record()
    course = engine.course
    st.title("Practise an answer", anchor=False)
    st.html(
        f'<p class="ap-lead">{escape(course.title)}</p><p class="ap-quiet">Choose a question, write, and see what works '
        "and what is missing. What you write stays on the computer that runs this page.</p>"
    )
    if not course.questions:
        st.info("This course has no questions yet.")
        return
    drafts = record.drafts(course.id)
    _come_back(record, course)
    question = choose_question(course, drafts)
    open_answer(record, course, question)
    session.more_due("page")  # all of it is being drawn
    show_exam(record, course, question)
    show_editor(record, course, question)
    beside = st.container(horizontal=True, vertical_alignment="center")
    beside.button(
        "Get feedback",
        type="primary",
        on_click=session.ask_for_feedback,
        args=(question.id,),
        key="practice.get_feedback",
    )
    asked = session.feedback_asked(question.id)
    if asked:
        save(record, course.id, question.id)
        # Beside the button, for whoever pressed it has that in view.
        with beside, st.spinner("Reading your answer …"):
            drafts = read(engine, desk, record, question, drafts)
    show_outcome(engine, record, question, [draft for draft in drafts if draft.question == question.id], asked)


def _come_back(record: PracticeRecord, course: Course) -> None:
    """On a new visit, choose the question that was worked on last."""
    if session.TOPIC in st.session_state:
        return
    latest = record.latest_answer(course.id)
    question = next((entry for entry in course.questions if latest and entry.id == latest.question), None)
    if question is not None:
        select(question)


def read(
    engine: Engine, desk: MarkingDesk, record: PracticeRecord, question: Question, drafts: list[Draft]
) -> list[Draft]:
    """Read what is in the box and keep it as a draft; gives all drafts, oldest first.

    A text that cannot be marked leaves one sentence and stays.
    """
    try:
        text = check_text(session.in_editor(question.id).text, "The answer box")
        last = next((draft for draft in reversed(drafts) if draft.question == question.id), None)
        model = (engine.version, engine.course.version)
        if last and last.text == text and (last.feedback.model.version, last.feedback.model.corpus_version) == model:
            return drafts  # the same answer again
        kept = record.add_draft(text, desk.mark(question.id, text))
        return [*(draft for draft in drafts if draft.id != kept.id), kept]
    except (DocumentError, StoreError) as error:
        session.set_problem(question.id, str(error))
    except Exception:
        logger.exception("an answer to %s could not be marked", question.id)
        session.set_problem(
            question.id,
            "Something went wrong while your answer was read; it is still in the box, so keep a copy and try again.",
        )
    return drafts


def show_outcome(
    engine: Engine, record: PracticeRecord, question: Question, drafts: list[Draft], asked: bool = False
) -> None:
    """Below the editor: why there is no feedback, or the feedback on the last draft of the question, in view if asked for."""
    begins = st.container()
    _show_outcome(engine, record, question, drafts)
    # Last, for as long as nothing stands below it the page is too short to bring it to the top.
    with begins:
        bring_into_view(question.id, asked)


def _show_outcome(engine: Engine, record: PracticeRecord, question: Question, drafts: list[Draft]) -> None:
    if session.problem(question.id):
        st.error(markdown_plain(session.problem(question.id)))
        return
    if not drafts:
        return
    last = drafts[-1]
    st.html(
        f'<p class="ap-quiet" role="status">Feedback on draft {last.number}: {count(words_in(last.text), "word")}, '
        f"read {escape(when(last.created))}.</p>"
    )
    show_feedback(engine.course, record, drafts, engine.calibrated)
