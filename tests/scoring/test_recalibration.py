"""A teacher's own standard: learnt from few scripts, drawn towards the suggestions, and never turning an order round."""

import numpy as np
import pytest

from assistant.scoring.marks import RESPONSE_FEATURES
from assistant.scoring.recalibration import Standard, agreement_on_the_rest, own_model, recalibrate


@pytest.fixture
def style(course):
    return course.rubric.style("essay-25")


def strict(mark, by, style):
    return int(np.clip(mark - by, 0, style.max_mark))


def test_a_teacher_who_agrees_changes_nothing(style):
    marks = [3, 5, 8, 9, 11, 13, 14, 16, 18, 22]
    standard = recalibrate(marks, marks, style)
    assert [standard.mark(mark) for mark in range(26)] == list(range(26))


@pytest.mark.parametrize("by", [3, -3])
def test_a_stricter_or_kinder_teacher_is_met(style, by):
    chance = np.random.default_rng(0)
    suggested = chance.integers(4, 22, size=60).tolist()
    awarded = [strict(mark + int(chance.integers(-1, 2)), by, style) for mark in suggested]
    figures = agreement_on_the_rest(suggested, awarded, style, scripts=10, seed=1)
    assert figures["after"]["mae"] < 0.6 * figures["before"]["mae"]
    assert figures["after"]["qwk"] > figures["before"]["qwk"]
    assert figures["after"]["same_level"] > figures["before"]["same_level"]


def test_a_few_scripts_move_a_standard_less_than_many(style):
    few = recalibrate([12] * 10, [8] * 10, style)
    many = recalibrate([12] * 200, [8] * 200, style)
    assert 8 <= many.mark(12) <= few.mark(12) <= 10


@pytest.mark.parametrize("seed", range(5))
def test_a_better_answer_never_gets_a_lower_mark(style, seed):
    chance = np.random.default_rng(seed)
    suggested = chance.integers(0, 26, size=12).tolist()
    awarded = (25 - np.array(suggested)).tolist()  # the other way round
    standard = recalibrate(suggested, awarded, style)
    marks = [standard.mark(mark) for mark in range(26)]
    assert marks == sorted(marks)
    assert 0 <= marks[0] <= marks[-1] <= 25


def test_the_bounds_of_levels_stay(style):
    standard = recalibrate([12] * 10, [8] * 10, style)
    for suggested in range(26):
        assert standard.level(suggested) == style.level_of(standard.mark(suggested))
        low, high = standard.mark_range((max(0, suggested - 3), min(25, suggested + 3)))
        assert low <= standard.mark(suggested) <= high


def test_too_few_scripts_or_strange_marks_are_refused(style):
    with pytest.raises(ValueError, match="at least 10"):
        recalibrate([5] * 9, [5] * 9, style)
    with pytest.raises(ValueError, match="0 to 25"):
        recalibrate([5] * 10, [26] * 10, style)
    with pytest.raises(ValueError, match="Each script"):
        recalibrate([5] * 10, [5] * 11, style)


def test_without_scripts_the_suggestions_stand(style):
    assert [Standard(style).mark(mark) for mark in range(26)] == list(range(26))


def test_many_scripts_make_a_model_of_their_own(style):
    chance = np.random.default_rng(0)
    features = chance.random((200, len(RESPONSE_FEATURES))).astype(np.float32)
    column = RESPONSE_FEATURES.index("developed")
    awarded = np.round(5 + 12 * features[:, column]).astype(int).tolist()
    questions = [str(i % 5) for i in range(200)]
    model = own_model(features, awarded, [style] * 200, questions)
    given = [mark for mark, _, _ in model.predict(features, [style] * 200)]
    assert np.abs(np.array(given) - awarded).mean() < 1
    with pytest.raises(ValueError, match="at least 200"):
        own_model(features[:150], awarded[:150], [style] * 150, questions[:150])
