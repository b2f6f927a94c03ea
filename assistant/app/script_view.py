"""One script as a teacher reviews it: why to look, the text with highlights, what was found, the suggestion, her award."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from assistant.app import class_set_state as state
from assistant.app.class_set_reading import read_script
from assistant.app.feedback_view import criteria_html
from assistant.app.highlights import annotated, fact_link, fact_titles, legend
from assistant.app.review_queue import beside, short_reasons
from assistant.app.suggestion import suggestion_html
from assistant.app.wording import ERROR_KINDS, STATUSES, escape, markdown_plain, when
from assistant.findings import findings_of, without
from assistant.schemas import Course, ErrorFeedback, EvidenceFeedback, Feedback
from assistant.store.class_set_records import Award, Role, ScriptOverview, StoredScript
from assistant.store.class_sets import AwardedElsewhere, ClassSets

if TYPE_CHECKING:
    from assistant.service import Engine

SHARED_WORDS = 6
"""Passages of at least so many words in a row are shown as shared."""
EVENTS = {
    "suggested": "suggested",
    "unread": "could not be read",
    "awarded": "awarded",
    "withdrawn": "award withdrawn",
    "question changed": "question changed",
    "moved": "suggestion moved",
    "struck out": "finding struck out",
    "put back": "finding put back",
}
ACCEPT = "Enter"
"""With Alt, the key that awards what is suggested."""


def show_script(engine: Engine, sets: ClassSets, script: StoredScript, scripts: list[ScriptOverview]) -> None:
    """Draw a script with everything a teacher needs to award it."""
    overview = script.overview
    st.subheader(markdown_plain(overview.label), anchor=False)
    st.html(about_html(overview))
    _choose_question(engine, sets, script)
    if script.feedback is None:
        if script.text:
            st.html(f'<div class="ap-text">{escape(script.text)}</div>')
        _show_trail(sets, overview.id)
        return
    _award_box(sets, script)
    for other in beside(overview, scripts):
        with st.expander(f"Side by side with {markdown_plain(other.label)}"):
            _side_by_side(sets, script, other)
    shared = without(script.feedback, script.struck)
    st.html(legend(shared) + annotated(script.text, shared, name="The script, annotated"))
    st.markdown("#### Lines of argument")
    st.html(factors_html(shared))
    st.markdown("#### Wrong claims")
    st.html(errors_html(engine.course, script.text, shared))
    st.markdown("#### Facts found")
    st.html(facts_html(shared))
    _strike_box(sets, script)
    st.markdown("#### Suggested level and mark, and why")
    if script.own_mark != overview.mark:
        st.html(
            f'<p class="ap-quiet">Moved to your own standard; by itself the assistant suggests {script.own_mark}.</p>'
        )
    st.html(suggestion_html(engine.course, script.feedback, engine.calibrated) + criteria_html(engine.course, shared))
    _show_trail(sets, overview.id)


def about_html(overview: ScriptOverview) -> str:
    """File, length and every reason to look."""
    rows = "".join(f"<li>{escape(reason)}</li>" for reason in short_reasons(overview))
    words = f" · {overview.words} words" if overview.words else ""
    look = f"<p><strong>Why to look:</strong></p><ul>{rows}</ul>" if rows else ""
    return f'<p class="ap-quiet">{escape(overview.name)}{words}</p>{look}'


def factors_html(feedback: Feedback) -> str:
    """Every line of argument the question has, with its status and the numbers of its facts in the text."""
    titles = fact_titles(feedback)
    rows = []
    for factor in feedback.factors:
        sign, word = STATUSES[factor.status]
        numbers = [number for number, item in enumerate(feedback.evidence, 1) if item.fact in factor.facts]
        links = "".join(fact_link(number, titles[number]) for number in numbers)
        rows.append(
            f'<li class="ap-{factor.status}"><span class="ap-sign" aria-hidden="true">{sign}</span>'
            f'<span>{escape(factor.title)} <span class="ap-quiet">{escape(word)}</span>{links}</span></li>'
        )
    return f'<ul class="ap-factors">{"".join(rows)}</ul>'


def facts_html(feedback: Feedback) -> str:
    """The facts found, under the numbers they have in the text."""
    rows = []
    for number, item in enumerate(feedback.evidence, 1):
        off = "" if item.relevant else ' <span class="ap-quiet">does not help to answer this question</span>'
        rows.append(
            f'<li id="ap-fact-{number}" value="{number}"><span class="ap-number">{number}</span>'
            f'<span>{escape(item.statement)} <span class="ap-quiet">({item.confidence:.0%} sure)</span>{off}</span></li>'
        )
    return f'<ol class="ap-facts">{"".join(rows)}</ol>' if rows else "<p>No specific fact was recognised.</p>"


def errors_html(course: Course, text: str, feedback: Feedback) -> str:
    """Each wrong claim in the student's words, what is the matter, what is right, and how sure that is."""
    if not feedback.errors:
        return "<p>No wrong claim was noticed.</p>"
    facts = {fact.id: fact for fact in course.facts}
    rows = []
    for number, error in enumerate(feedback.errors, 1):
        fact = facts.get(error.fact)
        notes = "".join(
            f'<p class="ap-quiet">The notes say: “{escape(erratum.says)}” {escape(erratum.why)}</p>'
            for erratum in (fact.errata if fact else ())
        )
        rows.append(
            f'<li id="ap-error-{number}"><blockquote>{escape(text[slice(*error.span)])}</blockquote>'
            f'<p><span class="ap-check">!</span><strong>{escape(ERROR_KINDS[error.kind])}.</strong> '
            f'{escape(error.message)} {escape(error.correct)} <span class="ap-quiet">({error.confidence:.0%} sure)</span>'
            f"</p>{notes}</li>"
        )
    return f'<ul class="ap-errors">{"".join(rows)}</ul>'


