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


def test_a_response_read_with_doubt_gets_a_wider_range(course, features):
    style = course.rubric.styles[0]
    doubt = RESPONSE_FEATURES.index("status_doubt")
    said = features[:, RESPONSE_FEATURES.index("developed")]
    shares = np.clip(said + features[:, doubt] * RNG.normal(scale=0.4, size=60), 0, 1)
    marks = np.round(shares * style.max_mark).astype(int).tolist()
    model = MarkModel().fit(features, marks, [1] * 60, [style] * 60, [str(i % 6) for i in range(60)])
    doubted = np.repeat(features[:1], 2, axis=0)
    doubted[:, doubt] = 0.0, 1.0
    (mark, sure, _), (same, unsure, _) = model.predict(doubted, [style] * 2)
    assert mark == same  # doubt says nothing for or against a response
    assert unsure[1] - unsure[0] > sure[1] - sure[0]


def test_the_range_holds_about_as_many_marks_as_it_is_meant_to(course):
    style = course.rubric.styles[0]
    chance = np.random.default_rng(3)
    features = chance.random((400, len(RESPONSE_FEATURES))).astype(np.float32)
    said = features[:, RESPONSE_FEATURES.index("developed")]
    marks = np.clip(np.round((said + 0.1 * chance.normal(size=400)) * style.max_mark), 0, style.max_mark).astype(int)
    known = slice(0, 300)
    questions = [str(i % 10) for i in range(300)]
    model = MarkModel().fit(features[known], marks[known].tolist(), [1] * 300, [style] * 300, questions)
    given = model.predict(features[300:], [style] * 100)
    held = [low <= mark <= high for mark, (_, (low, high), _) in zip(marks[300:], given, strict=True)]
    assert 0.8 <= np.mean(held) <= 0.99


def test_a_style_never_seen_gets_a_wide_range(course, features):
    seen, other = course.rubric.styles[0], course.rubric.styles[0].model_copy(update={"id": "other"})
    model = MarkModel().fit(features, [3] * 60, [1] * 60, [seen] * 60, [str(i % 6) for i in range(60)])
    ((_, narrow, _),) = model.predict(features[:1], [seen])
    ((_, wide, _),) = model.predict(features[:1], [other])
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
