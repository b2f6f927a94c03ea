"""Plant wrong claims in marked responses: a date moved, a figure scaled, a name or a direction exchanged for another.

Real responses hold too few wrong claims to learn from. Where a marker credits a line and the sentence holds a detail that
the line's fact must get right, changing that detail alone makes a claim known to be wrong, in the words and the company
that students use. (Perturbing right examples to get wrong ones: Kryscinski et al. 2020, "Evaluating the factual
consistency of abstractive text summarization".)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from assistant.nlp.reading import Reading, SentenceReading
from assistant.schemas import Course, ErrorKind, MarkedResponse, MarkedSentence, WrongClaim
from assistant.scoring.details import SWAPPED_KINDS, KeyDetails, date_agrees, details_of, number_agrees

_MARK = "~planted"
SHARE = 0.8
"""Share of the sentences with a detail to change that are changed."""
NEIGHBOURS = 25
"""Facts before and after a fact, in the order of the notes, whose names stand in for its own."""
_SHIFTS = (1, 2, 3, 4, 5, 6, 7, 8, 10)
_FACTORS = (0.1, 0.2, 0.25, 0.3, 0.5, 2, 3, 4, 5, 10)
_OPPOSITES = {
    word: other
    for pair in (
        "more less", "rose fell", "rising falling", "rise fall", "increased decreased", "increase decrease", "growth decline",
        "grew shrank", "higher lower", "high low", "better worse", "improved worsened", "above below", "before after",
        "supported opposed", "allies rivals", "strong weak", "stronger weaker", "strength weakness", "success failure",
        "succeeded failed", "successful unsuccessful", "popular unpopular", "left right", "loved hated", "accepted rejected",
        "won lost", "many few", "most hardly any", "early late", "always never", "joined left", "gained lost",
        "allowed banned", "encouraged discouraged", "attended missed", "first last", "rich poor", "easy hard",
        "abundant scarce", "exceeded missed", "underestimated overestimated", "united divided", "urban rural",
        "enough too little", "plenty shortage", "trusted distrusted", "praised criticised", "began ended", "old young",
        "ignored remembered", "doubled halved", "voluntary forced", "willingly unwillingly", "forward back",
    )
    for word, other in (pair.split(" ", 1), pair.split(" ", 1)[::-1])
}  # fmt: skip
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_FIGURE = re.compile(r"\d[\d,.]*\d|\d")
_SMALL = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "thirty", "forty")
_SHARES = ("a tenth", "a fifth", "a quarter", "a third", "two-thirds", "three-quarters")


def source_of(key: str) -> str:
    """The id of the response in which errors were planted to make the one named."""
    return key.removesuffix(_MARK)


@dataclass(frozen=True)
class _Change:
    start: int
    end: int
    text: str
    kind: ErrorKind


class ErrorPlanter:
    """Plants wrong claims in the responses of one course.

    Args:
        course: its facts say what a claim must get right, its terms what can be exchanged.
    """

    def __init__(self, course: Course) -> None:
        self._keys = [details_of(fact, course) for fact in course.facts]
        self._of_line: dict[int, list[int]] = {}
        for number, fact in enumerate(course.facts):
            for line in fact.lines:
                self._of_line.setdefault(line, []).append(number)
        self._kind = {term.term: term.kind for term in course.terms}
        self._statements = [
            set(fact.statement.lower().replace(",", " ").replace(".", " ").split()) for fact in course.facts
        ]
        # Students mix up people and places of one story: those of facts that stand near each other in the notes.
        self._near = [
            sorted(set().union(*(key.names for key in self._keys[max(0, n - NEIGHBOURS) : n + NEIGHBOURS])))
            for n in range(len(self._keys))
        ]

    def plant(self, response: MarkedResponse, reading: Reading, seed: int = 0) -> MarkedResponse:
        """The response with wrong claims planted and labelled; the same one for the same seed.

        Args:
            response: as marked.
            reading: the same text as read.
            seed: with the response's id, seeds what is changed.
        """
        rng = Random(f"{seed}/{response.id}")
        sentences = []
        for marked, span in zip(response.sentences, response.layout()[1], strict=True):
            read = [sentence for sentence in reading.sentences if sentence.span == span]
            sentences.append(self._spoil(marked, read[0], rng) if read and rng.random() < SHARE else marked)
        return response.model_copy(update={"id": response.id + _MARK, "sentences": tuple(sentences)})

    def _spoil(self, marked: MarkedSentence, read: SentenceReading, rng: Random) -> MarkedSentence:
        single = {line: self._of_line[line][0] for line in marked.lines if len(self._of_line.get(line, ())) == 1}
        options = [(line, change) for line, fact in single.items() for change in self._changes(read, fact, rng)]
        if not options:
            return marked
        line, change = rng.choice(options)
        first = read.span[0]
        text = marked.s[: change.start - first] + change.text + marked.s[change.end - first :]
        # What rested on the same words is no longer right either.
        spoilt = {
            other
            for other in marked.lines
            if other == line or any(self._rests_on(read, change, self._keys[f]) for f in self._of_line.get(other, ()))
        }
        claims = (*marked.wrong, WrongClaim(line=line, kind=change.kind))
        lines = tuple(other for other in marked.lines if other not in spoilt)
        return marked.model_copy(update={"s": text, "lines": lines, "wrong": claims})

    def _changes(self, read: SentenceReading, fact: int, rng: Random) -> list[_Change]:
        key = self._keys[fact]
        first, found = read.span[0], []
        for date in read.dates:
            years = _YEAR.findall(read.text[date.start - first : date.end - first])
            if len(years) == 1 and date_agrees(date, key):
                place = date.start + read.text[date.start - first :].index(years[0])
                moved = int(years[0]) + rng.choice(_SHIFTS) * rng.choice((-1, 1))
                if not any(low - 1 <= moved <= high + 1 for low, high, _ in key.years):
                    found.append(_Change(place, place + 4, str(moved), "date"))
        for quantity in read.quantities:
            said = read.text[quantity.start - first : quantity.end - first]
            if number_agrees(quantity, key) and (text := _other_figure(said, rng)) is not None:
                found.append(_Change(quantity.start, quantity.end, text, "number"))
        for term, span in zip(read.terms, read.term_spans, strict=False):
            kind = self._kind.get(term)
            if term in key.names and kind in SWAPPED_KINDS:
                others = [name for name in self._near[fact] if self._kind.get(name) == kind and name not in key.names]
                if others:
                    found.append(_Change(*span, rng.choice(others), "name"))
        # A direction is the fact's own where its statement has the word, or the opposite, as well.
        for word in re.finditer(r"[a-z]+", read.text.lower()):
            other = _OPPOSITES.get(word.group())
            if other and word.group() in self._statements[fact]:
                found.append(_Change(first + word.start(), first + word.end(), other, "reversal"))
        return found

    def _rests_on(self, read: SentenceReading, change: _Change, key: KeyDetails) -> bool:
        if change.kind == "reversal":
            return False
        if change.kind == "name":
            return any(
                term in key.names
                for term, span in zip(read.terms, read.term_spans, strict=False)
                if span[0] < change.end and change.start < span[1]
            )
        items: Sequence = read.dates if change.kind == "date" else read.quantities
        agrees = date_agrees if change.kind == "date" else number_agrees
        return any(agrees(item, key) for item in items if item.start < change.end and change.start < item.end)


def _other_figure(said: str, rng: Random) -> str | None:
    """The words of a figure with another value; None where there is none to give."""
    figure = _FIGURE.search(said)
    if figure:
        value = float(figure.group().replace(",", "")) if figure.group().count(".") <= 1 else 0.0
        scaled = value * rng.choice(_FACTORS)
        if not scaled or ("%" in said and scaled > 100) or abs(scaled - value) < 0.2 * value:
            return None
        text = f"{round(scaled):,}" if scaled >= 3 else f"{scaled:.1f}"
        return said[: figure.start()] + text + said[figure.end() :]
    words = said.lower().split()
    if len(words) == 1 and words[0] in _SMALL:
        return rng.choice([word for word in _SMALL if word != words[0]])
    if any(word in said.lower() for word in ("half", "third", "quarter", "fifth", "tenth")):
        return rng.choice(
            [share for share in _SHARES if share.split()[-1].split("-")[-1].rstrip("s") not in said.lower()]
        )
    return None
