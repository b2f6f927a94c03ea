"""Signals: for each sentence of a response and each fact it might convey, the numbers a decision rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from assistant.nlp.dates import Date
from assistant.nlp.encoder import Vectors
from assistant.nlp.quantities import Quantity
from assistant.nlp.reading import Reading, SentenceReading
from assistant.schemas import Course, Fact
from assistant.scoring.detail_context import DetailLikeness, details_in
from assistant.scoring.details import (
    SWAPPED_KINDS,
    DetailAgreement,
    KeyDetails,
    all_details,
    compare_details,
    date_agrees,
    figures_of,
    number_agrees,
    same_unit,
    years_apart,
)
from assistant.scoring.index import FactIndex, best_and_mean
from assistant.scoring.precedents import best_and_share

CANDIDATES_BY_HEAD = 12
CANDIDATES_BY_ABOUT = 5
CANDIDATES_BY_COSINE = 6
CANDIDATES_BY_WORDS = 4
LIKELY_ABOUT = -0.85
"""Logit above which a sentence is likely enough about a fact for the fact to explain a date in it (30 %)."""

NAMES = (
    "logit", "logit_margin", "logit_rank", "cosine", "cosine_mean", "cosine_margin", "near_miss", "contradiction", "words",
    "words_mean", "words_margin", "characters", "pair_words", "logit_before", "logit_after", "logit_elsewhere", "topic_before", "topic_response",
    "relevant", "dates_agree", "dates_conflict", "numbers_agree", "numbers_conflict", "names_share", "names_missing",
    "length", "likely_facts", "hedged", "fact_wordings", "about", "about_gap", "contradiction_words", "date_unexplained",
    "number_unexplained", "name_swapped", "date_strange", "number_strange", "name_strange", "date_distance", "same_unit",
    "marked_words", "marked_words_share", "marked_characters", "marked_characters_share", "rate", "usual_rate",
    "date_context", "date_context_lead", "date_context_rival", "figure_context", "figure_context_lead", "figure_context_rival",
    "name_context", "name_context_lead",
)  # fmt: skip


@dataclass(frozen=True)
class Signals:
    """Candidates of one response.

    `sentence` and `fact` have shape (candidates,) and hold indices; `values` has shape (candidates, len(NAMES)).
    """

    sentence: NDArray[np.int64]
    fact: NDArray[np.int64]
    values: Vectors
    has_head: bool

    def keep(self, kept: NDArray[np.bool_]) -> Signals:
        """The candidates of the sentences kept, these numbered anew."""
        chosen = kept[self.sentence]
        number = np.cumsum(kept) - 1
        return Signals(number[self.sentence[chosen]], self.fact[chosen], self.values[chosen], self.has_head)


@dataclass(frozen=True)
class Likeness:
    """Cosine of sentences with every row of the bank, and with each fact's wordings: the best, and the mean of the three best."""

    rows: Vectors  # (sentences, rows of the bank)
    cosine: Vectors  # (sentences, facts)
    cosine_mean: Vectors


