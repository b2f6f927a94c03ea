"""Parts of speech and the like of each token, from spaCy's rules, each word looked up once and not in every text."""

from __future__ import annotations

import re
from typing import Any

from spacy.language import Language
from spacy.pipeline import AttributeRuler
from spacy.tokens import Doc


class Attributes:
    """Does what spaCy's attribute ruler does, ten times as fast where no parser has run.

    Nearly all of the ruler's rules look at the word and tag of one token, so what they say of a word with a tag is kept. The
    few that look at several tokens ("gon" and "na") are asked where a word that they begin with occurs.
    """

    def __init__(self, ruler: AttributeRuler) -> None:
        self._ruler = ruler
        self._known: dict[tuple[int, int], tuple[str, str, str]] = {}
        rules: list[dict[str, Any]] = ruler.patterns
        several = [pattern for rule in rules for pattern in rule["patterns"] if len(pattern) > 1]
        # Without a parser nothing has a dependency, and no rule that wants one applies.
        first = [pattern[0]["LOWER"] for pattern in several if "DEP" not in pattern[0]]
        self._first = re.compile("|".join(w["REGEX"] if isinstance(w, dict) else f"^{re.escape(w)}$" for w in first))

    def __call__(self, doc: Doc) -> Doc:
        """Set part of speech, morphology and, for exceptions, lemma of every token."""
        if any(self._first.search(word) for word in {token.lower_ for token in doc}):
            return self._ruler(doc)
        for token in doc:
            key = token.orth, token.tag
            found = self._known.get(key)
            if found is None:
                found = self._known[key] = self._look_up(doc, token.text, token.tag_)
            token.pos_, morph, token.lemma_ = found
            token.set_morph(morph)  # type: ignore[attr-defined]
        return doc

    def _look_up(self, doc: Doc, text: str, tag: str) -> tuple[str, str, str]:
        (token,) = self._ruler(Doc(doc.vocab, words=[text], tags=[tag]))
        return token.pos_, str(token.morph), token.lemma_


@Language.factory("assistant_attributes")
def make_attributes(nlp: Language, name: str) -> Attributes:
    """In place of the pipeline's attribute ruler, which is taken out of it."""
    _, ruler = nlp.remove_pipe("attribute_ruler")
    return Attributes(ruler)  # type: ignore[arg-type]
