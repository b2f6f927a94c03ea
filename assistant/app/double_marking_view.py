"""Double marking: a second teacher marks drawn scripts without seeing the first mark or the suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from assistant.app import class_set_state as state
from assistant.app.script_view import mark_box, refresh_boxes
from assistant.app.wording import count, escape, markdown_plain
from assistant.class_sets.codes import without_name
from assistant.double_marking import Agreement, agreement, draw_sample
from assistant.schemas import Course
from assistant.store.class_set_records import Award, Sample, ScriptOverview
from assistant.store.class_sets import ClassSets

USUAL_SAMPLE = 10


def show_double_marking(course: Course, sets: ClassSets, class_set: int, scripts: Sequence[ScriptOverview]) -> None:
    """Draw the sample, the script to mark next, and how far the markers agree."""
    st.subheader("Second marking", anchor=False)
    ready = {script.id: script for script in scripts if script.mark is not None}
    if not ready:
        st.info("There is nothing to mark twice yet: no script of this set has been read.")
        return
    st.html(
        "<p>Scripts are drawn from the whole range of marks. The second teacher sees the question and the text alone: no "
        "name, no first mark, no suggestion, no highlights.</p>"
    )
    sample = sets.sample(class_set)
    _draw_form(sets, class_set, ready, sample)
    if sample is None:
        return
    drawn = [ready[script] for script in sample.scripts if script in ready]
    second = sets.second_marks(class_set)
    _mark_next(course, sets, drawn, second)
    with st.expander("How far the markers agree (open it when all are marked)"):
        st.html(agreement_html(course, drawn, second))


def _draw_form(sets: ClassSets, class_set: int, ready: Mapping[int, ScriptOverview], sample: Sample | None) -> None:
    with st.expander("Draw the sample" if sample is None else "Draw another sample", expanded=sample is None):
        size = st.number_input("How many scripts", 1, len(ready), min(USUAL_SAMPLE, len(ready)), key="class_sets.size")
        seed = st.number_input(
            "Number to draw by; the same number draws the same scripts", 0, 10**6, 1, key="class_sets.seed"
        )
        if st.button("Draw"):
            marks = {
                f"{script.place:06d}": script.award.mark if script.award.mark is not None else script.mark or 0
                for script in ready.values()
            }
            places = {f"{script.place:06d}": script.id for script in ready.values()}
            sets.keep_sample(
                class_set, int(seed), [places[place] for place in draw_sample(marks, int(size), int(seed))]
            )
            st.rerun()


def _mark_next(course: Course, sets: ClassSets, drawn: Sequence[ScriptOverview], second: Mapping[int, Award]) -> None:
    if state.names_needed():
        st.text_input("Second teacher’s name", key=state.SECOND_MARKER, persist_state="session")
    marker = state.second_marker()
    done = sum(script.id in second for script in drawn)
    st.html(f'<p role="status">{done} of {len(drawn)} marked.</p>')
    if not marker:
        st.info("Enter a name to begin.")
        return
    places = list(range(len(drawn)))
    first_open = next((place for place in places if drawn[place].id not in second), 0)
    place = st.selectbox(
        "Script", places, index=first_open, format_func=lambda number: str(number + 1), key="class_sets.second.place"
    )
    overview = drawn[place]
    stored = sets.script(overview.id)
    if stored is None:
        return
    if is_same_marker(overview.award, marker):
        st.info(f"{markdown_plain(marker)} awarded this script; a second mark is somebody else’s.")
        return
    refresh_boxes(overview.id, "second", sets.award_of(overview.id, "second"))
    st.write(markdown_plain(course.question(overview.question).prompt))
    text = without_name(stored.text, overview.student, "(name)")
    st.html(f'<div class="ap-text">{escape(text)}</div>')
    mark_box(sets, overview, "second", "Second mark", marker)


def is_same_marker(award: Award, marker: str) -> bool:
    """Whether somebody of this name made the award."""
    return award.mark is not None and award.marker.strip().casefold() == marker.strip().casefold()


def agreement_html(course: Course, drawn: Sequence[ScriptOverview], second: Mapping[int, Award]) -> str:
    """Figures of agreement between the two teachers and the assistant, by style of question.

    An award accepted among many is the assistant's mark and no first marking; nor is there a second marking where both
    marks are one person's.
    """
    parts = []
    first = {
        script.id: script.award.mark for script in drawn if script.award.mark is not None and not script.award.accepted
    }
    awards = {script.id: script.award for script in drawn}
    other = {
        script: award.mark
        for script, award in second.items()
        if award.mark is not None and script in awards and not is_same_marker(awards[script], award.marker)
    }
    suggested = {script.id: script.mark for script in drawn if script.mark is not None}
    for style in course.rubric.styles:
        own = [script.id for script in drawn if course.question(script.question).style == style.id]
        pairs = {
            "Second teacher beside the first": _pairs(own, first, other),
            "Assistant beside the first teacher": _pairs(own, first, suggested),
            "Assistant beside the second teacher": _pairs(own, other, suggested),
        }
        rows = "".join(
            _agreement_row(title, agreement([a for a, _ in marks], [b for _, b in marks], style))
            for title, marks in pairs.items()
            if marks
        )
        if rows:
            parts.append(
                f'<table class="ap-compare"><caption>Questions of {style.max_mark} marks</caption><thead><tr>'
                '<th scope="col"></th><th scope="col">Scripts</th><th scope="col">Same mark</th><th scope="col">Same level</th>'
                '<th scope="col">At most one level apart</th><th scope="col">Mean difference</th>'
                '<th scope="col">Quadratic weighted kappa</th></tr></thead>'
                f"<tbody>{rows}</tbody></table>"
            )
    left = sum(script.award.accepted for script in drawn)
    accepted = (
        f'<p class="ap-quiet">Left out: {count(left, "award")} accepted among many, which would count as agreement unread.</p>'
        if left
        else ""
    )
    if not parts:
        return f"<p>No script has two marks yet.</p>{accepted}"
    note = (
        "The mean difference is that of the marker named first: above 0 means more generous. A kappa needs ten scripts or "
        "more; on a small sample every figure here is rough."
    )
    return "".join(parts) + f'<p class="ap-quiet">{note}</p>{accepted}'


def _pairs(scripts: Sequence[int], first: Mapping[int, int], second: Mapping[int, int]) -> list[tuple[int, int]]:
    return [(first[script], second[script]) for script in scripts if script in first and script in second]


def _agreement_row(title: str, found: Agreement) -> str:
    kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
    cells = (
        f"{found.scripts}",
        f"{found.exact:.0%}",
        f"{found.same_level:.0%}",
        f"{found.adjacent:.0%}",
        f"{found.mean_difference:+.1f}",
        kappa,
    )
    return f'<tr><th scope="row">{escape(title)}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