class SignalReader:
    """Computes the signals of responses for one course.

    `vectors`, of shape (rows, 384), holds the bank's vectors in the precision that is computed with.
    """

    def __init__(self, course: Course, index: FactIndex) -> None:
        self.course = course
        self.index = index
        self.facts: tuple[Fact, ...] = course.facts
        self.keys: list[KeyDetails] = all_details(course)
        self.usual_error = index.usual_error
        self.vectors = index.vectors.astype(np.float32)
        self._relevant = {question.id: self._mask(question.id) for question in course.questions}
        self.topics = self._topics()
        self._kind = {term.term: term.kind for term in course.terms}
        self._word_rows_of = index.word_rows.T.tocsr()
        self._character_rows_of = index.character_rows.T.tocsr()
        self._precedent_rows_of = index.precedents.transposed if index.precedents else None
        self._rates = (
            {question: index.precedents.rates(self._relevant, question) for question in self._relevant}
            if index.precedents
            else {}
        )
        self._row_counts = (index.slots["wording"] >= 0).sum(axis=1)

    def _mask(self, question_id: str) -> NDArray[np.bool_]:
        lines = {line for factor in self.course.question(question_id).factors for line in factor.lines}
        return np.array([bool(lines & set(fact.lines)) for fact in self.facts])

    def _topics(self) -> NDArray[np.int64]:
        """The number of the heading that each fact's first line stands under."""
        headings = sorted(self.course.headings)
        return np.array([np.searchsorted(headings, fact.lines[0], side="right") for fact in self.facts])

    def relevant(self, question_id: str) -> NDArray[np.bool_]:
        """Which facts feed a factor of the question, shape (facts,)."""
        return self._relevant[question_id]

    def likeness(self, reading: Reading) -> Likeness:
        """How like the bank's rows the sentences of a response are."""
        if not reading.sentences:
            none = np.zeros((0, len(self.index.fact_ids)), dtype=np.float32)
            return Likeness(np.zeros((0, len(self.vectors)), dtype=np.float32), none, none)
        vectors = np.stack([sentence.mean for sentence in reading.encoded]).astype(np.float32)
        rows = (self.vectors @ vectors.T).T  # laid out by row of the bank, as `best_and_mean` reads it
        return Likeness(rows, *best_and_mean(rows, self.index.slots["wording"]))

    def read(self, reading: Reading, question_id: str, likeness: Likeness | None = None) -> Signals:
        """The candidates of a response and their signals; `likeness` may be given where it is known."""
        index = self.index
        count = len(index.fact_ids)
        sentences = reading.sentences
        if not sentences:
            empty = np.zeros(0, dtype=np.int64)
            return Signals(empty, empty, np.zeros((0, len(NAMES)), dtype=np.float32), index.head is not None)
        likeness = likeness or self.likeness(reading)
        cosine, cosine_mean = likeness.cosine, likeness.cosine_mean
        near, _ = best_and_mean(likeness.rows, index.slots["near_miss"], 1)
        contra, _ = best_and_mean(likeness.rows, index.slots["contradiction"], 1)
        forms = [sentence.form for sentence in sentences]
        pairs = [f"{before} {form}" for before, form in zip(["", *forms[:-1]], forms, strict=True)]
        word_query = index.words.transform(forms)
        word_similarity = _dot_products(word_query, self._word_rows_of)
        words, words_mean = best_and_mean(word_similarity, index.slots["wording"])
        contra_words, _ = best_and_mean(word_similarity, index.slots["contradiction"], 1)
        pair_similarity = _dot_products(index.words.transform(pairs), self._word_rows_of)
        pair_words, _ = best_and_mean(pair_similarity, index.slots["wording"], 1)
        character_query = index.characters.transform([sentence.text for sentence in sentences])
        character_similarity = _dot_products(character_query, self._character_rows_of)
        characters, _ = best_and_mean(character_similarity, index.slots["wording"], 1)
        # A course without trained logits is decided on similarities alone; its logit is a scaled cosine.
        if index.head:
            logits, about = index.head.logits(reading.encoded)
        else:
            logits = about = 20 * (cosine_mean - 0.6)
        likely = (1 / (1 + np.exp(-logits))).astype(np.float32)

        chosen = np.zeros((len(sentences), count), dtype=bool)
        for scores, number in (
            (logits, CANDIDATES_BY_HEAD if index.head else 0),
            (about, CANDIDATES_BY_ABOUT if index.head else 0),
            (cosine_mean, CANDIDATES_BY_COSINE),
            (words, CANDIDATES_BY_WORDS),
        ):
            number = min(number, count)
            if number:
                best = np.argpartition(-scores, number - 1, axis=1)[:, :number]
                np.put_along_axis(chosen, best, True, axis=1)
        row, column = np.nonzero(chosen)

        zero = np.full((1, count), logits.min(), dtype=logits.dtype)
        before = np.concatenate([zero, logits[:-1]])
        after = np.concatenate([logits[1:], zero])
        elsewhere = _best_elsewhere(logits)
        rank = (-logits).argsort(axis=1).argsort(axis=1)
        top = self._topic_mass(likely)
        topic_before = np.concatenate([np.zeros((1, top.shape[1])), top[:-1]])
        topic_response = top.mean(axis=0)
        details = [
            compare_details(sentences[s], self.keys[f], sentences[s - 1] if s else None)
            for s, f in zip(row.tolist(), column.tolist(), strict=True)
        ]
        hedged = np.array([is_hedged(sentence) for sentence in sentences], dtype=np.float32)
        relevant = self._relevant[question_id]
        columns = [
            logits[row, column],
            logits[row, column] - _best_other(logits)[row, column],
            np.log1p(rank[row, column]),
            cosine[row, column],
            cosine_mean[row, column],
            cosine_mean[row, column] - _best_other(cosine_mean)[row, column],
            near[row, column] - cosine[row, column],
            contra[row, column] - cosine[row, column],
            words[row, column],
            words_mean[row, column],
            words_mean[row, column] - _best_other(words_mean)[row, column],
            characters[row, column],
            pair_words[row, column],
            before[row, column],
            after[row, column],
            elsewhere[row, column],
            topic_before[row, self.topics[column]],
            topic_response[self.topics[column]],
            relevant[column],
            *_columns(details),
            np.log1p([len(sentences[s].words) for s in row.tolist()]),
            likely.sum(axis=1)[row],
            hedged[row],
            self._row_counts[column],
            about[row, column],
            (about - logits)[row, column],
            contra_words[row, column] - words[row, column],
            *self._suspicions(sentences, row, column, about),
            *self._precedents(question_id, row, column, word_query, character_query),
            *self._contexts(sentences, row, column),
        ]
        values = np.stack([np.asarray(part, dtype=np.float32) for part in columns], axis=1)
        return Signals(row, column, values, index.head is not None)

    def _precedents(
        self,
        question_id: str,
        row: NDArray[np.int64],
        column: NDArray[np.int64],
        word_query: csr_matrix,
        character_query: csr_matrix,
    ) -> Vectors:
        """What marked responses say of each candidate, shape (6, candidates); 0 where the course has none."""
        result = np.zeros((6, len(row)), dtype=np.float32)
        precedents = self.index.precedents
        if precedents is None or self._precedent_rows_of is None:
            return result
        for place, (query, rows_of) in enumerate(
            zip((word_query, character_query), self._precedent_rows_of, strict=True)
        ):
            similarity = _dot_products(query, rows_of)
            result[2 * place : 2 * place + 2] = best_and_share(similarity, precedents.conveyed, row, column)
        result[4:] = np.log(np.stack(self._rates[question_id])[:, column] + 0.01)
        return result

    def _suspicions(
        self,
        sentences: Sequence[SentenceReading],
        row: NDArray[np.int64],
        column: NDArray[np.int64],
        about: Vectors,
    ) -> Vectors:
        """For each candidate, shape (8, candidates): a date or figure in conflict with it that no likely fact of its
        sentence explains; a name that stands where another of its kind should; the same where no candidate at all
        explains the date or figure, and no likely fact the name; how far off the date is (log of years); whether the
        figure counts what the fact's figure counts.
        """
        result = np.zeros((8, len(row)), dtype=np.float32)
        candidates: dict[int, list[int]] = {}
        for place, sentence in enumerate(row.tolist()):
            candidates.setdefault(sentence, []).append(place)
        for number, places in candidates.items():
            sentence = sentences[number]
            if not (sentence.dates or sentence.quantities or sentence.terms):
                continue
            keys = [self.keys[column[place]] for place in places]
            likely = [
                key for place, key in zip(places, keys, strict=True) if about[number, column[place]] > LIKELY_ABOUT
            ]
            dates = [date for date in sentence.dates if not any(date_agrees(date, key) for key in likely)]
            strange_dates = [date for date in dates if not any(date_agrees(date, key) for key in keys)]
            figures = [q for q in sentence.quantities if not any(number_agrees(q, key) for key in likely)]
            strange_figures = [q for q in figures if not any(number_agrees(q, key) for key in keys)]
            strange_terms = set(sentence.terms).difference(*(key.names for key in likely))
            for place, key in zip(places, keys, strict=True):
                wrong_dates = [date for date in dates if not date_agrees(date, key)] if key.years else []
                result[0, place] = bool(wrong_dates)
                here = [q for q in figures_of(sentence, key) if q in figures] if key.numbers else []
                wrong_figures = [q for q in here if not number_agrees(q, key)]
                result[1, place] = bool(wrong_figures)
                missing = key.names - {*sentence.terms, *sentence.references}
                kinds = {self._kind.get(name) for name in missing} & SWAPPED_KINDS
                others = {term for term in sentence.terms if term not in key.names and self._kind.get(term) in kinds}
                result[2, place] = bool(others)
                result[3, place] = any(date in strange_dates for date in wrong_dates)
                result[4, place] = any(q in strange_figures for q in wrong_figures)
                result[5, place] = bool(others & strange_terms)
                result[6, place] = math.log1p(min((years_apart(date, key) for date in wrong_dates), default=0))
                result[7, place] = any(same_unit(q, right) for q in wrong_figures for right in key.numbers)
        return result

    def _contexts(
        self, sentences: Sequence[SentenceReading], row: NDArray[np.int64], column: NDArray[np.int64]
    ) -> Vectors:
        """For each candidate with a date, figure or name that is not the fact's, shape (8, candidates).

        How like the words around it are to those around the right one in the fact's wordings; the same less how like they
        are to those around the wrong one anywhere in the bank; for dates and figures, the same less how like the words
        around a right one in the sentence are. Of several the one most in place counts; 0 where there is none.
        """
        result = np.zeros((8, len(row)), dtype=np.float32)
        contexts = self.index.contexts
        details = [details_in(sentence, self._kind) for sentence in sentences]
        said = contexts.compare([sentence.text for sentence in sentences], details)
        for place, (number, fact) in enumerate(zip(row.tolist(), column.tolist(), strict=True)):
            key, here = self.keys[fact], said[number]
            if not here:
                continue
            dates = [(one, date_agrees(one.detail.said, key)) for one in here if isinstance(one.detail.said, Date)]
            figures = [
                (one, number_agrees(one.detail.said, key))
                for one in here
                if isinstance(one.detail.said, Quantity) and one.detail.said.unit != "ordinal"
            ]
            if key.years:
                result[0:3, place] = _most_in_place(dates, fact)
            if key.numbers:
                result[3:6, place] = _most_in_place(figures, fact)
            missing = key.names - {*sentences[number].terms, *sentences[number].references}
            for one in here if missing else ():
                name = one.detail.said
                if isinstance(name, str) and name not in key.names:
                    instead = [other for other in missing if self._kind.get(other) == self._kind.get(name)]
                    context = contexts.like_name(one, fact, instead)
                    if context > result[6, place]:
                        result[6:8, place] = context, one.lead(context)
        return result

    def _topic_mass(self, likely: Vectors) -> Vectors:
        """How much of each sentence lies under each heading of the notes, shape (sentences, headings + 1)."""
        mass = np.zeros((len(likely), len(self.course.headings) + 1), dtype=np.float32)
        np.add.at(mass.T, self.topics, likely.T)
        return np.minimum(mass, 2.0)


