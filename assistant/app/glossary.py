"""The glossary page: the course's terms with what they mean, and where its notes are mistaken."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from assistant.app import resources
from assistant.app.wording import capital, count, escape
from assistant.schemas import Course, Term


def page() -> None:
    """Draw the glossary page."""
    resources.apply_style()
    course = resources.open_course().course
    st.title("Glossary", anchor=False)
    st.html(f'<p class="ap-lead">{escape(course.title)}</p>')
    terms, mistakes = st.tabs(["Terms", "Where the notes are mistaken"])
    with terms:
        wanted = st.text_input("Find a term", key="glossary.find", placeholder="A name, a word, or part of one")
        found = find_terms(course.terms, wanted)
        st.html(f'<p class="ap-quiet" role="status">{capital(count(len(found), "term"))}</p>')
        if found:
            st.html(terms_html(found))
    with mistakes:
        st.html(errata_html(course))


def find_terms(terms: Iterable[Term], wanted: str) -> list[Term]:
    """The terms that hold what is wanted in a spelling or in their gloss, by name; all where nothing is."""
    key = wanted.casefold().strip()
    found = [
        term
        for term in terms
        if any(
            key in text.casefold()
            for text in (term.term, term.gloss, *term.aliases, *term.abbreviations, *term.misspellings)
        )
    ]
    return sorted(found, key=lambda term: term.term.casefold())


def terms_html(terms: Iterable[Term]) -> str:
    """Terms with other spellings and what they mean."""
    rows = []
    for term in terms:
        others = ", ".join((*term.abbreviations, *term.aliases))
        also = f' <span class="ap-quiet">({escape(others)})</span>' if others else ""
        rows.append(f"<dt>{escape(term.term)}{also}</dt><dd>{escape(term.gloss)}</dd>")
    return f'<dl class="ap-criteria">{"".join(rows)}</dl>'


def errata_html(course: Course) -> str:
    """Each mistake of the notes: what they say, what is right, and why."""
    rows = [
        f'<li><blockquote>{escape(erratum.says)}</blockquote><p class="ap-right"><span class="ap-sign" aria-hidden="true">✓</span>'
        f"<span><strong>What is right:</strong> {escape(erratum.correct)}</span></p>"
        f'<p class="ap-quiet">Note line {erratum.line}. {escape(erratum.why)}</p></li>'
        for fact in course.facts
        for erratum in fact.errata
    ]
    if not rows:
        return "<p>No mistake in the notes is known.</p>"
    return (
        f'<p>You are never marked down for knowing better than the notes.</p><ul class="ap-errors">{"".join(rows)}</ul>'
    )