def _choose_question(engine: Engine, sets: ClassSets, script: StoredScript) -> None:
    """Let the teacher say which question a script answers; it is then read again."""
    if not script.text:
        return
    overview = script.overview
    known = [question.id for question in engine.course.questions]
    chosen = st.selectbox(
        "Question",
        known,
        index=known.index(overview.question) if overview.question in known else None,
        format_func=lambda identifier: engine.course.question(identifier).prompt,
        placeholder="Choose the question it answers",
        key=f"class_sets.question.{overview.id}.{overview.question}",
    )
    if chosen is not None and chosen != overview.question:
        sets.change_question(overview.id, chosen, state.marker())
        with st.spinner("Reading it again …"):
            read_script(engine, sets, overview.id)
        st.rerun()


def _award_box(sets: ClassSets, script: StoredScript) -> None:
    overview = script.overview
    refresh_boxes(overview.id, "first", overview.award)
    with st.container(border=True):
        given, suggested = st.columns([1, 2], vertical_alignment="bottom")
        with given:
            mark_box(sets, overview, "first", "Mark awarded")
        low, high = overview.range or (overview.mark, overview.mark)
        with suggested:
            st.button(
                f"Award what is suggested: {overview.mark} (likely {low} to {high})",
                key=accept_key(overview.id),
                disabled=overview.award.mark == overview.mark,
                on_click=_accept,
                args=(sets, overview),
                shortcut=f"Alt+{ACCEPT}",
            )
        st.text_area(
            "Your words to the student, first on the feedback sheet",
            key=state.comment_key(overview.id, "first"),
            height=90,
            on_change=save_award,
            args=(sets, overview.id, "first"),
        )
        if script.feedback is not None and not overview.award.comment:
            st.button(
                "Begin with the assistant’s words",
                key=f"class_sets.begin.{overview.id}",
                on_click=_begin_words,
                args=(sets, overview.id, assistants_words(without(script.feedback, script.struck))),
            )
        if overview.award.updated is not None:
            saved = f"Saved {when(overview.award.updated)} by {overview.award.marker}."
            st.html(f'<p class="ap-quiet" role="status">{escape(saved)}</p>')


def accept_key(script: int) -> str:
    """Key of the button that awards a script what is suggested."""
    return f"class_sets.accept.{script}"


def mark_box(sets: ClassSets, overview: ScriptOverview, role: Role, label: str, marker: str = "") -> None:
    """Draw the box for a mark; what is typed is saved at once, as that of `marker` or else of this visit's teacher."""
    st.number_input(
        f"{label}, out of {overview.max_mark}",
        min_value=0,
        max_value=overview.max_mark or 0,
        step=1,
        value=None,
        key=state.mark_key(overview.id, role),
        on_change=save_award,
        args=(sets, overview.id, role, marker),
    )


def refresh_boxes(script: int, role: Role, stored: Award) -> None:
    """Fill the boxes of a script where they are empty or somebody changed the award in the meantime."""
    known = state.known_award(script, role)
    if known != stored or not state.boxes_filled(script, role):
        state.set_known_award(script, role, stored)


def save_award(sets: ClassSets, script: int, role: Role, marker: str = "") -> None:
    """Save what stands in the boxes of a script over the award this visit knows."""
    known = state.known_award(script, role) or Award()
    mark = st.session_state.get(state.mark_key(script, role))
    comment = str(st.session_state.get(state.comment_key(script, role)) or "")
    wanted = replace(known, mark=mark, comment=comment, marker=marker or state.marker(), accepted=False)
    try:
        state.set_known_award(script, role, sets.award(script, wanted, role))
    except AwardedElsewhere as elsewhere:
        stored = elsewhere.stored
        state.set_known_award(script, role, stored)
        given = "no mark" if stored.mark is None else f"{stored.mark}"
        state.set_problem(
            f"{stored.marker} had changed this award meanwhile ({given}); it was left as it is. Change it again if you disagree."
        )
    except ValueError:
        state.set_problem("This script is not there any more, or the mark is not one of its question's.")


