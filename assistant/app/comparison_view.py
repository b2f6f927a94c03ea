"""Two drafts side by side: lines of argument, facts new, kept and lost, judgement, and both texts."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from assistant.app import progress, session
from assistant.app.drafts import Comparison, cautions, compare, gains
from assistant.app.highlights import annotated
from assistant.app.wording import STATUSES, escape, when
from assistant.schemas import EvidenceFeedback, Status
from assistant.store.drafts import Draft


def show_changes(drafts: list[Draft]) -> None:
    """Say what the last draft gained on the one before, with both side by side, folded; nothing for a first draft."""
    if len(drafts) < 2:
        return
    last = drafts[-1]
    st.html(gains_html(compare(drafts[-2], last)))
    st.page_link(st.Page(progress.page, title="Progress", url_path="progress"), label="See your progress")
    with st.expander("Your drafts side by side", key="practice.side_by_side"):
        earlier = _choose_earlier(drafts[:-1])
        comparison = compare(earlier, last)
        st.html(comparison_html(comparison, earlier, last))
        left, right = st.columns(2, gap="medium")
        for column, draft in ((left, earlier), (right, last)):
            with column:
                name = f"Draft {draft.number}"
                text = annotated(draft.text, draft.feedback, "facts", name, linked=False)
                st.html(f"<h4>{name}</h4>{text}")


def _choose_earlier(earlier: list[Draft]) -> Draft:
    if len(earlier) == 1:
        return earlier[0]
    number = st.selectbox(
        "Compare the last draft with",
        [draft.number for draft in reversed(earlier)],
        format_func=lambda number: f"Draft {number}, {when(earlier[number - 1].created)}",
        key="practice.earlier",
        on_change=session.redraw,
        args=("page",),
    )
    return next(draft for draft in earlier if draft.number == number)


def gains_html(comparison: Comparison) -> str:
    """Praise for what was gained, if anything was, and what to look at again."""
    praise, doubts = gains(comparison), cautions(comparison)
    parts = []
    if praise:
        parts.append(f'<div class="ap-gains"><h4>Since your last draft</h4>{_list(praise)}</div>')
    elif comparison.same_text:
        parts.append("<p>This is the same text as your last draft.</p>")
    else:
        parts.append("<p>No new line of argument, tied fact or stronger judgement since your last draft yet.</p>")
    if doubts:
        parts.append(f'<div class="ap-again"><h4>Look again at</h4>{_list(doubts)}</div>')
    return "".join(parts)


def comparison_html(comparison: Comparison, before: Draft, after: Draft) -> str:
    """A table of the lines of argument in both drafts, then the judgement, then the facts new, kept and lost."""
    rows = "".join(
        f'<tr><th scope="row">{escape(change.title)}</th><td>{_status(change.before)}</td>'
        f"<td>{_status(change.after)}{_moved(change.gained, change.lost)}</td></tr>"
        for change in comparison.factors
    )
    table = (
        '<table class="ap-compare"><thead><tr><th scope="col">Line of argument</th>'
        f'<th scope="col">Draft {before.number}</th><th scope="col">Draft {after.number}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )
    # Whole sentences: in the table, on a phone, they would stand in columns of a word's width.
    words = {"stronger": (True, False), "weaker": (False, True)}.get(comparison.judgement_words, (False, False))
    judgement = "".join(
        f'<li><span class="ap-quiet">Draft {draft.number}</span>'
        f"<span>{escape(draft.feedback.criteria['judgement'].comment)}{moved}</span></li>"
        for draft, moved in ((before, ""), (after, _moved(*words)))
    )
    new = [(item, _tie(item, comparison)) for item in comparison.new]
    facts = (
        _facts("+", "New facts", new)
        + _facts("=", "Kept facts", ((item, "") for item in comparison.kept))
        + _facts("−", "Lost facts", ((item, "") for item in comparison.lost))
        + _facts("~", "Read differently, though your words are the same", ((item, "") for item in comparison.wavering))
    )
    return f'{table if rows else ""}<h4>Judgement</h4><ul class="ap-factors">{judgement}</ul>{facts}'


def _tie(item: EvidenceFeedback, comparison: Comparison) -> str:
    if item.fact in comparison.tied:
        return "tied to a point"
    return "no point seen beside it" if item.relevant else "does not help to answer this question"


def _facts(sign: str, title: str, items: Iterable[tuple[EvidenceFeedback, str]]) -> str:
    rows = "".join(
        f'<li><span class="ap-sign" aria-hidden="true">{sign}</span><span>{escape(item.statement)}'
        f"{f' <span class=ap-quiet>({note})</span>' if note else ''}</span></li>"
        for item, note in items
    )
    return f'<h4>{title}</h4><ul class="ap-factors">{rows}</ul>' if rows else ""


def _status(status: Status) -> str:
    sign, word = STATUSES[status]
    return f'<span class="ap-sign" aria-hidden="true">{sign}</span> {escape(word)}'


def _moved(gained: bool, lost: bool) -> str:
    if gained:
        return ' <strong class="ap-up">▲ gained</strong>'
    return ' <strong class="ap-down">▼ lost</strong>' if lost else ""


def _list(rows: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(row)}</li>' for row in rows)}</ul>"
