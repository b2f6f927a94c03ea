"""Every extension attribute the project adds to spaCy's objects, in one table.

Span groups: `doc.spans["terms"]`, `doc.spans["dates"]`, `doc.spans["quantities"]`.
"""

from __future__ import annotations

from spacy.tokens import Doc, Span, Token

EXTENSIONS: dict[type, dict[str, object]] = {
    Doc: {
        # Sentence index -> canonical terms a reader would supply for its pronouns ("he", "the General Secretary").
        "references": None,
    },
    Span: {
        "term": None,  # canonical term of a span in "terms"
        "term_score": 1.0,  # 1.0 exact, lower where the spelling was guessed
        "years": None,  # (first, last) year of a span in "dates", both included
        "month": None,  # month 1 to 12 of a span in "dates", where given
        "approximate": False,  # "about", "nearly", "by the end of" stands before it
        "value": None,  # number of a span in "quantities", in units (millions multiplied out)
        "unit": None,  # what is counted: "percent", "times", "fraction", "ordinal" or the word that follows
    },
    Token: {},
}


def register() -> None:
    """Make the attributes known to spaCy; safe to call again."""
    for owner, attributes in EXTENSIONS.items():
        for name, default in attributes.items():
            owner.set_extension(name, default=default, force=True)  # type: ignore[attr-defined]


register()