def _accept(sets: ClassSets, overview: ScriptOverview) -> None:
    st.session_state[state.mark_key(overview.id, "first")] = overview.mark
    save_award(sets, overview.id, "first")


def assistants_words(feedback: Feedback) -> str:
    """What the assistant would say to the student of each criterion, for the teacher to edit."""
    return "\n".join(criterion.comment for criterion in feedback.criteria.values())


def _begin_words(sets: ClassSets, script: int, words: str) -> None:
    st.session_state[state.comment_key(script, "first")] = words
    save_award(sets, script, "first")


def _strike_box(sets: ClassSets, script: StoredScript) -> None:
    """Let the teacher strike out what she does not share."""
    overview, feedback = script.overview, script.feedback
    found = findings_of(feedback) if feedback is not None else {}
    if not found:
        return
    state.refresh_struck(overview.id, script.struck & found.keys())
    st.multiselect(
        "Findings you do not share",
        list(found),
        format_func=lambda finding: finding_title(found[finding], script.text),
        key=state.struck_key(overview.id),
        on_change=save_struck,
        args=(sets, overview.id),
        placeholder="Strike out a fact or a wrong claim",
        help="Left out above, of feedback sheets, of the class picture and of downloads. "
        "The suggested mark was made with them and stays as it is.",
    )


def finding_title(found: EvidenceFeedback | ErrorFeedback, text: str) -> str:
    """A finding in one line."""
    if isinstance(found, ErrorFeedback):
        return f"Wrong claim: “{' '.join(text[slice(*found.span)].split())}”"
    return f"Fact: {found.statement}"


def save_struck(sets: ClassSets, script: int) -> None:
    """Save which findings of a script are chosen to be struck out, over what this visit knows of them."""
    known, wanted = state.known_struck(script), frozenset(st.session_state[state.struck_key(script)])
    sets.strike(script, wanted - known, state.marker())
    sets.strike(script, known - wanted, state.marker(), back=True)
    state.set_known_struck(script, wanted)


def _side_by_side(sets: ClassSets, script: StoredScript, other: ScriptOverview) -> None:
    stored = sets.script(other.id)
    if stored is None:
        return
    left, right = shared_html(script.text, stored.text)
    first, second = st.columns(2)
    first.html(f"<p><strong>{escape(script.overview.label)}</strong></p>{left}")
    second.html(f"<p><strong>{escape(other.label)}</strong></p>{right}")


def shared_html(first: str, second: str) -> tuple[str, str]:
    """Two texts as HTML, the passages they share word for word marked, in whatever order they come."""
    words = [list(re.finditer(r"\w+", text)) for text in (first, second)]
    runs = [
        [
            tuple(word.group().casefold() for word in found[i : i + SHARED_WORDS])
            for i in range(len(found) - SHARED_WORDS + 1)
        ]
        for found in words
    ]
    shared = set(runs[0]) & set(runs[1])
    return _marked(first, _passages(words[0], runs[0], shared)), _marked(second, _passages(words[1], runs[1], shared))


def _passages(
    words: Sequence[re.Match[str]], runs: Sequence[tuple[str, ...]], shared: Set[tuple[str, ...]]
) -> list[tuple[int, int]]:
    """Spans of the passages made of shared runs of words."""
    passages: list[tuple[int, int]] = []
    last = -1
    for place, run in enumerate(runs):
        if run not in shared:
            continue
        end = words[place + SHARED_WORDS - 1].end()
        if passages and place <= last + 1:
            passages[-1] = (passages[-1][0], end)
        else:
            passages.append((words[place].start(), end))
        last = place + SHARED_WORDS - 1
    return passages


def _marked(text: str, spans: list[tuple[int, int]]) -> str:
    parts, position = [], 0
    for start, end in spans:
        parts.append(f"{escape(text[position:start])}<mark>{escape(text[start:end])}</mark>")
        position = end
    return f'<div class="ap-text">{"".join(parts)}{escape(text[position:])}</div>'


def _show_trail(sets: ClassSets, script: int) -> None:
    with st.expander("What happened to this mark"):
        rows = []
        for entry in sets.trail(script):
            whose = " (second marking)" if entry.role == "second" else ""
            mark = entry.suggested if entry.event in ("suggested", "moved") else entry.mark
            cells = (when(entry.happened), EVENTS[entry.event] + whose, "" if mark is None else str(mark), entry.marker)
            rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
        st.html(
            '<table class="ap-compare"><thead><tr><th scope="col">When</th><th scope="col">What</th>'
            f'<th scope="col">Mark</th><th scope="col">By</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
        )
