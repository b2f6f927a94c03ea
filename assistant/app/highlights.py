"""Show in a student's own text what was found in it: roles, facts and wrong claims, as escaped HTML.

Pure functions on text and `Feedback`. Every highlight says what it is three times: by a line style or tint, by a
letter or number, and in words for a pointer or a screen reader. Colour alone never carries it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from assistant.app.wording import ROLES, escape
from assistant.schemas import Feedback, Role, Span

View = Literal["both", "facts", "roles"]


@dataclass(frozen=True)
class Segment:
    """A stretch of the response over which the same highlights hold.

    Attributes:
        role: role of the sentence it stands in, if any.
        facts: numbers (from 1) of the facts found here, as in `Feedback.evidence`.
        errors: numbers (from 1) of the wrong claims made here, as in `Feedback.errors`.
        opens: whether its sentence begins here.
        closes: the facts and wrong claims whose span ends here, as ("fact" or "error", number).
    """

    start: int
    end: int
    text: str
    role: Role | None = None
    facts: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    opens: bool = False
    closes: tuple[tuple[str, int], ...] = ()


def segments(text: str, feedback: Feedback) -> list[Segment]:
    """Cut a response where any highlight begins or ends; the segments joined are the text.

    Spans may overlap. A span that reaches outside the text is cut to it; an empty one is left out.
    """
    roles = [(s.role, span) for s in feedback.sentences for span in _inside(text, [s.span]) if s.role in ROLES]
    facts = [(n, span) for n, item in enumerate(feedback.evidence, 1) for span in _inside(text, item.spans)]
    errors = [(n, span) for n, item in enumerate(feedback.errors, 1) for span in _inside(text, [item.span])]
    cuts = {0, len(text)}
    for _, span in (*roles, *facts, *errors):
        cuts.update(span)
    edges = sorted(cuts)
    rows = []
    for start, end in itertools.pairwise(edges):
        here = [(role, span) for role, span in roles if span[0] <= start < span[1]]
        rows.append(
            Segment(
                start=start,
                end=end,
                text=text[start:end],
                role=here[0][0] if here else None,
                facts=_covering(facts, start),
                errors=_covering(errors, start),
                opens=bool(here) and here[0][1][0] == start,
                closes=(
                    *(("fact", n) for n in _ending(facts, end)),
                    *(("error", n) for n in _ending(errors, end)),
                ),
            )
        )
    return rows


def annotated(
    text: str, feedback: Feedback, view: View = "both", name: str = "Your answer, annotated", linked: bool = True
) -> str:
    """The whole response as HTML with its highlights; nothing in it but the student's words and their labels.

    `linked` makes its numbers lead to the list of facts found: only where that list is of the same feedback.
    """
    titles = fact_titles(feedback)
    cut = segments(text, feedback)
    parts = [_segment_html(segment, feedback, titles, view, linked) for segment in cut]
    if linked:
        # Where the list of facts leads back to, in every view: the place where each first ends.
        for number in titles:
            first = next((place for place, segment in enumerate(cut) if ("fact", number) in segment.closes), None)
            if first is not None:
                parts[first] = f'<span id="ap-place-{number}" class="ap-place"></span>{parts[first]}'
    return f'<div class="ap-text" role="group" aria-label="{escape(name)}">{"".join(parts)}</div>'


def legend(feedback: Feedback, view: View = "both") -> str:
    """What the line styles, letters and numbers in the text mean; only those that occur in it."""
    used = {sentence.role for sentence in feedback.sentences}
    rows = []
    if view != "facts":
        rows += [
            f'<li>{_tag(words.letter, words.name, role)}<span class="ap-role-{role}">{escape(words.name)}</span>'
            f" {escape(words.does)}</li>"
            for role, words in ROLES.items()
            if role in used
        ]
    if view != "roles" and feedback.evidence:
        rows.append(
            '<li><span class="ap-fact">Fact</span><span class="ap-number">1</span> a fact, by its number below</li>'
        )
    if feedback.errors:
        rows.append('<li><span class="ap-wrong">Check</span><span class="ap-check">!</span> may be wrong</li>')
    return f'<ul class="ap-legend" aria-label="What the marks in the text mean">{"".join(rows)}</ul>' if rows else ""


def fact_titles(feedback: Feedback) -> dict[int, str]:
    """For each fact found, by number: the fact and the factors it feeds, in one line."""
    fed = factors_fed(feedback)
    titles = {}
    for number, item in enumerate(feedback.evidence, 1):
        feeds = "; ".join(fed.get(item.fact, ()))
        titles[number] = f"Fact {number}: {item.statement}" + (f" Supports: {feeds}." if feeds else "")
    return titles


def factors_fed(feedback: Feedback) -> dict[str, list[str]]:
    """For each fact found, by id: the titles of the factors it feeds.

    A factor that the response does not raise is left out: to name it would give a hint's answer away.
    """
    fed: dict[str, list[str]] = {}
    for factor in feedback.factors:
        if factor.status != "missing":
            for fact in factor.facts:
                fed.setdefault(fact, []).append(factor.title)
    return fed


def fact_link(number: int, title: str) -> str:
    """The number of a fact, leading to where it stands in the list of facts found."""
    return _label("ap-number", str(number), title, f"#ap-fact-{number}")


def place_link(number: int) -> str:
    """The number of a fact in the list of facts found, leading to where it first stands in the text."""
    return _label("ap-number", str(number), f"Fact {number}: show it in the text", f"#ap-place-{number}")


def _label(kind: str, sign: str, words: str, target: str = "") -> str:
    words = escape(words)
    if target:
        return f'<a class="{kind}" href="{target}" title="{words}" aria-label="{words}">{sign}</a>'
    return f'<span class="{kind}" role="img" title="{words}" aria-label="{words}">{sign}</span>'


def _inside(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        start, end = max(0, start), min(len(text), end)
        if start < end:
            yield start, end


def _covering(spans: Iterable[tuple[int, Span]], position: int) -> tuple[int, ...]:
    return tuple(sorted({number for number, span in spans if span[0] <= position < span[1]}))


def _ending(spans: Iterable[tuple[int, Span]], position: int) -> list[int]:
    return sorted({number for number, span in spans if span[1] == position})


def _segment_html(segment: Segment, feedback: Feedback, titles: Mapping[int, str], view: View, linked: bool) -> str:
    classes, words, before, after = [], [], "", ""
    if segment.role and view != "facts":
        role = ROLES[segment.role]
        classes.append(f"ap-role-{segment.role}")
        words.append(f"{role.name}: {role.does}.")
        if segment.opens:
            before = _tag(role.letter, role.name, segment.role)
    if segment.facts and view != "roles":
        classes.append("ap-fact")
        words += [titles[number] for number in segment.facts]
    if segment.errors:  # in every view: a student should not miss these
        classes.append("ap-wrong")
        words += [feedback.errors[number - 1].message for number in segment.errors]
    for kind, number in segment.closes:
        if kind == "error":
            label = f"To check: {feedback.errors[number - 1].message}"
            after += _label("ap-check", "!", label, f"#ap-error-{number}" if linked else "")
        elif view != "roles":
            after += fact_link(number, titles[number]) if linked else _label("ap-number", str(number), titles[number])
    if not classes:
        return escape(segment.text) + after
    title = escape(" ".join(words))
    return f'{before}<span class="{" ".join(classes)}" title="{title}">{escape(segment.text)}</span>{after}'


def _tag(letter: str, name: str, role: Role) -> str:
    name = escape(name)
    return f'<span class="ap-tag ap-tag-{role}" role="img" aria-label="{name}:" title="{name}">{letter}</span>'
