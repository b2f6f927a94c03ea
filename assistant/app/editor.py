"""The editor: the answer with its plan, saved on the way, restored on return, never overwritten silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from assistant.app import session
from assistant.app.live import show_clock, show_keeper
from assistant.app.wording import count, escape, markdown_plain, when, words_in
from assistant.documents import DocumentError, parse_document
from assistant.schemas import Course, Question
from assistant.store.database import StoreError
from assistant.store.drafts import AnswerInProgress, ChangedElsewhere, PracticeRecord

DOCUMENT_KINDS = ["txt", "md", "docx", "odt", "pdf"]
MAX_DOCUMENT_MB = 10
EXAM_MINUTES = (20, 45)
EXAM_HELP = "A clock counts down and warns you near the end. It locks nothing and takes nothing away."
HOW_TO_WRITE = (
    "Leave an empty line between paragraphs. Your answer is saved while you write, on the computer that runs this page."
)


def open_answer(record: PracticeRecord, course: Course, question: Question) -> None:
    """Put what was last saved for a question into its boxes, once a visit."""
    if not session.opened(question.id):
        answer = record.answer(course.id, question.id)
        session.set_saved(answer)
        session.show_in_editor(answer)


@st.fragment
def show_editor(record: PracticeRecord, course: Course, question: Question) -> None:
    """Draw the boxes and what keeps them. Typing redraws this and nothing else on the page."""
    if session.more_due("editor"):
        st.rerun()
    _show_elsewhere(record, course, question)
    # The feedback leads back to here; and whoever writes need not look up what was asked.
    st.html(f'<p id="ap-answer" class="ap-place ap-asked">{escape(question.prompt)}</p>')
    # The pad may stand beside the answer, but on a phone there is no room beside it: columns stack there.
    beside = st.toggle("Plan beside the answer", key=session.PLAN_SHOWN, persist_state="session")
    columns = st.columns([5, 3], gap="medium") if beside else [st.container()]
    with columns[0]:
        # No limit of characters on the box: it would cut a pasted answer short without a word.
        st.text_area(
            "Your answer",
            key=session.answer_key(question.id),
            height=360,
            placeholder="Write or paste your answer here.",
            help=HOW_TO_WRITE,
            on_change=typed,
            args=(record, course.id, question.id),
            persist_state="session",
        )
    if beside:
        with columns[1]:
            st.text_area(
                "Plan",
                key=session.plan_key(question.id),
                height=360,
                placeholder="Reasons, facts for each, your judgement.",
                help="For you alone: the plan is saved but not read for feedback.",
                on_change=typed,
                args=(record, course.id, question.id),
                persist_state="session",
            )
    show_keeper(
        course.id,
        session.saved(question.id),
        lambda left: restore(record, course.id, question.id, left),
        waits_for_choice=session.elsewhere(question.id) is not None,
    )
    if session.notice(question.id):
        st.html(f'<p class="ap-quiet" role="status">{escape(session.notice(question.id))}</p>')
    _show_upload(record, course, question)


# --- saving ------------------------------------------------------------------------------------------------------------


def typed(record: PracticeRecord, course: str, question: str) -> None:
    """Save what was typed."""
    session.redraw("editor")
    save(record, course, question)


def save(record: PracticeRecord, course: str, question: str) -> None:
    """Save the boxes as they stand. What another tab saved in between is shown, not overwritten."""
    session.clear_messages()
    if session.elsewhere(question) is None:
        _save(record, course, session.in_editor(question))


def _save(record: PracticeRecord, course: str, answer: AnswerInProgress) -> None:
    try:
        session.set_saved(record.save_answer(course, answer))
        session.set_elsewhere(answer.question, None)
    except ChangedElsewhere as changed:
        session.set_elsewhere(answer.question, changed.stored)
    except StoreError as error:
        session.set_problem(answer.question, f"Your answer is in the box but could not be saved. {error}")


def restore(record: PracticeRecord, course: str, question: str, left: dict[str, Any]) -> None:
    """Put back what this tab had typed and not yet saved when the page was loaded again or the app was lost."""
    text, plan, revision = left.get("text"), left.get("plan"), left.get("revision")
    if not (isinstance(text, str) and isinstance(plan, str) and isinstance(revision, int)):
        return  # not what the keeper writes
    answer = replace(session.saved(question), text=text, plan=plan, revision=revision)
    session.show_in_editor(answer)
    session.clear_messages()
    if session.elsewhere(question) is None:
        session.set_notice(question, "What you had typed before the page was interrupted is back in the box.")
        _save(record, course, answer)


def keep_mine(record: PracticeRecord, course: str, question: str) -> None:
    """Save this tab's text over what the other tab saved."""
    stored = session.elsewhere(question)
    if stored is not None:
        mine = session.in_editor(question)
        _save(record, course, replace(stored, text=mine.text, plan=mine.plan))


def take_other(question: str) -> None:
    """Show what the other tab saved, in place of this tab's text."""
    stored = session.elsewhere(question)
    if stored is not None:
        session.set_saved(stored)
        session.show_in_editor(stored)
        session.set_elsewhere(question, None)


