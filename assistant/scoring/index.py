"""A course's bank of wordings made searchable: encoder vectors and TF-IDF of every wording, near miss and contradiction.

Built once for a course (by `assistant train`, or on first use for a course that brings no trained models) and then
only read. Rows of the bank are grouped by fact so that a best or mean similarity per fact is one array operation.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from assistant.nlp.encoder import EncodedSentence, Vectors
from assistant.schemas import Course, ErrorKind, Fact, Wordings

Encode = Callable[[Sequence[str]], list[EncodedSentence]]
KINDS = ("wording", "near_miss", "contradiction")


@dataclass(frozen=True)
class FactHead:
    """Trained query, value and bias of each fact, read against a sentence's word pieces (label-wise attention).

    The attention of Mullenbach et al. (2018, "Explainable prediction of medical codes from clinical text"), with cosine
    in place of the dot product, averaged with the cosine of the sentence's mean vector.
    """

    query: Vectors  # (facts, 384), unit rows
    value: Vectors  # (facts, 384), unit rows: conveyed
    bias: Vectors  # (facts,)
    about_value: Vectors  # (facts, 384), unit rows: conveyed or got wrong
    about_bias: Vectors  # (facts,)
    sharpness: float
    scale: float
    mix: float

    def logits(self, sentences: Sequence[EncodedSentence]) -> tuple[Vectors, Vectors]:
        """Logits that each sentence conveys, and that it is about, each fact: two arrays (sentences, facts)."""
        conveyed = np.empty((len(sentences), len(self.bias)), dtype=np.float32)
        about = np.empty_like(conveyed)
        for number, sentence in enumerate(sentences):
            unit = sentence.pieces / np.maximum(np.linalg.norm(sentence.pieces, axis=1, keepdims=True), 1e-9)
            attention = unit @ self.query.T
            attention *= self.sharpness
            attention -= attention.max(axis=0)
            np.exp(attention, out=attention)
            attention /= attention.sum(axis=0)
            for rows, value, bias in ((conveyed, self.value, self.bias), (about, self.about_value, self.about_bias)):
                local = (attention * (unit @ value.T)).sum(axis=0)
                rows[number] = 2 * self.scale * (self.mix * local + (1 - self.mix) * (value @ sentence.mean)) + bias
        return conveyed, about


@dataclass(frozen=True)
class FactIndex:
    """The bank of one course.

    `slots[kind]` has shape (facts, most rows of a fact) and holds row numbers of the bank, padded with -1.
    """

    fact_ids: tuple[str, ...]
    slots: Mapping[str, NDArray[np.int64]]
    vectors: NDArray[np.float16]  # (rows, 384), unit rows; half precision halves the file and changes no decision
    words: TfidfVectorizer
    characters: TfidfVectorizer
    word_rows: csr_matrix
    character_rows: csr_matrix
    usual_error: tuple[ErrorKind, ...]  # for each fact the commonest kind among its known contradictions
    head: FactHead | None = None


def bank_texts(facts: Sequence[Fact], bank: Mapping[str, Wordings]) -> tuple[list[str], dict[str, NDArray[np.int64]]]:
    """All texts of the bank in one list, and for each kind the row numbers of each fact."""
    texts: list[str] = []
    rows: dict[str, list[list[int]]] = {kind: [] for kind in KINDS}
    for fact in facts:
        entry = bank.get(fact.id, Wordings())
        groups = {
            "wording": [fact.statement, *entry.wordings],
            "near_miss": list(entry.near_misses),
            "contradiction": [item.text for item in entry.contradictions],
        }
        for kind, group in groups.items():
            rows[kind].append(list(range(len(texts), len(texts) + len(group))))
            texts += group
    return texts, {kind: _pad(groups) for kind, groups in rows.items()}


def _pad(groups: list[list[int]]) -> NDArray[np.int64]:
    padded = np.full((len(groups), max(1, max(map(len, groups), default=1))), -1, dtype=np.int64)
    for number, group in enumerate(groups):
        padded[number, : len(group)] = group
    return padded


def build_index(
    course: Course,
    bank: Mapping[str, Wordings],
    encode: Encode,
    lemmas: Callable[[Sequence[str]], list[str]],
    head: FactHead | None = None,
) -> FactIndex:
    """Make the index of a course.

    Args:
        course: supplies the facts.
        bank: wordings by fact id; a fact without any is known by its statement alone.
        encode: the encoder, each text on its own.
        lemmas: turns texts into lemmas and terms, the form in which words are compared.
        head: trained logits for the course's facts, if there are any.
    """
    texts, slots = bank_texts(course.facts, bank)
    forms = lemmas(texts)
    # The figures of TF-IDF come from everything the course says of its facts, near misses and errors included.
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"\S+", dtype=np.float32).fit(forms)
    characters = TfidfVectorizer(
        sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5), min_df=2, dtype=np.float32
    ).fit(texts)
    return FactIndex(
        fact_ids=tuple(fact.id for fact in course.facts),
        slots=slots,
        vectors=np.stack([sentence.mean for sentence in encode(texts)]).astype(np.float16),
        words=words,
        characters=characters,
        word_rows=words.transform(forms).tocsr(),
        character_rows=characters.transform(texts).tocsr(),
        usual_error=tuple(_usual_error(bank.get(fact.id, Wordings())) for fact in course.facts),
        head=head,
    )


def _usual_error(entry: Wordings) -> ErrorKind:
    kinds = Counter(item.kind for item in entry.contradictions)
    return kinds.most_common(1)[0][0] if kinds else "reversal"


def best_and_mean(similarity: Vectors, slots: NDArray[np.int64], count: int = 3) -> tuple[Vectors, Vectors]:
    """Best similarity of each fact's rows, and the mean of its `count` best.

    Args:
        similarity: shape (sentences, rows of the bank).
        slots: shape (facts, most rows of a fact), padded with -1.
        count: how many of the best are averaged.

    Returns:
        Two arrays of shape (sentences, facts); 0 where a fact has no rows.
    """
    padded = np.concatenate([similarity, np.full((len(similarity), 1), -1.0, dtype=similarity.dtype)], axis=1)
    grouped = padded[:, slots]  # the padding index -1 reads the last column
    if count == 1:
        best = grouped.max(axis=2)
        best = np.where(best <= -1.0, 0.0, best).astype(np.float32)
        return best, best
    count = min(count, grouped.shape[2])
    top = -np.partition(-grouped, count - 1, axis=2)[:, :, :count]
    top = np.where(top <= -1.0, np.nan, top)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a fact without rows has a mean of nothing
        mean = np.nanmean(top, axis=2)
        best = np.nanmax(top, axis=2)
    return np.nan_to_num(best).astype(np.float32), np.nan_to_num(mean).astype(np.float32)
