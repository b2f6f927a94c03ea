"""Find claims that contradict a fact: a sentence about the fact whose details or direction are wrong.

Similarity alone does not see contradiction, so a decision rests on the gap between "about" and "conveyed", on
the nearness of known contradictions, and above all on the dates, figures and names that the fact must get right.
An accusation needs more certainty than a credit: the threshold is chosen for precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import SentenceReading
from assistant.schemas import ErrorKind, Fact
from assistant.scoring.details import KeyDetails, date_agrees, figures_of, number_agrees
from assistant.scoring.fitted import PairedLogisticModel
from assistant.scoring.matcher import CandidateDecider
from assistant.scoring.signals import NAMES, Signals

_RISING = frozenset({
    "about", "about_gap", "contradiction", "contradiction_words", "dates_conflict", "numbers_conflict", "date_unexplained",
    "number_unexplained", "name_swapped", "date_strange", "number_strange", "name_strange", "date_context_lead",
    "figure_context_lead", "name_context_lead",
})  # fmt: skip
_FALLING = frozenset({"dates_agree", "numbers_agree"})
# Fewer than a credit rests on: wrong claims are rare, and every signal more is one more to be misled by.
_USED = _RISING | _FALLING | {
    "logit", "logit_margin", "near_miss", "words", "names_share", "length", "likely_facts", "hedged", "date_distance",
    "same_unit", "date_context", "date_context_rival", "figure_context", "figure_context_rival", "name_context", "conveyed",
}  # fmt: skip
FAR = -5.0
"""Logit of being about a fact below which a sentence does not get the fact wrong,"""
APART = 0.25
"""unless the words around a wrong detail are at least so like those around the fact's own."""


class ErrorDecider(CandidateDecider):
    """Probability that a candidate sentence gets a candidate fact wrong.

    Its inputs are the candidate's signals and, last, the probability that it is conveyed. What makes a claim wrong is
    two things at once, a detail in conflict and a sentence about the fact, so that the regression sees products of
    signals. Candidates far from the fact are neither learnt from nor accused.
    """

    names = (*NAMES, "conveyed")
    used = _USED
    rising = _RISING
    falling = _FALLING
    strength = 0.001
    trees: ClassVar = {
        "learning_rate": 0.04, "max_iter": 200, "max_leaf_nodes": 16, "min_samples_leaf": 30, "l2_regularization": 10.0,
        "max_features": 0.5,
    }  # fmt: skip

    def fit(self, X: Vectors, y: NDArray[np.bool_], weight: NDArray[np.float64] | None = None) -> Self:  # noqa: N803
        """Fit on candidates, as `CandidateDecider` does; those far from their fact are left out."""
        near = _near(X)
        return super().fit(_with_odds(X[near]), y[near], None if weight is None else weight[near])

    def predict_proba(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of shape (candidates, 2): no, yes."""
        found = np.tile([1.0, 0.0], (len(X), 1))
        near = _near(X)
        found[near] = super().predict_proba(_with_odds(X[near]))
        return found

    def _fit_linear(
        self,
        X: Vectors,  # noqa: N803
        y: NDArray[np.bool_],
        weight: NDArray[np.float64] | None,
    ) -> PairedLogisticModel:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import PolynomialFeatures, StandardScaler

        products = PolynomialFeatures(2, interaction_only=True, include_bias=False)
        regression = LogisticRegression(C=self.strength, max_iter=500)
        linear = make_pipeline(StandardScaler(), products, StandardScaler(), regression)
        return PairedLogisticModel.of(linear.fit(X, y, logisticregression__sample_weight=weight))


def _near(X: Vectors) -> NDArray[np.bool_]:  # noqa: N803
    """Which candidates are near enough to their fact to get it wrong."""
    contexts = [NAMES.index(name) for name in ("date_context", "figure_context", "name_context")]
    near: NDArray[np.bool_] = (X[:, NAMES.index("about")] > FAR) | (X[:, contexts] > APART).any(axis=1)
    return near


def _with_odds(X: Vectors) -> Vectors:  # noqa: N803
    """The candidates with log odds for the probability in the last column, as a regression takes them."""
    probability = np.clip(X[:, -1:], 1e-4, 1 - 1e-4)
    return np.hstack([X[:, :-1], np.log(probability / (1 - probability))])


@dataclass(frozen=True)
class WrongClaimFound:
    """A sentence that gets a fact wrong, by index, with the kind of error and what was said."""

    sentence: int
    fact: int
    kind: ErrorKind
    said: str
    probability: float


def choose_errors(
    signals: Signals,
    probability: NDArray[np.float64],
    threshold: float,
    sentences: tuple[SentenceReading, ...],
    keys: list[KeyDetails],
    kinds: list[ErrorKind],
) -> list[WrongClaimFound]:
    """At most one error a sentence: its most likely, if at or above `threshold`.

    Args:
        signals: the candidates.
        probability: of each candidate being wrong.
        threshold: certainty needed to accuse.
        sentences: the response's sentences.
        keys: parsed key of every fact.
        kinds: for each candidate, the kind of the nearest known contradiction.
    """
    found: dict[int, WrongClaimFound] = {}
    for position in np.argsort(-probability, kind="stable"):
        p = float(probability[position])
        if p < threshold:
            break
        sentence, fact = int(signals.sentence[position]), int(signals.fact[position])
        if sentence not in found:
            kind, said = kind_of_error(sentences[sentence], keys[fact], kinds[position])
            found[sentence] = WrongClaimFound(sentence, fact, kind, said, p)
    return sorted(found.values(), key=lambda error: error.sentence)


def kind_of_error(sentence: SentenceReading, key: KeyDetails, nearest: ErrorKind) -> tuple[ErrorKind, str]:
    """The kind of error and the words it lies in: a date or figure in conflict, else the nearest contradiction's."""
    start = sentence.span[0]
    if key.years and sentence.dates and not any(date_agrees(date, key) for date in sentence.dates):
        date = sentence.dates[0]
        return "date", sentence.text[date.start - start : date.end - start]
    figures = figures_of(sentence, key)
    if key.numbers and figures and not any(number_agrees(quantity, key) for quantity in figures):
        quantity = figures[0]
        return "number", sentence.text[quantity.start - start : quantity.end - start]
    if nearest in ("date", "number"):
        nearest = "reversal"  # no date or figure in the sentence is in conflict
    return nearest, ""


def error_message(error: WrongClaimFound, fact: Fact) -> str:
    """What is wrong, kindly and in one sentence."""
    openings = {
        "date": f"Check the date: “{error.said}” does not fit here.",
        "number": f"Check the figure: “{error.said}” does not fit here.",
        "name": "Check who or where: a name does not fit here.",
        "misattribution": "Check who did this: it seems to be given to the wrong person or group.",
        "reversal": "Check this claim: it seems to be the other way round.",
    }
    return openings[error.kind]
