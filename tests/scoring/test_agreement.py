import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from sklearn.metrics import cohen_kappa_score

from assistant.scoring import agreement
from assistant.scoring.agreement import (
    mean_absolute_difference,
    precision_recall_f1,
    quadratic_weighted_kappa,
)

PAIRS = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=2, max_size=60)


def test_the_examples_in_the_module_hold():
    result = doctest.testmod(agreement)
    assert result.attempted >= 2
    assert result.failed == 0


def test_kappa_by_hand():
    # Marks 0 to 2. Weights are 0, 1/4 and 1. Observed: (0,0) (1,1) (2,0) (2,2), so disagreement is 1.
    # By chance, with rows 1, 1, 2 and columns 2, 1, 1: (1/4*1 + 1*1 + 1/4*2 + 1/4*1 + 1*4 + 1/4*2) / 4 = 6.5/4.
    assert quadratic_weighted_kappa([0, 1, 2, 2], [0, 1, 0, 2], 2) == approx(1 - 1 / (6.5 / 4))


@given(PAIRS)
def test_kappa_is_scikit_learns_over_all_marks(pairs):
    first, second = zip(*pairs, strict=True)
    ours = quadratic_weighted_kappa(first, second, 25)
    if len({*first, *second}) == 1:
        assert math.isnan(ours)
    else:
        assert ours == approx(cohen_kappa_score(first, second, labels=range(26), weights="quadratic"))


def test_kappa_refuses_markers_of_different_responses():
    with pytest.raises(ValueError, match="same responses"):
        quadratic_weighted_kappa([1, 2], [1], 12)


@pytest.mark.parametrize(
    ("counts", "figures"),
    [
        ((6, 2, 4), (0.75, 0.6, 2 / 3)),
        ((0, 0, 5), (0.0, 0.0, 0.0)),
        ((0, 5, 0), (0.0, 0.0, 0.0)),
        ((3, 0, 0), (1.0, 1.0, 1.0)),
    ],
)
def test_precision_recall_and_f1(counts, figures):
    assert precision_recall_f1(*counts) == approx(figures)


def test_mean_difference():
    assert mean_absolute_difference([10, 20, 3], [12, 20, 0]) == approx(5 / 3)
    assert np.isnan(mean_absolute_difference([], []))
