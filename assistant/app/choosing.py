"""Choose a question: by style and topic, by how it went last time, by what to try next, or at random."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from assistant.app import session
from assistant.app.wording import count, escape, markdown_plain, style_line, title_of_id, when
from assistant.schemas import Course, Question
from assistant.store.drafts import Draft

ANY_STYLE = "any"


@dataclass(frozen=True)
class Proposal:
    """A question to try next, and why."""

    question: Question
    reason: str

    @property
    def told(self) -> str:
        """Both as one sentence."""
        return f"{self.question.prompt.rstrip('.')} ({self.reason})."


def last_drafts(drafts: Sequence[Draft]) -> dict[str, Draft]:
    """The last draft of each question, by the question's id, from drafts with the oldest first."""
    return {draft.question: draft for draft in drafts}


def last_time(draft: Draft) -> str:
    """How a question went last time, in words and without a mark."""
    feedback = draft.feedback
    raised = sum(factor.status != "missing" for factor in feedback.factors)
    facts = sum(item.relevant for item in feedback.evidence)
    return (
        f"draft {draft.number}, {when(draft.created)}: {raised} of {len(feedback.factors)} lines of argument, "
        f"{count(facts, 'fact')}"
    )


def share_argued(draft: Draft) -> float:
    """How much of a question's argument a draft covers, 0 to 1: a factor mentioned counts half of one developed."""
    weights = {"missing": 0.0, "mentioned": 0.5, "developed": 1.0}
    factors = draft.feedback.factors
    return sum(weights[factor.status] for factor in factors) / len(factors) if factors else 0.0


def propose(course: Course, drafts: Sequence[Draft]) -> Proposal | None:
    """What to try next, if anything was tried before.

    First a second draft of the last answer that had only one, for revision is where gains come from; then a topic
    never tried; then the question that went least well.
    """
    known = {question.id: question for question in course.questions}
    last = {question: draft for question, draft in last_drafts(drafts).items() if question in known}
    if not last:
        return None
    once = [draft for draft in last.values() if draft.number == 1]
    if once:
        newest = max(once, key=lambda draft: draft.created)
        return Proposal(known[newest.question], "you have written one draft of it; a second one gains most")
    tried = {known[question].topic for question in last}
    for question in course.questions:
        if question.topic not in tried:
            return Proposal(question, "you have not tried its topic yet")
    for question in course.questions:
        if question.id not in last:
            return Proposal(question, "you have not tried it yet")
    weakest = min(last.values(), key=share_argued)
    return Proposal(known[weakest.question], "it has most left to argue")


def choose_question(course: Course, drafts: Sequence[Draft]) -> Question:
    """Let the student choose a question, each with its style, marks, minutes and how it went last time."""
    styles = list(dict.fromkeys(question.style for question in course.questions))
    if len(styles) > 1:
        st.radio(
            "Style of question",
            [ANY_STYLE, *styles],
            format_func=lambda style: "Any" if style == ANY_STYLE else style_line(course.rubric.style(style)),
            key=session.STYLE,
            horizontal=True,
            on_change=session.redraw,
            args=("page",),
            persist_state="session",
        )
    style = st.session_state.get(session.STYLE, ANY_STYLE)
    offered = [question for question in course.questions if style in (ANY_STYLE, question.style)]
    topics = list(dict.fromkeys(question.topic for question in offered))
    topic = st.selectbox(
        "Topic",
        topics,
        format_func=title_of_id,
        key=session.TOPIC,
        on_change=session.redraw,
        args=("page",),
        persist_state="session",
        width="stretch",
    )
    questions = [question for question in offered if question.topic == topic]
    last = last_drafts(drafts)
    chosen: str = st.radio(
        "Question",
        [question.id for question in questions],
        format_func=lambda identifier: markdown_plain(course.question(identifier).prompt),
        captions=[_caption(course, question, last) for question in questions],
        key=session.question_key(topic),
        on_change=session.redraw,
        args=("page",),
        persist_state="session",
        width="stretch",
    )
    _offer(course, drafts, offered, chosen)
    return course.question(chosen)


def select(question: Question) -> None:
    """Choose a question for the student. Only before the choices are drawn."""
    session.clear_messages()
    session.redraw("page")
    if st.session_state.get(session.STYLE, ANY_STYLE) not in (ANY_STYLE, question.style):
        st.session_state[session.STYLE] = ANY_STYLE
    st.session_state[session.TOPIC] = question.topic
    st.session_state[session.question_key(question.topic)] = question.id


def select_at_random(questions: Sequence[Question], now: str) -> None:
    """Choose any question but the one chosen now."""
    others = [question for question in questions if question.id != now]
    if others:
        select(random.choice(others))


def _caption(course: Course, question: Question, last: Mapping[str, Draft]) -> str:
    line = style_line(course.rubric.style(question.style))
    draft = last.get(question.id)
    return f"{line} · {last_time(draft)}" if draft else line


def _offer(course: Course, drafts: Sequence[Draft], offered: Sequence[Question], chosen: str) -> None:
    proposal = propose(course, drafts)
    with st.container(horizontal=True, gap="small"):
        st.button(
            "A question at random",
            on_click=select_at_random,
            args=(offered, chosen),
            disabled=len(offered) < 2,
            key="practice.random",
        )
        if proposal and proposal.question.id != chosen:
            st.button("Take what to try next", on_click=select, args=(proposal.question,), key="practice.next")
    if proposal and proposal.question.id != chosen:
        st.html(f'<p class="ap-quiet"><strong>To try next:</strong> {escape(proposal.told)}</p>')