def _most_in_place(details: Sequence[tuple[DetailLikeness, bool]], fact: int) -> tuple[float, float, float]:
    """Context, lead and rival of the wrong detail whose surroundings are most like those of a fact's right one.

    Args:
        details: dates or figures of a sentence, each with whether it agrees with the fact.
        fact: the fact.
    """
    right = max((float(one.facts[fact]) for one, agrees in details if agrees), default=0.0)
    wrong = [(float(one.facts[fact]), one) for one, agrees in details if not agrees]
    if not wrong:
        return 0.0, 0.0, 0.0
    context, one = max(wrong, key=lambda found: found[0])
    return context, one.lead(context), context - right


def _dot_products(queries: csr_matrix, rows_of: csr_matrix) -> Vectors:
    """Products of every query with every row of the bank, shape (queries, rows).

    Args:
        queries: shape (queries, n-grams).
        rows_of: for each n-gram the rows of the bank that hold it, shape (n-grams, rows).
    """
    used = np.unique(queries.indices)  # only their rows are touched, and the result is dense from the start
    return np.asarray((rows_of[used].T @ queries[:, used].toarray().T).T)


_HEDGES = {
    "if",
    "would",
    "could",
    "might",
    "whether",
    "some",
    "claim",
    "claims",
    "argue",
    "argues",
    "supposedly",
    "allegedly",
}
_DENIALS = {
    "not",
    "n't",
    "never",
    "no",
    "nor",
    "neither",
    "without",
    "hardly",
    "nt",
    "didnt",
    "wasnt",
    "couldnt",
    "isnt",
}


