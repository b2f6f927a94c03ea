"""Which sentences of a response are the student's own answer, and why the others are set aside.

What is quoted, said before, addressed to whoever marks, or no English prose about the course counts for nothing: the
response is scored as if it did not stand there, so that none of it can earn a mark. The rules look at a sentence's wording,
parts of speech and place, and at no known text but the course's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc
from spacy.lang.en.stop_words import STOP_WORDS

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading, SentenceReading
from assistant.schemas import Course, Question
from assistant.scoring.index import FactIndex, best_and_mean

Aside = Literal["prompt", "notes", "repeat", "instruction", "list", "jumble", "foreign", "off-course", "off-question"]
Words = tuple[str, ...]

QUOTED = 0.75
"""Share of a sentence's words in runs that a source has word for word, from which it is a quotation."""
TOUCHED_UP = 0.5
"""The same for a sentence between two quotations."""
MIN_RUN = 4
MIN_QUOTED_WORDS = 25
"""Words of the notes quoted in all before they are set aside; a fact remembered word for word is knowledge."""
MIN_LISTED_WORDS = 40
"""Words of a bare list of terms before it is set aside; answers in note form hold short ones."""
MIN_FOREIGN_WORDS = 12
PROSE_SLIPS = 0.012
"""Pairs of words in a thousand (here as a share) that good prose seems to get out of order, as the tagger sees it."""
UNLIKELY = 1e-4
"""How unlikely so many of them must be in prose before a passage is a jumble."""
STRANGE_WORDS = 0.12
"""Share of a passage's content words that are English but in no wording of the course's facts, from which it may be about
something else."""
FAR = 0.05
"""Share of the course's own facts that lie as far from the facts next to them as a passage that may be about something else."""
MIN_STRANGE_WORDS = 25
WINDOW = 3
NEIGHBOURS = 10
OFF_QUESTION = 0.15
"""Share of a paragraph's facts that feed the question, up to which the paragraph answers another one."""
MIN_PARAGRAPH_FACTS, SURE_FACTS = 1.0, 2.5
"""Facts a paragraph needs to tell what it is about where its leaning says the same, and where it need not."""
LEANING_NEIGHBOURS = 5
LEANS, LEANS_AWAY = -0.9, -2.0
"""Mean leaning under which a paragraph with such facts, and under which one without facts, is about other things."""

# Tags that hardly ever follow one another in English, for each first tag (Penn Treebank).
_ILL_FORMED = {
    "CC": ". CC",
    "DT": ". CC DT IN PRP PRP$ RP TO VB VBP WDT WRB",
    "IN": ". CC MD VBD VBP VBZ",
    "JJR": "VBD",
    "MD": ". CC DT JJ NN NNS PRP VBD VBN VBZ",
    "NN": "UH",
    "NNS": "CD",
    "POS": "PRP VBD",
    "PRP": "NN NNS PRP$ WDT",
    "PRP$": ". CC DT IN PRP VBD",
    "RB": "WDT",
    "RBR": "DT VBD",
    "TO": ". CC IN MD NN RB VBD VBN VBZ",
    "VBD": "MD VBP VBZ",
    "VBP": ". CC MD VBD",
    "VBZ": "MD VBD VBZ",
    "WDT": ". CC IN",
    "WRB": "IN VB VBN",
}
_ILL_FORMED_PAIRS = frozenset((first, second) for first, line in _ILL_FORMED.items() for second in line.split())

_MARKER = r"(?:marks?|marker|examiner|grader|assessor|level|grade|score|full marks|top band)"
_INSTRUCTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.?!]{0,40}\b(?:above|below|previous|prior|earlier|preceding|"
        r"instructions?|rubric|mark scheme|criteria|guidelines|prompt|rules)\b",
        r"(?:^|[.:;,!?]\s*|\b(?:please|and|then|must|should|to|you)\s+)(?:award|give|assign|grant|allocate|set|output|return|"
        r"rate|score|grade|mark)\b[^.?!]{0,50}(?:\b(?:full|maximum|top|highest|all)\s+(?:marks?|level|grade|score|band)\b|"
        r"\b\d+\s*(?:/\s*\d+|marks?\b|out of\b|points?\b)|\b(?:mark|level|grade|score)\s+(?:to|of|as|is)\b)",
        rf"\b(?:note|message|instructions?|attention|dear)\b[^.?!]{{0,12}}\b{_MARKER}\b",
        r"\byou are (?:now )?(?:an?|the|my)\b[^.?!]{0,30}\b(?:examiner|marker|grader|assistant|teacher|model|ai|bot)\b",
        rf"\b(?:this|my|the)\s+(?:answer|essay|response|work|student|candidate)\b[^.?!]{{0,60}}\b(?:deserves?|should (?:get|"
        rf"receive|be (?:given|awarded|marked|graded|scored))|must (?:get|receive|be (?:given|awarded)))\b[^.?!]{{0,40}}"
        rf"(?:\b{_MARKER}\b|\d)",
        r"^\W*(?:system|assistant|developer|user|instructions?)\s*[:>\]]",
        r"<\|?\s*/?(?:im_start|im_end|system|assistant|endoftext|inst)\b|\[/?inst\]|\bas an? (?:ai|language model)\b",
        r"\b(?:system|hidden) prompt\b|[\"'](?:mark|score|level|grade)[\"']\s*[:=]\s*\d",
    )
)


