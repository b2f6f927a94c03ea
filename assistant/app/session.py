"""What the pages remember of one visit, under keys that begin with `practice.`; what must last is in the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from uuid import uuid4

import streamlit as st

from assistant.store.drafts import AnswerInProgress

STYLE = "practice.style"
TOPIC = "practice.topic"
VIEW = "practice.view"
PLAN_SHOWN = "practice.plan_shown"
_VISIT = "practice.visit"
_SAVED = "practice.saved"
_ELSEWHERE = "practice.elsewhere"
_UPLOADS = "practice.uploads"
_DOCUMENT = "practice.document_waiting"
_PROBLEM = "practice.problem"
_NOTICE = "practice.notice"
_ASKED = "practice.asked"
_DUE = "practice.due"


def visit() -> str:
    """A name for this visit, to tell what was typed in it from what was typed before the page was loaded again."""
    return str(st.session_state.setdefault(_VISIT, uuid4().hex))


def question_key(topic: str) -> str:
    """Key of the choice among a topic's questions."""
    return f"practice.question.{topic}"


def answer_key(question: str) -> str:
    """Key of the box for the answer to a question."""
    return f"practice.answer.{question}"


def plan_key(question: str) -> str:
    """Key of the plan pad of a question."""
    return f"practice.plan.{question}"


def upload_key(question: str) -> str:
    """Key of the upload field; it changes once a document has been read, which empties the field."""
    return f"practice.upload.{question}.{st.session_state.get(_UPLOADS, 0)}"


def empty_upload() -> None:
    """Empty the upload field."""
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


# --- what is to be drawn -----------------------------------------------------------------------------------------------


Part = Literal["page", "editor", "text", "hints"]
"""The page as a whole, or what of it is drawn alone as one of Streamlit's fragments."""


def redraw(part: Part) -> None:
    """Note what a choice or a word changes: for every callback of the practice page.

    Streamlit sends what happens within a moment as one step, and draws only the fragment that the first of it belongs to.
    To type and at once tap something else is such a step: without this the tap would be noted and nothing would show it.
    """
    st.session_state.setdefault(_DUE, set()).add(part)


def more_due(part: Part) -> bool:
    """Whether more than this part, which is being drawn, has changed; asked once."""
    due: set[Part] = st.session_state.pop(_DUE, set())
    return bool(due - {part})


def ask_for_feedback(question: str) -> None:
    """Note that feedback on the answer to a question is wanted."""
    st.session_state[_ASKED] = question
    redraw("page")


def feedback_asked(question: str) -> bool:
    """Whether feedback on the answer to a question is wanted; asked once."""
    return bool(st.session_state.pop(_ASKED, None) == question)


# --- the answer in the editor ------------------------------------------------------------------------------------------


def opened(question: str) -> bool:
    """Whether this visit has opened the answer to a question."""
    return question in st.session_state.get(_SAVED, {})


def saved(question: str) -> AnswerInProgress:
    """The answer to a question as this visit last saved or loaded it."""
    found: AnswerInProgress = st.session_state.get(_SAVED, {}).get(question) or AnswerInProgress(question)
    return found


def set_saved(answer: AnswerInProgress) -> None:
    """Remember an answer as saved."""
    st.session_state.setdefault(_SAVED, {})[answer.question] = answer


def show_in_editor(answer: AnswerInProgress) -> None:
    """Put an answer and its plan into their boxes. Only before the boxes are drawn."""
    st.session_state[answer_key(answer.question)] = answer.text
    st.session_state[plan_key(answer.question)] = answer.plan


def in_editor(question: str) -> AnswerInProgress:
    """The answer as it stands in its boxes, over the revision that this visit knows."""
    known = saved(question)
    text = str(st.session_state.get(answer_key(question), known.text) or "")
    return replace(known, text=text, plan=str(st.session_state.get(plan_key(question), known.plan) or ""))


def elsewhere(question: str) -> AnswerInProgress | None:
    """What another tab saved in the meantime, until the student has chosen between the two."""
    found: AnswerInProgress | None = st.session_state.get(_ELSEWHERE, {}).get(question)
    return found


def set_elsewhere(question: str, stored: AnswerInProgress | None) -> None:
    """Remember that another tab has saved something else, or that this is settled."""
    st.session_state.setdefault(_ELSEWHERE, {})[question] = stored


def waiting_document(question: str) -> tuple[str, str] | None:
    """Name and text of a document that came while there was an answer in the box, until the student has chosen."""
    found: tuple[str, str] | None = st.session_state.get(_DOCUMENT, {}).get(question)
    return found


def set_waiting_document(question: str, document: tuple[str, str] | None) -> None:
    """Keep a document until the student has chosen what becomes of it, or let it go."""
    st.session_state.setdefault(_DOCUMENT, {})[question] = document


# --- messages ----------------------------------------------------------------------------------------------------------


def notice(question: str) -> str:
    """What was just done to the answer to a question: one sentence, or nothing."""
    return _message(_NOTICE, question)


def set_notice(question: str, sentence: str) -> None:
    """Say what was just done."""
    st.session_state[_NOTICE] = (question, sentence)


def problem(question: str) -> str:
    """Why the answer to a question could not be read or kept: one sentence, or nothing."""
    return _message(_PROBLEM, question)


def set_problem(question: str, sentence: str) -> None:
    """Remember what went wrong; what was typed stays in its box."""
    st.session_state[_PROBLEM] = (question, sentence)


def clear_messages() -> None:
    """Forget the notice and the problem of the step before."""
    st.session_state.pop(_NOTICE, None)
    st.session_state.pop(_PROBLEM, None)


def _message(key: str, question: str) -> str:
    about, sentence = st.session_state.get(key, ("", ""))
    return str(sentence) if about == question else ""


def forget() -> None:
    """Forget everything of this visit, as after a student has deleted her data."""
    for key in [key for key in st.session_state if str(key).startswith("practice.")]:
        del st.session_state[key]
