"""Find claims that contradict a fact: a sentence about the fact whose details or direction are wrong.

Similarity alone does not see contradiction, so a decision rests on the gap between "about" and "conveyed", on
the nearness of known contradictions, and above all on the dates, figures and names that the fact must get right.
An accusation needs more certainty than a credit: the threshold is chosen for precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import SentenceReading
from assistant.schemas import ErrorKind, Fact
from assistant.scoring.details import KeyDetails, date_agrees, figures_of, number_agrees
from assistant.scoring.matcher import HEAD_SIGNALS
from assistant.scoring.signals import NAMES, Signals

_RISING = {
    "about", "about_gap", "contradiction", "contradiction_words", "dates_conflict", "numbers_conflict", "date_unexplained",
    "number_unexplained", "name_swapped",
}  # fmt: skip
_FALLING = {"dates_agree", "numbers_agree"}


class ErrorDecider(ClassifierMixin, BaseEstimator):
    """Probability that a candidate sentence gets a candidate fact wrong.

    Its inputs are the candidate's signals and the probability that it is conveyed.

    Args:
        with_head: use the signals that need a course's trained logits.
        seed: seeds the trees.
    """

    def __init__(self, with_head: bool = True, seed: int = 0) -> None:
        self.with_head = with_head
        self.seed = seed

    def fit(self, X: Vectors, y: NDArray[np.bool_]) -> ErrorDecider:  # noqa: N803
        """Fit on candidates: `X` of shape (candidates, signals + 1), `y` whether the marker calls it wrong."""
        self.columns_ = [i for i, name in enumerate(NAMES) if self.with_head or name not in HEAD_SIGNALS]
        names = [NAMES[i] for i in self.columns_] + ["conveyed"]
        self.columns_.append(len(NAMES))
        self.linear_ = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
        self.trees_ = HistGradientBoostingClassifier(
            max_iter=120,
            learning_rate=0.05,
            max_leaf_nodes=8,
            min_samples_leaf=30,
            l2_regularization=10.0,
            monotonic_cst=[(name in _RISING) - (name in _FALLING) for name in names],
            random_state=self.seed,
        )
        self.classes_ = np.array([False, True])
        self.linear_.fit(X[:, self.columns_], y)
        self.trees_.fit(X[:, self.columns_], y)
        return self

    def predict_proba(self, X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of shape (candidates, 2): not wrong, wrong."""
        if not len(X):
            return np.zeros((0, 2))
        part = X[:, self.columns_]
        return (self.linear_.predict_proba(part) + self.trees_.predict_proba(part)) / 2

    def predict(self, X: Vectors) -> NDArray[np.bool_]:  # noqa: N803
        """Whether each candidate is more likely wrong than not."""
        return self.predict_proba(X)[:, 1] >= 0.5


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
