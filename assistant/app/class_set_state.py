"""What the pages of class sets remember of one visit, under keys that begin with `class_sets.`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from assistant.app import sign_in
from assistant.store.class_set_records import Award

CHOSEN = "class_sets.chosen"
VIEW = "class_sets.view"
SEARCH = "class_sets.search"
SHOW = "class_sets.show"
OPEN = "class_sets.open"
MARKER = "class_sets.marker"
SECOND_MARKER = "class_sets.second_marker"
_NEXT = "class_sets.next"
_FIRST = "class_sets.first"
_READING = "class_sets.reading"
_KEY = "class_sets.key"
_NOTICE = "class_sets.notice"
_PROBLEM = "class_sets.problem"
_KNOWN = "class_sets.known"
_STRUCK = "class_sets.struck"
_UPLOADS = "class_sets.uploads"


def choose_next(class_set: int | None) -> None:
    """Have a set, or none, chosen when the page is drawn again."""
    st.session_state[_NEXT] = class_set


def apply_next() -> None:
    """Choose the set that was to be next. Only before the choice is drawn."""
    if _NEXT in st.session_state:
        st.session_state[CHOSEN] = st.session_state.pop(_NEXT)


def table_key(scripts: Sequence[int]) -> str:
    """Key of the table that shows these scripts, in this order."""
    return f"class_sets.table.{hashlib.sha256(repr(list(scripts)).encode()).hexdigest()[:16]}"


def open_first() -> None:
    """Have the first script of the table opened, as after another search."""
    st.session_state[_FIRST] = True


def apply_first(script: int) -> None:
    """Open this script, the table's first, where that was asked for. Only before the choice of a script is drawn."""
    if st.session_state.pop(_FIRST, False):
        st.session_state[OPEN] = script


def mark_key(script: int, role: str) -> str:
    """Key of the box for a mark."""
    return f"class_sets.mark.{role}.{script}"


def comment_key(script: int, role: str) -> str:
    """Key of the box for a comment."""
    return f"class_sets.comment.{role}.{script}"


def upload_key(name: str) -> str:
    """Key of a field of the form that brings a set in; it changes once a set has come in, which empties the form."""
    return f"class_sets.{name}.{st.session_state.get(_UPLOADS, 0)}"


def empty_form() -> None:
    """Empty the form that brings a set in."""
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def marker() -> str:
    """The name that goes with what is awarded here: of whoever signed in, or else the one given."""
    return sign_in.person().name or str(st.session_state.get(MARKER) or "").strip() or "teacher"


def second_marker() -> str:
    """The same for second marks; "" where nobody gave a name yet."""
    return sign_in.person().name or str(st.session_state.get(SECOND_MARKER) or "").strip()


def names_needed() -> bool:
    """Whether those who award must say who they are: nobody has signed in."""
    return not sign_in.person().name


def known_award(script: int, role: str) -> Award | None:
    """The award of a script as this visit last saw it."""
    found: Award | None = st.session_state.get(_KNOWN, {}).get((script, role))
    return found


def set_known_award(script: int, role: str, award: Award) -> None:
    """Remember an award as seen, and show it in its boxes. Only before the boxes are drawn."""
    st.session_state.setdefault(_KNOWN, {})[script, role] = award
    st.session_state[mark_key(script, role)] = award.mark
    st.session_state[comment_key(script, role)] = award.comment


def boxes_filled(script: int, role: str) -> bool:
    """Whether the boxes of a script still hold what was put there; Streamlit empties those it does not draw."""
    return mark_key(script, role) in st.session_state


def struck_key(script: int) -> str:
    """Key of the choice of findings to strike out."""
    return f"class_sets.struck.{script}"


def known_struck(script: int) -> frozenset[str]:
    """The findings of a script that are struck out, as this visit last saw them."""
    found: frozenset[str] = st.session_state.get(_STRUCK, {}).get(script, frozenset())
    return found


def set_known_struck(script: int, struck: frozenset[str]) -> None:
    """Remember what is struck out as seen."""
    st.session_state.setdefault(_STRUCK, {})[script] = struck


def refresh_struck(script: int, stored: frozenset[str]) -> None:
    """Fill the choice where it is empty or somebody struck out another finding meanwhile. Only before it is drawn."""
    if known_struck(script) != stored or struck_key(script) not in st.session_state:
        set_known_struck(script, stored)
        st.session_state[struck_key(script)] = sorted(stored)


def reading(class_set: int) -> bool:
    """Whether this visit is having the scripts of a set read."""
    return bool(st.session_state.get(_READING) == class_set)


def set_reading(class_set: int | None) -> None:
    """Begin or stop having the scripts of a set read."""
    st.session_state[_READING] = class_set


def student_key() -> tuple[str, bytes] | None:
    """File name and content of the key to the codes of the set that was just brought in, until it is put away."""
    found: tuple[str, bytes] | None = st.session_state.get(_KEY)
    return found


def set_student_key(key: tuple[str, bytes] | None) -> None:
    """Hold the key for the teacher to save, or let it go."""
    st.session_state[_KEY] = key


def notice() -> str:
    """What was just done: one sentence, or nothing."""
    return str(st.session_state.pop(_NOTICE, ""))


def set_notice(sentence: str) -> None:
    """Say once what was just done."""
    st.session_state[_NOTICE] = sentence


def problem() -> str:
    """What went wrong in the last step: one sentence, or nothing."""
    return str(st.session_state.pop(_PROBLEM, ""))


def set_problem(sentence: str) -> None:
    """Say once what went wrong."""
    st.session_state[_PROBLEM] = sentence
