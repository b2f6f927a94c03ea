"""What scikit-learn fitted, as plain arrays with the same methods.

An estimator is fitted by scikit-learn and then kept as the few arrays that its predictions rest on. Importing
scikit-learn takes longer than marking a response does, and its trees are walked one by one; these are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from assistant.nlp.encoder import Vectors

if TYPE_CHECKING:
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]
MOST_LEAVES = 64
_ROWS_AT_ONCE = 256


def sigmoid(values: Floats) -> Floats:
    """1 / (1 + exp(-values)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


@dataclass(frozen=True)
class BoostedTrees:
    """Gradient-boosted trees, all read at once with the bit vectors of QuickScorer (Lucchese et al., 2015).

    Every split whose threshold a row exceeds rules out the leaves to its left; the first leaf that is left over is the
    row's. Arrays of splits have shape (most splits of a tree, trees), those of leaves (trees, most leaves of a tree).
    """

    feature: NDArray[np.int64]
    threshold: Floats
    remaining: NDArray[np.unsignedinteger[Any]]  # bits of the leaves that a row which exceeds the threshold may reach
    leaves: Floats
    baseline: float

    @classmethod
    def of(cls, model: HistGradientBoostingClassifier | HistGradientBoostingRegressor) -> BoostedTrees:
        """The trees of a fitted regressor, or of a classifier with two classes.

        Raises:
            ValueError: if a tree has more than 64 leaves, or a split on categories.
        """
        trees = [_splits_and_leaves(rounds[0].nodes) for rounds in model._predictors]
        most_splits = max(1, *(len(splits) for splits, _ in trees), 1)
        most_leaves = max(len(leaves) for _, leaves in trees)
        if most_leaves > MOST_LEAVES:
            raise ValueError(f"A tree has {most_leaves} leaves; at most {MOST_LEAVES} can be read at once.")
        bits = next(size for size in (16, 32, 64) if size >= most_leaves)
        # A split that is not there has a threshold that nothing exceeds.
        feature = np.zeros((most_splits, len(trees)), dtype=np.int64)
        threshold = np.full((most_splits, len(trees)), np.inf)
        remaining = np.zeros((most_splits, len(trees)), dtype=f"uint{bits}")
        values = np.zeros((len(trees), most_leaves))
        for tree, (splits, leaves) in enumerate(trees):
            values[tree, : len(leaves)] = leaves
            for row, split in enumerate(splits):
                feature[row, tree], threshold[row, tree] = split.feature, split.threshold
                remaining[row, tree] = (2**bits - 1) & ~split.left
        return cls(feature, threshold, remaining, values, float(np.ravel(model._baseline_prediction)[0]))

    def decision_function(self, X: Vectors | Floats) -> Floats:  # noqa: N803
        """Sum of the trees for each row of `X`, shape (rows,). A missing value goes left."""
        parts = [self._sums(X[start : start + _ROWS_AT_ONCE]) for start in range(0, len(X), _ROWS_AT_ONCE)]
        return np.concatenate([np.zeros(0), *parts])

    def predict(self, X: Vectors | Floats) -> Floats:  # noqa: N803
        """What a regressor predicts, shape (rows,)."""
        return self.decision_function(X)

    def predict_proba(self, X: Vectors | Floats) -> Floats:  # noqa: N803
        """Probabilities of a classifier's two classes, shape (rows, 2)."""
        yes = sigmoid(self.decision_function(X))
        return np.stack([1 - yes, yes], axis=1)

    def _sums(self, rows: Vectors | Floats) -> Floats:
        columns = np.ascontiguousarray(rows.T, dtype=np.float64)
        ruled_out = np.zeros((len(self.leaves), len(rows)), dtype=self.remaining.dtype)
        for feature, threshold, left in zip(self.feature, self.threshold, ~self.remaining, strict=True):
            exceeded = columns.take(feature, axis=0) > threshold[:, None]
            ruled_out |= exceeded * left[:, None]  # several times as fast as a choice between two values
        reached = ~ruled_out
        lowest = reached & (~reached + 1)
        leaf = (lowest.astype(np.float32).view(np.int32) >> 23) - 127  # the exponent of a power of two
        sums: Floats = np.take_along_axis(self.leaves, leaf, axis=1).sum(axis=0)
        return sums + self.baseline


@dataclass(frozen=True)
class _Split:
    feature: int
    threshold: float
    left: int  # bits of the leaves below its left branch


def _splits_and_leaves(nodes: NDArray[Any]) -> tuple[list[_Split], list[float]]:
    """The splits of a tree, and the values of its leaves from left to right."""
    splits: list[_Split] = []
    leaves: list[float] = []

    def walk(number: int) -> int:
        """Bits of the leaves below a node."""
        node = nodes[number]
        if node["is_leaf"]:
            leaves.append(float(node["value"]))
            return 1 << (len(leaves) - 1)
        if node["is_categorical"]:
            raise ValueError("Trees that split on categories cannot be read as arrays.")
        left = walk(int(node["left"]))
        splits.append(_Split(int(node["feature_idx"]), float(node["num_threshold"]), left))
        return left | walk(int(node["right"]))

    walk(0)
    return splits, leaves


@dataclass(frozen=True)
class LogisticModel:
    """A logistic regression: `weights` of shape (features, classes), `bias` and `classes_` of shape (classes,)."""

    weights: Floats
    bias: Floats
    classes_: NDArray[Any]

    @classmethod
    def of(cls, model: LogisticRegression | Pipeline) -> LogisticModel:
        """A fitted regression, or a pipeline of a `StandardScaler` and one."""
        *scalers, regression = [step for _, step in model.steps] if hasattr(model, "steps") else [model]
        weights, bias = regression.coef_.T.astype(np.float64), regression.intercept_.astype(np.float64)
        for scaler in scalers:
            weights = weights / scaler.scale_[:, None]
            bias = bias - scaler.mean_ @ weights
        if len(regression.classes_) == 2:  # one column says yes; no is the rest
            weights, bias = np.column_stack([0 * weights, weights]), np.append(0.0, bias)
        return cls(weights, bias, regression.classes_)

    def predict_proba(self, X: Vectors | Floats | csr_matrix) -> Floats:  # noqa: N803
        """Probabilities of shape (rows, classes)."""
        decision = X @ self.weights + self.bias
        odds = np.exp(decision - decision.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class PairedLogisticModel:
    """A logistic regression over standardised features and the products of every two of them."""

    standard: Standardisation
    model: LogisticModel

    @classmethod
    def of(cls, model: Pipeline) -> PairedLogisticModel:
        """A fitted pipeline: `StandardScaler`, `PolynomialFeatures` of interactions alone, `StandardScaler`, regression."""
        return cls(Standardisation.of(model[0]), LogisticModel.of(model[2:]))

    def predict_proba(self, X: Vectors | Floats) -> Floats:  # noqa: N803
        """Probabilities of shape (rows, classes)."""
        parts = [self._probabilities(X[start : start + _ROWS_AT_ONCE]) for start in range(0, len(X), _ROWS_AT_ONCE)]
        return np.concatenate([np.zeros((0, len(self.model.classes_))), *parts])

    def _probabilities(self, rows: Vectors | Floats) -> Floats:
        standard = self.standard.transform(rows)
        first, second = np.triu_indices(standard.shape[1], 1)
        return self.model.predict_proba(np.hstack([standard, standard[:, first] * standard[:, second]]))


@dataclass(frozen=True)
class Projection:
    """The principal components that a `PCA` found."""

    weights: Floats
    bias: Floats

    @classmethod
    def of(cls, model: PCA) -> Projection:
        """A fitted model."""
        return cls(model.components_.T, -model.mean_ @ model.components_.T)

    def transform(self, X: Vectors) -> Floats:  # noqa: N803
        """Components of shape (rows, components)."""
        return X @ self.weights + self.bias


@dataclass(frozen=True)
class Standardisation:
    """What a `StandardScaler` does."""

    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, model: StandardScaler) -> Standardisation:
        """A fitted model."""
        return cls(model.mean_, model.scale_)

    def transform(self, X: Vectors | Floats) -> Floats:  # noqa: N803
        """Each column less its mean, over its scale."""
        return np.asarray((X - self.mean) / self.scale)