def plain_words(text: str) -> Words:
    """Words of a text as they compare: small letters and figures, without apostrophes.

    >>> plain_words("Stalin's 'Great Turn', 1928-29")
    ('stalins', 'great', 'turn', '1928', '29')
    """
    return tuple(re.findall(r"[^\W_]+", re.sub(r"['’‘]", "", text.lower())))


class Runs:
    """The runs of words that a set of texts holds, to tell how much of a sentence is taken from them.

    Args:
        texts: the texts; no run reaches from one into the next.
        length: words of a run; a text one word shorter counts as one.
    """

    def __init__(self, texts: Iterable[str] = (), length: int = 4) -> None:
        self.length = length
        self._runs: set[Words] = set()
        for text in texts:
            self.add(plain_words(text))

    def add(self, words: Words) -> None:
        """Add a text, given as words."""
        length = len(words) if len(words) == self.length - 1 else self.length
        self._runs.update(words[i : i + length] for i in range(len(words) - length + 1))

    def share(self, words: Words) -> float:
        """Share of the words that stand in a run, from 0 to 1."""
        held = np.zeros(len(words), dtype=bool)
        for length in (self.length - 1, self.length):
            for i in range(len(words) - length + 1):
                if words[i : i + length] in self._runs:
                    held[i : i + length] = True
        return float(held.mean()) if len(words) else 0.0


