"""Put the estimators together: from a reading to facts, errors, roles, factors, judgement, mark and range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Course, ErrorKind, Question, Span
from assistant.scoring.error_detection import ErrorDecider, WrongClaimFound, choose_errors
from assistant.scoring.factor_status import FactorProfile, FactorStatusClassifier, factor_features
from assistant.scoring.marks import MarkModel, response_features
from assistant.scoring.matcher import FactDecider, FactMatch, choose_matches
from assistant.scoring.roles import RoleClassifier, sentence_features
from assistant.scoring.signals import NAMES, SignalReader, Signals


@dataclass
class Models:
    """The fitted estimators and the working points. Works for any course; `with_head` models need trained logits."""

    facts: FactDecider
    errors: ErrorDecider
    roles: RoleClassifier
    factors: FactorStatusClassifier
    marks: MarkModel
    fact_threshold: float
    error_threshold: float


@dataclass(frozen=True)
class Scores:
    """What the estimators say of one response, by index of sentence, fact and factor."""

    matches: list[FactMatch]
    errors: list[WrongClaimFound]
    conveyed: Vectors
    roles: NDArray[np.float64]
    statuses: NDArray[np.float64]
    factor_facts: list[list[int]]
    factor_sentences: list[list[int]]
    judgement: float
    mark: int
    mark_range: tuple[int, int]
    features: Vectors


def spread(signals: Signals, values: NDArray, shape: tuple[int, int]) -> Vectors:
    """Values of candidates laid out as (sentences, facts), 0 where there is no candidate."""
    table = np.zeros(shape, dtype=np.float32)
    table[signals.sentence, signals.fact] = values
    return table


class Scorer:
    """Scores the readings of one course.

    Args:
        course: the course.
        reader: computes signals over the course's index.
        models: fitted estimators.
        profiles: factor profiles by question id.
        prompts: content lemmas of each question's prompt.
    """

    def __init__(
        self,
        course: Course,
        reader: SignalReader,
        models: Models,
        profiles: dict[str, list[FactorProfile]],
        prompts: dict[str, frozenset[str]],
    ) -> None:
        self.course = course
        self.reader = reader
        self.models = models
        self.profiles = profiles
        self.prompts = prompts

    def score(self, reading: Reading, question: Question, signals: Signals | None = None) -> Scores:
        """Score one response; `signals` may be given where they were computed before."""
        models = self.models
        signals = signals or self.reader.read(reading, question.id)
        conveyed_p = models.facts.predict_proba(signals.values)[:, 1]
        error_p = models.errors.predict_proba(np.column_stack([signals.values, conveyed_p]))[:, 1]
        tables = response_tables(reading, signals, conveyed_p, len(self.course.facts))
        relevant = self.reader.relevant(question.id)
        # A credit below the working point is no credit: what is shown and what is counted must be the same.
        credited = np.where(tables.conveyed >= models.fact_threshold, tables.conveyed, 0.0)
        texts = [sentence.text for sentence in reading.sentences]
        roles = models.roles.predict_proba(
            texts,
            sentence_features(
                reading, credited.sum(axis=1), credited[:, relevant].sum(axis=1), self.prompts[question.id]
            ),
        )
        profiles = self.profiles[question.id]
        statuses = models.factors.predict_proba(
            factor_features(reading, profiles, tables.conveyed, tables.about, roles)
        )
        wrong = spread(signals, error_p, tables.conveyed.shape).max(axis=1) if len(reading.sentences) else np.zeros(0)
        wrong = np.where(wrong >= models.error_threshold, wrong, 0.0)
        style = self.course.rubric.style(question.style)
        features = response_features(reading, question, style, credited, relevant, wrong, roles, statuses)
        ((mark, mark_range, judgement),) = models.marks.predict(features[None, :], [style])
        matches = choose_matches(signals, conveyed_p, models.fact_threshold)
        errors = choose_errors(
            signals, error_p, models.error_threshold, reading.sentences, self.reader.keys, self._kinds(signals)
        )
        factor_facts, factor_sentences = self._places(profiles, credited, roles, reading)
        return Scores(
            matches,
            errors,
            credited,
            roles,
            statuses,
            factor_facts,
            factor_sentences,
            judgement,
            mark,
            mark_range,
            features,
        )

    def _kinds(self, signals: Signals) -> list[ErrorKind]:
        """The commonest kind among each candidate fact's known contradictions."""
        return [self.reader.usual_error[fact] for fact in signals.fact.tolist()]

    @staticmethod
    def _places(
        profiles: Sequence[FactorProfile], credited: Vectors, roles: NDArray[np.float64], reading: Reading
    ) -> tuple[list[list[int]], list[list[int]]]:
        facts, sentences = [], []
        for profile in profiles:
            held = credited[:, profile.facts]
            facts.append([int(f) for f in profile.facts[held.max(axis=0) > 0]] if len(held) else [])
            sentences.append([int(s) for s in np.flatnonzero(held.max(axis=1) > 0)] if held.size else [])
        return facts, sentences


@dataclass(frozen=True)
class ResponseTables:
    """Probabilities laid out as (sentences, facts)."""

    conveyed: Vectors
    about: Vectors


def response_tables(reading: Reading, signals: Signals, conveyed: NDArray[np.float64], facts: int) -> ResponseTables:
    """Lay out what candidates say as tables."""
    shape = (len(reading.sentences), facts)
    about = 1 / (1 + np.exp(-signals.values[:, NAMES.index("about")])) if len(signals.values) else np.zeros(0)
    return ResponseTables(spread(signals, conveyed, shape), spread(signals, about, shape))


def spans_of(reading: Reading, sentences: Sequence[int]) -> tuple[Span, ...]:
    """Spans of sentences by index, in order, each once."""
    return tuple(reading.sentences[i].span for i in sorted(set(sentences)))