def is_hedged(sentence: SentenceReading) -> float:
    """Whether a sentence denies, attributes, asks or supposes: 0 none, rising by 0.5 a sign to 1."""
    words = set(sentence.words)
    signs = bool(words & _HEDGES) + bool(words & _DENIALS) + sentence.text.rstrip().endswith("?")
    return min(1.0, signs / 2)


def _columns(details: list[DetailAgreement]) -> list[Vectors]:
    if not details:
        return [np.zeros(0, dtype=np.float32)] * 6
    return list(
        np.array(
            [
                (d.dates_agree, d.dates_conflict, d.numbers_agree, d.numbers_conflict, d.names_share, d.names_missing)
                for d in details
            ],
            dtype=np.float32,
        ).T
    )


def _best_other(scores: Vectors) -> Vectors:
    """For each entry the best of the others in its row."""
    if scores.shape[1] < 2:
        return np.zeros_like(scores)
    order = np.partition(scores, -2, axis=1)
    best, second = order[:, -1:], order[:, -2:-1]
    return np.where(scores >= best, second, best)


def _best_elsewhere(scores: Vectors) -> Vectors:
    """For each entry the best of its column in the other rows."""
    return _best_other(scores.T).T if len(scores) > 1 else np.full_like(scores, -math.inf).clip(-20)
