"""Paragraphs off the question, by their facts, by their leaning, and by the paragraph beside them."""

import numpy as np
import pytest

from assistant.scoring.own_words import off_question

RELEVANT = np.array([True, True, False, False, False])


@pytest.fixture
def reading(read):
    sentence = "Stalin chose who got which post."
    return read("\n\n".join(" ".join([sentence] * count) for count in (3, 3, 1)))


def table(**rows):
    """Facts conveyed by sentence number; no others."""
    conveyed = np.zeros((7, 5))
    for sentence, facts in rows.items():
        conveyed[int(sentence.removeprefix("s")), facts] = 0.9
    return conveyed


def away(reading, conveyed, leaning):
    by_sentence = off_question(reading, conveyed, RELEVANT, np.repeat(leaning, (3, 3, 1)).astype(float))
    return [bool(by_sentence[place]) for place in (0, 3, 6)]


def test_facts_of_the_question_keep_a_paragraph(reading):
    assert away(reading, table(s0=[0, 1], s4=[0, 2]), [0, -2, 0]) == [False, False, False]


def test_facts_of_another_question_set_it_aside(reading):
    assert away(reading, table(s0=[0, 1], s3=[2], s4=[3]), [0.5, -1.2, 0.5]) == [False, True, False]
    assert away(reading, table(s0=[0, 1], s3=[2, 3], s4=[4]), [0.5, 0.5, 0.5]) == [False, True, False]


def test_few_facts_of_another_question_do_not_where_the_paragraph_leans_to_this_one(reading):
    assert away(reading, table(s0=[0, 1], s3=[2], s4=[3]), [0.5, -0.5, 0.5]) == [False, False, False]


def test_a_long_paragraph_without_facts_goes_by_its_leaning(reading):
    assert away(reading, table(s0=[0, 1]), [0.5, -2.4, 0.5]) == [False, True, False]
    assert away(reading, table(s0=[0, 1]), [0.5, -1, 0.5]) == [False, False, False]


def test_a_short_one_goes_with_the_paragraph_beside_it_where_it_leans_alike(reading):
    assert away(reading, table(s0=[0, 1]), [0.5, -2.4, -1.5]) == [False, True, True]
    assert away(reading, table(s0=[0, 1]), [0.5, -2.4, 0.4]) == [False, True, False]


def test_a_short_one_alone_is_never_off_the_question(reading):
    assert away(reading, table(s0=[0, 1]), [0.5, 0.5, -3]) == [False, False, False]
