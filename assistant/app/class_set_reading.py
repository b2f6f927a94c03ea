"""Have the scripts of a set read, one after another, each kept as soon as it is done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from assistant.app import class_set_state as state
from assistant.app.recalibration_view import suggest_with
from assistant.app.wording import capital, count
from assistant.class_sets import Submission
from assistant.service import mark_with
from assistant.store.class_sets import ClassSets
from assistant.store.standards import Standards

if TYPE_CHECKING:
    from assistant.service import Engine


def read_waiting(engine: Engine, sets: ClassSets, class_set: int) -> None:
    """Draw how far the reading of a set has come and go on with it, unless it is stopped.

    It can be stopped and left at any moment: what was read is kept, and the rest waits.
    """
    waiting = sets.waiting(class_set)
    if not waiting:
        state.set_reading(None)
        return
    whole = len(sets.overviews(class_set))
    if not state.reading(class_set):
        st.info(f"{capital(count(len(waiting), 'script'))} of {whole} still to be read.")
        st.button("Go on reading", type="primary", on_click=state.set_reading, args=(class_set,))
        return
    st.button("Stop; go on later", on_click=state.set_reading, args=(None,))
    bar = st.progress((whole - len(waiting)) / whole, text=f"Reading {whole - len(waiting) + 1} of {whole} …")
    began = time.monotonic()
    for done, script in enumerate(waiting, 1):
        read_script(engine, sets, script)
        left = (time.monotonic() - began) / done * (len(waiting) - done)
        read = whole - len(waiting) + done
        bar.progress(read / whole, text=f"{read} of {whole} read, {time_left(left)}")
    state.set_reading(None)
    state.set_notice(f"{capital(count(len(waiting), 'script'))} read. Those that need you first stand at the top.")
    st.rerun()


def read_script(engine: Engine, sets: ClassSets, script: int) -> None:
    """Have one script read and keep the suggestion, or why there is none."""
    stored = sets.script(script)
    if stored is None or stored.overview.state != "waiting":
        return  # deleted meanwhile, or read for somebody else
    overview = stored.overview
    row = mark_with(engine, Submission(overview.name, overview.question, stored.text, notes=overview.notes))
    if row.feedback is None:
        sets.keep_problem(script, row.problem)
    else:
        course = engine.course
        kept = Standards(sets.database, sets.owner).current(course.id).get(course.question(row.question).style)
        moved = suggest_with(course)(row.feedback, kept)
        sets.keep_suggestion(script, row.question, row.feedback, row.notes, moved)


def time_left(seconds: float) -> str:
    """How long it will take, in words.

    >>> time_left(4), time_left(50), time_left(100)
    ('a few seconds left', 'about 50 seconds left', 'about 2 minutes left')
    """
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds, -1):.0f} seconds left"
    return f"about {seconds / 60:.0f} minutes left"
