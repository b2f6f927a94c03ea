"""Reasons why a person should look before a suggestion is used: each a small rule with a name and a plain sentence.

What the rules see is the answer; with how it came in and what its question is, `reasons_to_look` has them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.schemas import ReviewReason, Style

MUCH_PROMPT = 0.25
MUCH_AWAY = 0.2


@dataclass(frozen=True)
class Evidence:
    """What a reason may rest on, in plain values; shares and counts are of what the student wrote, unless said otherwise.

    Attributes:
        lengths: words of each sentence of the whole response.
        asides: why each of these sentences was set aside ("prompt", "notes", "repeat", "instruction", "list", "jumble",
            "foreign", "off-course", "off-question"), or None.
        facts: facts credited; `relevant` of them feed a factor of the question.
        errors: wrong claims found.
        narrated: share of sentences that neither argue nor carry a credited fact.
        argued: share of sentences that argue.
        known_words: share of words that are English or terms of the course.
        on_topic: share of sentences with a term of the course or a credited fact.
        disordered: whether its sentences seem to stand in no order.
        denying: whether most of them say that something was not so.
    """

    style: Style
    lengths: Sequence[int]
    asides: Sequence[str | None]
    facts: int
    relevant: int
    errors: int
    narrated: float
    argued: float
    known_words: float
    on_topic: float
    disordered: bool
    denying: bool
    mark_range: tuple[int, int]

    def count(self, *kinds: str) -> int:
        """Sentences set aside for one of these reasons."""
        return sum(why in kinds for why in self.asides)

    def share(self, *kinds: str) -> float:
        """Share of the words of the whole response that were set aside for one of these reasons."""
        taken = sum(length for length, why in zip(self.lengths, self.asides, strict=True) if why in kinds)
        return taken / max(1, sum(self.lengths))

    @property
    def words(self) -> int:
        """Words of the sentences that were not set aside as somebody else's or as no prose."""
        return sum(
            length
            for length, why in zip(self.lengths, self.asides, strict=True)
            if why in (None, "off-course", "off-question")
        )


Reason = Callable[[Evidence], str | None]


def too_short(e: Evidence) -> str | None:
    """An answer too short to judge by."""
    least = 50 if e.style.max_mark <= 12 else 90
    if e.words >= least:
        return None
    words = "1 word" if e.words == 1 else f"{e.words} words"
    if e.words < sum(e.lengths):
        return f"Only {words} of the answer could be counted, too few to judge a level by."
    return f"The answer has only {words}, too few to judge a level by."


def off_question(e: Evidence) -> str | None:
    """Knowledge that answers another question, or none at all."""
    if (e.facts >= 4 and e.relevant < 0.4 * e.facts) or e.share("off-question") > MUCH_AWAY:
        return "Much of what the answer knows does not help to answer this question; it may answer another one."
    if e.words >= 60 and e.on_topic < 0.25:
        return "Hardly any of the answer is about this course."
    if e.share("off-course") > MUCH_AWAY:
        return "A part of the answer is not about this course; it was not counted."
    return None


def copied_prompt(e: Evidence) -> str | None:
    """The prompt pasted again and again."""
    if e.share("prompt") > MUCH_PROMPT or e.count("prompt") > 3:
        return "A large part of the answer repeats the wording of the question; that was not counted."
    return None


def copied_notes(e: Evidence) -> str | None:
    """Notes or statements of the corpus pasted in."""
    if e.count("notes"):
        return "Several passages are word for word from the notes; they were not counted."
    return None


def repeated(e: Evidence) -> str | None:
    """The same sentences over again."""
    if e.count("repeat") >= 2 or e.share("repeat") > MUCH_PROMPT:
        return "Some sentences stand in the answer more than once; they were counted once."
    return None


def injected(e: Evidence) -> str | None:
    """Text that speaks to whoever marks."""
    if e.count("instruction"):
        return "Some of the text speaks to the marker instead of answering the question; it was not counted."
    return None


def list_of_facts(e: Evidence) -> str | None:
    """Facts without argument, or terms without sentences."""
    if e.count("list"):
        return "A part of the answer is a list of terms rather than sentences; it was not counted."
    if e.facts >= 5 and e.argued < 0.1:
        return "The answer lists facts with hardly any argument between them."
    return None


def out_of_order(e: Evidence) -> str | None:
    """Sentences in no order."""
    if e.disordered:
        return "The sentences do not seem to follow on from each other; they may stand in the wrong order."
    return None


def many_errors(e: Evidence) -> str | None:
    """Several wrong claims: the reading of the rest may be off as well."""
    if e.errors >= 3 and e.errors >= 0.25 * (e.facts + e.errors):
        return f"{e.errors} claims seem to be wrong; check them before the mark is used."
    if e.denying:
        return "Most of the answer says what was not so; check whether its claims are right before the mark is used."
    return None


def unrecognised(e: Evidence) -> str | None:
    """Much content that the course does not know: it may be right knowledge from elsewhere."""
    if e.words >= 120 and e.facts >= 1 and e.narrated > 0.65:
        return "Much of the answer was not recognised; it may hold good knowledge from outside the notes."
    return None


def not_english(e: Evidence) -> str | None:
    """Another language, or no language."""
    if e.count("foreign", "jumble") or (e.words >= 20 and e.known_words < 0.7):
        return (
            "Many words are not English, or stand in no order; the answer may be in another language or not be prose."
        )
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
    "injected-text": injected,
    "list-of-facts": list_of_facts,
    "out-of-order": out_of_order,
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


_URGENCY = {
    "not-read": 9,
    "other-question": 8,
    "off-question": 7,
    "question-guessed": 6,
    "same-text": 6,
    "nearly-same-text": 6,
    "same-text-elsewhere": 6,
    "named-by-heading": 3,
    "several-files": 2,
    "wide-range": 1,
}
_OTHER_DOUBT = 4


def urgency_of(reason: ReviewReason) -> int:
    """How urgently a reason asks for a human: what may make the mark meaningless comes before what makes it unsure."""
    return _URGENCY.get(reason.code, _OTHER_DOUBT)


def reasons_to_look(
    problem: str, notes: Iterable[ReviewReason], doubts: Iterable[ReviewReason]
) -> tuple[ReviewReason, ...]:
    """Every named reason why a person should look at a script of a class set, the weightiest first.

    Args:
        problem: why it could not be read, or "".
        notes: how it came in, and what its question is.
        doubts: the reasons in its feedback.
    """
    unread = (ReviewReason(code="not-read", message=problem),) if problem else ()
    return tuple(sorted((*unread, *notes, *doubts), key=lambda reason: -urgency_of(reason)))
