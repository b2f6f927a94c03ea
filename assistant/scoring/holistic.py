"""A mark from the whole of a text, learnt from marked texts alone: for tasks that bring no notes, facts or factors.

Two views of a text are blended. A support vector machine compares texts by what they are made of: runs of characters and of
words (the string kernels of Lodhi et al., 2002, as Cozma et al., 2018, use them for essays), what they measure and what they
mean. Boosted trees look at the measures alone: how long and how varied a text is, its parts of speech, its punctuation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.sparse import csr_matrix
from spacy.language import Language
from spacy.tokens import Doc

from assistant.nlp.encoder import DIMENSIONS, SentenceEncoder, Vectors
from assistant.scoring.agreement import quadratic_weighted_kappa

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.svm import SVR

CHARACTERS = (2, 6)
WORDS = (1, 3)
HASHES = 2**18
MOST_RUNS = 60_000
"""Runs of characters, or of words, that texts are compared by: the commonest of the marked texts."""
INNER_FOLDS = 5
STRENGTHS = (1.0, 3.0, 10.0, 30.0)
STRETCHES = np.arange(1.0, 1.41, 0.05)
SHIFTS = np.arange(-0.3, 0.31, 0.1)

_TAGS = {
    "nouns": "NN NNS", "names": "NNP NNPS", "pronouns": "PRP", "possessives": "PRP$", "past": "VBD", "present": "VBP VBZ",
    "base_verbs": "VB", "participles": "VBN", "gerunds": "VBG", "modals": "MD", "adjectives": "JJ", "adverbs": "RB",
    "comparatives": "JJR JJS RBR RBS", "determiners": "DT", "prepositions": "IN", "conjunctions": "CC", "infinitives": "TO",
    "wh_words": "WDT WP WP$ WRB", "numbers": "CD",
}  # fmt: skip
_MARKS = {
    "commas": ",",
    "stops": ".",
    "questions": "?",
    "exclamations": "!",
    "colons": ";:",
    "quotes": '"“”',
    "brackets": "()",
}
_CONNECTIVES = frozenset(
    [
        "although", "because", "but", "consequently", "despite", "finally", "first", "furthermore", "hence", "however", "if", "instead",
        "meanwhile", "moreover", "nevertheless", "next", "second", "since", "so", "still", "then", "therefore", "though", "thus",
        "unless", "until", "when", "whereas", "while", "yet",
    ]
)  # fmt: skip
MEASURES = (
    "log_words", "fourth_root", "log_types", "log_sentences", "log_paragraphs", "words_per_sentence", "sentence_spread",
    "letters_per_word", "word_spread", "long_words", "longer_words", "guiraud", "once", "stop_words", "unknown", "log_unknown",
    "capitals", "anonymised", "digits", "connectives", "tag_pairs", *_TAGS, *_MARKS,
)  # fmt: skip


def measures_of(doc: Doc, known_words: Collection[str]) -> Vectors:
    """What can be measured of a tagged text, shape (len(MEASURES),); all but the logarithms are shares or means."""
    tokens = [token for token in doc if not token.is_space]
    words = [token for token in tokens if token.is_alpha]
    count = max(1, len(words))
    lower = [token.lower_ for token in words]
    often = Counter(lower)
    letters = np.array([len(word) for word in lower] or [0])
    lengths = np.array([sum(token.is_alpha for token in sentence) for sentence in doc.sents] or [0])
    tags = [token.tag_ for token in tokens]
    tagged = Counter(tags)
    unknown = sum(word not in known_words for word in lower)
    text = doc.text
    values = {
        "log_words": np.log1p(len(words)),
        "fourth_root": len(words) ** 0.25,
        "log_types": np.log1p(len(often)),
        "log_sentences": np.log1p(len(lengths)),
        "log_paragraphs": np.log1p(sum(bool(line.strip()) for line in text.splitlines())),
        "words_per_sentence": np.log1p(lengths.mean()),
        "sentence_spread": np.log1p(lengths.std()),
        "letters_per_word": letters.mean(),
        "word_spread": letters.std(),
        "long_words": (letters >= 7).mean(),
        "longer_words": (letters >= 9).mean(),
        "guiraud": len(often) / np.sqrt(count),
        "once": sum(number == 1 for number in often.values()) / count,
        "stop_words": sum(token.is_stop for token in words) / count,
        "unknown": unknown / count,
        "log_unknown": np.log1p(unknown),
        "capitals": sum(token.is_title for token in words) / count,
        "anonymised": text.count("@") / count,
        "digits": sum(token.like_num for token in tokens) / count,
        "connectives": sum(word in _CONNECTIVES for word in lower) / count,
        "tag_pairs": len(set(pairwise(tags))) / np.sqrt(max(1, len(tags))),
        **{name: sum(tagged[tag] for tag in group.split()) / count for name, group in _TAGS.items()},
        **{name: sum(text.count(mark) for mark in marks) / count for name, marks in _MARKS.items()},
    }
    return np.array([values[name] for name in MEASURES], dtype=np.float32)


@dataclass(frozen=True)
class ReadTexts:
    """Texts as the model sees them, a row each.

    Attributes:
        measures: shape (texts, len(MEASURES)).
        meaning: mean of the sentences' vectors, shape (texts, 384).
        characters, words: how often each hashed run stands in each text, shape (texts, HASHES).
    """

    measures: Vectors
    meaning: Vectors
    characters: csr_matrix
    words: csr_matrix

    def __len__(self) -> int:
        return len(self.measures)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> ReadTexts:
        """Some of the texts."""
        return ReadTexts(self.measures[rows], self.meaning[rows], self.characters[rows], self.words[rows])


def read_essays(texts: Sequence[str], nlp: Language, encoder: SentenceEncoder) -> ReadTexts:
    """Read texts with a pipeline that finds sentences and tags, and with the encoder; nothing is fitted on them."""
    from sklearn.feature_extraction.text import HashingVectorizer

    options = {"n_features": HASHES, "alternate_sign": False, "norm": None, "dtype": np.float32}
    measures, meaning = [], []
    for doc in nlp.pipe(texts, batch_size=32):
        measures.append(measures_of(doc, encoder.known_words))
        sentences = [sentence.text.strip() for sentence in doc.sents if sentence.text.strip()]
        vectors = [item.mean for item in encoder.encode(sentences, [0] * len(sentences))]
        meaning.append(np.mean(vectors, axis=0) if vectors else np.zeros(DIMENSIONS, dtype=np.float32))
    return ReadTexts(
        np.stack(measures),
        np.stack(meaning).astype(np.float32),
        HashingVectorizer(analyzer="char", ngram_range=CHARACTERS, **options).transform(texts).tocsr(),
        HashingVectorizer(ngram_range=WORDS, token_pattern=r"(?u)\b\w+\b|[?!;:,.]", **options).transform(texts).tocsr(),
    )


class RunKernel:
    """How like texts are in the runs they are made of: the Bhattacharyya coefficient of their shares, from 0 to 1."""

    def fit(self, counts: csr_matrix) -> RunKernel:
        """Choose the runs and keep the marked texts to compare with."""
        in_texts = np.bincount(counts.indices, minlength=counts.shape[1])
        common = np.argsort(-in_texts, kind="stable")[:MOST_RUNS]
        self.runs_ = np.sort(common[in_texts[common] > 1])
        self.rows_ = self._rows(counts)
        return self

    def compare(self, counts: csr_matrix) -> Vectors:
        """Likeness of texts to those fitted on, shape (texts, fitted texts)."""
        likeness: Vectors = self._rows(counts) @ self.rows_.T
        return likeness

    def _rows(self, counts: csr_matrix) -> Vectors:
        rows = np.sqrt(counts[:, self.runs_].toarray())
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class NearnessKernel:
    """How near texts are in some columns: a Gaussian of the distance of standard scores, as wide as there are columns."""

    def fit(self, columns: Vectors) -> NearnessKernel:
        """Learn the columns' scales and keep the marked texts to compare with."""
        self.mean_, self.scale_ = columns.mean(axis=0), columns.std(axis=0) + 1e-6
        self.rows_ = self._rows(columns)
        return self

    def compare(self, columns: Vectors) -> Vectors:
        """Nearness of texts to those fitted on, shape (texts, fitted texts)."""
        rows = self._rows(columns)
        distance = (rows**2).sum(axis=1)[:, None] + (self.rows_**2).sum(axis=1)[None, :] - 2 * rows @ self.rows_.T
        nearness: Vectors = np.exp(-np.maximum(distance, 0) / (2 * rows.shape[1]))
        return nearness

    def _rows(self, columns: Vectors) -> Vectors:
        return np.clip((columns - self.mean_) / self.scale_, -4, 4)


