"""What is missing, as hints a student climbs one step at a time: a nudge, then a cue, then the reveal."""

from __future__ import annotations

import streamlit as st

from assistant.app import session
from assistant.app.errata import errata_html
from assistant.app.wording import capital, escape, markdown_plain, side_of
from assistant.schemas import Course, Fact, Feedback, Hint, Question
from assistant.store.database import StoreError
from assistant.store.drafts import Draft, PracticeRecord

SHOWN = 4
"""Hints in view at first: enough to work on in one draft. The others are folded away."""

_STEPS = ("Nudge", "Cue", "Reveal")
_BUTTONS = ("Give me a cue", "Reveal it", "Hide it again")


@st.fragment
def show_hints(course: Course, record: PracticeRecord, draft: Draft, question: Question) -> None:
    """Draw the ladders, most useful first, each at the step it was left. A press redraws the hints and nothing else."""
    if session.more_due("hints"):
        st.rerun()
    hints = draft.feedback.hints
    facts = {fact.id: fact for fact in course.facts}
    steps = record.hint_steps(draft.id)
    for index, hint in enumerate(hints[:SHOWN]):
        _ladder(index, hint, facts.get(hint.fact or ""), steps.get(index, 0), record, draft, question)
    if len(hints) > SHOWN:
        with st.expander(f"More to think about ({len(hints) - SHOWN})", key="practice.more_hints"):
            for index, hint in enumerate(hints[SHOWN:], SHOWN):
                _ladder(index, hint, facts.get(hint.fact or ""), steps.get(index, 0), record, draft, question)


def heading(hint: Hint, feedback: Feedback, question: Question) -> str:
    """What a hint is about, without giving away a factor that the response has not raised."""
    if hint.criterion == "judgement":
        return "Your judgement"
    factor = next((factor for factor in feedback.factors if factor.id == hint.factor), None)
    if hint.criterion == "evidence" and factor is not None and factor.status != "missing":
        return f"More support for: {factor.title}"
    side = side_of(question, hint.factor)
    return f"A line of argument to add, {side}" if side else "A line of argument to add"


def ladder_html(hint: Hint, step: int, fact: Fact | None = None) -> str:
    """The steps climbed so far; a screen reader is told of each new one.

    With the reveal of a fact comes what the notes have wrong about it.
    """
    texts = (hint.nudge, hint.cue, hint.reveal)[: step + 1]
    rows = "".join(
        f'<li class="ap-step-{number}"><span class="ap-step">{name}</span><span>{escape(text)}</span></li>'
        for number, (name, text) in enumerate(zip(_STEPS, texts, strict=False))
    )
    notes = errata_html(fact) if step == len(_STEPS) - 1 else ""
    return f'<ol class="ap-ladder" aria-live="polite">{rows}</ol>{notes}'


def climb(record: PracticeRecord, draft: Draft, index: int, step: int) -> None:
    """Climb a hint to a step and remember it."""
    session.redraw("hints")
    try:
        record.climb_hint(draft.id, index, step)
    except StoreError as error:
        st.toast(markdown_plain(str(error)))


def _ladder(
    index: int, hint: Hint, fact: Fact | None, step: int, record: PracticeRecord, draft: Draft, question: Question
) -> None:
    with st.container(border=True, gap="small"):
        title = capital(heading(hint, draft.feedback, question))
        st.html(f'<h4 class="ap-hint-title">{escape(title)}</h4>{ladder_html(hint, step, fact)}')
        # One key for all steps of a ladder: the button keeps the keyboard's focus while its label changes.
        st.button(
            _BUTTONS[step],
            key=f"practice.hint.{draft.id}.{index}",
            on_click=climb,
            args=(record, draft, index, (step + 1) % 3),
        )