class Screen:
    """Finds the sentences to set aside in responses of one course.

    Args:
        course: its notes, statements and prompts are what may be quoted.
        index: the course's bank, to tell what is about the course.
        vectors: the index's, in the precision that is computed with.
        known_words: English words in small letters; without them no sentence counts as foreign.
    """

    def __init__(self, course: Course, index: FactIndex, vectors: Vectors, known_words: Collection[str] = ()) -> None:
        sources = [*course.notes, *(fact.statement for fact in course.facts)]
        self._sources = Runs(sources)
        self._lines = frozenset(plain_words(source) for source in sources)
        self._prompts = {question.id: Runs([question.prompt], 3) for question in course.questions}
        self._index = index
        self._far = self._distance(vectors) if index.head and known_words else 0.0
        self._known = known_words
        self._familiar = index.words.vocabulary_

    def _distance(self, vectors: Vectors) -> float:
        wordings = self._index.slots["wording"]
        nearest = best_and_mean(vectors[wordings[::2, 0]] @ vectors.T, wordings)[0]
        own = np.arange(len(wordings))[::2]
        nearest[np.arange(len(own)), own] = -1.0
        return float(np.quantile(np.sort(nearest, axis=1)[:, -NEIGHBOURS:].mean(axis=1), FAR))

    def asides(self, reading: Reading, question: Question, nearness: Vectors) -> list[Aside | None]:
        """For each sentence why it is set aside, or None where it is the student's own answer.

        Args:
            reading: the response.
            question: what it answers.
            nearness: cosine of each sentence with the nearest wording of each fact, shape (sentences, facts).
        """
        sentences = reading.sentences
        result: list[Aside | None] = [None] * len(sentences)

        def take(why: Aside, places: Iterable[int], least: int = 0) -> None:
            free = [i for i in places if result[i] is None]
            if sum(len(sentences[i].words) for i in free) >= least:
                for i in free:
                    result[i] = why

        words = [plain_words(sentence.text) for sentence in sentences]
        take("instruction", self._instructions(sentences))
        take("prompt", self._from_prompt(words, question))
        take("notes", self._from_notes(words), MIN_QUOTED_WORDS)
        take("repeat", self._repeated(words, result))
        take("foreign", self._foreign(sentences), MIN_FOREIGN_WORDS)
        lists = self._lists(sentences)
        take("jumble", self._jumbles(sentences, result, {i for i in lists if len(words[i]) >= 10}))
        take("list", lists)
        take("off-course", self._off_course(reading, result, nearness), MIN_STRANGE_WORDS)
        return result

    @staticmethod
    def _instructions(sentences: Sequence[SentenceReading]) -> list[int]:
        found = [i for i, s in enumerate(sentences) if any(pattern.search(s.text) for pattern in _INSTRUCTIONS)]
        # An instruction runs on: a short sentence just before or between belongs to it ("Ignore all previous ... You are ...").
        return sorted({*found, *(i for i in range(len(sentences)) if i - 1 in found and i + 1 in found)})

    def _from_prompt(self, words: Sequence[Words], question: Question) -> list[int]:
        runs = self._prompts[question.id]
        return [i for i, line in enumerate(words) if len(line) > 3 and runs.share(line) >= 0.9]

    def _from_notes(self, words: Sequence[Words]) -> list[int]:
        share = [self._sources.share(line) for line in words]
        if sum(len(line) for line, part in zip(words, share, strict=True) if part >= QUOTED) < MIN_QUOTED_WORDS:
            return []
        # Where so much is pasted, a short line of the notes is pasted as well, and a line touched up between two others.
        found = {i for i, line in enumerate(words) if share[i] >= QUOTED or line in self._lines}
        between = {i for i in range(len(words)) if {i - 1, i + 1} & set(range(len(words))) <= found}
        return sorted(found | {i for i in between if share[i] >= TOUCHED_UP or len(words[i]) < MIN_RUN})

    @staticmethod
    def _repeated(words: Sequence[Words], result: Sequence[Aside | None]) -> list[int]:
        before, whole = Runs(), set()
        found, short = [], []
        for i, line in enumerate(words):
            if result[i] is not None:
                continue
            if len(line) > 5 and before.share(line) >= 0.85:
                found.append(i)
            elif len(line) <= 5 and line in whole:
                short.append(i)
            before.add(line)
            whole.add(line)
        # A few words may well come twice; beside a sentence that does, they were pasted with it.
        return found + short if len(found) > 1 else found

    def _foreign(self, sentences: Sequence[SentenceReading]) -> list[int]:
        found = []
        for i, sentence in enumerate(sentences):
            letters = [word for word in sentence.words if word.isalpha()]
            if len(letters) < 5 or not self._known:
                continue
            common = sum(word in STOP_WORDS for word in letters) / len(letters)
            known = sum(word in self._known for word in letters) / len(letters)
            if common < 0.12 and known - common < 0.55:
                found.append(i)
        return found

    @staticmethod
    def _lists(sentences: Sequence[SentenceReading]) -> list[int]:
        """Runs of sentences that are hardly more than terms and dates."""
        dense, scraps = set(), set()
        for i, sentence in enumerate(sentences):
            named = [*sentence.term_spans, *((date.start, date.end) for date in sentence.dates)]
            letters = sum(not c.isspace() for c in sentence.text)
            share = sum(end - start for start, end in named) / max(1, letters)
            verbs = sum(tag.startswith("VB") or tag == "MD" for tag in sentence.tags)
            if share >= 0.45 and verbs <= 0.1 * len(sentence.words):
                dense.add(i)
            elif len(sentence.words) <= MIN_RUN:
                scraps.add(i)
        places = np.array(sorted(dense | scraps), dtype=int)
        runs = [run.tolist() for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)]
        return [
            i
            for run in runs
            if sum(len(sentences[i].words) for i in run) >= MIN_LISTED_WORDS and 2 * len(dense & set(run)) >= len(run)
            for i in run
        ]

    @staticmethod
    def _jumbles(
        sentences: Sequence[SentenceReading], result: Sequence[Aside | None], lists: Collection[int]
    ) -> list[int]:
        """Paragraphs whose words stand in no order that English knows; a long list of terms (`lists`) is such a slip, too."""
        free = [i for i in range(len(sentences)) if result[i] is None]
        slips = {i: sum(pair in _ILL_FORMED_PAIRS for pair in pairwise(sentences[i].tags)) + (i in lists) for i in free}
        found: list[int] = []
        for group in ([i for i in free if sentences[i].paragraph == p] for p in {sentences[i].paragraph for i in free}):
            pairs = sum(max(0, len(sentences[i].tags) - 1) for i in group)
            if pdtrc(sum(slips[i] for i in group) - 1, PROSE_SLIPS * pairs) < UNLIKELY:
                found += group
        return sorted(found)

    def _off_course(self, reading: Reading, result: Sequence[Aside | None], nearness: Vectors) -> list[int]:
        """Passages of up to three sentences of a paragraph whose words and meaning are both strange to the course."""
        if self._index.head is None or not self._known:
            return []  # without training on the course there is no telling what is far from it
        sentences = reading.sentences
        free = [i for i in range(len(sentences)) if result[i] is None]
        if not free:
            return []
        meaning = np.sort(nearness[free], axis=1)[:, -NEIGHBOURS:].mean(axis=1)
        content = [{word for word in sentences[i].form.split() if word.isalpha()} for i in free]
        familiar = np.array([sum(word in self._familiar for word in line) for line in content])
        strange = np.array(
            [sum(word not in self._familiar and word in self._known for word in line) for line in content]
        )
        named = np.array([len(sentences[i].terms) + len(sentences[i].dates) for i in free])
        paragraph = np.array([sentences[i].paragraph for i in free])
        found: set[int] = set()
        for start in range(len(free)):
            window = np.arange(start, min(start + WINDOW, len(free)))
            window = window[paragraph[window] == paragraph[start]]
            whole = (paragraph == paragraph[start]).sum() == len(window)
            content_words = (strange + familiar)[window].sum()
            if (
                (whole or len(window) == WINDOW)
                and content_words >= 8
                and strange[window].sum() >= STRANGE_WORDS * content_words
                and meaning[window].mean() < self._far
                and named[window].sum() <= 2 * len(window) / WINDOW
            ):
                found.update(window.tolist())
        return sorted(free[k] for k in found)


