"""Fit the estimators on marked responses, and predict held-out ones by cross-validation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from assistant.nlp.reading import Reading
from assistant.schemas import Course, MarkedResponse
from assistant.scoring.agreement import harmonic_mean
from assistant.scoring.error_detection import ErrorDecider
from assistant.scoring.factor_status import FactorProfile, FactorStatusClassifier, factor_features
from assistant.scoring.marks import MarkModel, response_features
from assistant.scoring.matcher import FactDecider
from assistant.scoring.planted_errors import source_of
from assistant.scoring.roles import RoleClassifier, sentence_features
from assistant.scoring.scorer import Models, response_tables, spread
from assistant.scoring.signals import NAMES, SignalReader, Signals

INNER_FOLDS = 3
PLANTED_WEIGHT = 0.3
"""Weight of a candidate from a sentence with a planted error beside one that a student wrote."""
MIN_ERROR_PRECISION = 0.85
MIN_ACCUSATIONS = 20
"""Accusations needed before their precision is believed."""


@dataclass(frozen=True)
class TrainingRow:
    """A marked response as read, with signals from an encoder that was never trained on it."""

    response: MarkedResponse
    reading: Reading
    signals: Signals
    profiles: list[FactorProfile]


@dataclass(frozen=True)
class Labels:
    """A marker's labels laid on a reading.

    `conveyed` and `wrong` are tables (sentences, facts); `counted` says which facts are scored at all; `roles` has one
    entry a sentence. A marker credits lines of the notes, and a line may feed several facts: `lines` holds the facts of
    each line credited in the response, and `shared`, by sentence, those of the credited lines that feed several.
    """

    conveyed: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    roles: list[str]
    lines: list[frozenset[int]]
    shared: list[list[frozenset[int]]]


def facts_of_lines(course: Course) -> dict[int, set[int]]:
    """For each note line the numbers of the facts it feeds."""
    table: dict[int, set[int]] = {}
    for number, fact in enumerate(course.facts):
        for line in fact.lines:
            table.setdefault(line, set()).add(number)
    return table


def lay_labels(course: Course, row_response: MarkedResponse, reading: Reading) -> Labels:
    """Lay a marker's labels, given by sentence and note line, on the sentences and facts of a reading."""
    of_line = facts_of_lines(course)
    spans = row_response.layout()[1]
    shape = (len(reading.sentences), len(course.facts))
    conveyed, wrong = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    roles = ["other"] * len(reading.sentences)
    unscored = set(course.unscored_lines)
    credited: set[int] = set()
    shared: list[list[frozenset[int]]] = []
    for index, sentence in enumerate(reading.sentences):
        lines: set[int] = set()
        for marked, span in zip(row_response.sentences, spans, strict=True):
            if span[0] < sentence.span[1] and sentence.span[0] < span[1]:
                lines |= set(marked.lines) & of_line.keys()
                for claim in marked.wrong:
                    wrong[index, list(of_line.get(claim.line, ()))] = True
                roles[index] = marked.role
        for line in lines:
            conveyed[index, list(of_line[line])] = True
        single = {fact for line in lines for fact in of_line[line] if len(of_line[line]) == 1}
        choices = [frozenset(of_line[line]) for line in sorted(lines) if len(of_line[line]) > 1]
        shared.append([facts for facts in choices if not facts & single])
        credited |= lines - unscored
    counted = np.ones(len(course.facts), dtype=bool)
    for line in course.unscored_lines:
        counted[list(of_line.get(line, ()))] = False
    due = [frozenset(of_line[line]) for line in sorted(credited)]
    return Labels(conveyed, wrong & ~conveyed, counted, roles, due, shared)


def settled(signals: Signals, label: Labels) -> NDArray[np.bool_]:
    """Which candidates a decider may learn from: of facts of which a marker credited at least one, only the likeliest.

    Shape (candidates,).
    """
    keep = label.counted[signals.fact].copy()
    likeliest = signals.values[:, NAMES.index("logit")]
    for sentence, choices in enumerate(label.shared):
        here = np.flatnonzero(signals.sentence == sentence) if choices else ()
        best = {
            max((i for i in here if signals.fact[i] in facts), key=lambda i: likeliest[i], default=-1)
            for facts in choices
        }
        doubtful = {i for facts in choices for i in here if signals.fact[i] in facts} - best
        keep[sorted(doubtful)] = False
    return keep


@dataclass(frozen=True)
class Deciders:
    """Fitted deciders with their working points, and what they said of each row's candidates when it was held out."""

    facts: FactDecider
    errors: ErrorDecider
    fact_threshold: float
    error_threshold: float
    conveyed: list[NDArray[np.float64]]
    wrong: list[NDArray[np.float64]]


