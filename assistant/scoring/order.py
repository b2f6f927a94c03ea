"""Whether the sentences of a response stand in an order that a reader could follow."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from assistant.nlp.encoder import Vectors
from assistant.nlp.reading import Reading
from assistant.scoring.roles import ROLES

MIN_SENTENCES = 8
DISORDERED = -0.7
"""Disorder that one in fifty practice responses goes beyond as written."""
_PERMUTATIONS = 200
_LEANING = re.compile(
    r"(?:this|that|these|those|he|she|they|it|his|her|their|such|another|also|but|however|yet|so|therefore|thus|then|"
    r"moreover|furthermore|in addition|as a result|because of this|for example|for instance)\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:overall|in conclusion|to conclude|on balance|ultimately|in the end|all in all|taken together)\b", re.IGNORECASE
)


def disorder(reading: Reading, conveyed: Vectors, roles: NDArray[np.float64], topics: NDArray[np.int64]) -> float:
    """Log odds, up to a constant, that the sentences were put in no order; minus infinity where there are too few to tell.

    Signs of order are facts of one topic that stand together, an opening that leans on nothing before it, a judgement last,
    and words of closing near the end. The weights come from a logistic regression on practice responses as they were written
    and with their sentences shuffled (held out, about two in five of the shuffled go beyond `DISORDERED`).

    Args:
        reading: the response.
        conveyed: probability that each sentence conveys each fact, shape (sentences, facts).
        roles: role probabilities, shape (sentences, 7).
        topics: number of the topic of each fact.
    """
    sentences = reading.sentences
    count = len(sentences)
    if count < MIN_SENTENCES:
        return -np.inf
    closing = next((i / (count - 1) for i, s in enumerate(sentences) if _CLOSING.match(s.text)), 1.0)
    return (
        1.03 * float(np.sqrt(count))
        - 0.81 * _togetherness(reading, conveyed, topics)
        + 1.8 * bool(_LEANING.match(sentences[0].text))
        - 0.88 * float(roles[0, ROLES.index("intro")])
        - 2.79 * float(roles[-1, ROLES.index("judgement")])
        - 3.97 * closing
    )


def _togetherness(reading: Reading, conveyed: Vectors, topics: NDArray[np.int64]) -> float:
    """How much closer in topic neighbours in a paragraph are than by chance, in standard deviations over permutations."""
    paragraphs = np.array([sentence.paragraph for sentence in reading.sentences])
    places = np.flatnonzero(paragraphs[:-1] == paragraphs[1:])
    if len(places) < 4:
        return 0.0
    mass = np.zeros((len(paragraphs), int(topics.max(initial=0)) + 1))
    np.add.at(mass.T, topics, conveyed.T)
    mass /= np.maximum(np.linalg.norm(mass, axis=1, keepdims=True), 1e-9)
    likeness = mass @ mass.T
    chance = np.random.default_rng(0)
    drawn = []
    for _ in range(_PERMUTATIONS):
        order = chance.permutation(len(paragraphs))
        drawn.append(likeness[order[places], order[places + 1]].mean())
    spread = float(np.std(drawn))
    return float((likeness[places, places + 1].mean() - np.mean(drawn)) / spread) if spread > 1e-9 else 0.0
