"""What is kept of scikit-learn's estimators predicts as they do."""

import pickle

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from assistant.scoring.fitted import (
    BoostedTrees,
    LogisticModel,
    PairedLogisticModel,
    Projection,
    Standardisation,
    sigmoid,
)
from assistant.scoring.marks import MonotoneRidge

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(700, 9)).round(1).astype(np.float32)  # rounded, so that rows fall on thresholds as well
TARGET = X[:, 0] * X[:, 1] + np.sin(X[:, 2]) + 0.3 * RANDOM.normal(size=len(X))


@pytest.mark.parametrize("leaves", [2, 15, 17, 40])
def test_trees_predict_as_the_regressor_does(leaves):
    model = HistGradientBoostingRegressor(max_iter=30, max_leaf_nodes=leaves, min_samples_leaf=3).fit(X, TARGET)
    np.testing.assert_allclose(BoostedTrees.of(model).predict(X), model.predict(X), atol=1e-12)


def test_trees_give_the_classifiers_probabilities_for_any_number_of_rows():
    model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=8).fit(X, TARGET > 0.5)
    trees = pickle.loads(pickle.dumps(BoostedTrees.of(model)))
    for rows in (X, X[:1], X.astype(np.float64)):
        np.testing.assert_allclose(trees.predict_proba(rows), model.predict_proba(rows), atol=1e-12)
    assert trees.predict_proba(X[:0]).shape == (0, 2)


def test_a_value_on_a_threshold_goes_left_and_one_past_the_data_is_still_placed():
    model = HistGradientBoostingRegressor(max_iter=5, min_samples_leaf=3).fit(X, TARGET)
    nodes = model._predictors[0][0].nodes
    threshold, feature = nodes["num_threshold"][0], nodes["feature_idx"][0]
    rows = np.zeros((4, X.shape[1]))
    rows[:, feature] = (threshold, np.nextafter(threshold, np.inf), 1e9, -1e9)
    np.testing.assert_allclose(BoostedTrees.of(model).predict(rows), model.predict(rows), atol=1e-12)


def test_trees_that_never_split_give_the_baseline():
    model = HistGradientBoostingRegressor(max_iter=3, min_samples_leaf=len(X)).fit(X, TARGET)
    np.testing.assert_allclose(BoostedTrees.of(model).predict(X[:5]), model.predict(X[:5]), atol=1e-12)


def test_trees_that_cannot_be_read_so_are_refused():
    large = HistGradientBoostingRegressor(max_iter=1, max_leaf_nodes=100, min_samples_leaf=1).fit(X, TARGET)
    with pytest.raises(ValueError, match="at most 64"):
        BoostedTrees.of(large)
    kinds = np.abs(X[:, :1]).astype(int)
    categories = HistGradientBoostingRegressor(max_iter=1, categorical_features=[0], min_samples_leaf=3)
    with pytest.raises(ValueError, match="categories"):
        BoostedTrees.of(categories.fit(kinds, kinds[:, 0] % 2))


@pytest.mark.parametrize("classes", [2, 3])
def test_regressions_give_the_same_probabilities(classes):
    y = np.digitize(TARGET, [0.0, 1.0])[:, None].clip(max=classes - 1).ravel()
    alone = LogisticRegression(max_iter=500).fit(X, y)
    np.testing.assert_allclose(LogisticModel.of(alone).predict_proba(X), alone.predict_proba(X), atol=1e-6)
    scaled = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X * 9 + 4, y)
    np.testing.assert_allclose(
        LogisticModel.of(scaled).predict_proba(X * 9 + 4), scaled.predict_proba(X * 9 + 4), atol=1e-5
    )


def test_projection_and_standardisation_transform_alike():
    components, scaler = PCA(3, random_state=0).fit(X), StandardScaler().fit(X)
    np.testing.assert_allclose(Projection.of(components).transform(X), components.transform(X), atol=1e-5)
    np.testing.assert_allclose(Standardisation.of(scaler).transform(X), scaler.transform(X), atol=1e-5)


def test_the_sigmoid_does_not_overflow():
    with np.errstate(over="raise"):
        assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


def test_a_monotone_ridge_keeps_the_signs_it_is_given():
    signs = [1, -1, 0, *[0] * (X.shape[1] - 3)]
    model = MonotoneRidge(signs, alpha=0.1).fit(X, TARGET - X[:, 0] + X[:, 1] - 2 * X[:, 2])
    assert model.weights_[0] >= 0 >= model.weights_[1]
    assert model.weights_[2] < -0.5
    free = MonotoneRidge([0] * X.shape[1], alpha=1e-6).fit(X, X @ np.arange(9.0) + 5)
    np.testing.assert_allclose(free.predict(X), X @ np.arange(9.0) + 5, atol=1e-3)


def test_a_regression_over_products_predicts_as_its_pipeline_does():
    products = PolynomialFeatures(2, interaction_only=True, include_bias=False)
    model = make_pipeline(StandardScaler(), products, StandardScaler(), LogisticRegression(C=0.1, max_iter=500))
    model.fit(X, TARGET > 0.5)
    kept = PairedLogisticModel.of(model)
    np.testing.assert_allclose(kept.predict_proba(X), model.predict_proba(X), atol=1e-5)  # it works in single precision
    assert kept.predict_proba(X[:0]).shape == (0, 2)
