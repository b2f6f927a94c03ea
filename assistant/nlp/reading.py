"""What the pipeline saw in a response, sentence by sentence: the boundary between Docs and scoring."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.tokens import Span as SpacySpan

from assistant.nlp.dates import Date
from assistant.nlp.encoder import EncodedSentence
from assistant.nlp.quantities import Quantity
from assistant.schemas import Span


class Encoder(Protocol):
    """Whatever turns the sentences of a response into vectors."""

    def encode(self, sentences: Sequence[str], paragraphs: Sequence[int] | None = None) -> list[EncodedSentence]:
        """Encode sentences; those with the same paragraph number are read together."""
        ...


@dataclass(frozen=True)
class SentenceReading:
    """One sentence: where it stands, its words, and the terms, dates and quantities in it.

    `form` is the sentence as lemmas and terms joined by spaces; `tags` its coarse parts of speech;
    `references` the people its pronouns stand for. Offsets of dates and quantities count within the whole text.
    """

    span: Span
    paragraph: int
    text: str
    form: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    terms: tuple[str, ...]
    term_spans: tuple[Span, ...]
    references: tuple[str, ...]
    dates: tuple[Date, ...]
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class Reading:
    """A response as read."""

    text: str
    sentences: tuple[SentenceReading, ...]
    encoded: tuple[EncodedSentence, ...] = field(repr=False)

    @property
    def words(self) -> int:
        """Words of the response."""
        return sum(len(sentence.words) for sentence in self.sentences)


_LINE_END = re.compile(r"[\r\n]")


def form_of(sentence: Iterable[Token], terms: Iterable[SpacySpan]) -> str:
    """A sentence as comparable words: lemmas in lower case without stop words, and each term as one word."""
    tokens = [
        (token.lemma_ or token.lower_).lower()
        for token in sentence
        if not (token.is_punct or token.is_space or token.is_stop)
    ]
    tokens += ["term:" + term._.term.lower().replace(" ", "_") for term in terms]
    return " ".join(tokens) or "-"


def read_doc(doc: Doc, encoder: Encoder) -> Reading:
    """Gather what the components found in `doc`, and encode its sentences."""
    text = doc.text  # put together anew at every access
    spans = list(doc.sents)
    starts = [span.start for span in spans]
    groups = {name: _by_sentence(starts, doc.spans.get(name, ())) for name in ("terms", "dates", "quantities")}
    references = doc._.references or ()
    sentences: list[SentenceReading] = []
    paragraph = 0
    position = 0
    for number, span in enumerate(spans):
        if not span.text.strip():
            continue  # blank lines before the first word; they have no sentence, but a number
        start, end = _trim(span)
        if _LINE_END.search(text, position, start) and sentences:
            paragraph += 1
        position = end
        tokens = list(span)  # each is made anew whenever a span is gone through
        inside = {name: groups[name].get(span.start, []) for name in groups}
        sentences.append(
            SentenceReading(
                span=(start, end),
                paragraph=paragraph,
                text=text[start:end],
                form=form_of(tokens, inside["terms"]),
                words=tuple(token.lower_ for token in tokens if token.is_alpha or token.like_num),
                tags=tuple(token.tag_ for token in tokens if not token.is_space),
                terms=tuple(term._.term for term in inside["terms"]),
                term_spans=tuple((term.start_char, term.end_char) for term in inside["terms"]),
                references=references[number] if number < len(references) else (),
                dates=tuple(
                    Date(date.start_char, date.end_char, first, last, date._.month, date._.approximate)
                    for date in inside["dates"]
                    for first, last in [date._.years]
                ),
                quantities=tuple(
                    Quantity(item.start_char, item.end_char, item._.value, item._.unit, item._.approximate)
                    for item in inside["quantities"]
                ),
            )
        )
    encoded = encoder.encode([item.text for item in sentences], [item.paragraph for item in sentences])
    return Reading(text, tuple(sentences), tuple(encoded))


def read_texts(nlp: Language, encoder: Encoder, texts: Iterable[str]) -> Iterator[Reading]:
    """Read responses one after another."""
    for doc in nlp.pipe(texts, batch_size=32):
        yield read_doc(doc, encoder)


def forms_of(nlp: Language, texts: Sequence[str]) -> list[str]:
    """The comparable words of short texts, each taken whole."""
    return [form_of(doc[:], doc.spans["terms"]) for doc in nlp.pipe(texts, batch_size=256)]


def _trim(span: SpacySpan) -> Span:
    text = span.text
    start = span.start_char + len(text) - len(text.lstrip())
    return start, span.start_char + len(text.rstrip())


def _by_sentence(starts: Sequence[int], spans: Iterable[SpacySpan]) -> dict[int, list[SpacySpan]]:
    """Spans by the first token of their sentence, given the first tokens of all."""
    grouped: dict[int, list[SpacySpan]] = {}
    for span in spans:
        grouped.setdefault(starts[bisect_right(starts, span.start) - 1], []).append(span)
    return grouped
