"""TF-IDF as scikit-learn fitted it, without scikit-learn: its import takes longer than marking a response does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

_KEPT_WORDS = 20_000
"""How many words' n-grams are kept; then it begins anew."""
_LONGEST_KEPT = 40
"""Letters of the longest word that is kept; what is longer is no word, and would not come again."""


@dataclass(frozen=True)
class Tfidf:
    """Turns texts into rows of (1 + log tf) * idf at unit length.

    Attributes:
        vocabulary_: the column of each n-gram.
        idf_: inverse document frequency of each column.
        sizes: length of the shortest and of the longest n-gram.
        token_pattern: what counts as a word; None for n-grams of characters within words.
    """

    vocabulary_: dict[str, int]
    idf_: NDArray[np.floating]
    sizes: tuple[int, int]
    token_pattern: str | None
    _within: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Columns of the n-grams within words seen before; most words of a text were."""

    @classmethod
    def of(cls, model: TfidfVectorizer) -> Tfidf:
        """A fitted vectoriser with sublinear tf over words, or over characters within words ("char_wb").

        Raises:
            ValueError: if it was set up otherwise.
        """
        if model.analyzer not in ("word", "char_wb") or not model.sublinear_tf or model.norm != "l2":
            raise ValueError("Only sublinear TF-IDF at unit length, over words or characters within words, is known.")
        pattern = model.token_pattern if model.analyzer == "word" else None
        vocabulary = {ngram: int(column) for ngram, column in model.vocabulary_.items()}
        return cls(vocabulary, model.idf_.astype(model.dtype), model.ngram_range, pattern)

    def __getstate__(self) -> dict[str, Any]:
        # One long string is opened at once, a table of a hundred thousand short ones is not.
        ngrams = sorted(self.vocabulary_, key=self.vocabulary_.__getitem__)
        kept = {name: value for name, value in vars(self).items() if name != "_within"}
        return {**kept, "vocabulary_": "\n".join(ngrams)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        ngrams = state["vocabulary_"].split("\n")
        vars(self).update(state, vocabulary_={ngram: column for column, ngram in enumerate(ngrams)}, _within={})

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (texts, columns); the row of a text without a known n-gram is zero."""
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        for text in texts:
            found = Counter(self._columns(text.lower()))
            columns += found.keys()
            counts += found.values()
            ends.append(len(columns))
        indices = np.array(columns, dtype=np.int32)
        values = (1 + np.log(np.array(counts, dtype=np.float64))) * self.idf_[indices]
        row = np.repeat(np.arange(len(texts)), np.diff(ends))
        values /= np.sqrt(np.bincount(row, values * values, minlength=len(texts)))[row]
        return csr_matrix((values.astype(self.idf_.dtype), indices, ends), shape=(len(texts), len(self.idf_)))

    def _columns(self, text: str) -> Iterable[int]:
        """The columns of the known n-grams of a text, as often as they stand there."""
        if self.token_pattern is None:
            return chain.from_iterable(map(self._columns_within, text.split()))
        words = re.findall(self.token_pattern, text)
        shortest, longest = self.sizes
        runs = (zip(*(words[start:] for start in range(size)), strict=False) for size in range(shortest, longest + 1))
        return self._known(map(" ".join, chain.from_iterable(runs)))

    def _columns_within(self, word: str) -> tuple[int, ...]:
        """The columns of the known n-grams of characters within a word."""
        columns = self._within.get(word)
        if columns is None:
            if len(self._within) >= _KEPT_WORDS:
                self._within.clear()
            columns = tuple(self._known(self._characters(f" {word} ")))
            if len(word) <= _LONGEST_KEPT:
                self._within[word] = columns
        return columns

    def _known(self, ngrams: Iterable[str]) -> Iterable[int]:
        return (column for column in map(self.vocabulary_.get, ngrams) if column is not None)

    def _characters(self, padded: str) -> list[str]:
        shortest, longest = self.sizes
        # A word no longer than the shortest n-gram counts once.
        sizes = range(shortest, max(shortest, min(longest, len(padded))) + 1)
        return [padded[i : i + size] for size in sizes for i in range(max(1, len(padded) - size + 1))]
