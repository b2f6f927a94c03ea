"""What stands around a date, figure or name tells what it belongs to.

"Stakhanov cut 102 tonnes in 1934" gets a fact wrong; "in 1934 he was still unknown" does not, though both name a year
that is not the fact's. So the words near a detail of a sentence are held against those near the right detail in the
fact's wordings, and against those near the very same detail anywhere in the bank, which would explain it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from spacy.lang.en.stop_words import STOP_WORDS

from assistant.nlp.dates import Date, find_dates
from assistant.nlp.encoder import Vectors
from assistant.nlp.quantities import Quantity, find_quantities
from assistant.nlp.reading import SentenceReading
from assistant.schemas import Course
from assistant.scoring.details import ROUNDING, SWAPPED_KINDS, KeyDetails, date_agrees, number_agrees

Kind = Literal["date", "figure", "name"]
KINDS: tuple[Kind, ...] = ("date", "figure", "name")
RADIUS = 7
"""Words to each side of a detail that tell what it belongs to."""
FADING = 0.85
"""How much less each word counts than the one before it, going away from the detail."""
# Small words that say what happened to a figure, or when.
_TELLING = {"up", "down", "under", "before", "after", "first", "more", "less", "least", "over"}
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_ENDING = re.compile(r"(?<=\w{4})(?:ing|edly|ed|es|ly|s|e)$")
_LETTERS = 7


@dataclass(frozen=True)
class Detail:
    """A date, figure or name at `start:end` characters of a text."""

    kind: Kind
    start: int
    end: int
    said: Date | Quantity | str


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word cut down so that its forms meet ("exported", "exports"); "" for one that tells nothing."""
    word = word.lower().replace("’", "'").removesuffix("'s").rstrip("'")
    return "" if word in STOP_WORDS and word not in _TELLING else _ENDING.sub("", word)[:_LETTERS]


def details_in(sentence: SentenceReading, kinds_of_terms: Mapping[str, str | None]) -> list[Detail]:
    """The dates, figures and names of a sentence, with offsets in its own text."""
    first = sentence.span[0]
    return [
        *(Detail("date", date.start - first, date.end - first, date) for date in sentence.dates),
        *(Detail("figure", one.start - first, one.end - first, one) for one in sentence.quantities),
        *(
            Detail("name", start - first, end - first, term)
            for term, (start, end) in zip(sentence.terms, sentence.term_spans, strict=False)
            if kinds_of_terms.get(term) in SWAPPED_KINDS
        ),
    ]


def windows_of(text: str, details: Iterable[Detail]) -> list[dict[str, float]]:
    """For each detail the stems near it, with a weight that fades with the distance."""
    words = [(match.start(), match.end(), cut) for match in _WORD.finditer(text) if (cut := stem(match.group()))]
    found = []
    for detail in details:
        before = [cut for _, end, cut in words if end <= detail.start][::-1][:RADIUS]
        after = [cut for start, _, cut in words if start >= detail.end][:RADIUS]
        window: dict[str, float] = {}
        for side in (before, after):
            for distance, cut in enumerate(side):
                window[cut] = max(window.get(cut, 0.0), FADING**distance)
        found.append(window)
    return found


