"""Words are looked up once, and get what spaCy's own rules would give them."""

import pytest
from spacy.tokens import Doc

from assistant.corpus.loading import find_course, load_responses, responses_of
from assistant.nlp.attributes import Attributes
from assistant.nlp.pipeline import load_model

SPOKEN = (
    "He ain't going, we're gonna see; let's say he's got to, and I wanna know what's been done. It'd gotta be theirs."
)


@pytest.fixture(scope="module")
def nlp():
    return load_model("parser", "ner", "senter")


def said(doc: Doc) -> list[tuple[str, str, str, str]]:
    return [(token.text, token.pos_, str(token.morph), token.lemma_) for token in doc]


def test_each_token_gets_what_the_ruler_gives_it(nlp):
    quick: Attributes = nlp.get_pipe("assistant_attributes")
    responses = load_responses(responses_of(find_course("stalin")))[::12]
    for text in (SPOKEN, "", "  Two  spaces. ", *(response.layout()[0] for response in responses)):
        tagged = nlp.make_doc(text)
        for name in ("tok2vec", "tagger"):
            tagged = nlp.get_pipe(name)(tagged)
        slow = quick._ruler(tagged.copy())
        assert said(quick(tagged.copy())) == said(slow)
        assert said(quick(tagged)) == said(slow)  # and when every word is known


def test_the_slow_rules_are_asked_only_where_two_of_their_words_stand_side_by_side(nlp):
    quick: Attributes = nlp.get_pipe("assistant_attributes")
    assert quick._opens_a_rule(["i", "got", "ta", "go"])
    assert not quick._opens_a_rule(["he", "got", "it"])
    assert not quick._opens_a_rule(["got"])
    assert not quick._opens_a_rule([])


def test_the_lemmatiser_comes_after_it(nlp):
    names = nlp.pipe_names
    assert "attribute_ruler" not in names
    assert names.index("tagger") < names.index("assistant_attributes") < names.index("lemmatizer")
