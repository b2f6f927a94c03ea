"""A course without trained models: its bank is read once, and then found in the cache."""

import pytest

from assistant.nlp.encoder import SentenceEncoder
from assistant.scoring.artefacts import MANIFEST, models_folder
from assistant.scoring.bank_cache import CACHE_VARIABLE
from assistant.service import Engine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (models_folder() / MANIFEST).exists(), reason="there are no trained models"),
]
ANSWER = (
    "Stalin had been General Secretary since 1922. Trotsky missed Lenin's funeral, which made him look weak.\n\n"
    "Overall Stalin won because he held the machine, while his rivals turned on him too late."
)


@pytest.fixture
def encoded(monkeypatch):
    """Every text that an encoder was given."""
    seen: list[str] = []
    encode = SentenceEncoder.encode

    def listening(self, sentences, paragraphs=None):
        seen.extend(sentences)
        return encode(self, sentences, paragraphs)

    monkeypatch.setattr(SentenceEncoder, "encode", listening)
    return seen


def test_a_second_start_reads_no_fact_again_and_says_the_same(course_folder, course, encoded, tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    statements = {fact.statement for fact in course.facts}
    first = Engine(course_folder).mark("struggle", ANSWER)
    assert statements <= set(encoded)
    encoded.clear()
    second = Engine(course_folder).mark("struggle", ANSWER)
    assert not statements & set(encoded)
    assert second == first
    assert first.evidence


def test_a_cache_that_cannot_be_written_costs_no_more_than_the_time(course_folder, encoded, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file"))
    assert Engine(course_folder).mark("struggle", ANSWER).sentences