@dataclass(frozen=True)
class DetailContexts:
    """Every date, figure and name in the wordings of a course's facts, a row each, with the words around it."""

    words: Mapping[str, int]
    idf: Vectors  # (words,)
    rare: float  # idf of a word that is not in the bank
    windows: csr_matrix  # (rows, words), unit rows
    kind: NDArray[np.int8]  # place in KINDS
    fact: NDArray[np.int64]
    right: NDArray[np.bool_]  # whether the fact must get it right
    years: NDArray[np.int64]  # (rows, 2): first and last of a date
    values: Vectors  # (rows, 2): a figure, and the same as a share or percentage
    ordinal: NDArray[np.bool_]
    name: NDArray[np.str_]
    facts: int

    @cached_property
    def _right_rows(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """For each kind the rows of right details sorted by fact, where each fact's begin, and these facts."""
        found = []
        for number in range(len(KINDS)):
            rows = np.flatnonzero(self.right & (self.kind == number))
            rows = rows[np.argsort(self.fact[rows], kind="stable")]
            facts, starts = np.unique(self.fact[rows], return_index=True)
            found.append((rows, starts, facts))
        return found

    def compare(self, texts: Sequence[str], details: Sequence[Sequence[Detail]]) -> list[list[DetailLikeness]]:
        """How like the surroundings of each text's details are to those of the bank's."""
        windows = [window for text, here in zip(texts, details, strict=True) for window in windows_of(text, here)]
        if not windows:
            return [[] for _ in details]
        similarity = np.asarray((self._matrix(windows) @ self.windows.T).todense(), dtype=np.float32)
        rows = iter(similarity)
        return [[self._likeness(detail, next(rows)) for detail in here] for here in details]

    def _likeness(self, detail: Detail, similarity: Vectors) -> DetailLikeness:
        rows, starts, facts = self._right_rows[KINDS.index(detail.kind)]
        best = np.zeros(self.facts, dtype=np.float32)
        if len(rows):
            best[facts] = np.maximum.reduceat(similarity[rows], starts)
        explained = float(similarity[self._same(detail)].max(initial=0.0))
        return DetailLikeness(detail, best, explained, similarity)

    def like_name(self, likeness: DetailLikeness, fact: int, names: Iterable[str]) -> float:
        """How like the surroundings of a detail are to those of some names in a fact's wordings."""
        rows = [row for name in names for row in self._name_rows.get((fact, name), ())]
        return float(likeness.rows[rows].max(initial=0.0))

    @cached_property
    def _name_rows(self) -> dict[tuple[int, str], list[int]]:
        found: dict[tuple[int, str], list[int]] = {}
        for row in np.flatnonzero(self.kind == KINDS.index("name")).tolist():
            found.setdefault((int(self.fact[row]), str(self.name[row])), []).append(row)
        return found

    def _matrix(self, windows: Sequence[Mapping[str, float]]) -> csr_matrix:
        return _unit_rows(windows, self.words, self.idf, self.rare)

    def _same(self, detail: Detail) -> NDArray[np.bool_]:
        """Rows that say the same date, figure or name."""
        here = self.kind == KINDS.index(detail.kind)
        said = detail.said
        if isinstance(said, Date):
            return here & (self.years[:, 0] <= said.last) & (said.first <= self.years[:, 1])
        if isinstance(said, Quantity):
            near = np.zeros(len(here), dtype=bool)
            for value in _values(said):
                larger = np.maximum(np.abs(self.values), abs(value))
                near |= (np.abs(self.values - value) <= ROUNDING * larger).any(axis=1)
            return here & near & (self.ordinal == (said.unit == "ordinal"))
        return here & (self.name == said)


@dataclass(frozen=True)
class DetailLikeness:
    """How like the words around a detail are to those around the right detail of each fact, and around the same one.

    `facts` has shape (facts,), `rows` (rows of the bank,); all from 0 to 1.
    """

    detail: Detail
    facts: Vectors
    explained: float
    rows: Vectors

    def lead(self, context: float) -> float:
        """How much better a context fits than the best explanation of the detail as it is."""
        return context - self.explained


def build_contexts(course: Course, texts: Sequence[Sequence[str]], keys: Sequence[KeyDetails]) -> DetailContexts:
    """Gather the details of each fact's texts.

    Args:
        course: supplies the names.
        texts: for each fact its statement and wordings.
        keys: for each fact what it must get right.
    """
    canonical = {
        form.lower(): term.term
        for term in course.terms
        if term.kind in SWAPPED_KINDS
        for form in (term.term, *term.aliases, *term.abbreviations)
    }
    names = re.compile(
        r"\b(?:" + "|".join(sorted(map(re.escape, canonical), key=len, reverse=True)) + r")\b"
        if canonical
        else r"(?!)",
        re.IGNORECASE,
    )
    rows: list[tuple[int, Detail, dict[str, float]]] = []
    held: Counter[str] = Counter()
    count = 0
    for fact, wordings in enumerate(texts):
        for text in wordings:
            count += 1
            held.update({cut for word in _WORD.findall(text) if (cut := stem(word))})
            dates = list(find_dates(text))
            details = [Detail("date", date.start, date.end, date) for date in dates]
            details += [Detail("figure", one.start, one.end, one) for one in find_quantities(text, dates)]
            details += [
                Detail("name", found.start(), found.end(), canonical[found.group().lower()])
                for found in names.finditer(text)
            ]
            rows += [(fact, detail, window) for detail, window in zip(details, windows_of(text, details), strict=True)]
    words = {word: place for place, word in enumerate(sorted(held))}
    idf = np.array([math.log(count / held[word]) for word in sorted(held)], dtype=np.float32)
    rare = math.log(max(count, 1))
    said = [detail.said for _, detail, _ in rows]
    years = [(one.first, one.last) if isinstance(one, Date) else (0, -1) for one in said]
    values = [(*_values(one), *_values(one))[:2] if isinstance(one, Quantity) else (0.0, 0.0) for one in said]
    return DetailContexts(
        words=words,
        idf=idf,
        rare=rare,
        windows=_unit_rows([window for *_, window in rows], words, idf, rare),
        kind=np.array([KINDS.index(detail.kind) for _, detail, _ in rows], dtype=np.int8),
        fact=np.array([fact for fact, *_ in rows], dtype=np.int64),
        right=np.array([_is_right(detail, keys[fact]) for fact, detail, _ in rows], dtype=bool),
        years=np.array(years, dtype=np.int64).reshape(-1, 2),
        values=np.array(values, dtype=np.float32).reshape(-1, 2),
        ordinal=np.array([isinstance(one, Quantity) and one.unit == "ordinal" for one in said], dtype=bool),
        name=np.array([one if isinstance(one, str) else "" for one in said], dtype=np.str_),
        facts=len(texts),
    )


def _is_right(detail: Detail, key: KeyDetails) -> bool:
    if isinstance(detail.said, Date):
        return date_agrees(detail.said, key)
    if isinstance(detail.said, Quantity):
        return number_agrees(detail.said, key)
    return detail.said in key.names


def _values(quantity: Quantity) -> tuple[float, ...]:
    """A figure, and a percentage or fraction as the other of the two."""
    scale = {"percent": 0.01, "fraction": 100.0}.get(quantity.unit)
    return (quantity.value,) if scale is None else (quantity.value, quantity.value * scale)


def _unit_rows(
    windows: Sequence[Mapping[str, float]], words: Mapping[str, int], idf: Vectors, rare: float
) -> csr_matrix:
    """Windows as rows of length 1. A word that the bank does not know has no column, but takes its part of the length."""
    starts, columns, data = [0], [], []
    for window in windows:
        weights: dict[int, float] = defaultdict(float)
        squares = 0.0
        for word, weight in window.items():
            place = words.get(word)
            value = weight * (rare if place is None else float(idf[place]))
            squares += value * value
            if place is not None:
                weights[place] = value
        length = math.sqrt(squares) or 1.0
        columns += list(weights)
        data += [value / length for value in weights.values()]
        starts.append(len(columns))
    return csr_matrix(
        (np.array(data, dtype=np.float32), np.array(columns, dtype=np.int32), np.array(starts, dtype=np.int32)),
        shape=(len(windows), len(words)),
    )
