"""A course's bank of wordings made searchable: encoder vectors and TF-IDF of every wording, near miss and contradiction.

Built once for a course (by `assistant train`, or on first use for a course that brings no trained models) and then
only read. Rows of the bank are grouped by fact so that a best or mean similarity per fact is one array operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from assistant.nlp.encoder import EncodedSentence, Vectors
from assistant.schemas import Course, ErrorKind, Fact, Wordings
from assistant.scoring.detail_context import DetailContexts, build_contexts
from assistant.scoring.details import all_details
from assistant.scoring.precedents import Precedents
from assistant.scoring.tfidf import Tfidf

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
        if not sentences:
            return np.zeros((0, len(self.bias)), dtype=np.float32), np.zeros((0, len(self.bias)), dtype=np.float32)
        pieces = np.concatenate([sentence.pieces for sentence in sentences])
        pieces /= np.maximum(np.linalg.norm(pieces, axis=1, keepdims=True), 1e-9)
        means = np.stack([sentence.mean for sentence in sentences])
        ends = np.cumsum([len(sentence.pieces) for sentence in sentences])
        spans = [slice(end - len(sentence.pieces), end) for sentence, end in zip(sentences, ends, strict=True)]
        attention = pieces @ self.query.T
        for span in spans:
            here = attention[span]
            here -= here.max(axis=0)
            here *= self.sharpness
            np.exp(here, out=here)
            here /= here.sum(axis=0)

        def logits(value: Vectors, bias: Vectors) -> Vectors:
            local = _summed(attention, pieces @ value.T, spans)
            mixed = self.mix * local + (1 - self.mix) * (means @ value.T)
            return np.asarray(2 * self.scale * mixed + bias, dtype=np.float32)

        return logits(self.value, self.bias), logits(self.about_value, self.about_bias)


def _summed(attention: Vectors, values: Vectors, spans: Sequence[slice]) -> Vectors:
    """For each span of rows the sum of `values` weighted by `attention`, shape (spans, columns)."""
    return np.stack([np.einsum("pf,pf->f", attention[span], values[span]) for span in spans])


@dataclass(frozen=True)
class FactIndex:
    """The bank of one course.

    `slots[kind]` has shape (facts, most rows of a fact) and holds row numbers of the bank, padded with -1.
    """

    fact_ids: tuple[str, ...]
    slots: Mapping[str, NDArray[np.int64]]
    vectors: NDArray[np.float16]  # (rows, 384), unit rows; half precision halves the file and changes no decision
    words: Tfidf
    characters: Tfidf
    word_rows: csc_matrix  # (rows, columns of `words`), stored by column: an n-gram finds its rows
    character_rows: csc_matrix
    contexts: DetailContexts  # dates, figures and names in the wordings
    usual_error: tuple[ErrorKind, ...]  # for each fact the commonest kind among its known contradictions
    head: FactHead | None = None
    precedents: Precedents | None = None  # marked responses, where the course has any


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
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts, slots = bank_texts(course.facts, bank)
    forms = lemmas(texts)
    # The figures of TF-IDF come from everything the course says of its facts, near misses and errors included.
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"\S+", dtype=np.float32)
    characters = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(3, 5), min_df=2, dtype=np.float32)
    word_rows, character_rows = words.fit_transform(forms), characters.fit_transform(texts)
    return FactIndex(
        fact_ids=tuple(fact.id for fact in course.facts),
        slots=slots,
        vectors=np.stack([sentence.mean for sentence in encode(texts)]).astype(np.float16),
        words=Tfidf.of(words),
        characters=Tfidf.of(characters),
        word_rows=word_rows.tocsc(),
        character_rows=character_rows.tocsc(),
        contexts=build_contexts(
            course,
            [[texts[row] for row in rows if row >= 0] for rows in slots["wording"].tolist()],
            all_details(course),
        ),
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
    held = (slots >= 0).sum(axis=1)
    order = np.argsort(-held, kind="stable")  # the facts with most rows first: fewer and fewer have one more
    by_row = np.ascontiguousarray(similarity.T, dtype=np.float32)
    tops = np.full((count, len(slots), len(similarity)), -np.inf, dtype=np.float32)
    for place in range(int(held.max(initial=0))):
        live = order[held[order] > place]
        value = by_row[slots[live, place]]
        for top in tops:
            here = top[: len(live)]
            here[:], value = np.maximum(here, value), np.minimum(here, value)
    taken = np.minimum(held[order], count)[:, None]
    tops[np.isneginf(tops)] = 0.0
    best, mean = np.zeros((2, len(similarity), len(slots)), dtype=np.float32)
    best[:, order] = tops[0].T
    mean[:, order] = (tops.sum(axis=0) / np.maximum(taken, 1)).T
    return best, mean
