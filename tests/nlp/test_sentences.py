import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlp.sentences import boundaries

TYPED = st.text(alphabet=st.sampled_from("aBc1 .!?…'’\")(\n\t-,"), max_size=60)


def split(text):
    starts = boundaries(text)
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Stalin rose c. 1922 with e.g. Kamenev, i.e. an ally.", "He won."],
        ["The decision was Lenin's.", "After that he fell ill."],
        ["the plan was rushed.", "it failed in 1932."],
        ["He asked “why?”", "Nobody answered."],
        ["They called him 'Comrade Card-Index.'", "He did not mind."],
        ["(It was late.)", "Nothing was done."],
        ["He waited...", "Then he struck."],
        ["He waited…", "Then he struck."],
        ["Why?!", "Because of NEP."],
        ["Output rose 3.5 times.", "Wages did not."],
        ["So did I.", "Then he left."],
        ["Kirov etc. were shot.", "Trials followed."],
        ["It happened in 1928.", "1929 was worse."],
    ],
)
def test_text_is_cut_where_a_marker_would_cut_it(sentences):
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "He waited... then he struck.",
        "They cried “The Vozhd!” and wept.",
        "Dr. Smith says so.",
        "The G.P.U. under Yagoda grew.",
        "It is said that J. V. Stalin wrote it.",
        "He ruled from approx. 1929.",
        "A full stop.without a space",
    ],
)
def test_what_looks_like_an_end_is_none(text):
    assert split(text) == [text]


def test_a_paragraph_ends_a_sentence_without_a_full_stop():
    assert boundaries("  A heading\n\nThe first line\nthe second") == [2, 13, 28]


@pytest.mark.parametrize("text", ["", "   ", "\n\n \n"])
def test_a_blank_text_has_no_sentences(text):
    assert boundaries(text) == []


@given(TYPED)
def test_starts_ascend_inside_the_text_and_on_visible_characters(text):
    starts = boundaries(text)
    assert starts == sorted(set(starts))
    assert not any(text[start].isspace() for start in starts)
    assert bool(starts) == bool(text.strip())
    if starts:
        assert starts[0] == len(text) - len(text.lstrip())


@given(TYPED)
def test_the_pipeline_begins_its_sentences_there(read, text):
    assert [sentence.span[0] for sentence in read(text).sentences] == boundaries(text)
