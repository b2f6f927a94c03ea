"""TF-IDF as scikit-learn fitted it, without scikit-learn: its import takes longer than marking a response does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer


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
        return {**vars(self), "vocabulary_": "\n".join(ngrams)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        ngrams = state["vocabulary_"].split("\n")
        vars(self).update(state, vocabulary_={ngram: column for column, ngram in enumerate(ngrams)})

    def transform(self, texts: Sequence[str]) -> csr_matrix:
        """Shape (texts, columns); the row of a text without a known n-gram is zero."""
        columns: list[int] = []
        counts: list[int] = []
        ends = [0]
        for text in texts:
            known = map(self.vocabulary_.get, self._ngrams(text.lower()))
            found = Counter(column for column in known if column is not None)
            columns += found.keys()
            counts += found.values()
            ends.append(len(columns))
        indices = np.array(columns, dtype=np.int32)
        values = (1 + np.log(np.array(counts, dtype=np.float64))) * self.idf_[indices]
        row = np.repeat(np.arange(len(texts)), np.diff(ends))
        values /= np.sqrt(np.bincount(row, values * values, minlength=len(texts)))[row]
        return csr_matrix((values.astype(self.idf_.dtype), indices, ends), shape=(len(texts), len(self.idf_)))

    def _ngrams(self, text: str) -> Iterator[str]:
        shortest, longest = self.sizes
        if self.token_pattern is not None:
            words = re.findall(self.token_pattern, text)
            for size in range(shortest, longest + 1):
                for start in range(len(words) - size + 1):
                    yield " ".join(words[start : start + size])
            return
        for word in text.split():
            padded = f" {word} "
            for size in range(shortest, longest + 1):
                for start in range(max(1, len(padded) - size + 1)):
                    yield padded[start : start + size]
                if size >= len(padded):
                    break  # a short word counts once
