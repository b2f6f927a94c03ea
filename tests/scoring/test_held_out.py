import numpy as np
import pytest
from pytest import approx

from assistant.schemas import MarkedResponse
from assistant.scoring.held_out import FOLDS, HeldOut, fold_of, load_held_out, save_held_out, training_rows
from assistant.scoring.signals import NAMES, Signals


def signals_of(sentence, fact, seed):
    values = np.random.default_rng(seed).normal(size=(len(sentence), len(NAMES))).astype(np.float32)
    return Signals(np.array(sentence, dtype=np.int64), np.array(fact, dtype=np.int64), values, True)


@pytest.fixture
def held():
    """Two responses of two and one sentences, one of them without a candidate."""
    vectors = np.random.default_rng(1).normal(size=(6, 384)).astype(np.float32)
    return HeldOut(
        ids=("r-1", "r-2"),
        folds=(0, 3),
        signals=(signals_of([0, 0, 1], [2, 5, 6], 0), signals_of([], [], 1)),
        vectors=(vectors[:2], vectors[2:3]),
        titles={(0, "struggle"): vectors[3:6], (3, "struggle"): vectors[3:6] * 2},
    )


def marked(number, question="struggle", sentences=1):
    return MarkedResponse(
        id=f"r-{number}",
        question=question,
        sentences=tuple({"s": "Stalin won.", "role": "claim"} for _ in range(sentences)),
        factors={},
        judgement=0,
        level=1,
        mark=1,
    )


FACTS = tuple("abcdefg")


def test_what_is_saved_is_read_back(tmp_path, held):
    path = tmp_path / "held-out.npz"
    save_held_out(path, {"question": held, "response": held}, FACTS)
    read = load_held_out(path, FACTS)
    assert list(read) == ["question", "response"]
    for scheme in read.values():
        assert (scheme.ids, scheme.folds) == (held.ids, held.folds)
        for mine, theirs in zip(scheme.signals, held.signals, strict=True):
            assert mine.sentence.tolist() == theirs.sentence.tolist()
            assert mine.fact.tolist() == theirs.fact.tolist()
            assert mine.values == approx(theirs.values, rel=1e-3, abs=1e-3)
        for mine, theirs in zip(scheme.vectors, held.vectors, strict=True):
            assert mine == approx(theirs, rel=1e-3, abs=1e-3)
        assert scheme.titles.keys() == held.titles.keys()
        assert scheme.titles[3, "struggle"] == approx(held.titles[3, "struggle"], rel=1e-3, abs=1e-3)


def test_facts_keep_their_names_when_their_order_changes(tmp_path, held):
    path = tmp_path / "held-out.npz"
    save_held_out(path, {"question": held}, FACTS)
    turned = FACTS[::-1]
    signals = load_held_out(path, turned)["question"].signals[0]
    assert [turned[fact] for fact in signals.fact] == [FACTS[fact] for fact in held.signals[0].fact] == ["c", "f", "g"]


def test_signals_for_other_facts_are_refused(tmp_path, held):
    path = tmp_path / "held-out.npz"
    save_held_out(path, {"question": held}, FACTS)
    with pytest.raises(ValueError, match="made for other facts"):
        load_held_out(path, (*FACTS, "h"))


def test_signals_of_another_version_are_refused(tmp_path, held, monkeypatch):
    path = tmp_path / "held-out.npz"
    save_held_out(path, {"question": held}, FACTS)
    monkeypatch.setattr("assistant.scoring.held_out.NAMES", NAMES[::-1])
    with pytest.raises(ValueError, match="by another version"):
        load_held_out(path, FACTS)


def test_a_questions_responses_are_held_out_together(course):
    responses = [marked(number, question) for number, question in enumerate(("struggle", "plans") * 6)]
    folds = fold_of("question", course, responses)
    assert {fold for fold, response in zip(folds, responses, strict=True) if response.question == "plans"} == {1}
    assert set(folds) == {0, 1}


def test_a_questions_responses_are_spread_over_the_folds(course):
    responses = [marked(number) for number in range(10)]
    assert sorted(fold_of("response", course, responses)) == sorted(list(range(FOLDS)) * 2)


def test_rows_carry_the_held_out_vectors(course, read, held):
    responses = [marked(1, sentences=2), marked(2), marked(9)]
    readings = [read(response.layout()[0]) for response in responses]
    forms = {"struggle": ["weak rival", "control party", "turn policy"]}
    rows = training_rows(course, responses, readings, held, forms)
    assert [row.response.id for row in rows] == ["r-1", "r-2"]  # the third is unknown
    assert rows[0].reading.encoded[1].pieces == approx(held.vectors[0][1:2])
    assert rows[1].profiles[2].vector == approx(held.titles[3, "struggle"][2])


def test_a_response_cut_otherwise_than_before_is_left_out(course, read, held):
    response = marked(1, sentences=3)
    rows = training_rows(course, [response], [read(response.layout()[0])], held, {"struggle": ["-"] * 3})
    assert rows == []
