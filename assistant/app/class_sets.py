"""The page of class sets: bring one in, have it read, review and award, see the class as a whole, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from assistant.app import class_set_state as state
from assistant.app import resources
from assistant.app.class_set_exports import set_title, show_downloads, show_picture
from assistant.app.class_set_intake import intake_form
from assistant.app.class_set_reading import read_waiting
from assistant.app.double_marking_view import show_double_marking
from assistant.app.live import leave_boxes_first
from assistant.app.recalibration_view import show_recalibration
from assistant.app.review_queue import Show, agreeable, found, queue, reasons_to_look, short_reasons
from assistant.app.script_view import ACCEPT, accept_key, show_script
from assistant.app.wording import count, escape, markdown_plain
from assistant.store.class_set_records import ClassSetOverview, ScriptOverview
from assistant.store.class_sets import ClassSets

if TYPE_CHECKING:
    from assistant.service import Engine

# A table and two scripts side by side need more room than a student's page; Streamlit draws shortcuts too faintly.
STYLE = """<style>
[data-testid="stMainBlockContainer"] { max-width: 72rem; }
[data-testid="stButton"] kbd { color: inherit; opacity: 1; }
</style>"""
# Not the arrows: in a box for numbers they change the number.
EARLIER, LATER = "PageUp", "PageDown"
VIEWS = ("Review", "Class picture", "Moderation", "Downloads")


def page() -> None:
    """Draw the page of class sets."""
    resources.apply_style()
    st.html(STYLE)
    engine = resources.open_course()
    sets = resources.open_class_sets()
    state.apply_next()
    st.title("Class sets", anchor=False)
    st.html(
        '<p class="ap-lead">The assistant reads first; you award.</p><p class="ap-quiet">What you bring in stays on the '
        "computer that runs this page.</p>"
    )
    _show_messages()
    own = sets.sets(engine.course.id)
    chosen = _choose(own)
    if chosen is None:
        st.header("Bring in a class set", anchor=False)
        intake_form(engine.course, sets)
        return
    read_waiting(engine, sets, chosen.id)
    view = st.segmented_control(
        "View", VIEWS, default=VIEWS[0], required=True, key=state.VIEW, label_visibility="collapsed"
    )
    scripts = sets.overviews(chosen.id)
    if view == "Class picture":
        show_picture(engine.course, sets, chosen.id, [other for other in own if other.id != chosen.id])
    elif view == "Moderation":
        show_double_marking(engine.course, sets, chosen.id, scripts)
        show_recalibration(engine.course, sets)
    elif view == "Downloads":
        show_downloads(engine.course, sets, chosen)
        _delete(sets, chosen)
    else:
        _review(engine, sets, scripts)


def _show_messages() -> None:
    if sentence := state.notice():
        st.success(markdown_plain(sentence))
    if sentence := state.problem():
        st.error(markdown_plain(sentence))
    if key := state.student_key():
        name, content = key
        st.warning("Save the key to the students’ codes now. It is not stored here, and nobody can make it again.")
        st.download_button("Save the key", content, file_name=name, mime="text/csv", on_click="ignore")
        st.button("I have saved it", on_click=state.set_student_key, args=(None,))


def _choose(own: Sequence[ClassSetOverview]) -> ClassSetOverview | None:
    by_id = {entry.id: entry for entry in own}
    if st.session_state.get(state.CHOSEN) not in by_id:
        st.session_state[state.CHOSEN] = None

    # The browser remembers a choice by its label, which must therefore stay the same and be nobody else's.
    def title(identifier: int | None) -> str:
        return "Bring in a new set" if identifier is None else set_title(by_id[identifier])

    if not own:
        return None
    chosen = st.selectbox("Class set", [None, *by_id], format_func=title, key=state.CHOSEN, persist_state="session")
    return by_id[chosen] if chosen is not None else None


def _review(engine: Engine, sets: ClassSets, scripts: list[ScriptOverview]) -> None:
    if state.names_needed():
        st.text_input(
            "Your name, kept with what you award", key=state.MARKER, placeholder="teacher", persist_state="session"
        )
    st.html(f'<p role="status">{escape(standing(scripts))}</p>')
    search, show = st.columns([1, 2], vertical_alignment="bottom")
    words = search.text_input(
        "Search", key=state.SEARCH, placeholder="Name, question, reason …", on_change=state.open_first
    )
    chosen = show.segmented_control(
        "Show", list(Show), default=Show.ALL, required=True, format_func=str, key=state.SHOW, on_change=state.open_first
    )
    rows = found(queue(scripts), words, chosen or Show.ALL)
    if not rows:
        st.info("No script of this set fits.")
        return
    ids = [script.id for script in rows]
    st.html('<p class="ap-quiet">Press a row to open its script below; tick rows to award several at once.</p>')
    table = st.dataframe(
        review_table(rows),
        hide_index=True,
        on_select=partial(_open_pressed, ids),
        selection_mode=["multi-row", "single-cell"],
        # A tick belongs to a place in the table: where other scripts stand in its places, no tick may remain.
        key=state.table_key(ids),
        placeholder="",
        alt="The scripts of this set, those that need you first at the top",
        column_config={
            "Suggested": st.column_config.TextColumn(width="medium"),
            "Level": st.column_config.NumberColumn(width="small"),
            "Awarded": st.column_config.NumberColumn(width="small"),
            "Why to look": st.column_config.TextColumn(width="large"),
        },
    )
    picked = [rows[place] for place in table["selection"]["rows"] if place < len(rows)]
    _accept_many(sets, rows, picked)
    _open(engine, sets, rows, scripts)


def _open_pressed(ids: list[int]) -> None:
    """Open the script whose row was pressed, in a table of these scripts."""
    cells = st.session_state[state.table_key(ids)]["selection"]["cells"]
    if cells and cells[0][0] < len(ids):
        st.session_state[state.OPEN] = ids[cells[0][0]]


def standing(scripts: Sequence[ScriptOverview]) -> str:
    """How far the review has come, in one sentence."""
    awarded = sum(script.award.mark is not None for script in scripts)
    look = sum(bool(reasons_to_look(script)) and script.award.mark is None for script in scripts)
    unread = sum(script.state == "unread" for script in scripts)
    parts = [f"{awarded} of {count(len(scripts), 'script')} awarded", f"{look} still to look at"]
    if unread:
        parts.append(f"{unread} could not be read")
    return ", ".join(parts) + "."


def review_table(scripts: Sequence[ScriptOverview]) -> pd.DataFrame:
    """The scripts as a table, in the order given."""
    return pd.DataFrame(
        {
            "Student": [script.label for script in scripts],
            "Suggested": [_suggested(script) for script in scripts],
            "Level": pd.array([script.level for script in scripts], dtype="Int64"),
            "Awarded": pd.array([script.award.mark for script in scripts], dtype="Int64"),
            "Why to look": [" ".join(short_reasons(script)) for script in scripts],
            "Question": [script.question for script in scripts],
            "Words": [script.words for script in scripts],
            "File": [script.name for script in scripts],
        }
    )


def _suggested(script: ScriptOverview) -> str:
    if script.mark is None or script.range is None:
        return "not read" if script.state == "unread" else "waiting"
    low, high = script.range
    return f"{script.mark} ({low}–{high}) of {script.max_mark}"


def _accept_many(sets: ClassSets, rows: Sequence[ScriptOverview], picked: Sequence[ScriptOverview]) -> None:
    plain = agreeable(rows)
    chosen = [script for script in picked if script.mark is not None and script.award.mark is None]
    left, right = st.columns(2)
    left.button(
        f"Award what is suggested to the {len(plain)} that nothing speaks against",
        disabled=not plain,
        on_click=_accept,
        args=(sets, [script.id for script in plain]),
        wrap=True,
    )
    right.button(
        f"Award what is suggested to the {len(chosen)} ticked",
        disabled=not chosen,
        on_click=_accept,
        args=(sets, [script.id for script in chosen]),
        wrap=True,
    )


def _accept(sets: ClassSets, scripts: list[int]) -> None:
    accepted = sets.accept(scripts, state.marker())
    state.set_notice(f"{accepted} awarded as suggested. Each can be changed or withdrawn.")


def _open(engine: Engine, sets: ClassSets, rows: Sequence[ScriptOverview], scripts: list[ScriptOverview]) -> None:
    st.header("Open a script", anchor=False)
    state.apply_first(rows[0].id)
    shown = {script.id for script in rows}
    # What is open stays open when an award takes it out of the rows, and the way on does not lead elsewhere for it.
    by_urgency = queue(scripts, awarded_last=False)
    ids = [script.id for script in by_urgency if script.id in shown or script.id == st.session_state.get(state.OPEN)]
    labels = {script.id: f"{script.place}. {script.label}" for script in scripts}
    if st.session_state.get(state.OPEN) not in ids:
        st.session_state[state.OPEN] = rows[0].id
    before, choice, after = st.columns([3, 8, 3], vertical_alignment="bottom")
    with choice:
        opened = st.selectbox("Script", ids, format_func=labels.__getitem__, key=state.OPEN)
    place = ids.index(opened)
    before.button(
        "Previous",
        key="class_sets.earlier",
        disabled=place == 0,
        on_click=_go,
        args=(ids[max(0, place - 1)],),
        shortcut=f"Alt+{EARLIER}",
    )
    after.button(
        "Next",
        key="class_sets.later",
        disabled=place == len(ids) - 1,
        on_click=_go,
        args=(ids[min(len(ids) - 1, place + 1)],),
        shortcut=f"Alt+{LATER}",
    )
    leave_boxes_first(
        state.mark_key(opened, "first"),
        {EARLIER: "class_sets.earlier", LATER: "class_sets.later", ACCEPT: accept_key(opened)},
    )
    stored = sets.script(opened)
    if stored is not None:
        show_script(engine, sets, stored, scripts)


def _go(script: int) -> None:
    st.session_state[state.OPEN] = script


def _delete(sets: ClassSets, chosen: ClassSetOverview) -> None:
    with st.expander("Delete this set"):
        st.write("Its scripts, awards and comments are deleted for good. Download what you want to keep first.")
        sure = st.checkbox("Yes, delete it", key=f"class_sets.sure.{chosen.id}")
        if st.button("Delete the set", disabled=not sure):
            sets.delete(chosen.id)
            state.choose_next(None)
            state.set_notice("The set was deleted.")
            st.rerun()
