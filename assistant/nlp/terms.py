"""Find a course's terms in any of their spellings: aliases, abbreviations, known misspellings, and near spellings where safe.

A near spelling counts only for a word of six letters or more that is no English word, so that "stain" is never Stalin.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rapidfuzz import fuzz, process
from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from assistant.schemas import Term

MIN_FUZZY_LETTERS = 6
MIN_FUZZY_RATIO = 84.0


@Language.factory("assistant_terms", assigns=["doc.spans", "span._.term", "span._.term_score"])
def create_terms(nlp: Language, name: str) -> TermMatcher:
    """Make the component; `add_terms` fills it."""
    return TermMatcher(nlp)


class TermMatcher:
    """Fill `doc.spans["terms"]` with spans whose `_.term` is the canonical term."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._strict = PhraseMatcher(nlp.vocab, attr="ORTH")
        self._term_of: dict[str, str] = {}
        self._forms: list[str] = []
        self._form_terms: list[str] = []
        self._known: frozenset[str] = frozenset()

    def add_terms(self, terms: Iterable[Term], known_words: Collection[str] = ()) -> None:
        """Add terms; a word in `known_words` (lower case) is English and is never taken for a misspelling."""
        for term in terms:
            key = term.term
            loose = [term.term, *term.aliases, *term.misspellings]
            # A short abbreviation in capitals ("MP", "WC", "LS") must be written so: in small letters it is another word.
            strict = [form for form in term.abbreviations if len(form) <= 3]
            loose += [form for form in term.abbreviations if len(form) > 3]
            self._matcher.add(key, [self._nlp.make_doc(form) for form in loose])
            if strict:
                self._strict.add(key, [self._nlp.make_doc(form) for form in strict])
            for form in loose:
                if " " not in form and len(form) >= MIN_FUZZY_LETTERS:
                    self._forms.append(form.lower())
                    self._form_terms.append(key)
        self._known = frozenset(known_words) | self._known

    def __call__(self, doc: Doc) -> Doc:
        """Find the terms of `doc`; of two that overlap the longer stays."""
        spans = [self._span(doc, start, end, self._nlp.vocab.strings[key]) for key, start, end in self._matcher(doc)]
        spans += [self._span(doc, start, end, self._nlp.vocab.strings[key]) for key, start, end in self._strict(doc)]
        taken = {token.i for span in spans for token in span}
        for token in doc:
            if token.i in taken or not token.is_alpha or len(token) < MIN_FUZZY_LETTERS or token.lower_ in self._known:
                continue
            found = process.extractOne(token.lower_, self._forms, scorer=fuzz.ratio, score_cutoff=MIN_FUZZY_RATIO)
            # A misspelling keeps the first letter nearly always; without that "urban" would be near "kurban".
            if found and found[0][0] == token.lower_[0]:
                span = self._span(doc, token.i, token.i + 1, self._form_terms[found[2]])
                span._.term_score = found[1] / 100
                spans.append(span)
        doc.spans["terms"] = sorted(filter_spans(spans), key=lambda span: span.start)
        return doc

    @staticmethod
    def _span(doc: Doc, start: int, end: int, term: str) -> Span:
        span = Span(doc, start, end, label=term)
        span._.term = term
        return span
