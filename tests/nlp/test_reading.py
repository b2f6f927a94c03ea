import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlp.reading import forms_of, read_texts

TYPED = st.text(alphabet=st.sampled_from("aBe1 .!?’'(\n\t-"), max_size=60)


def test_paragraphs_are_numbered_from_nought(read):
    reading = read("\n\nStalin rose. He won.\nTrotsky lost.\n\n\nLenin died. Gosplan met.")
    assert [sentence.paragraph for sentence in reading.sentences] == [0, 0, 1, 2, 2]


def test_a_sentence_holds_what_stands_in_it(read):
    text = "Stalin rose in 1922. By 1932 coal had doubled, says Trotski."
    first, second = read(text).sentences
    assert (first.terms, [date.first for date in first.dates], first.quantities) == (("Stalin",), [1922], ())
    assert (second.terms, second.references) == (("Leon Trotsky",), ())
    (date,), (quantity,), (place,) = second.dates, second.quantities, second.term_spans
    assert [text[start:end] for start, end in ((date.start, date.end), (quantity.start, quantity.end), place)] == [
        "1932",
        "doubled",
        "Trotski",
    ]


def test_words_are_counted_without_punctuation(read):
    assert read("Coal doubled – by 1932!").words == 4


@given(TYPED)
def test_a_sentence_is_its_span_of_the_text(read, text):
    reading = read(text)
    position = 0
    for sentence, encoded in zip(reading.sentences, reading.encoded, strict=True):
        start, end = sentence.span
        assert text[start:end] == sentence.text == sentence.text.strip() != ""
        assert not text[position:start].strip()
        assert len(encoded.pieces)
        position = end
    assert not text[position:].strip()


def test_forms_leave_out_stop_words_and_name_terms(nlp):
    assert forms_of(nlp, ["The rise of Stalin!", "of the", ""]) == ["rise stalin term:stalin", "-", "-"]


def test_texts_read_together_read_the_same(nlp, encoder, read):
    texts = ["Stalin rose. He won.", "Coal doubled by 1932.\n\nIt was so."]
    together = [reading.sentences for reading in read_texts(nlp, encoder, texts)]
    assert together == [read(text).sentences for text in texts]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_begin_a_paragraph(read, line_end):
    reading = read(f"Stalin won.{line_end}{line_end}Trotsky lost. He was ill.")
    assert [sentence.paragraph for sentence in reading.sentences] == [0, 1, 1]
    for sentence in reading.sentences:
        assert reading.text[slice(*sentence.span)] == sentence.text
