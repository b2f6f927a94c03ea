from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from assistant.nlp.encoder import DIMENSIONS, EncodedSentence, windows_of

SENTENCES = st.lists(st.tuples(st.integers(1, 200), st.booleans()), max_size=40)


def test_sentences_of_a_paragraph_fill_windows():
    assert windows_of([40, 40, 40, 40], [0, 0, 0, 0], limit=128) == [[0, 1, 2], [3]]


def test_a_paragraph_begins_a_window():
    assert windows_of([10, 10, 10], [0, 1, 1], limit=128) == [[0], [1, 2]]


def test_a_sentence_over_the_limit_stands_alone():
    assert windows_of([10, 500, 10], [0, 0, 0], limit=128) == [[0], [1], [2]]


def test_no_sentences_no_windows():
    assert windows_of([], []) == []


@given(SENTENCES, st.integers(1, 150))
def test_every_sentence_once_in_order_within_limit_and_paragraph(sentences, limit):
    lengths = [length for length, _ in sentences]
    paragraphs = np.cumsum([new for _, new in sentences]).tolist()
    windows = windows_of(lengths, paragraphs, limit)
    assert [index for window in windows for index in window] == list(range(len(sentences)))
    for window in windows:
        assert sum(min(lengths[index], limit) for index in window) <= limit
        assert len({paragraphs[index] for index in window}) == 1
    # No window could have taken in the next sentence of its paragraph as well.
    for window, after in pairwise(windows):
        full = sum(min(lengths[index], limit) for index in [*window, after[0]]) > limit
        assert full or paragraphs[window[0]] != paragraphs[after[0]]


def test_a_sentence_is_the_mean_of_its_pieces_at_unit_length():
    pieces = np.zeros((2, DIMENSIONS), dtype=np.float32)
    pieces[0, 0], pieces[1, 1] = 3.0, 4.0
    mean = EncodedSentence(pieces).mean
    assert mean[:3].tolist() == approx([0.6, 0.8, 0.0])
    assert np.linalg.norm(EncodedSentence(np.zeros((1, DIMENSIONS), dtype=np.float32)).mean) == 0
