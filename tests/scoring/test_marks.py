"""Marks from features: monotone, in range, and fit even for responses to one question."""

import numpy as np
import pytest

from assistant.scoring.marks import RESPONSE_FEATURES, MarkModel, MonotoneRegressor

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def features():
    return RNG.random((60, len(RESPONSE_FEATURES))).astype(np.float32)


def test_more_developed_factors_never_lower_the_trees_mark(features):
    column = RESPONSE_FEATURES.index("developed")
    model = MonotoneRegressor().fit(features, np.clip(features[:, column] + 0.1 * RNG.normal(size=60), 0, 1))
    rising = np.repeat(features[:1], 20, axis=0)
    rising[:, column] = np.linspace(0, 1, 20)
    assert (np.diff(model.trees_.predict(rising)) >= 0).all()


@pytest.mark.parametrize("groups", [["one"] * 60, [str(i % 6) for i in range(60)]])
def test_marks_stay_in_the_style_and_the_range_holds_the_mark(course, features, groups):
    style = course.rubric.styles[0]
    marks = np.round(features.mean(axis=1) * style.max_mark).astype(int).tolist()
    model = MarkModel().fit(features, marks, [mark % 4 for mark in marks], [style] * 60, groups)
    for mark, (low, high), judgement in model.predict(features, [style] * 60):
        assert 0 <= low <= mark <= high <= style.max_mark
        assert 0 <= judgement <= 1


def test_a_style_never_seen_gets_a_wide_range(course, features):
    seen, other = course.rubric.styles[0], course.rubric.styles[0].model_copy(update={"id": "other"})
    model = MarkModel().fit(features, [3] * 60, [1] * 60, [seen] * 60, [str(i % 6) for i in range(60)])
    ((_, narrow, _),) = model.predict(features[:1], [seen])
    ((_, wide, _),) = model.predict(features[:1], [other])
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