def leaning_of(nearness: Vectors, relevant: NDArray[np.bool_]) -> Vectors:
    """How much nearer each sentence is in meaning to facts that feed the question than to the others.

    In standard deviations of its nearness to all facts, shape (sentences,): below 0 where it has more to do with other facts.

    Args:
        nearness: of sentences to facts, shape (sentences, facts).
        relevant: which facts feed a factor of the question.
    """
    if relevant.all() or not relevant.any() or not len(nearness):
        return np.zeros(len(nearness), dtype=np.float32)
    sides = (np.sort(nearness[:, side], axis=1)[:, -LEANING_NEIGHBOURS:].mean(axis=1) for side in (relevant, ~relevant))
    leaning: Vectors = (next(sides) - next(sides)) / np.maximum(nearness.std(axis=1), 1e-6)
    return leaning


def off_question(
    reading: Reading, conveyed: Vectors, relevant: NDArray[np.bool_], leaning: Vectors
) -> NDArray[np.bool_]:
    """Which sentences stand in paragraphs that know of other things than the question asks, shape (sentences,).

    A paragraph tells by its facts, if these are many or its leaning says the same; one with few facts by a strong leaning where
    it is long enough to have one, and else goes with the paragraph beside it where it leans as the paragraphs off the question
    do. What is set aside costs marks, so that one sign alone is not enough.

    Args:
        reading: the response.
        conveyed: probability that each sentence conveys each fact, shape (sentences, facts).
        relevant: which facts feed a factor of the question.
        leaning: how much nearer each sentence is to facts that feed the question than to others, shape (sentences,).
    """
    paragraphs = np.array([sentence.paragraph for sentence in reading.sentences])
    numbers = np.unique(paragraphs).tolist()
    means = {number: float(leaning[paragraphs == number].mean()) for number in numbers}
    away: dict[int, bool | None] = {}
    for number in numbers:
        here = paragraphs == number
        known = conveyed[here].max(axis=0)
        facts = known.sum()
        if facts >= MIN_PARAGRAPH_FACTS:
            elsewhere = known[relevant].sum() <= OFF_QUESTION * facts
            away[number] = bool(elsewhere and (facts >= SURE_FACTS or means[number] < LEANS))
        elif means[number] < LEANS_AWAY and here.sum() >= WINDOW:
            away[number] = True
        else:
            away[number] = None
    off, on = ([means[number] for number in numbers if away[number] is side] for side in (True, False))
    if off:
        border = (np.mean(off) + np.mean(on)) / 2 if on else np.inf
        for order in (numbers, numbers[::-1]):
            for before, number in pairwise(order):
                if away[number] is None and away[before] and means[number] < border:
                    away[number] = True
    return np.array([bool(away[number]) for number in paragraphs.tolist()], dtype=bool)


def keep(reading: Reading, kept: NDArray[np.bool_]) -> Reading:
    """A reading of only the sentences kept, its paragraphs numbered anew."""
    places = np.flatnonzero(kept).tolist()
    numbers = {paragraph: n for n, paragraph in enumerate(sorted({reading.sentences[i].paragraph for i in places}))}
    return Reading(
        reading.text,
        tuple(replace(reading.sentences[i], paragraph=numbers[reading.sentences[i].paragraph]) for i in places),
        tuple(reading.encoded[i] for i in places),
    )
