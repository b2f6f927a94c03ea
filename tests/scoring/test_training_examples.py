"""What the encoder is taught of each sentence: conveyed, wrong, or left open."""

import pytest

from assistant.corpus.loading import Passage
from assistant.schemas import MarkedResponse, Wordings
from assistant.scoring.artefacts import TOKENIZER, models_folder
from assistant.scoring.training_examples import make_data, window_examples

TOKENS = models_folder() / TOKENIZER
pytestmark = pytest.mark.skipif(not TOKENS.exists(), reason="there is no tokenizer under models/")


@pytest.fixture(scope="module")
def data(course):
    bank = {
        "fact-2": Wordings(
            wordings=("He ran the party's office.",),
            near_misses=("Stalin was a commissar.",),
            contradictions=({"text": "Trotsky was General Secretary.", "kind": "name"},),
        )
    }
    passage = Passage.model_validate(
        {
            "question": "struggle",
            "sentences": [
                {"s": "He chose the men.", "facts": ["fact-2"], "role": "evidence"},
                {"s": "He missed it in 1930.", "role": "evidence", "wrong": [{"fact": "fact-3", "kind": "date"}]},
            ],
        }
    )
    response = MarkedResponse.model_validate(
        {
            "id": "r1",
            "question": "struggle",
            "sentences": [
                {"s": "Stalin chose.", "p": True, "role": "evidence", "lines": [2]},
                {"s": "Coal tripled.", "p": True, "role": "evidence", "wrong": [{"line": 7, "kind": "number"}]},
            ],
            "factors": {},
            "judgement": 0,
            "level": 1,
            "mark": 1,
        }
    )
    return make_data(course, bank, [passage], [response], TOKENS, frozenset({9}))


def number(course, fact_id):
    return [fact.id for fact in course.facts].index(fact_id)


def test_the_bank_teaches_statements_and_wordings_as_conveyed(course, data):
    mine = [example for example in data.bank if example.conveyed == {number(course, "fact-2")}]
    assert len(mine) == 2
    assert sum(bool(example.conveyed) for example in data.bank) == len(course.facts) + 1


def test_a_near_miss_and_a_contradiction_speak_of_their_fact_alone(course, data):
    alone = [example for example in data.bank if example.only is not None]
    assert [example.only for example in alone] == [{number(course, "fact-2")}] * 2
    assert [bool(example.wrong) for example in alone] == [False, True]
    assert not any(example.conveyed for example in alone)


def test_a_passage_is_labelled_by_fact(course, data):
    first, second = data.passages[0]
    assert first.conveyed == {number(course, "fact-2")}
    assert (second.conveyed, second.wrong) == (frozenset(), {number(course, "fact-3")})


def test_a_response_is_labelled_by_line_and_doubtful_lines_are_left_open(course, data):
    (first,), (second,) = data.responses["r1"]
    assert first.conveyed == {number(course, "fact-2")}
    assert second.wrong == {number(course, "fact-7")}
    assert first.open == {number(course, "fact-9")}


def test_a_paragraph_is_read_in_windows_in_order(data):
    assert [example for window in window_examples(data.passages[0]) for example in window] == data.passages[0]
