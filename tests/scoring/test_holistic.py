"""Marks of whole texts: learnt from texts alone, within the range, and better than guessing the mean."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from spacy.tokens import Doc

from assistant.scoring.agreement import quadratic_weighted_kappa
from assistant.scoring.holistic import HASHES, MEASURES, HolisticModel, ReadTexts, measures_of


def made_up(marks, seed):
    """Texts whose measures and runs of words follow their marks, with noise."""
    chance = np.random.default_rng(seed)
    count = len(marks)
    signal = np.asarray(marks)[:, None]
    measures = (0.3 * signal + chance.normal(size=(count, len(MEASURES)))).astype(np.float32)
    runs = chance.poisson(0.5 + 0.5 * signal * np.linspace(0, 1, 40)).astype(np.float32)
    counts = csr_matrix(
        (runs.ravel(), (np.repeat(np.arange(count), 40), np.tile(np.arange(40), count))), (count, HASHES)
    )
    meaning = chance.normal(size=(count, 384)).astype(np.float32)
    return ReadTexts(measures, meaning, counts, counts)


@pytest.fixture(scope="module")
def marks():
    return np.random.default_rng(1).integers(2, 7, size=80)


def test_marks_agree_with_those_of_new_texts(marks):
    model = HolisticModel(2, 6).fit(made_up(marks, 0), marks.tolist())
    given = model.predict(made_up(marks, 1))
    assert given.min() >= 2
    assert given.max() <= 6
    assert quadratic_weighted_kappa((marks - 2).tolist(), (given - 2).tolist(), 4) > 0.7


def test_texts_that_say_nothing_get_about_the_mean(marks):
    noise = made_up(np.zeros(80, dtype=int), 0)
    given = HolisticModel(2, 6).fit(noise, marks.tolist()).predict(made_up(np.zeros(20, dtype=int), 1))
    assert abs(given.mean() - marks.mean()) < 1


def test_too_few_texts_are_refused(marks):
    with pytest.raises(ValueError, match="At least 5"):
        HolisticModel(2, 6).fit(made_up(marks[:4], 0), marks[:4].tolist())


def test_measures_by_hand(nlp):
    words = ["Stalin", "won", ",", "because", "he", "won", "votz", "."]
    doc = Doc(
        nlp.vocab, words, tags=["NNP", "VBD", ",", "IN", "PRP", "VBD", "NN", "."], sent_starts=[True] + [False] * 7
    )
    value = dict(zip(MEASURES, measures_of(doc, {"won", "because", "he", "stalin"}).tolist(), strict=True))
    assert value["log_words"] == pytest.approx(np.log(7))
    assert value["log_types"] == pytest.approx(np.log(6))
    assert value["unknown"] == pytest.approx(1 / 6)
    assert value["past"] == pytest.approx(2 / 6)
    assert value["commas"] == pytest.approx(1 / 6)
    assert value["once"] == pytest.approx(4 / 6)
    assert value["connectives"] == pytest.approx(1 / 6)


def test_an_empty_text_can_be_measured(nlp):
    assert np.isfinite(measures_of(nlp(""), set())).all()
