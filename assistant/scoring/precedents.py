"""What earlier marked responses tell of a new one: the sentences most like its own, and how often each fact was conveyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_matrix

from assistant.nlp.encoder import Vectors

NEIGHBOURS = 8
"""Most similar marked sentences that are asked what they convey."""
DOUBT = 0.2
"""Similarity of one more neighbour that conveys nothing, so that far neighbours have little to say."""
PRIOR_WEIGHT = 2.0
"""Responses that a rate known from elsewhere counts for, beside those to the question itself."""
PRIOR_RATES = (0.01, 0.12)
"""Share of responses that convey a fact that feeds no factor of their question, and one that feeds one, before any is seen."""


@dataclass(frozen=True)
class Precedents:
    """The sentences of marked responses, with the facts that a marker credited in them.

    The nearest neighbours of Cover & Hart (1967), by words and by character n-grams. Nearness to the encoder's vectors adds
    nothing: it was trained on the same sentences.
    """

    word_rows: csc_matrix  # (sentences, columns of the index's words)
    character_rows: csc_matrix
    conveyed: csc_matrix  # (sentences, facts), 1 where credited
    questions: tuple[str, ...]  # of the responses
    told: NDArray[np.bool_]  # (responses, facts): credited anywhere in the response

    @property
    def transposed(self) -> tuple[csr_matrix, csr_matrix]:
        """For each n-gram of words and of characters the sentences that hold it."""
        return self.word_rows.T.tocsr(), self.character_rows.T.tocsr()

    def rates(self, relevant: Mapping[str, NDArray[np.bool_]], question: str) -> tuple[Vectors, Vectors]:
        """Expected share of the responses to a question that convey each fact, two arrays of shape (facts,).

        The first rests on the responses to this question, where there are any; the second on those to all questions that
        need the fact as much as this one does.

        Args:
            relevant: by question, which facts feed one of its factors.
            question: the question answered.
        """
        needed = relevant[question]
        # The questions of a course may have changed since; what answers to one that is gone needed is not known.
        nowhere = np.zeros_like(needed)
        alike = np.stack([relevant[q] == needed if q in relevant else nowhere for q in self.questions])
        prior = np.where(needed, PRIOR_RATES[1], PRIOR_RATES[0])
        usual = ((self.told & alike).sum(axis=0) + PRIOR_WEIGHT * prior) / (alike.sum(axis=0) + PRIOR_WEIGHT)
        here = np.array([other == question for other in self.questions])
        rate = (self.told[here].sum(axis=0) + PRIOR_WEIGHT * usual) / (here.sum() + PRIOR_WEIGHT)
        return rate.astype(np.float32), usual.astype(np.float32)


def best_and_share(
    similarity: Vectors, conveyed: csc_matrix, row: NDArray[np.int64], column: NDArray[np.int64]
) -> tuple[Vectors, Vectors]:
    """For each candidate the nearest marked sentence that conveys its fact, and what its nearest say of the fact.

    Args:
        similarity: of sentences to marked sentences, shape (sentences, marked sentences).
        conveyed: what the marked sentences convey, shape (marked sentences, facts).
        row: sentence of each candidate.
        column: fact of each candidate.

    Returns:
        Two arrays of shape (candidates,): the greatest similarity to a marked sentence that conveys the fact, 0 where
        none does; and the share of the nearest that convey it, weighted by similarity.
    """
    best = np.zeros(len(row), dtype=np.float32)
    facts, place = np.unique(column, return_inverse=True)
    held = conveyed.indptr[facts + 1] - conveyed.indptr[facts]
    told = np.flatnonzero(held)
    if len(told):
        holders = np.concatenate([conveyed.indices[conveyed.indptr[f] : conveyed.indptr[f + 1]] for f in facts[told]])
        starts = np.concatenate([[0], np.cumsum(held[told])[:-1]])
        nearest_holder = np.zeros((len(similarity), len(facts)), dtype=np.float32)
        nearest_holder[:, told] = np.maximum.reduceat(similarity[:, holders], starts, axis=1)
        best = nearest_holder[row, place]
    count = min(NEIGHBOURS, similarity.shape[1])
    nearest = np.argpartition(-similarity, count - 1, axis=1)[:, :count]
    weights = np.maximum(np.take_along_axis(similarity, nearest, axis=1), 0)
    sentence = np.repeat(np.arange(len(similarity)), count)
    votes = csr_matrix((weights.ravel(), (sentence, nearest.ravel())), shape=similarity.shape) @ conveyed
    share = np.asarray(votes.toarray())[row, column] / (weights.sum(axis=1) + DOUBT)[row]
    return best, share.astype(np.float32)


def precedents_of(
    word_rows: csr_matrix,
    character_rows: csr_matrix,
    conveyed: Sequence[NDArray[np.bool_]],
    questions: Sequence[str],
) -> Precedents:
    """Gather marked responses.

    Args:
        word_rows: TF-IDF of all their sentences, in order, shape (sentences, n-grams).
        character_rows: the same of character n-grams.
        conveyed: of each response what its sentences convey, shape (sentences, facts).
        questions: of each response.
    """
    return Precedents(
        word_rows.tocsc(),
        character_rows.tocsc(),
        csc_matrix(np.concatenate(conveyed).astype(np.float32)),
        tuple(questions),
        np.stack([table.any(axis=0) for table in conveyed]),
    )
