"""How far a response argues each factor: missing, mentioned or developed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Course, Factor, Question, Status
from assistant.scoring.fitted import BoostedTrees, LogisticModel
from assistant.scoring.roles import ROLES

STATUSES: tuple[Status, ...] = ("missing", "mentioned", "developed")
FACTOR_FEATURES = (
    "facts", "own_facts", "best_fact", "second_fact", "fact_share", "about", "about_sentences", "title", "title_second",
    "title_margin", "title_argued", "title_paragraph", "words", "words_argued", "terms", "sentences", "claimed", "explained",
    "told", "specific", "chain", "linked", "best_paragraph", "rank", "others", "explain_share", "argued_share", "facts_in_bank",
    "factors",
)  # fmt: skip
_RISING = frozenset(
    [
        "facts", "own_facts", "best_fact", "second_fact", "fact_share", "about", "about_sentences", "title", "title_second",
        "title_argued", "title_paragraph", "words", "words_argued", "terms", "sentences", "claimed", "explained", "told", "specific",
        "chain", "linked", "best_paragraph",
    ]
)  # fmt: skip
REACH = 0.7
"""How much of a sentence's belonging to a factor is left in the sentence next to it in the paragraph."""


@dataclass(frozen=True)
class FactorProfile:
    """What the factors of a question look like to the encoder and in words; made once for a question."""

    factor: Factor
    facts: NDArray[np.int64]
    vector: Vectors
    words: frozenset[str]
    terms: frozenset[str] = frozenset()