def fit_deciders(
    rows: Sequence[TrainingRow],
    labels: Sequence[Labels],
    with_head: bool,
    seed: int = 0,
    planted: Sequence[tuple[TrainingRow, Labels]] = (),
) -> Deciders:
    """Fit the deciders on the candidates of `rows`, with or without the signals that need trained logits.

    `planted` are rows of the same responses with errors planted in them; their working points are not asked.
    """
    real = [candidates_of(row, label) for row, label in zip(rows, labels, strict=True)]
    spoilt = [candidates_of(row, label).of_wrong_sentences() for row, label in planted]
    place = {row.response.id: number for number, row in enumerate(rows)}
    parts = [*real, *spoilt]
    owners = [*range(len(rows)), *(place[source_of(row.response.id)] for row, _ in planted)]
    table = Candidates(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    owner = np.repeat(owners, [len(part.values) for part in parts])
    weight = np.repeat([1.0] * len(real) + [PLANTED_WEIGHT] * len(spoilt), [len(part.values) for part in parts])
    folds = list(GroupKFold(INNER_FOLDS).split(table.values, groups=owner))

    def fact_decider(chosen: NDArray[np.int64]) -> FactDecider:
        use = chosen[table.settled[chosen]]
        return FactDecider(with_head, seed).fit(table.values[use], table.conveyed[use], weight[use])

    conveyed = np.zeros(len(owner))
    for train, test in folds:
        conveyed[test] = fact_decider(train).predict_proba(table.values[test])[:, 1]
    # The error decider learns from the fact decider's held-out probabilities, as uncertain as they will be in use.
    x_error = np.column_stack([table.values, conveyed])

    def error_decider(chosen: NDArray[np.int64]) -> ErrorDecider:
        return ErrorDecider(with_head, seed).fit(x_error[chosen], table.wrong[chosen], weight[chosen])

    wrong = np.zeros(len(owner))
    for train, test in folds:
        wrong[test] = error_decider(train).predict_proba(x_error[test])[:, 1]
    split = np.cumsum([len(part.values) for part in parts])[: len(rows)]
    conveyed_rows, wrong_rows = np.split(conveyed, split)[: len(rows)], np.split(wrong, split)[: len(rows)]
    everything = np.arange(len(owner))
    return Deciders(
        fact_decider(everything),
        error_decider(everything),
        choose_fact_threshold(rows, labels, conveyed_rows),
        choose_error_threshold(rows, labels, wrong_rows),
        conveyed_rows,
        wrong_rows,
    )


class Candidates(NamedTuple):
    """Candidates with a marker's word on them, one row each; `settled` are those a fact decider may learn from."""

    values: NDArray[np.float32]
    conveyed: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    settled: NDArray[np.bool_]
    sentence_wrong: NDArray[np.bool_]

    def of_wrong_sentences(self) -> Candidates:
        """Those of sentences that hold a wrong claim."""
        here = self.sentence_wrong
        return Candidates(self.values[here], self.conveyed[here], self.wrong[here], self.settled[here], here[here])


def candidates_of(row: TrainingRow, label: Labels) -> Candidates:
    """The candidates of a row."""
    sentence, fact = row.signals.sentence, row.signals.fact
    return Candidates(
        row.signals.values,
        label.conveyed[sentence, fact],
        label.wrong[sentence, fact],
        settled(row.signals, label),
        np.asarray(label.wrong.any(axis=1))[sentence],
    )


def fit_models(
    course: Course,
    reader: SignalReader,
    rows: Sequence[TrainingRow],
    prompts: dict[str, frozenset[str]],
    seed: int = 0,
    planted: Sequence[TrainingRow] = (),
) -> Models:
    """Fit every estimator on `rows`; the deciders also on `planted`, the same responses with errors planted in them.

    What one estimator hands to the next is predicted by inner cross-validation over responses, so that each learns
    from inputs as uncertain as they will be on new responses.
    """
    labels = [lay_labels(course, row.response, row.reading) for row in rows]
    spoilt = [(row, lay_labels(course, row.response, row.reading)) for row in planted]
    deciders = fit_deciders(rows, labels, all(row.signals.has_head for row in rows), seed, spoilt)
    conveyed_rows, wrong_rows = deciders.conveyed, deciders.wrong
    fact_threshold, error_threshold = deciders.fact_threshold, deciders.error_threshold

    tables = [
        response_tables(row.reading, row.signals, p, len(course.facts))
        for row, p in zip(rows, conveyed_rows, strict=True)
    ]
    credited = [np.where(table.conveyed >= fact_threshold, table.conveyed, 0.0) for table in tables]
    relevant = [reader.relevant(row.response.question) for row in rows]
    features = [
        sentence_features(row.reading, table.sum(axis=1), table[:, mask].sum(axis=1), prompts[row.response.question])
        for row, table, mask in zip(rows, credited, relevant, strict=True)
    ]
    texts = [[sentence.text for sentence in row.reading.sentences] for row in rows]
    role_p: list[NDArray[np.float64]] = [np.zeros(0)] * len(rows)
    numbers = np.arange(len(rows))
    for train, test in GroupKFold(INNER_FOLDS).split(numbers, groups=numbers):
        model = _fit_roles(train, texts, features, labels, seed)
        for i in test:
            role_p[i] = model.predict_proba(texts[i], features[i])
    roles = _fit_roles(numbers, texts, features, labels, seed)

    factor_x = [
        factor_features(row.reading, row.profiles, table.conveyed, table.about, p)
        for row, table, p in zip(rows, tables, role_p, strict=True)
    ]
    factor_y = [
        np.array([row.response.factors.get(profile.factor.id, 0) for profile in row.profiles], dtype=np.int64)
        for row in rows
    ]
    status_p: list[NDArray[np.float64]] = [np.zeros(0)] * len(rows)
    for train, test in GroupKFold(INNER_FOLDS).split(numbers, groups=numbers):
        model_f = FactorStatusClassifier(seed).fit(
            np.concatenate([factor_x[i] for i in train]), np.concatenate([factor_y[i] for i in train])
        )
        for i in test:
            status_p[i] = model_f.predict_proba(factor_x[i])
    factors = FactorStatusClassifier(seed).fit(np.concatenate(factor_x), np.concatenate(factor_y))

    styles = [course.rubric.style(course.question(row.response.question).style) for row in rows]
    response_x = np.stack(
        [
            response_features(
                row.reading,
                course.question(row.response.question),
                style,
                table,
                mask,
                _sentence_errors(row, p, error_threshold, len(course.facts)),
                roles_i,
                statuses,
            )
            for row, style, table, mask, p, roles_i, statuses in zip(
                rows, styles, credited, relevant, wrong_rows, role_p, status_p, strict=True
            )
        ]
    )
    marks = MarkModel(seed=seed).fit(
        response_x,
        [row.response.mark for row in rows],
        [row.response.judgement for row in rows],
        styles,
        [row.response.question for row in rows],
    )
    return Models(deciders.facts, deciders.errors, roles, factors, marks, fact_threshold, error_threshold)


def _sentence_errors(row: TrainingRow, p: NDArray[np.float64], threshold: float, facts: int) -> NDArray[np.float64]:
    wrong = (
        spread(row.signals, p, (len(row.reading.sentences), facts)).max(axis=1)
        if len(row.reading.sentences)
        else np.zeros(0)
    )
    return np.where(wrong >= threshold, wrong, 0.0)


def _fit_roles(
    chosen: Iterable[int], texts: list[list[str]], features: list[NDArray], labels: list[Labels], seed: int
) -> RoleClassifier:
    picked = list(chosen)
    return RoleClassifier(seed=seed).fit(
        [text for i in picked for text in texts[i]],
        np.concatenate([features[i] for i in picked]),
        [role for i in picked for role in labels[i].roles],
        [i for i in picked for _ in texts[i]],
    )


def choose_fact_threshold(
    rows: Sequence[TrainingRow], labels: Sequence[Labels], probabilities: Sequence[NDArray[np.float64]]
) -> float:
    """The probability at which held-out F1 is best: precision over facts, recall over the lines a marker credited."""
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.8, 0.02):
        counts = [count_evidence(*one, threshold) for one in zip(rows, labels, probabilities, strict=True)]
        best = max(best, (sum(counts, EvidenceCounts()).f1, float(threshold)))
    return best[1]


