"""A teacher's own standard: recalibrate to what she awarded, with the agreement before and after, and undo it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.app import class_set_state as state
from assistant.app.wording import capital, count, escape, when
from assistant.schemas import Course, Feedback, Style
from assistant.scoring.recalibration import MIN_SCRIPTS, Standard, agreement, recalibrate
from assistant.store.class_set_records import Suggestion
from assistant.store.class_sets import ClassSets
from assistant.store.standards import KeptStandard, Standards, Suggest

LEAST = MIN_SCRIPTS + 1
"""Each script is judged by a standard drawn from the others, of which there must be enough."""
EXAMPLES = (0.25, 0.5, 0.75)
"""Where in the range of marks it is shown what moves where."""


def suggest_with(course: Course) -> Suggest:
    """What to suggest for a script of a course, given what the assistant said of it and the standard in force."""

    def suggest(feedback: Feedback, kept: KeptStandard | None) -> Suggestion:
        if kept is None:
            return Suggestion(feedback.mark, feedback.level, feedback.mark_range)
        standard = Standard(course.rubric.style(course.question(feedback.question).style), kept.shift, kept.slope)
        return Suggestion(
            standard.mark(feedback.mark), standard.level(feedback.mark), standard.mark_range(feedback.mark_range)
        )

    return suggest


def show_recalibration(course: Course, sets: ClassSets) -> None:
    """Draw, for each style of question, what recalibrating would do, and the buttons that do and undo it."""
    st.subheader("Your own standard", anchor=False)
    st.html(
        "<p>Suggestions can be moved to where you mark. What you have awarded never changes, and neither does the order "
        "of the scripts; it holds for all your class sets.</p>"
    )
    standards = Standards(sets.database, sets.owner)
    current = standards.current(course.id)
    for style in course.rubric.styles:
        questions = [question.id for question in course.questions if question.style == style.id]
        marked = standards.marked(course.id, questions)
        if marked or style.id in current:
            _show_style(course, standards, style, questions, marked, current.get(style.id))


def _show_style(
    course: Course,
    standards: Standards,
    style: Style,
    questions: list[str],
    marked: Sequence[tuple[int, int]],
    kept: KeptStandard | None,
) -> None:
    with st.container(border=True):
        st.html(
            f"<p><strong>Questions of {style.max_mark} marks:</strong> {count(len(marked), 'script')} awarded one by one.</p>"
        )
        enough = len(marked) >= LEAST
        if enough:
            st.html(before_and_after_html(style, marked))
        else:
            st.html(
                f'<p class="ap-quiet">It takes {LEAST} awarded scripts to tell how you mark; those accepted among many tell nothing.</p>'
            )
        if kept is not None:
            st.html(in_force_html(style, kept))
        left, right = st.columns(2)
        left.button(
            "Recalibrate to my awards",
            key=f"class_sets.recalibrate.{style.id}",
            disabled=not enough,
            on_click=_recalibrate,
            args=(course, standards, style, questions),
        )
        right.button(
            "Undo",
            key=f"class_sets.undo.{style.id}",
            disabled=kept is None,
            on_click=_undo,
            args=(course, standards, style, questions),
        )


def before_and_after_html(style: Style, marked: Sequence[tuple[int, int]]) -> str:
    """Agreement with the awards as the assistant suggests by itself, and as it would suggest, each script left out by turns."""
    suggested, awarded = [pair[0] for pair in marked], [pair[1] for pair in marked]
    moved = [
        recalibrate(_without(suggested, place), _without(awarded, place), style).mark(mark)
        for place, mark in enumerate(suggested)
    ]
    rows = []
    for title, given in (("As suggested", suggested), ("Recalibrated", moved)):
        found = agreement(awarded, given, style)
        difference = sum(given) / len(given) - sum(awarded) / len(awarded)
        kappa = "–" if found["qwk"] != found["qwk"] else f"{found['qwk']:.2f}"  # nobody's marks differ
        cells = (
            f"<td>{found['mae']:.1f}</td><td>{difference:+.1f}</td><td>{found['same_level']:.0%}</td><td>{kappa}</td>"
        )
        rows.append(f'<tr><th scope="row">{title}</th>{cells}</tr>')
    return (
        '<table class="ap-compare"><thead><tr><td></td><th scope="col">Marks apart</th><th scope="col">On average</th>'
        '<th scope="col">Same level</th><th scope="col">Quadratic weighted kappa</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
        '<p class="ap-quiet">Each script is judged by a standard drawn from your other scripts. “On average” above 0 means '
        "more generous than you.</p>"
    )


def in_force_html(style: Style, kept: KeptStandard) -> str:
    """Since when a standard is in force, on how many scripts it rests, and what it does to some marks."""
    standard = Standard(style, kept.shift, kept.slope)
    marks = [round(share * style.max_mark) for share in EXAMPLES]
    examples = ", ".join(f"{mark} → {standard.mark(mark)}" for mark in marks)
    since = f" since {when(kept.made)}" if kept.made else ""
    return (
        f'<p role="status">In force{escape(since)}, from {count(kept.scripts, "script")}: {escape(examples)} out of '
        f"{style.max_mark}.</p>"
    )


def _without(marks: Sequence[int], place: int) -> list[int]:
    return [*marks[:place], *marks[place + 1 :]]


def _recalibrate(course: Course, standards: Standards, style: Style, questions: list[str]) -> None:
    marked = standards.marked(course.id, questions)
    if len(marked) < LEAST:  # awards were withdrawn meanwhile
        return
    found = recalibrate([pair[0] for pair in marked], [pair[1] for pair in marked], style)
    kept = KeptStandard(found.shift, found.slope, len(marked))
    moved = standards.keep(course.id, style.id, kept, questions, suggest_with(course), state.marker())
    state.set_notice(f"{capital(count(moved, 'suggestion'))} moved to your own standard; it can be undone.")


def _undo(course: Course, standards: Standards, style: Style, questions: list[str]) -> None:
    moved = standards.undo(course.id, style.id, questions, suggest_with(course), state.marker())
    state.set_notice(f"Undone: {count(moved, 'suggestion')} moved back.")
