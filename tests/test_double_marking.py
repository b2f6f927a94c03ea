import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.double_marking import agreement, draw_sample
from assistant.scoring.agreement import quadratic_weighted_kappa

MARKS = {f"s{number:02d}": number for number in range(26)}


@given(size=st.integers(1, 40), seed=st.integers(0, 99))
def test_a_sample_spreads_over_the_marks_and_holds_nobody_twice(size, seed):
    drawn = draw_sample(MARKS, size, seed)
    assert len(drawn) == len(set(drawn)) == min(size, len(MARKS))
    run = len(MARKS) / len(drawn)
    for place, mark in enumerate(sorted(MARKS[script] for script in drawn)):
        assert round(place * run) <= mark < round((place + 1) * run)


def test_a_seed_draws_the_same_whatever_the_order():
    backwards = dict(reversed(MARKS.items()))
    assert draw_sample(MARKS, 6, 1) == draw_sample(backwards, 6, 1)
    assert len({tuple(draw_sample(MARKS, 6, seed)) for seed in range(20)}) > 15
    orders = [[MARKS[script] for script in draw_sample(MARKS, 6, seed)] for seed in range(5)]
    assert any(order != sorted(order) for order in orders)


def test_samples_at_the_edge():
    assert draw_sample({}, 3, 0) == []
    assert draw_sample({"a": 1}, 3, 0) == ["a"]
    with pytest.raises(ValueError, match="at least one"):
        draw_sample(MARKS, 0, 0)


def test_agreement_by_hand(course):
    style = course.rubric.style("essay-25")  # levels of five marks
    found = agreement([5, 6, 10, 20], [5, 5, 12, 9], style)
    assert (found.scripts, found.exact, found.same_level, found.adjacent) == (4, 0.25, 0.25, 0.75)
    assert found.mean_difference == pytest.approx((0 - 1 + 2 - 11) / 4)
    assert found.mean_absolute_difference == pytest.approx(14 / 4)
    assert found.kappa is None  # too few to tell from chance


def test_kappa_on_enough_scripts(course):
    style = course.rubric.style("essay-25")
    first, second = [2, 5, 8, 9, 12, 13, 16, 18, 21, 24], [3, 5, 7, 10, 12, 15, 16, 17, 22, 23]
    assert agreement(first, second, style).kappa == pytest.approx(quadratic_weighted_kappa(first, second, 25))
    assert agreement([7] * 10, [7] * 10, style).kappa is None
    assert agreement([7] * 10, [7] * 10, style).exact == 1


@pytest.mark.parametrize(("first", "second"), [([], []), ([1], [])])
def test_marks_that_cannot_be_compared(course, first, second):
    with pytest.raises(ValueError, match=r"scripts"):
        agreement(first, second, course.rubric.style("essay-25"))