class HolisticModel:
    """Marks of whole texts.

    Args:
        lowest: the lowest mark that can be given.
        highest: the highest.
        seed: seeds the trees and the inner folds.
    """

    def __init__(self, lowest: int, highest: int, seed: int = 0) -> None:
        self.lowest = lowest
        self.highest = highest
        self.seed = seed

    def fit(self, texts: ReadTexts, marks: Sequence[int]) -> HolisticModel:
        """Fit on marked texts. What blends the views, and how far predictions are stretched, comes of inner folds.

        Raises:
            ValueError: if there are fewer texts than inner folds.
        """
        from sklearn.model_selection import KFold

        if len(texts) < INNER_FOLDS:
            raise ValueError(f"At least {INNER_FOLDS} marked texts are needed.")
        y = np.asarray(marks, dtype=np.float64)
        self.mean_, self.spread_ = float(y.mean()), max(float(y.std()), 1e-6)
        z = (y - self.mean_) / self.spread_
        self.kernels_ = (
            RunKernel().fit(texts.characters),
            RunKernel().fit(texts.words),
            NearnessKernel().fit(texts.measures),
            NearnessKernel().fit(texts.meaning),
        )
        likeness = self._compare(texts)
        held_out = np.zeros((len(STRENGTHS) + 1, len(z)))
        for train, test in KFold(INNER_FOLDS, shuffle=True, random_state=self.seed).split(z):
            for row, strength in enumerate(STRENGTHS):
                machine = self._machine(strength).fit(likeness[np.ix_(train, train)], z[train])
                held_out[row, test] = machine.predict(likeness[np.ix_(test, train)])
            held_out[-1, test] = self._trees().fit(texts.measures[train], z[train]).predict(texts.measures[test])
        best = int(np.argmin(((held_out[:-1] - z) ** 2).mean(axis=1)))
        views = held_out[[best, -1]]
        self.weights_ = nnls(views.T, z)[0]
        self.machine_ = self._machine(STRENGTHS[best]).fit(likeness, z)
        self.trees_ = self._trees().fit(texts.measures, z)
        self._stretch(self.weights_ @ views, y)
        return self

    def predict(self, texts: ReadTexts) -> NDArray[np.int64]:
        """Marks, shape (texts,)."""
        views = np.stack([self.machine_.predict(self._compare(texts)), self.trees_.predict(texts.measures)])
        return self._marks(self.weights_ @ views, self.stretch_, self.shift_)

    def _stretch(self, predicted: NDArray[np.float64], marks: NDArray[np.float64]) -> None:
        """Predictions shrink towards the mean; find how far to stretch them for agreement to be best."""
        truth = (marks - self.lowest).astype(int).tolist()
        scored = [
            (
                quadratic_weighted_kappa(truth, (self._marks(predicted, a, b) - self.lowest).tolist(), self._range),
                -a,
                a,
                b,
            )
            for a, b in self._working_points()
        ]
        _, _, self.stretch_, self.shift_ = max(scored)

    @property
    def _range(self) -> int:
        return self.highest - self.lowest

    @staticmethod
    def _working_points() -> Iterator[tuple[float, float]]:
        return ((float(a), float(b)) for a in STRETCHES for b in SHIFTS)

    def _marks(self, predicted: NDArray[np.float64], stretch: float, shift: float) -> NDArray[np.int64]:
        marks = np.floor(self.mean_ + self.spread_ * stretch * predicted + shift * min(1.0, self.spread_) + 0.5)
        return np.clip(marks, self.lowest, self.highest).astype(np.int64)

    def _compare(self, texts: ReadTexts) -> Vectors:
        characters, words, measures, meaning = self.kernels_
        likeness: Vectors = np.mean(
            [
                characters.compare(texts.characters),
                words.compare(texts.words),
                measures.compare(texts.measures),
                meaning.compare(texts.meaning),
            ],
            axis=0,
        )
        return likeness

    @staticmethod
    def _machine(strength: float) -> SVR:
        from sklearn.svm import SVR

        return SVR(kernel="precomputed", C=strength, epsilon=0.1)

    def _trees(self) -> HistGradientBoostingRegressor:
        from sklearn.ensemble import HistGradientBoostingRegressor

        return HistGradientBoostingRegressor(
            max_iter=150,
            learning_rate=0.05,
            max_leaf_nodes=8,
            min_samples_leaf=15,
            l2_regularization=3.0,
            random_state=self.seed,
        )
