"""Reasons why a person should look before a suggestion is used: each a small rule with a name and a plain sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from assistant.schemas import Course, Question, ReviewReason, Style


@dataclass(frozen=True)
class Evidence:
    """What a reason may rest on, in plain values.

    Attributes:
        sentences: the sentences as typed.
        facts: facts credited; `relevant` of them feed a factor of the question.
        errors: wrong claims found.
        narrated: share of sentences that neither argue nor carry a credited fact.
        argued: expected number of sentences that argue.
        known_words: share of words that are English or terms of the course.
        on_topic: share of sentences with a term of the course or a credited fact.
    """

    course: Course
    question: Question
    style: Style
    text: str
    sentences: list[str]
    words: int
    facts: int
    relevant: int
    errors: int
    narrated: float
    argued: float
    known_words: float
    on_topic: float
    mark_range: tuple[int, int]


Reason = Callable[[Evidence], str | None]


def too_short(e: Evidence) -> str | None:
    """An answer too short to judge by."""
    least = 60 if e.style.max_mark <= 12 else 120
    if e.words < least:
        return f"The answer has only {e.words} words, too few to judge a level by."
    return None


def off_question(e: Evidence) -> str | None:
    """Knowledge that answers another question, or none at all."""
    if e.facts >= 4 and e.relevant < 0.4 * e.facts:
        return "Much of what the answer knows does not feed this question; it may answer another one."
    if e.words >= 60 and e.on_topic < 0.25:
        return "Hardly any of the answer is about this course."
    return None


def copied_prompt(e: Evidence) -> str | None:
    """The prompt pasted again and again."""
    copied = sum(
        len(s.split())
        for s in e.sentences
        if fuzz.partial_ratio(s.lower(), e.question.prompt.lower()) > 90 and len(s) > 25
    )
    if e.words and copied / e.words > 0.25:
        return "A large part of the answer repeats the wording of the question."
    return None


def copied_notes(e: Evidence) -> str | None:
    """Notes or statements of the corpus pasted in."""
    sources = _plain_sources(e.course.notes, tuple(fact.statement for fact in e.course.facts))
    pasted = sum(_plain(sentence) in sources for sentence in e.sentences)
    flat = _plain(e.text)
    pasted = max(pasted, sum(source in flat for source in sources))
    if pasted >= 3 and pasted >= 0.2 * len(e.sentences):
        return "Several passages are word for word from the notes."
    return None


def repeated(e: Evidence) -> str | None:
    """The same sentences over again."""
    plain = [_plain(sentence) for sentence in e.sentences if len(sentence.split()) > 5]
    if len(plain) - len(set(plain)) >= 2:
        return "Some sentences stand in the answer more than once."
    return None


def list_of_facts(e: Evidence) -> str | None:
    """Facts without argument."""
    if e.facts >= 5 and e.argued < 0.12 * len(e.sentences):
        return "The answer lists facts with hardly any argument between them."
    return None


def many_errors(e: Evidence) -> str | None:
    """Several wrong claims: the reading of the rest may be off as well."""
    if e.errors >= 3 and e.errors >= 0.25 * (e.facts + e.errors):
        return f"{e.errors} claims seem to be wrong; check them before the mark is used."
    return None


def unrecognised(e: Evidence) -> str | None:
    """Much content that the course does not know: it may be right knowledge from elsewhere."""
    if e.words >= 120 and e.facts >= 1 and e.narrated > 0.65:
        return "Much of the answer was not recognised; it may hold good knowledge from outside the notes."
    return None


def not_english(e: Evidence) -> str | None:
    """Another language, or no language."""
    if e.words >= 20 and e.known_words < 0.7:
        return "Many words are not English; the answer may be in another language or not be prose."
    return None


def wide_range(e: Evidence) -> str | None:
    """A range too wide to be of use."""
    if e.mark_range[1] - e.mark_range[0] > 0.5 * e.style.max_mark:
        return "The range of likely marks is wide."
    return None


REASONS: dict[str, Reason] = {
    "too-short": too_short,
    "off-question": off_question,
    "copied-prompt": copied_prompt,
    "copied-notes": copied_notes,
    "repeated-text": repeated,
    "list-of-facts": list_of_facts,
    "many-errors": many_errors,
    "unrecognised-content": unrecognised,
    "not-english": not_english,
    "wide-range": wide_range,
}


def review_reasons(evidence: Evidence) -> Iterator[ReviewReason]:
    """Every reason that applies, in a fixed order."""
    for code, reason in REASONS.items():
        message = reason(evidence)
        if message:
            yield ReviewReason(code=code, message=message)


@lru_cache(maxsize=8)
def _plain_sources(notes: tuple[str, ...], statements: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_plain(text) for text in (*(note for note in notes if len(note) > 30), *statements))


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
