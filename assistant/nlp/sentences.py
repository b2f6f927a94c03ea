"""Sentence boundaries as a marker would draw them in typed answers: at paragraph breaks and sentence ends.

The tagger's model is trained on edited news, and in hasty typing misses a boundary before a small letter or sees one
after "c." or "e.g."; these rules are simpler and agree better with markers (see `tests/nlp/test_sentences.py`).
"""

from __future__ import annotations

import re

import numpy as np
from spacy.attrs import SENT_START
from spacy.language import Language
from spacy.tokens import Doc

_ABBREVIATIONS = {
    "e.g", "i.e", "eg", "ie", "c", "ca", "cf", "dr", "mr", "mrs", "ms", "prof", "st", "vs", "no", "nos", "vol", "approx",
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "gen", "gov", "etc", "viz", "p", "pp",
}  # fmt: skip
_CLOSERS = "\"'’”)]»"
_OPENERS = "\"'‘“([«-–—"


def _ends(text: str, dot: int) -> bool:
    """Whether the full stop at `dot` ends a sentence, judged by the word before it and what follows."""
    word = re.search(r"[\w.'’]*$", text[max(0, dot - 30) : dot]).group().lower()  # type: ignore[union-attr]
    after = text[dot + 1 :].lstrip(_CLOSERS)
    if not after[:1].isspace():
        return False
    following = after.lstrip().lstrip(_OPENERS)[:1]
    if word in _ABBREVIATIONS or word.rstrip(".") in _ABBREVIATIONS:
        # "etc." and "no." may end a sentence when a capital follows; "c. 1930" never does.
        return word in {"etc", "no"} and following.isupper()
    return not re.fullmatch(r"(?:[a-z]\.)*[a-z]", word) or (word in {"i", "a"}) or ("." in word and following.isupper())


def boundaries(text: str) -> list[int]:
    """Offsets in characters at which a sentence begins, ascending; the first is that of the first visible character."""
    starts: list[int] = []
    position = 0
    for paragraph in re.finditer(r"[^\r\n]+", text):
        line = paragraph.group()
        position = paragraph.start()
        begin = True
        index = 0
        while index < len(line):
            if begin and not line[index].isspace():
                starts.append(position + index)
                begin = False
            if line[index] in ".!?…":
                end = index
                while end + 1 < len(line) and line[end + 1] in ".!?…":
                    end += 1
                if line[index] == "." and end == index:
                    finished = _ends(text, position + index)
                else:
                    after = line[end + 1 :].lstrip(_CLOSERS)
                    following = after.lstrip().lstrip(_OPENERS)[:1]
                    # "... the Vozhd!" inside a sentence is followed by a small letter.
                    finished = (not after or after[0].isspace()) and not following.islower()
                if finished:
                    while end + 1 < len(line) and line[end + 1] in _CLOSERS:
                        end += 1
                    begin = True
                index = end
            index += 1
    return starts


@Language.factory("assistant_sentences", assigns=["token.is_sent_start"])
def create_sentences(nlp: Language, name: str) -> SentenceMarker:
    """Make the component."""
    return SentenceMarker()


class SentenceMarker:
    """Set `token.is_sent_start` from `boundaries`."""

    def __call__(self, doc: Doc) -> Doc:
        """Mark the sentence starts of `doc`."""
        if not len(doc):
            return doc
        starts = iter(boundaries(doc.text))
        next_start = next(starts, None)
        marks = np.full(len(doc), -1, dtype=np.int64)
        marks[0] = 1
        for token in doc:
            while next_start is not None and token.idx + len(token) > next_start:
                if not token.is_space:
                    marks[token.i] = 1
                    next_start = next(starts, None)
                else:
                    break
        # All at once: spaCy looks through the whole Doc each time that `token.is_sent_start` is set.
        doc.from_array(SENT_START, marks.astype(np.uint64))  # type: ignore[arg-type]
        return doc
