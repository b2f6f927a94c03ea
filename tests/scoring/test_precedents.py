"""What marked responses tell: the nearest sentences, and how often a fact was conveyed."""

import numpy as np
import pytest
from scipy.sparse import csc_matrix, csr_matrix

from assistant.scoring.precedents import best_and_share, precedents_of

NOTHING = csr_matrix((4, 3), dtype=np.float32)


@pytest.fixture
def precedents():
    """Two responses to one question and one to another; fact 0 feeds both questions, fact 1 the second, fact 2 none."""
    conveyed = [np.array([[1, 0, 0], [0, 0, 0]]), np.array([[1, 0, 0]]), np.array([[0, 1, 0]])]
    tables = [table.astype(bool) for table in conveyed]
    return precedents_of(NOTHING, NOTHING, tables, ["first", "first", "second"])


RELEVANT = {
    name: np.array(mask, dtype=bool) for name, mask in (("first", [1, 0, 0]), ("second", [1, 1, 0]), ("new", [1, 1, 0]))
}


def test_what_answers_to_the_question_usually_say_is_expected(precedents):
    rate, _ = precedents.rates(RELEVANT, "first")
    assert rate[0] > 0.5 > rate[1]
    assert 0 < rate[2] < 0.1  # never told, and still not impossible


def test_a_question_nobody_answered_goes_by_what_the_facts_are_needed_for(precedents):
    rate, usual = precedents.rates(RELEVANT, "new")
    assert np.allclose(rate, usual)
    assert rate[0] > rate[1] > rate[2]


def test_answers_to_a_question_that_is_gone_tell_nothing(precedents):
    left = {name: mask for name, mask in RELEVANT.items() if name != "first"}
    rate, usual = precedents.rates(left, "second")
    assert rate[1] > 0.3  # told in the one answer to the question that is left
    assert usual[0] < 0.15  # told in both answers to the one that is gone


def test_the_nearest_marked_sentences_say_what_is_conveyed():
    conveyed = csc_matrix(np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32))
    similarity = np.array([[0.9, 0.8, 0.1], [0.0, 0.0, 0.0]], dtype=np.float32)
    best, share = best_and_share(similarity, conveyed, np.array([0, 0, 1]), np.array([0, 1, 0]))
    assert best == pytest.approx([0.9, 0.1, 0.0])
    assert share == pytest.approx([1.7 / 2.0, 0.1 / 2.0, 0.0])


def test_a_fact_that_no_marked_sentence_conveys_has_no_precedent():
    best, share = best_and_share(
        np.ones((1, 2), dtype=np.float32), csc_matrix((2, 3), dtype=np.float32), np.array([0]), np.array([2])
    )
    assert (best.tolist(), share.tolist()) == ([0.0], [0.0])