class EvidenceCounts(NamedTuple):
    """Facts credited rightly and beside the marker, and how many of the lines a marker credited were found."""

    right: int = 0
    extra: int = 0
    found: int = 0
    lines: int = 0

    def __add__(self, other: tuple[Any, ...]) -> EvidenceCounts:
        return EvidenceCounts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def precision(self) -> float:
        """Share of the facts credited that the marker credits too."""
        return self.right / max(1, self.right + self.extra)

    @property
    def recall(self) -> float:
        """Share of the marker's lines of which at least one fact is credited."""
        return self.found / max(1, self.lines)

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return harmonic_mean(self.precision, self.recall)


def count_evidence(
    row: TrainingRow, label: Labels, probability: NDArray[np.float64], threshold: float
) -> EvidenceCounts:
    """How the credits of one response at a working point agree with the marker's."""
    found = set(row.signals.fact[probability >= threshold].tolist())
    due = frozenset().union(*label.lines)
    open_facts = set(np.flatnonzero(label.wrong.any(axis=0) | ~label.counted).tolist())
    lines = sum(bool(facts & found) for facts in label.lines)
    return EvidenceCounts(len(found & due), len(found - due - open_facts), lines, len(label.lines))


def choose_error_threshold(
    rows: Sequence[TrainingRow], labels: Sequence[Labels], probabilities: Sequence[NDArray[np.float64]]
) -> float:
    """The lowest probability at which held-out accusations are right often enough, counted by sentence."""
    scored: list[tuple[float, bool]] = []
    for row, label, p in zip(rows, labels, probabilities, strict=True):
        best: dict[int, float] = {}
        for sentence, value in zip(row.signals.sentence.tolist(), p.tolist(), strict=True):
            best[sentence] = max(best.get(sentence, 0.0), value)
        due: NDArray[np.bool_] = np.asarray(label.wrong.any(axis=1))
        scored += [(value, bool(due[sentence])) for sentence, value in best.items()]
    scored.sort(reverse=True)
    threshold, right = 0.99, 0
    for count, (value, is_right) in enumerate(scored, 1):
        right += is_right
        if count >= MIN_ACCUSATIONS and right / count >= MIN_ERROR_PRECISION:
            threshold = value
    return float(threshold)
