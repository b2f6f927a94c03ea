"""How far a response argues each factor: missing, mentioned or developed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Course, Factor, Question, Status
from assistant.scoring.fitted import BoostedTrees
from assistant.scoring.roles import ROLES

STATUSES: tuple[Status, ...] = ("missing", "mentioned", "developed")
FACTOR_FEATURES = (
    "facts", "facts_expected", "best_fact", "second_fact", "about", "title_cosine", "title_cosine_argued", "title_words",
    "title_words_argued", "argued_beside_evidence", "evidence_sentences", "paragraph_share", "explained", "claims", "rival_share",
    "facts_in_bank", "factors", "own_facts", "sentences",
)  # fmt: skip


@dataclass(frozen=True)
class FactorProfile:
    """What the factors of a question look like to the encoder and in words; made once for a question."""

    factor: Factor
    facts: NDArray[np.int64]
    vector: Vectors
    words: frozenset[str]


def argued(role_probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely each sentence argues rather than tells: claim, explain, counter or judgement."""
    columns = [ROLES.index(role) for role in ("claim", "explain", "counter", "judgement")]
    return role_probability[:, columns].sum(axis=1)


def profile_factors(
    course: Course, question: Question, vectors: Sequence[Vectors], forms: Sequence[str]
) -> list[FactorProfile]:
    """Profiles of a question's factors, given the vectors and comparable words of their titles."""
    number = {fact.id: i for i, fact in enumerate(course.facts)}
    return [
        FactorProfile(
            factor,
            np.array([number[fact.id] for fact in course.facts_of_factor(factor)], dtype=np.int64),
            vector,
            frozenset(form.split()),
        )
        for factor, vector, form in zip(question.factors, vectors, forms, strict=True)
    ]


def factor_features(
    reading: Reading, profiles: Sequence[FactorProfile], conveyed: Vectors, about: Vectors, roles: NDArray[np.float64]
) -> Vectors:
    """Features of each factor of one response, shape (factors, len(FACTOR_FEATURES)).

    Args:
        reading: the response.
        profiles: the question's factors.
        conveyed: probability that each sentence conveys each fact, shape (sentences, facts).
        about: probability that each sentence is about each fact, the same shape.
        roles: role probabilities, shape (sentences, 7).
    """
    sentences = reading.sentences
    count = len(sentences)
    if not count:
        return np.zeros((len(profiles), len(FACTOR_FEATURES)), dtype=np.float32)
    vectors = np.stack([item.mean for item in reading.encoded])
    arguing = argued(roles)
    paragraphs = np.array([sentence.paragraph for sentence in sentences])
    same = paragraphs[:, None] == paragraphs[None, :]
    best = conveyed.max(axis=0)
    evidence = np.stack(
        [conveyed[:, profile.facts].max(axis=1) for profile in profiles], axis=1
    )  # (sentences, factors)
    cosine = vectors @ np.stack([profile.vector for profile in profiles]).T
    words = np.array(
        [
            [len(profile.words & set(sentence.form.split())) / max(1, len(profile.words)) for profile in profiles]
            for sentence in sentences
        ]
    )
    owners = np.zeros(conveyed.shape[1])
    for profile in profiles:
        owners[profile.facts] += 1
    explain = roles[:, ROLES.index("explain")]
    claim = roles[:, ROLES.index("claim")]
    rows = []
    for i, profile in enumerate(profiles):
        probabilities = np.sort(best[profile.facts])[::-1]
        held = evidence[:, i]
        # Argument in the paragraph of the evidence, or in a paragraph that is about this factor by its words.
        beside = (same * held[None, :]).max(axis=1)
        own = profile.facts[owners[profile.facts] == 1]
        rivals = np.delete(evidence, i, axis=1).max(axis=1) if evidence.shape[1] > 1 else np.zeros(count)
        rows.append(
            [
                float((probabilities >= 0.5).sum()),
                float(probabilities.sum()),
                float(probabilities[0]),
                float(probabilities[1]) if len(probabilities) > 1 else 0.0,
                float(about[:, profile.facts].max(axis=1).sum()),
                float(cosine[:, i].max()),
                float((cosine[:, i] * arguing).max()),
                float(words[:, i].max()),
                float((words[:, i] * arguing).max()),
                float((arguing * beside).sum()),
                float((held >= 0.5).sum()),
                float((held * (held >= rivals)).sum() / count),
                float((explain * beside).sum()),
                float((claim * np.maximum(beside, words[:, i])).sum()),
                float(rivals.sum() / count),
                float(len(profile.facts)),
                float(len(profiles)),
                float(best[own].sum()) if len(own) else 0.0,
                float(np.log1p(count)),
            ]
        )
    return np.asarray(rows, dtype=np.float32)


_RISING = {
    "facts",
    "facts_expected",
    "best_fact",
    "second_fact",
    "title_cosine_argued",
    "argued_beside_evidence",
    "evidence_sentences",
    "explained",
    "own_facts",
}


class FactorStatusClassifier:
    """Status of factors as two ordered decisions (Frank & Hall, 2001): present at all, and developed.

    Each is a set of gradient-boosted trees with monotone constraints: more evidence or argument never lowers a status.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: Vectors, y: NDArray[np.int64]) -> FactorStatusClassifier:  # noqa: N803
        """Fit on factors: `X` of shape (factors, features), `y` 0 missing, 1 mentioned, 2 developed."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        self.classes_ = np.arange(3)
        self.steps_ = [
            BoostedTrees.of(
                HistGradientBoostingClassifier(
                    max_iter=120,
                    learning_rate=0.05,
                    max_leaf_nodes=8,
                    min_samples_leaf=15,
                    l2_regularization=3.0,
                    monotonic_cst=[int(name in _RISING) for name in FACTOR_FEATURES],
                    random_state=self.seed,
                ).fit(X, y >= step)
            )
            for step in (1, 2)
        ]
        return self

    def predict_proba(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of missing, mentioned and developed, shape (factors, 3)."""
        if not len(X):
            return np.zeros((0, 3))
        present = self.steps_[0].predict_proba(X)[:, 1]
        developed = np.minimum(self.steps_[1].predict_proba(X)[:, 1], present)
        return np.stack([1 - present, present - developed, developed], axis=1)

    def predict(self, X: Vectors) -> NDArray[np.int64]:  # noqa: N803
        """The likeliest status of each factor."""
        return self.predict_proba(X).argmax(axis=1)
