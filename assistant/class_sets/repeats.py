"""Recognise a text that came before in the same set, word for word or nearly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from datasketch import MinHash

from assistant.class_sets.submission import Submission
from assistant.schemas import ReviewReason

SHINGLE_WORDS = 4
LEAST_WORDS = 40
"""Shorter texts are alike by chance; only the very same one is recognised."""
NEARLY = 0.5
"""Share of common shingles (Jaccard) from which two texts are nearly the same: about one word in ten changed."""
HASHES = 128
_WORD = re.compile(r"\w+")


def text_digest(text: str) -> str:
    """What two texts have in common if they are the same word for word, whatever stands between the words; or "".

    >>> text_digest("Coal rose.") == text_digest("COAL -- rose"), text_digest(" ... ")
    (True, '')
    """
    words = _words(text)
    return _digest(words) if words else ""


def note_repeats(submissions: Iterable[Submission]) -> Iterator[Submission]:
    """The submissions; one whose text an earlier one holds says which. Keeps a kilobyte or so for each, no text."""
    seen: dict[str, str] = {}
    sketches = _Sketches()
    for submission in submissions:
        words = _words(submission.text or "")
        if not words:
            yield submission
            continue
        digest = _digest(words)
        if digest in seen:
            yield _repeating(submission, seen[digest], "same-text", f"The same text as {seen[digest]}.")
            continue
        seen[digest] = submission.id
        if len(words) < LEAST_WORDS:
            yield submission
            continue
        other = sketches.likest(sketch := _sketch(words))
        sketches.add(submission.id, sketch)
        if other is not None:
            yield _repeating(submission, other, "nearly-same-text", f"Nearly the same text as {other}.")
        else:
            yield submission


class _Sketches:
    """The sketches of texts. All are compared with each new one: that is quick, misses none, and needs no index."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._rows = np.empty((64, HASHES), dtype=np.uint64)

    def add(self, name: str, sketch: np.ndarray) -> None:
        """Keep the sketch of a text."""
        if len(self._names) == len(self._rows):
            self._rows = np.concatenate((self._rows, np.empty_like(self._rows)))
        self._rows[len(self._names)] = sketch
        self._names.append(name)

    def likest(self, sketch: np.ndarray) -> str | None:
        """The name of the text that is most like one, the earliest of several; None if none is nearly the same."""
        if not self._names:
            return None
        common = np.count_nonzero(self._rows[: len(self._names)] == sketch, axis=1)
        likest = int(common.argmax())
        return self._names[likest] if common[likest] >= NEARLY * HASHES else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _digest(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode(errors="replace")).hexdigest()


def _repeating(submission: Submission, other: str, code: str, message: str) -> Submission:
    note = ReviewReason(code=code, message=message)
    return replace(submission, repeats=other, notes=(*submission.notes, note))


def _sketch(words: list[str]) -> np.ndarray:
    """Hashes of a text's shingles, shape (HASHES,): two texts agree in about as many as they have shingles in common."""
    shingles = {" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)}
    sketch = MinHash(num_perm=HASHES)
    sketch.update_batch([shingle.encode(errors="replace") for shingle in shingles])
    return sketch.hashvalues.astype(np.uint64)
