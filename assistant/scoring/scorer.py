"""Put the estimators together: from a reading to facts, errors, roles, factors, judgement, mark and range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import SentenceEncoder, Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Course, ErrorKind, Question, Span, Style
from assistant.scoring.error_detection import ErrorDecider, WrongClaimFound, choose_errors
from assistant.scoring.factor_status import FactorProfile, FactorStatusClassifier, factor_features
from assistant.scoring.marks import (
    RESPONSE_FEATURES,
    MarkModel,
    bare_arguments,
    ceiling,
    mostly_denies,
    response_features,
)
from assistant.scoring.matcher import FactDecider, FactMatch, choose_matches
from assistant.scoring.order import DISORDERED, disorder
from assistant.scoring.own_words import Aside, Screen, keep, leaning_of, off_question
from assistant.scoring.roles import ROLES, RoleClassifier, sentence_features
from assistant.scoring.signals import NAMES, SignalReader, Signals

CONFUSION_COSTS = 0.12
"""Share of the mark that it costs when sentences stand in no order or most deny something."""


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
    """What the estimators say of one response, by index of sentence, fact and factor.

    `asides` says of each sentence why it was set aside, or None; what is set aside earns no mark. `disordered`
    says that its sentences seem to stand in no order, `denying` that most of them deny something.
    """

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
    asides: tuple[Aside | None, ...] = ()
    disordered: bool = False
    denying: bool = False


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
        encoder: reads what is left anew where sentences are set aside.
    """

    def __init__(
        self,
        course: Course,
        reader: SignalReader,
        models: Models,
        profiles: dict[str, list[FactorProfile]],
        prompts: dict[str, frozenset[str]],
        encoder: SentenceEncoder | None = None,
    ) -> None:
        self.course = course
        self.reader = reader
        self.models = models
        self.profiles = profiles
        self.prompts = prompts
        self.encoder = encoder
        self.screen = Screen(course, reader.index, reader.vectors, encoder.known_words if encoder else ())

    def score(self, reading: Reading, question: Question, signals: Signals | None = None) -> Scores:
        """Score what a student wrote of a response; `signals` may be given where they were computed before."""
        likeness = self.reader.likeness(reading)
        asides = np.array(self.screen.asides(reading, question, likeness.cosine), dtype=object)
        kept = np.array([aside is None for aside in asides], dtype=bool)
        if not kept.any():
            return self._nothing(question, tuple(asides))
        if kept.all():
            own, signals = reading, signals or self.reader.read(reading, question.id, likeness)
        else:
            own, signals = self._part(reading, kept, signals)
        scores = self._score(own, question, signals)
        relevant = self.reader.relevant(question.id)
        away = off_question(own, scores.conveyed, relevant, leaning_of(likeness.cosine[kept], relevant))
        if away.any():
            # Knowledge of other things is shown, as it is there; the mark rests on what answers the question.
            rest = self._nothing(question, ())
            if not away.all():
                part, part_signals = self._part(own, ~away, signals)
                rest = self._score(part, question, part_signals)
            if rest.mark <= scores.mark:
                low, high = rest.mark_range
                # The mark it would have if all of it answered the question stays within the range.
                mark_range = (low, max(high, scores.mark)) if not away.all() else rest.mark_range
                scores = replace(
                    scores, mark=rest.mark, mark_range=mark_range, judgement=rest.judgement, features=rest.features
                )
            asides[np.flatnonzero(kept)[away]] = "off-question"
        return _lay_out(scores, kept, tuple(asides))

    def _part(
        self, reading: Reading, kept: NDArray[np.bool_], signals: Signals | None
    ) -> tuple[Reading, Signals | None]:
        """The sentences kept, and their signals where they were given."""
        part = keep(reading, kept)
        if signals is not None:
            return part, signals.keep(kept)
        if self.encoder:
            # A sentence's vector depends on its neighbours, and these have changed.
            texts = [sentence.text for sentence in part.sentences]
            encoded = self.encoder.encode(texts, [sentence.paragraph for sentence in part.sentences])
            part = replace(part, encoded=tuple(encoded))
        return part, None

    def _score(self, reading: Reading, question: Question, signals: Signals | None) -> Scores:
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
        mark, mark_range, judgement = self._mark(features, question, style)
        bare = bare_arguments(reading, credited, roles, frozenset().union(*(profile.words for profile in profiles)))
        if bare.any() and not bare.all():
            # What would stand as well in any answer lends this one no weight.
            rest = keep(reading, ~bare)
            status = models.factors.predict_proba(
                factor_features(rest, profiles, tables.conveyed[~bare], tables.about[~bare], roles[~bare])
            )
            without = response_features(
                rest, question, style, credited[~bare], relevant, wrong[~bare], roles[~bare], status
            )
            lower = self._mark(without, question, style)
            if lower[0] < mark:
                features, (mark, mark_range, judgement) = without, lower
        disordered = disorder(reading, credited, roles, self.reader.topics) > DISORDERED
        denying = mostly_denies(reading)
        if disordered or denying:
            # An argument that cannot be followed, or denies what it tells, is worth less than its sentences.
            mark, mark_range = _held_down(mark, mark_range, ceil(CONFUSION_COSTS * mark))
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
            disordered=disordered,
            denying=denying,
        )

    def _mark(self, features: Vectors, question: Question, style: Style) -> tuple[int, tuple[int, int], float]:
        """Mark, range and judgement, with the mark held down where coverage alone would make it."""
        ((mark, (low, high), judgement),) = self.models.marks.predict(features[None, :], [style])
        excess = max(0, mark - ceiling(features, question, style))
        return *_held_down(mark, (low, high), excess), judgement

    def _nothing(self, question: Question, asides: tuple[Aside | None, ...]) -> Scores:
        """Scores of a response that holds no answer."""
        factors = len(question.factors)
        return Scores(
            matches=[],
            errors=[],
            conveyed=np.zeros((len(asides), len(self.course.facts)), dtype=np.float32),
            roles=np.tile(np.array([float(role == "other") for role in ROLES]), (len(asides), 1)),
            statuses=np.tile(np.array([1.0, 0.0, 0.0]), (factors, 1)),
            factor_facts=[[] for _ in range(factors)],
            factor_sentences=[[] for _ in range(factors)],
            judgement=0.0,
            mark=0,
            mark_range=(0, 0),
            features=np.zeros(len(RESPONSE_FEATURES), dtype=np.float32),
            asides=asides,
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


def _held_down(mark: int, mark_range: tuple[int, int], by: int) -> tuple[int, tuple[int, int]]:
    """A lower mark, and a range that still reaches to the mark it would be if there were no reason to lower it."""
    return mark - by, (max(0, mark_range[0] - by), max(mark_range[1] - by, mark))


def _lay_out(scores: Scores, kept: NDArray[np.bool_], asides: tuple[Aside | None, ...]) -> Scores:
    """Scores of the sentences kept as scores of the whole response; sentences set aside have no role and convey nothing."""
    place = np.flatnonzero(kept).tolist()
    conveyed = np.zeros((len(kept), scores.conveyed.shape[1]), dtype=scores.conveyed.dtype)
    conveyed[kept] = scores.conveyed
    roles = np.tile(np.array([float(role == "other") for role in ROLES]), (len(kept), 1))
    roles[kept] = scores.roles
    return replace(
        scores,
        matches=[replace(match, sentence=place[match.sentence]) for match in scores.matches],
        errors=[replace(error, sentence=place[error.sentence]) for error in scores.errors],
        conveyed=conveyed,
        roles=roles,
        factor_sentences=[[place[s] for s in sentences] for sentences in scores.factor_sentences],
        asides=asides,
    )


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
