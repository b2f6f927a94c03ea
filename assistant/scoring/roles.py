"""The role of each sentence: intro, claim, evidence, explain, counter, judgement or other.

A logistic regression over what a marker would look at: the words as typed (connectives, verbs of cause and weight), the
sentence's meaning (encoder vector), its place in the paragraph and the response, and how much of the evidence it holds.
The classes of the sentences beside it enter in a second pass, as roles come in runs (stacked sequential learning,
Cohen & Carvalho, 2005).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from assistant.nlp.encoder import DIMENSIONS, Vectors
from assistant.nlp.reading import Reading
from assistant.schemas import Role
from assistant.scoring.discourse import skeleton
from assistant.scoring.fitted import LogisticModel, Projection, Standardisation
from assistant.scoring.signals import is_hedged
from assistant.scoring.tfidf import Tfidf

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

MEANING_DIMENSIONS = 64
"""Principal components of the encoder's vectors that the regression sees."""
REACH = 2
"""Sentences before and after whose likely roles the second pass sees."""

ROLES: tuple[Role, ...] = get_args(Role)


def sentence_features(reading: Reading, conveyed: Vectors, relevant: Vectors, prompt: frozenset[str]) -> Vectors:
    """Numbers about each sentence apart from its words, shape (sentences, 384 + features).

    Args:
        reading: the response.
        conveyed: expected number of facts each sentence conveys.
        relevant: expected number of those that feed a factor of the question.
        prompt: content lemmas of the prompt.
    """
    sentences = reading.sentences
    count = len(sentences)
    paragraphs = [sentence.paragraph for sentence in sentences]
    last = paragraphs[-1] if paragraphs else 0
    rows = []
    for i, sentence in enumerate(sentences):
        first_of_paragraph = i == 0 or paragraphs[i - 1] != paragraphs[i]
        last_of_paragraph = i == count - 1 or paragraphs[i + 1] != paragraphs[i]
        words = sentence.words
        forms = sentence.form.split()
        tags = sentence.tags
        length = max(1, len(words))
        rows.append(
            [
                i / max(1, count - 1),
                paragraphs[i] / max(1, last),
                float(paragraphs[i] == 0),
                float(paragraphs[i] == last),
                float(i == 0),
                float(i == count - 1),
                float(first_of_paragraph),
                float(last_of_paragraph),
                np.log1p(count),
                np.log1p(last),
                np.log1p(length),
                float(conveyed[i]),
                float(relevant[i]),
                float(conveyed[i] > 0.5),
                float(conveyed[i - 1]) if i else 0.0,
                float(conveyed[i + 1]) if i + 1 < count else 0.0,
                np.log1p(len(sentence.dates)),
                np.log1p(len(sentence.quantities)),
                np.log1p(len(sentence.terms)),
                is_hedged(sentence),
                len(prompt & set(forms)) / max(1, len(prompt)),
                sum(tag in ("VBD", "VBN") for tag in tags) / length,
                sum(tag in ("VBZ", "VBP", "MD") for tag in tags) / length,
                sum(tag.startswith("NNP") for tag in tags) / length,
                sum(tag.startswith("JJ") or tag.startswith("RB") for tag in tags) / length,
                sum(tag in ("JJR", "JJS", "RBR", "RBS") for tag in tags),
                float(sentence.text.rstrip().endswith("?")),
            ]
        )
    vectors = np.stack([item.mean for item in reading.encoded]) if count else np.zeros((0, DIMENSIONS))
    return np.hstack([np.asarray(rows, dtype=np.float32).reshape(count, -1), vectors.astype(np.float32)])


