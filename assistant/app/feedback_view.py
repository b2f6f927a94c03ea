"""Feedback as a student reads it: what works, what to fix, what is missing, and, folded away, the suggested level."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from assistant.app import session
from assistant.app.comparison_view import show_changes
from assistant.app.errata import errata_html
from assistant.app.highlights import View, annotated, fact_link, fact_titles, factors_fed, legend, place_link
from assistant.app.hint_ladders import show_hints
from assistant.app.suggestion import suggestion_html, suggestion_label
from assistant.app.wording import ERROR_KINDS, STATUSES, capital, count, escape
from assistant.schemas import Course, EvidenceFeedback, Fact, Feedback, Question
from assistant.store.drafts import Draft, PracticeRecord

VIEWS: dict[View, str] = {"both": "Everything", "facts": "Facts", "roles": "Roles"}
NOT_CERTAIN_BELOW = 0.6
MENTIONED_TOLD = "Mentioned: raised, but not yet explained and supported. Once it is both, it is developed."


def show_feedback(course: Course, record: PracticeRecord, drafts: list[Draft], calibrated: bool) -> None:
    """Draw the feedback on the last draft of a question, in the order in which it helps."""
    draft = drafts[-1]
    feedback = draft.feedback
    question = course.question(feedback.question)
    st.header("What works", anchor=False)
    _show_what_works(course, drafts)
    st.header("What to fix", anchor=False)
    st.html(errors_html(course, draft))
    st.header("What is missing", anchor=False)
    _show_what_is_missing(course, record, draft, question)
    st.header("By criterion", anchor=False)
    st.html(criteria_html(course, feedback))
    # Comment helps most before a mark is seen: it stays folded until a revision was tried, unless it is asked for.
    revised = draft.number > 1
    if not revised:
        st.html(
            '<p class="ap-quiet">Try a second draft before you look at the level: that is where gains come from.</p>'
        )
    with st.expander(suggestion_label(feedback), expanded=revised, key=f"practice.suggestion.{draft.id}"):
        st.html(suggestion_html(course, feedback, calibrated))


def _show_what_works(course: Course, drafts: list[Draft]) -> None:
    draft = drafts[-1]
    st.html(f'<p class="ap-lead">{escape(opening(draft.feedback))}</p>')
    show_changes(drafts)
    st.subheader("Your answer, annotated", anchor=False)
    _show_text(draft)
    st.subheader("Lines of argument", anchor=False)
    st.html(factors_html(draft.feedback))
    st.subheader("Facts found", anchor=False)
    st.html(facts_html(draft.feedback, course.facts))


@st.fragment
def _show_text(draft: Draft) -> None:
    if session.more_due("text"):
        st.rerun()
    view = st.radio(
        "Show in the text",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=session.VIEW,
        horizontal=True,
        on_change=session.redraw,
        args=("text",),
        persist_state="session",
    )
    st.html(legend(draft.feedback, view) + annotated(draft.text, draft.feedback, view))


def _show_what_is_missing(course: Course, record: PracticeRecord, draft: Draft, question: Question) -> None:
    if not draft.feedback.hints:
        st.html("<p>Nothing that a marker would expect is plainly missing.</p>")
        return
    st.html("<p>Try to answer each nudge from memory before you ask for more. Then add it to your answer.</p>")
    show_hints(course, record, draft, question)
    st.html('<p><a class="ap-jump" href="#ap-answer">↑ Write your next draft</a></p>')


def opening(feedback: Feedback) -> str:
    """What the response does well, in one or two sentences."""
    raised = [factor for factor in feedback.factors if factor.status != "missing"]
    relevant = sum(item.relevant for item in feedback.evidence)
    argues = f"raises {count(len(raised), 'line')} of argument"
    supports = f"supports {'it' if len(raised) == 1 else 'them'} with {count(relevant, 'relevant fact')}"
    if raised and relevant:
        return f"Your answer {argues} and {supports}."
    if raised:
        return f"Your answer {argues}. Specific facts would make them convincing."
    if relevant:
        return f"Your answer holds {count(relevant, 'relevant fact')}. Say next how each one answers the question."
    return "You have made a start. Nothing that answers this question was recognised yet; the hints below can help."


def factors_html(feedback: Feedback) -> str:
    """The factors raised, each with its status and the numbers of the facts that feed it.

    The others are only counted, for their titles are hints' answers. What is merely mentioned needs a word of explanation.
    """
    raised = [factor for factor in feedback.factors if factor.status != "missing"]
    titles = fact_titles(feedback)
    rows = []
    for factor in sorted(raised, key=lambda factor: factor.status != "developed"):
        sign, word = STATUSES[factor.status]
        facts = [number for number, item in enumerate(feedback.evidence, 1) if item.fact in factor.facts]
        links = "".join(fact_link(number, titles[number]) for number in facts)
        rows.append(_row(sign, factor.title, word + (" with" if facts else ""), factor.status, links))
    missing = len(feedback.factors) - len(raised)
    if missing:
        sign, word = STATUSES["missing"]
        more = f"{capital(count(missing, 'more line' if raised else 'line'))} of argument"
        rows.append(_row(sign, more, word, "missing"))
    mentioned = any(factor.status == "mentioned" for factor in raised)
    told = f'<p class="ap-quiet">{MENTIONED_TOLD}</p>' if mentioned else ""
    return f'<ul class="ap-factors">{"".join(rows)}</ul>{told}'


def _row(sign: str, title: str, words: str, status: str, links: str = "") -> str:
    return (
        f'<li class="ap-{status}"><span class="ap-sign" aria-hidden="true">{sign}</span>'
        f'<span>{escape(title)} <span class="ap-quiet">{escape(words)}</span>{links}</span></li>'
    )


def facts_html(feedback: Feedback, facts: Iterable[Fact] = ()) -> str:
    """The facts found, under the numbers they have in the text: those that feed the question, then the others.

    Each says which lines of argument it feeds, and its number leads back to where it stands in the text. `facts` are the
    course's, to say where its notes are mistaken.
    """
    if not feedback.evidence:
        return "<p>No specific fact was recognised yet. Names, dates and figures make a reason convincing.</p>"
    numbered = list(enumerate(feedback.evidence, 1))
    known, feeds = {fact.id: fact for fact in facts}, factors_fed(feedback)
    rows = {
        number: _fact_row(number, item, feeds.get(item.fact, ()), errata_html(known.get(item.fact)))
        for number, item in numbered
    }
    relevant = [rows[number] for number, item in numbered if item.relevant]
    others = [rows[number] for number, item in numbered if not item.relevant]
    parts = ['<p class="ap-quiet">What your answer was understood to say, in the full wording of the course.</p>']
    if relevant:
        parts.append(f'<ol class="ap-facts">{"".join(relevant)}</ol>')
    if others:
        parts.append('<p class="ap-quiet">Right, but these do not help to answer this question:</p>')
        parts.append(f'<ol class="ap-facts">{"".join(others)}</ol>')
    return "".join(parts)


def _fact_row(number: int, item: EvidenceFeedback, feeds: Sequence[str], notes: str) -> str:
    words = []
    if item.confidence < NOT_CERTAIN_BELOW:
        words.append("Not certain that you say this.")
    if feeds:
        words.append(f"Supports: {'; '.join(feeds)}.")
    told = f'<p class="ap-quiet">{escape(" ".join(words))}</p>' if words else ""
    return (
        f'<li id="ap-fact-{number}" value="{number}">{place_link(number)}'
        f"<div>{escape(item.statement)}{told}{notes}</div></li>"
    )


def errors_html(course: Course, draft: Draft) -> str:
    """Each wrong claim in the student's words, with what is the matter, and then what is right."""
    feedback = draft.feedback
    if not feedback.errors:
        return "<p>No wrong claim was noticed.</p>"
    facts = {fact.id: fact for fact in course.facts}
    rows = []
    for number, error in enumerate(feedback.errors, 1):
        said = draft.text[slice(*error.span)]
        rows.append(
            f'<li id="ap-error-{number}"><blockquote>{escape(said)}</blockquote>'
            f'<p><span class="ap-check">!</span><strong>{escape(ERROR_KINDS[error.kind])}.</strong> '
            f"{escape(error.message)}</p>"
            f'<p class="ap-right"><span class="ap-sign" aria-hidden="true">✓</span>'
            f"<span><strong>What is right:</strong> {escape(error.correct)}</span></p>{errata_html(facts.get(error.fact))}</li>"
        )
    return f'<ul class="ap-errors">{"".join(rows)}</ul>'


def criteria_html(course: Course, feedback: Feedback) -> str:
    """A comment for each criterion, with what a marker asks there."""
    rows = [
        f"<dt>{escape(criterion.title)}</dt><dd>{escape(feedback.criteria[criterion.id].comment)}"
        f'<span class="ap-quiet ap-asks">A marker asks: {escape(criterion.asks)}</span></dd>'
        for criterion in course.rubric.criteria
        if criterion.id in feedback.criteria
    ]
    return f'<dl class="ap-criteria">{"".join(rows)}</dl>'
