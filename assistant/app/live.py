"""What must happen in the browser itself: the words counted and the text kept while it is typed, and the exam's clock.

Two small scripts beside this module, run by Streamlit's own components; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.app import session, sign_in
from assistant.store.drafts import AnswerInProgress

LATE_SECONDS = 5 * 60
"""When the clock begins to warn."""
CLOCK_MESSAGES = (
    (LATE_SECONDS, "Five minutes left: write your judgement now."),
    (60, "One minute left."),
    (0, "Time is up. Nothing is locked: finish your sentence, then ask for feedback."),
)
"""What the clock says when so many seconds are left."""

Renderer = Callable[..., Any]


@cache
def _keeper() -> Renderer:
    return st.components.v2.component(
        "answer_keeper",
        html='<p class="ap-status"><span class="ap-words"></span> <span class="ap-saved"></span></p>',
        js=Path(__file__).with_name("keeper.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


@cache
def _clock() -> Renderer:
    return st.components.v2.component(
        "exam_clock",
        html=(
            '<p class="ap-clock"><span class="ap-digits" role="timer" aria-label="Time left"></span> '
            '<span class="ap-clock-message" role="status"></span></p>'
        ),
        js=Path(__file__).with_name("clock.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def show_keeper(course: str, saved: AnswerInProgress, found: Callable[[dict[str, Any]], None]) -> None:
    """Count words and hand over the text of the editor's boxes while they are typed in.

    Args:
        course: id of the course.
        saved: the answer as it was last saved.
        found: called with `text`, `plan` and `revision` where an earlier visit of this tab left something unsaved.
    """
    key = f"practice.keeper.{saved.question}"

    def hand_back() -> None:
        left = st.session_state[key].unsaved
        if isinstance(left, dict):
            found(left)

    _keeper()(
        key=key,
        data={
            # A tab may outlive a sign-in: what one person left unsaved is never handed to the next.
            "key": f"assistant.answer.{sign_in.person().tag}.{course}.{saved.question}",
            "visit": session.visit(),
            "answer": css_class(session.answer_key(saved.question)),
            "plan_box": css_class(session.plan_key(saved.question)),
            "text": saved.text,
            "plan": saved.plan,
            "revision": saved.revision,
            "words": {"saved": saved_words(saved), "saving": "· saving …"},
        },
        on_unsaved_change=hand_back,
    )


def show_clock(answer: AnswerInProgress, now: datetime) -> None:
    """Count down the exam that is running."""
    _clock()(
        key=f"practice.clock.{answer.question}",
        data={
            "seconds_left": seconds_left(answer, now),
            "late": LATE_SECONDS,
            "messages": [list(message) for message in CLOCK_MESSAGES],
        },
    )


def seconds_left(answer: AnswerInProgress, now: datetime) -> int:
    """Seconds until the exam that is running ends; 0 when it is over or none is running."""
    if answer.exam_started is None or answer.exam_minutes is None:
        return 0
    return max(0, round(answer.exam_minutes * 60 - (now - answer.exam_started).total_seconds()))


def saved_words(saved: AnswerInProgress) -> str:
    """When the answer was last saved, in words."""
    return f"· saved at {saved.updated.astimezone():%H:%M}" if saved.updated and saved.revision else ""


def css_class(key: str) -> str:
    """The class that Streamlit gives the element with a key, as a CSS selector."""
    return ".st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())
