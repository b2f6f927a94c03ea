"""Wrong claims planted in right sentences: labelled as wrong, different in one detail, the same each time."""

import pytest

from assistant.corpus.loading import find_course, load_course, load_responses, responses_of
from assistant.nlp.pipeline import build_nlp
from assistant.nlp.reading import read_doc
from assistant.schemas import MarkedResponse, MarkedSentence
from assistant.scoring import planted_errors
from assistant.scoring.planted_errors import ErrorPlanter, source_of
from assistant.training import NoVectors

RIGHT = (
    ("ogpu-formed", "It was in 1923 that the GPU was made into the OGPU."),
    ("mts-2500", "By the end of 1932 there were 2,500 Machine and Tractor Stations."),
    ("petrograd-renamed-leningrad", "Petrograd was renamed Leningrad in the dead leader's honour."),
)


@pytest.fixture(scope="module")
def course():
    return load_course("stalin")


@pytest.fixture(scope="module")
def nlp(course):
    return build_nlp(course, frozenset())


@pytest.fixture
def every_sentence(monkeypatch):
    monkeypatch.setattr(planted_errors, "SHARE", 1.0)


def planted(course, nlp, line: int, text: str, seed: int = 0) -> MarkedSentence:
    sentence = MarkedSentence(s=text, role="evidence", lines=(line,))
    response = MarkedResponse(
        id="x", question=course.questions[0].id, sentences=(sentence,), factors={}, judgement=0, level=0, mark=0
    )
    result = ErrorPlanter(course).plant(response, read_doc(nlp(text), NoVectors()), seed)
    assert source_of(result.id) == "x"
    return result.sentences[0]


@pytest.mark.parametrize(("fact", "text"), RIGHT)
def test_a_detail_that_the_fact_must_get_right_is_changed_and_labelled(course, nlp, every_sentence, fact, text) -> None:
    line = next(item for item in course.facts if item.id == fact).lines[0]
    changed = planted(course, nlp, line, text)
    assert changed.s != text
    assert line not in changed.lines
    assert [claim.line for claim in changed.wrong] == [line]
    assert changed == planted(course, nlp, line, text)


def test_a_sentence_without_such_a_detail_is_left_alone(course, nlp, every_sentence) -> None:
    line = next(item for item in course.facts if item.id == "ogpu-formed").lines[0]
    text = "It simply got another name."
    assert planted(course, nlp, line, text).s == text


def test_most_planted_responses_hold_a_wrong_claim_and_keep_their_sentences(course, nlp) -> None:
    responses = load_responses(responses_of(find_course("stalin")))[:12]
    planter = ErrorPlanter(course)
    for response in responses:
        result = planter.plant(response, read_doc(nlp(response.layout()[0]), NoVectors()))
        assert len(result.sentences) == len(response.sentences)
        for before, after in zip(response.sentences, result.sentences, strict=True):
            assert (before.s == after.s) == (before.wrong == after.wrong)
