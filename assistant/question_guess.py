"""Recognise which question of the course a response answers, where nobody said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.nlp.encoder import SentenceEncoder, Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Course
from assistant.scoring.scorer import Scorer, spread

CLEAR_LEAD = 0.4
"""Lead over the second question, in standard deviations over all questions, from which a guess is seldom wrong."""
LEAST_FACTS = 0.5
"""Expected number of facts below which, without a clear lead, an answer is about none of the questions."""
FACT_THRESHOLD = 0.3
"""A guess may rest on facts that are likelier absent than present: many of them together tell."""


@dataclass(frozen=True)
class QuestionGuess:
    """The likeliest question, the one after it ("" if there is only one), and whether the first leads clearly."""

    question: str
    second: str
    clear: bool


class QuestionGuesser:
    """Compares an answer with every question of a course: with prompts and factors in meaning and words, and by facts.

    Args:
        course: the course.
        encoder: gives the vectors of prompts and factors' titles.
        forms: gives their comparable words.
        scorer: finds facts.
    """

    def __init__(
        self,
        course: Course,
        encoder: SentenceEncoder,
        forms: Callable[[Iterable[str]], list[str]],
        scorer: Scorer,
    ) -> None:
        self._scorer = scorer
        self._questions = [question.id for question in course.questions]
        lines = [[question.prompt, *(factor.title for factor in question.factors)] for question in course.questions]
        vectors = [np.stack([sentence.mean for sentence in encoder.encode(texts)]) for texts in lines]
        # What all questions of a course have in common tells none of them from the others.
        self._centre = np.concatenate(vectors).mean(axis=0) if vectors else np.zeros(0)
        self._vectors = [rows - self._centre for rows in vectors]
        self._words = [frozenset(word for form in forms(texts) for word in form.split()) for texts in lines]
        self._word_weights = _rarity(self._words)
        relevant = np.array([scorer.reader.relevant(question) for question in self._questions], dtype=float)
        weights = np.log(1 + len(self._questions) / np.maximum(1, relevant.sum(axis=0)))
        weighted = relevant * weights
        self._fact_weights = weighted / np.sqrt(np.maximum(weighted.sum(axis=1, keepdims=True), 1e-9))

    def guess(self, reading: Reading) -> QuestionGuess | None:
        """The question a response seems to answer, or None where it is about none of them."""
        if not reading.sentences or not self._questions:
            return None
        sentences = np.stack([sentence.mean for sentence in reading.encoded]) - self._centre
        likeness = [sentences @ rows.T for rows in self._vectors]
        nearest = np.array([table.max(axis=1).mean() for table in likeness])
        covered = np.array([table.max(axis=0).mean() for table in likeness])
        words = {word for sentence in reading.sentences for word in sentence.form.split()}
        shared = np.array([sum(self._word_weights[word] for word in own & words) for own in self._words])
        whole = np.array([sum(self._word_weights[word] for word in own) for own in self._words])
        conveyed = self._facts(reading)
        parts = (nearest, covered, shared / whole, self._fact_weights @ conveyed)
        scores = np.mean([_standard(part) for part in parts], axis=0)
        order = np.argsort(-scores, kind="stable")
        clear = len(order) > 1 and bool(scores[order[0]] - scores[order[1]] >= CLEAR_LEAD)
        # What conveys no fact and names nothing of the course may lie nearest to a question by chance.
        named = any(sentence.terms for sentence in reading.sentences)
        if conveyed.sum() < LEAST_FACTS and not (clear and named):
            return None
        second = self._questions[order[1]] if len(order) > 1 else ""
        return QuestionGuess(self._questions[order[0]], second, clear or not second)

    def _facts(self, reading: Reading) -> Vectors:
        """How likely each fact is conveyed anywhere, shape (facts,). The question itself bears little on it."""
        signals = self._scorer.reader.read(reading, self._questions[0])
        likely = self._scorer.models.facts.predict_proba(signals.values)[:, 1]
        count = self._fact_weights.shape[1]
        found = spread(signals, likely, (len(reading.sentences), count)).max(axis=0)
        return np.where(found >= FACT_THRESHOLD, found, 0.0)


def _rarity(groups: Sequence[frozenset[str]]) -> dict[str, float]:
    """Weight of each word: the fewer questions use it, the more it tells."""
    counts: dict[str, int] = {}
    for words in groups:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return {word: float(np.log(1 + len(groups) / count)) for word, count in counts.items()}


def _standard(values: Vectors) -> Vectors:
    spread_of_values = values.std()
    return (values - values.mean()) / spread_of_values if spread_of_values > 1e-9 else np.zeros_like(values)
