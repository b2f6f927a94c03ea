"""Who "he" is: the terms that a reader supplies for the pronouns of a sentence, from the sentences before it.

A rule in the spirit of Hobbs (1978), far simpler: the person named first in the nearest earlier sentence of the same
paragraph (or the one before) that names one; for "they", every person it names.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

_SINGULAR = {"he", "his", "him", "himself"}
_PLURAL = {"they", "their", "them", "both"}
_REACH = 3


@Language.factory("assistant_references", requires=["doc.spans"], assigns=["doc._.references"])
def create_references(nlp: Language, name: str) -> ReferenceResolver:
    """Make the component; `persons` names the terms that are people."""
    return ReferenceResolver()


class ReferenceResolver:
    """Fill `doc._.references`: for each sentence, the terms its pronouns stand for."""

    def __init__(self) -> None:
        self.persons: frozenset[str] = frozenset()

    def __call__(self, doc: Doc) -> Doc:
        """Resolve the pronouns of `doc`."""
        named: list[list[str]] = []
        references: list[tuple[str, ...]] = []
        persons = [(span.start, span._.term) for span in doc.spans.get("terms", ()) if span._.term in self.persons]
        for sentence in doc.sents:
            inside = (term for start, term in persons if sentence.start <= start < sentence.end)
            people = list(dict.fromkeys(inside))
            words = {token.lower_ for token in sentence}
            found: tuple[str, ...] = ()
            if words & _SINGULAR and not people:
                found = next((tuple(names[:1]) for names in reversed(named[-_REACH:]) if names), ())
            elif words & _PLURAL and len(people) < 2:
                found = next((tuple(names) for names in reversed(named[-_REACH:]) if len(names) > 1), ())
            references.append(found)
            named.append(people or list(found))
        doc._.references = tuple(references)
        return doc
