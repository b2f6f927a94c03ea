"""What the practice page remembers of one student's visit, under keys that begin with `practice.`."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from assistant.schemas import Feedback

TOPIC = "practice.topic"
QUESTION = "practice.question"
ANSWER = "practice.answer"
VIEW = "practice.view"
_UPLOADS = "practice.uploads"
_PROBLEM = "practice.problem"
_NOTICE = "practice.notice"
_READ = "practice.read"
_EARLIER = "practice.earlier"
_STEPS = "practice.hint_steps"


@dataclass(frozen=True)
class ReadAnswer:
    """A response that was read, with its feedback. `number` counts the answers of this visit."""

    number: int
    text: str
    feedback: Feedback


def upload_key() -> str:
    """Key of the upload field; it changes once a document has been taken over, which empties the field."""
    return f"practice.upload.{st.session_state.get(_UPLOADS, 0)}"


def take_over(text: str, name: str) -> None:
    """Put the text of an uploaded document into the answer box and empty the upload field."""
    st.session_state[ANSWER] = text
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
    st.session_state[_NOTICE] = name


def notice() -> str:
    """Name of the document whose text is in the box since the last press, if any."""
    return str(st.session_state.get(_NOTICE) or "")


def problem() -> str:
    """Why the last answer could not be read: one sentence, or nothing."""
    return str(st.session_state.get(_PROBLEM) or "")


def set_problem(sentence: str) -> None:
    """Remember why the answer could not be read; what was typed stays in its box."""
    st.session_state[_PROBLEM] = sentence


def clear_messages() -> None:
    """Forget the notice and the problem of the press before."""
    st.session_state[_PROBLEM] = st.session_state[_NOTICE] = ""


def read_answer() -> ReadAnswer | None:
    """The answer that was read last, if any."""
    return st.session_state.get(_READ)


def earlier_draft() -> ReadAnswer | None:
    """The draft before the last one of the same question, if any."""
    earlier: ReadAnswer | None = st.session_state.get(_EARLIER)
    last = read_answer()
    return earlier if earlier and last and earlier.feedback.question == last.feedback.question else None


def remember(text: str, feedback: Feedback) -> None:
    """Keep feedback on a new answer; the hints start again from the first step."""
    last = read_answer()
    st.session_state[_EARLIER] = last
    st.session_state[_READ] = ReadAnswer(last.number + 1 if last else 1, text, feedback)
    st.session_state[_STEPS] = {}


def hint_step(hint: int) -> int:
    """How far a hint has been climbed: 0 nudge, 1 cue, 2 reveal."""
    return int(st.session_state.get(_STEPS, {}).get(hint, 0))


def set_hint_step(hint: int, step: int) -> None:
    """Climb a hint to a step."""
    st.session_state.setdefault(_STEPS, {})[hint] = step
