"""Decide which facts a response conveys, from the signals of its candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.scoring.fitted import BoostedTrees, LogisticModel, PairedLogisticModel
from assistant.scoring.signals import NAMES, Signals

# A higher value of these never speaks against a fact; the trees are held to it so that a decision can be explained.
_RISING = frozenset(
    {
        "logit",
        "cosine",
        "cosine_mean",
        "words",
        "words_mean",
        "characters",
        "logit_margin",
        "cosine_margin",
        "dates_agree",
        "numbers_agree",
        "marked_words",
        "marked_words_share",
        "marked_characters",
        "marked_characters_share",
        "rate",
    }
)
_FALLING = frozenset(
    {
        "near_miss",
        "contradiction",
        "logit_rank",
        "dates_conflict",
        "numbers_conflict",
        "date_unexplained",
        "number_unexplained",
        "date_strange",
        "number_strange",
    }
)
# Signals that need trained logits or marked responses, and so are left out for a course without them.
HEAD_SIGNALS = (
    "logit",
    "logit_margin",
    "logit_rank",
    "logit_before",
    "logit_after",
    "logit_elsewhere",
    "topic_before",
    "topic_response",
    "likely_facts",
    "about",
    "about_gap",
    "marked_words",
    "marked_words_share",
    "marked_characters",
    "marked_characters_share",
    "rate",
    "usual_rate",
)


class CandidateDecider:
    """Probability of something about a candidate: a sentence and a fact.

    The mean of a logistic regression and of gradient-boosted trees with monotone constraints: the first extrapolates,
    the second sees that signals need each other. Both minimise log loss, and their mean is well calibrated as it is.

    Args:
        with_head: use the signals that need a course's trained logits.
        seed: seeds the trees.
    """

    names: ClassVar[tuple[str, ...]] = NAMES
    used: ClassVar[frozenset[str]] = frozenset(NAMES)
    rising: ClassVar[frozenset[str]] = frozenset()
    falling: ClassVar[frozenset[str]] = frozenset()
    strength: ClassVar[float]
    trees: ClassVar[Mapping[str, float]]

    def __init__(self, with_head: bool = True, seed: int = 0) -> None:
        self.with_head = with_head
        self.seed = seed

    def fit(self, X: Vectors, y: NDArray[np.bool_], weight: NDArray[np.float64] | None = None) -> Self:  # noqa: N803
        """Fit on candidates: `X` of shape (candidates, len(names)), `y` and `weight` of shape (candidates,)."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        left_out = () if self.with_head else HEAD_SIGNALS
        self.columns_ = [i for i, name in enumerate(self.names) if name in self.used and name not in left_out]
        used = [self.names[i] for i in self.columns_]
        trees = HistGradientBoostingClassifier(
            monotonic_cst=[(name in self.rising) - (name in self.falling) for name in used],
            random_state=self.seed,
            **self.trees,
        )
        self.classes_ = np.array([False, True])
        self.linear_ = self._fit_linear(X[:, self.columns_], y, weight)
        self.trees_ = BoostedTrees.of(trees.fit(X[:, self.columns_], y, sample_weight=weight))
        return self

    def _fit_linear(
        self,
        X: Vectors,  # noqa: N803
        y: NDArray[np.bool_],
        weight: NDArray[np.float64] | None,
    ) -> LogisticModel | PairedLogisticModel:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        linear = make_pipeline(StandardScaler(), LogisticRegression(C=self.strength, max_iter=2000))
        return LogisticModel.of(linear.fit(X, y, logisticregression__sample_weight=weight))

    def predict_proba(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of shape (candidates, 2): no, yes."""
        if not len(X):
            return np.zeros((0, 2))
        part = X[:, self.columns_]
        return (self.linear_.predict_proba(part) + self.trees_.predict_proba(part)) / 2

    def predict(self, X: Vectors) -> NDArray[np.bool_]:  # noqa: N803
        """Whether each candidate is more likely than not."""
        return self.predict_proba(X)[:, 1] >= 0.5


class FactDecider(CandidateDecider):
    """Probability that a candidate sentence conveys a candidate fact."""

    rising = _RISING
    falling = _FALLING
    strength = 0.3
    trees: ClassVar = {
        "learning_rate": 0.05,
        "max_iter": 250,
        "max_leaf_nodes": 15,
        "min_samples_leaf": 40,
        "l2_regularization": 5.0,
    }


@dataclass(frozen=True)
class FactMatch:
    """A fact conveyed by a sentence, by index, with its probability."""

    sentence: int
    fact: int
    probability: float


def choose_matches(signals: Signals, probability: NDArray[np.float64], threshold: float) -> list[FactMatch]:
    """The facts credited: every candidate at or above `threshold`, best sentence of a fact first.

    A sentence that merely repeats a fact counts too when it is above the threshold by itself, so that the highlight
    shows every place; the fact is credited once.
    """
    keep = probability >= threshold
    order = np.argsort(-probability[keep], kind="stable")
    return [
        FactMatch(int(sentence), int(fact), float(p))
        for sentence, fact, p in zip(
            signals.sentence[keep][order], signals.fact[keep][order], probability[keep][order], strict=True
        )
    ]
