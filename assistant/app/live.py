"""What must happen in the browser itself: the words counted and the text kept while it is typed, the exam's clock, what
comes into view, the menu, the shortcuts.

Small scripts beside this module, run by Streamlit's own components; nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

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


KEEPER = '<p class="ap-status"><span class="ap-words"></span> <span class="ap-saved"></span></p>'
# The longest message is there from the start, unseen, and keeps the room for all of them: nothing moves when one comes.
CLOCK = (
    '<p class="ap-clock"><span class="ap-digits" role="timer" aria-label="Time left"></span> '
    '<span class="ap-clock-room"><span class="ap-clock-message" role="status"></span>'
    f"<span>{max((words for _, words in CLOCK_MESSAGES), key=len)}</span></span></p>"
)


@cache
def _script(name: str, drawn_in: str) -> Renderer:
    code = Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
    return st.components.v2.component(name, html=drawn_in, js=code, isolate_styles=False)


def show_keeper(
    course: str, saved: AnswerInProgress, found: Callable[[dict[str, Any]], None], waits_for_choice: bool = False
) -> None:
    """Count words and hand over the text of the editor's boxes while they are typed in.

    Args:
        course: id of the course.
        saved: the answer as it was last saved.
        found: called with `text`, `plan` and `revision` where an earlier visit of this tab left something unsaved.
        waits_for_choice: whether nothing is saved until the student has chosen between two versions.
    """
    key = f"practice.keeper.{saved.question}"

    def hand_back() -> None:
        left = st.session_state[key].unsaved
        if isinstance(left, dict):
            found(left)

    _script("keeper", KEEPER)(
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
            "words": {"saved": saved_words(saved), "saving": "· not saved yet" if waits_for_choice else "· saving …"},
        },
        on_unsaved_change=hand_back,
    )


def show_clock(answer: AnswerInProgress, now: datetime) -> None:
    """Count down the exam that is running, at the top of the page wherever it is scrolled to."""
    _script("clock", CLOCK)(
        key=f"practice.clock.{answer.question}",
        data={
            "exam": f"{answer.exam_minutes} minutes from {answer.exam_started}",
            "seconds_left": seconds_left(answer, now),
            "told": now.isoformat(),
            "late": LATE_SECONDS,
            "messages": [list(message) for message in CLOCK_MESSAGES],
        },
        on_asked_change=lambda: session.redraw("page"),  # the answer is the page drawn anew
    )


def leave_boxes_first(mark_box: str, buttons: Mapping[str, str]) -> None:
    """Have shortcuts hand over what stands in a box before they act, and those for another script lead to its mark box.

    Args:
        mark_box: key of the mark box of the script that is open.
        buttons: keys of the buttons by the key of the keyboard that, with Alt, presses them.
    """
    selectors = {name: css_class(key) for name, key in buttons.items()}
    _script("shortcuts", "<span></span>")(
        key="class_sets.shortcuts", data={"mark_box": css_class(mark_box), "buttons": selectors}
    )


def fold_menu() -> None:
    """On a phone, fold the menu away once a page is chosen: it would go on covering it."""
    _script("menu", "<span></span>")(key="menu")


def bring_into_view(question: str, asked: bool) -> None:
    """Bring what is drawn from here on into view if it was just asked for; on a phone it would lie below the screen.

    To be called whether it was asked for or not: what comes and goes would move the elements after it.
    """
    _script("view", '<span class="ap-place"></span>')(
        key=f"practice.view.{question}", data={"once": uuid4().hex if asked else ""}
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