def argued(role_probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """How likely each sentence argues rather than tells: claim, explain, counter or judgement."""
    columns = [ROLES.index(role) for role in ("claim", "explain", "counter", "judgement")]
    return role_probability[:, columns].sum(axis=1)


def profile_factors(
    course: Course, question: Question, vectors: Sequence[Vectors], forms: Sequence[str]
) -> list[FactorProfile]:
    """Profiles of a question's factors, given the vectors and comparable words of their titles."""
    number = {fact.id: i for i, fact in enumerate(course.facts)}
    facts = [course.facts_of_factor(factor) for factor in question.factors]
    return [
        FactorProfile(
            factor,
            np.array([number[fact.id] for fact in of_factor], dtype=np.int64),
            vector,
            frozenset(form.split()),
            frozenset(term for fact in of_factor for term in (*fact.terms, *fact.key.names)),
        )
        for factor, of_factor, vector, form in zip(question.factors, facts, vectors, forms, strict=True)
    ]


def centred_cosine(vectors: Vectors, titles: Vectors) -> Vectors:
    """Cosine of sentences and titles without what all the titles share, shape (sentences, titles).

    What every title of a question has in common says which question it is, and hides which factor a sentence is about.
    """
    if len(titles) < 3:
        return vectors @ titles.T
    shared = titles.mean(axis=0)
    shared /= max(1e-6, float(np.linalg.norm(shared)))
    along, along_title = vectors @ shared, titles @ shared
    left = np.clip(1 - along**2, 0.02, None)[:, None] * np.clip(1 - along_title**2, 0.02, None)[None, :]
    cosine: Vectors = (vectors @ titles.T - along[:, None] * along_title[None, :]) / np.sqrt(left)
    return cosine


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
    # A fact that feeds several factors speaks for each of them the less.
    owners = np.zeros(conveyed.shape[1])
    for profile in profiles:
        owners[profile.facts] += 1
    weight = 1 / np.maximum(owners, 1)
    best = conveyed.max(axis=0)
    held = _columns(profiles, lambda p: (conveyed[:, p.facts] * weight[p.facts]).max(axis=1, initial=0.0))
    talked = _columns(profiles, lambda p: (about[:, p.facts] * weight[p.facts]).max(axis=1, initial=0.0))
    cosine = centred_cosine(np.stack([s.mean for s in reading.encoded]), np.stack([p.vector for p in profiles]))
    words = _overlap([frozenset(s.form.split()) for s in sentences], [p.words for p in profiles])
    terms = _overlap([frozenset().union(*(s.terms for s in sentences))], [p.terms for p in profiles], whole=False)[0]

    role = {name: roles[:, i] for i, name in enumerate(ROLES)}
    arguing = argued(roles)
    paragraphs = np.array([sentence.paragraph for sentence in sentences])
    same = paragraphs[:, None] == paragraphs[None, :]
    apart = np.abs(np.arange(count)[:, None] - np.arange(count)[None, :])
    # Each sentence belongs to the factor it is nearest to, or to that of the sentences beside it.
    near = np.maximum.reduce([held, 0.6 * talked, np.clip((cosine - 0.15) / 0.5, 0, 1), 0.8 * words])
    near = np.where(near >= near.max(axis=1, keepdims=True), near, 0)
    near = ((same * REACH**apart)[:, :, None] * near[None, :, :]).max(axis=1)
    own = np.where(near >= near.max(axis=1, keepdims=True), near, 0)
    evidence = np.maximum(held, (role["evidence"] * _specific(reading))[:, None])
    close = same * 0.8 ** np.maximum(apart - 1, 0) * (apart > 0)
    explained = own * role["explain"][:, None]
    chain = (close[:, :, None] * (own * evidence)[None, :, :]).max(axis=1) * explained
    linked = held * (same[:, :, None] * (own * arguing[:, None])[None, :, :]).max(axis=1)
    by_paragraph = np.stack([own[paragraphs == p].sum(axis=0) for p in np.unique(paragraphs)])
    titles = np.stack([cosine[paragraphs == p].mean(axis=0) for p in np.unique(paragraphs)])
    total = own.sum(axis=0)
    facts_here = np.array([(best[p.facts] * weight[p.facts]).sum() for p in profiles])
    rivals = np.array(
        [
            np.delete(cosine, i, axis=1).max(axis=1) if len(profiles) > 1 else np.zeros(count)
            for i in range(len(profiles))
        ]
    ).T
    second = np.sort(cosine, axis=0)[-2] if count > 1 else cosine[0]
    top = [np.sort(best[p.facts] * weight[p.facts])[::-1] for p in profiles]
    values = {
        "facts": [best[p.facts].sum() for p in profiles],
        "own_facts": facts_here,
        "best_fact": [t[0] if len(t) else 0.0 for t in top],
        "second_fact": [t[1] if len(t) > 1 else 0.0 for t in top],
        "fact_share": facts_here / (1 + facts_here.sum()),
        "about": talked.max(axis=0),
        "about_sentences": np.log1p(talked.sum(axis=0)),
        "title": cosine.max(axis=0),
        "title_second": second,
        "title_margin": (cosine - rivals).max(axis=0),
        "title_argued": (cosine * arguing[:, None]).max(axis=0),
        "title_paragraph": titles.max(axis=0),
        "words": words.max(axis=0),
        "words_argued": (words * arguing[:, None]).max(axis=0),
        "terms": np.log1p(terms),
        "sentences": np.log1p(total),
        "claimed": np.log1p((own * role["claim"][:, None]).sum(axis=0)),
        "explained": np.log1p(explained.sum(axis=0)),
        "told": np.log1p((own * role["evidence"][:, None]).sum(axis=0)),
        "specific": np.log1p((own * _specific(reading)[:, None]).sum(axis=0)),
        "chain": chain.max(axis=0),
        "linked": np.log1p(linked.sum(axis=0)),
        "best_paragraph": by_paragraph.max(axis=0),
        "rank": [(total > mine).sum() / len(profiles) for mine in total],
        "others": [
            np.log1p(np.delete(facts_here, i)).mean() if len(profiles) > 1 else 0.0 for i in range(len(profiles))
        ],
        "explain_share": np.full(len(profiles), role["explain"].mean()),
        "argued_share": np.full(len(profiles), arguing.mean()),
        "facts_in_bank": [np.log1p(len(p.facts)) for p in profiles],
        "factors": np.full(len(profiles), len(profiles)),
    }
    return np.stack([np.asarray(values[name], dtype=np.float32) for name in FACTOR_FEATURES], axis=1)


def _columns(profiles: Sequence[FactorProfile], of_factor: Callable[[FactorProfile], Vectors]) -> Vectors:
    return np.stack([of_factor(profile) for profile in profiles], axis=1)


def _specific(reading: Reading) -> NDArray[np.float64]:
    """How specific each sentence is: two dates, figures or terms are as much as can be asked."""
    return np.array([min(2, len(s.dates) + len(s.quantities) + len(s.terms)) / 2 for s in reading.sentences])


def _overlap(texts: Sequence[frozenset[str]], factors: Sequence[frozenset[str]], whole: bool = True) -> Vectors:
    """Share of each factor's words in each text, or (not `whole`) their number; a word of several factors counts for less."""
    often = Counter(word for words in factors for word in words)
    weights = [{word: 1 / often[word] for word in words} for words in factors]
    return np.array(
        [
            [
                sum(weight[word] for word in weight.keys() & text) / (max(1e-6, sum(weight.values())) if whole else 1)
                for weight in weights
            ]
            for text in texts
        ],
        dtype=np.float32,
    )


class FactorStatusClassifier:
    """Status of factors as two ordered decisions (Frank & Hall, 2001): present at all, and developed.

    Each is the mean of a logistic regression and of gradient-boosted trees with monotone constraints: more evidence or argument
    never lowers a status in the trees.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(self, X: Vectors, y: NDArray[np.int64]) -> FactorStatusClassifier:  # noqa: N803
        """Fit on factors: `X` of shape (factors, features), `y` 0 missing, 1 mentioned, 2 developed."""
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        self.classes_ = np.arange(3)
        self.steps_ = []
        for step in (1, 2):
            linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)).fit(X, y >= step)
            trees = HistGradientBoostingClassifier(
                max_iter=120,
                learning_rate=0.05,
                max_leaf_nodes=8,
                min_samples_leaf=15,
                l2_regularization=3.0,
                monotonic_cst=[int(name in _RISING) for name in FACTOR_FEATURES],
                random_state=self.seed,
            ).fit(X, y >= step)
            self.steps_.append((LogisticModel.of(linear), BoostedTrees.of(trees)))
        return self

    def predict_proba(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of missing, mentioned and developed, shape (factors, 3)."""
        if not len(X):
            return np.zeros((0, 3))
        present, developed = (np.mean([part.predict_proba(X)[:, 1] for part in step], axis=0) for step in self.steps_)
        developed = np.minimum(developed, present)
        return np.stack([1 - present, present - developed, developed], axis=1)

    def predict(self, X: Vectors) -> NDArray[np.int64]:  # noqa: N803
        """The likeliest status of each factor."""
        return self.predict_proba(X).argmax(axis=1)