def _show_elsewhere(record: PracticeRecord, course: Course, question: Question) -> None:
    stored = session.elsewhere(question.id)
    if stored is None:
        return
    changed = when(stored.updated) if stored.updated else "since"
    st.warning(
        f"This answer was also changed in another tab or window, {changed}. Your text here is in the box and is not "
        "saved until you choose."
    )
    with st.expander(f"What the other one saved ({count(words_in(stored.text), 'word')})"):
        st.text(stored.text)
    with st.container(horizontal=True, gap="small"):
        st.button("Keep what is in the box", on_click=keep_mine, args=(record, course.id, question.id))
        st.button("Take the other one", on_click=take_other, args=(question.id,))


# --- documents ---------------------------------------------------------------------------------------------------------


def _show_upload(record: PracticeRecord, course: Course, question: Question) -> None:
    waiting = session.waiting_document(question.id)
    if waiting:
        name, text = waiting
        st.info(
            f"{markdown_plain(name)} was read ({count(words_in(text), 'word')}). There is an answer in the box already: "
            "what shall become of it?"
        )
        place = (record, course.id, question.id)
        with st.container(horizontal=True, gap="small"):
            st.button("Add the document at the end", on_click=use_document, args=(*place, "add"))
            st.button("Put the document in its place", on_click=use_document, args=(*place, "replace"))
            st.button("Leave the document", on_click=use_document, args=(*place, "leave"))
    with st.expander("Take the answer from a document", key="practice.document"):
        st.file_uploader(
            "Document with your answer (.txt, .md, .docx, .odt or .pdf)",
            type=DOCUMENT_KINDS,
            max_upload_size=MAX_DOCUMENT_MB,
            key=session.upload_key(question.id),
            on_change=take_document,
            args=(record, course.id, question.id),
        )


def take_document(record: PracticeRecord, course: str, question: str) -> None:
    """Read an uploaded document into the empty box; where there is an answer already, ask first."""
    session.clear_messages()
    upload = st.session_state.get(session.upload_key(question))
    if upload is None:
        return
    try:
        text = parse_document(upload.name, upload.getvalue())
    except DocumentError as error:
        session.set_problem(question, str(error))
        return
    session.set_waiting_document(question, (upload.name, text))
    session.empty_upload()
    if not session.in_editor(question).text.strip():
        use_document(record, course, question, "replace")


def use_document(record: PracticeRecord, course: str, question: str, what: str) -> None:
    """Do as the student chose with a document that was read: `add`, `replace` or `leave` it."""
    waiting = session.waiting_document(question)
    session.set_waiting_document(question, None)
    if waiting is None or what == "leave":
        return
    name, text = waiting
    answer = session.in_editor(question)
    text = f"{answer.text.rstrip()}\n\n{text}" if what == "add" and answer.text.strip() else text
    answer = replace(answer, text=text)
    session.show_in_editor(answer)
    session.set_notice(question, f"From {name}: {count(words_in(text), 'word')}.")
    if session.elsewhere(question) is None:
        _save(record, course, answer)


# --- exams -------------------------------------------------------------------------------------------------------------


def start_exam(record: PracticeRecord, course: str, question: str, minutes: int) -> None:
    """Start the clock."""
    _set_exam(question, lambda: record.start_exam(course, question, minutes))


def end_exam(record: PracticeRecord, course: str, question: str) -> None:
    """Put the clock away; the answer stays."""
    _set_exam(question, lambda: record.end_exam(course, question))


def _set_exam(question: str, change: Any) -> None:
    session.redraw("page")
    try:
        changed = change()
    except StoreError as error:
        session.set_problem(question, str(error))
        return
    # Only the clock is taken from the store: what another tab may have written there is not this tab's text.
    session.set_saved(
        replace(session.saved(question), exam_minutes=changed.exam_minutes, exam_started=changed.exam_started)
    )


def show_exam(record: PracticeRecord, course: Course, question: Question) -> None:
    """Offer to sit the question as an exam, or draw the clock of the one that is running: two elements either way.

    Not within the editor: what sticks to the top of the page would leave it where that ends.
    """
    answer = session.saved(question.id)
    place = (record, course.id, question.id)
    if answer.exam_minutes is None:
        wanted = course.rubric.style(question.style).minutes
        lengths = sorted({*EXAM_MINUTES, wanted})
        st.empty()  # one element less would move the editor up, and the browser would draw its boxes anew
        with st.expander("Sit it as an exam", key="practice.exam"):
            st.html(f'<p class="ap-quiet">{EXAM_HELP}</p>')
            with st.container(horizontal=True, gap="small"):
                for minutes in lengths:
                    st.button(
                        f"Start {minutes} minutes",
                        on_click=start_exam,
                        args=(*place, minutes),
                        key=f"practice.exam.{minutes}",
                        type="primary" if minutes == wanted else "secondary",
                    )
        return
    show_clock(answer, datetime.now(UTC))
    st.button("Put the clock away", on_click=end_exam, args=place)