class RoleClassifier:
    """Roles of the sentences of responses.

    Args:
        strength: inverse regularisation of the regression.
        seed: seeds the inner folds.
    """

    def __init__(self, strength: float = 0.3, seed: int = 0) -> None:
        self.strength = strength
        self.seed = seed

    def fit(self, texts: Sequence[str], X: Vectors, y: Sequence[str], groups: Sequence[int]) -> RoleClassifier:  # noqa: N803
        """Fit on sentences in order.

        Args:
            texts: the sentences as typed.
            X: their `sentence_features`.
            y: their roles.
            groups: number of the response each sentence stands in.
        """
        from sklearn.decomposition import PCA
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.model_selection import GroupKFold
        from sklearn.preprocessing import StandardScaler

        self.classes_ = np.array(ROLES)
        words = TfidfVectorizer(
            ngram_range=(1, 3), min_df=3, sublinear_tf=True, token_pattern=r"(?u)\b\w+\b|[?:;]", max_features=6_000
        )
        self.words_ = Tfidf.of(words.fit(texts))
        frames = TfidfVectorizer(
            ngram_range=(1, 4), min_df=4, sublinear_tf=True, token_pattern=r"\S+", max_features=6_000
        )
        self.frames_ = Tfidf.of(frames.fit([skeleton(text) for text in texts]))
        self.meaning_ = Projection.of(PCA(MEANING_DIMENSIONS, random_state=self.seed).fit(X[:, -DIMENSIONS:]))
        self.scale_ = Standardisation.of(StandardScaler().fit(self._dense(X)))
        target = np.array([ROLES.index(cast(Role, role)) for role in y])
        base = self._stack(texts, X)
        owner = np.asarray(groups)
        # The second pass must see first-pass guesses as uncertain as they will be on new responses.
        guess = np.zeros((len(target), len(ROLES)))
        for train, test in GroupKFold(3).split(base, target, owner):
            model = self._regression().fit(base[train], target[train])
            guess[np.ix_(test, model.classes_)] = model.predict_proba(base[test])
        self.first_ = LogisticModel.of(self._regression().fit(base, target))
        both = hstack([base, csr_matrix(self._neighbours(guess, owner))]).tocsr()
        self.second_ = LogisticModel.of(self._regression().fit(both, target))
        return self

    def predict_proba(self, texts: Sequence[str], X: Vectors) -> NDArray[np.float64]:  # noqa: N803
        """Probabilities of the sentences of one response, shape (sentences, 7), in the order of `ROLES`."""
        if not len(texts):
            return np.zeros((0, len(ROLES)))
        base = self._stack(texts, X)
        guess = np.zeros((len(texts), len(ROLES)))
        guess[:, self.first_.classes_] = self.first_.predict_proba(base)
        beside = self._neighbours(guess, np.zeros(len(texts), dtype=np.int64))
        result = np.zeros((len(texts), len(ROLES)))
        result[:, self.second_.classes_] = self.second_.predict_proba(hstack([base, csr_matrix(beside)]).tocsr())
        return result

    def _regression(self) -> LogisticRegression:
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=self.strength, max_iter=150, tol=1e-3)

    def _stack(self, texts: Sequence[str], X: Vectors) -> csr_matrix:  # noqa: N803
        scaled = np.clip(self.scale_.transform(self._dense(X)), -5, 5) * 0.5
        frames = self.frames_.transform([skeleton(text) for text in texts])
        return hstack([csr_matrix(scaled), self.words_.transform(texts) * 3, frames * 3]).tocsr()

    def _dense(self, X: Vectors) -> Vectors:  # noqa: N803
        return np.hstack([X[:, :-DIMENSIONS], self.meaning_.transform(X[:, -DIMENSIONS:])])

    @staticmethod
    def _neighbours(guess: NDArray[np.float64], owner: NDArray[np.int64]) -> NDArray[np.float64]:
        """First-pass guesses at a sentence and those up to `REACH` before and after it in the same response."""
        parts = [guess]
        for step in range(1, REACH + 1):
            shifted = np.zeros_like(guess)
            same = owner[step:] == owner[:-step]
            shifted[step:] = guess[:-step] * same[:, None]
            parts.append(shifted)
            shifted = np.zeros_like(guess)
            shifted[:-step] = guess[step:] * same[:, None]
            parts.append(shifted)
        return np.hstack(parts)
