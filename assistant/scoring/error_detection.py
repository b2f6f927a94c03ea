"""Find claims that contradict a fact: a sentence about the fact whose details or direction are wrong.

Similarity alone does not see contradiction, so a decision rests on the gap between "about" and "conveyed", on
the nearness of known contradictions, and above all on the dates, figures and names that the fact must get right.
An accusation needs more certainty than a credit: the threshold is chosen for precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.reading import SentenceReading
from assistant.schemas import ErrorKind, Fact
from assistant.scoring.details import KeyDetails, date_agrees, figures_of, number_agrees
from assistant.scoring.matcher import CandidateDecider
from assistant.scoring.signals import NAMES, Signals

_RISING = frozenset({
    "about", "about_gap", "contradiction", "contradiction_words", "dates_conflict", "numbers_conflict", "date_unexplained",
    "number_unexplained", "name_swapped", "date_strange", "number_strange", "name_strange",
})  # fmt: skip
_FALLING = frozenset({"dates_agree", "numbers_agree"})


class ErrorDecider(CandidateDecider):
    """Probability that a candidate sentence gets a candidate fact wrong.

    Its inputs are the candidate's signals and, last, the probability that it is conveyed.
    """

    names = (*NAMES, "conveyed")
    rising = _RISING
    falling = _FALLING
    strength = 0.1
    trees: ClassVar = {"max_iter": 120, "max_leaf_nodes": 8, "min_samples_leaf": 30, "l2_regularization": 10.0}


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
