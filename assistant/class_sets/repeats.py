"""Recognise a text that came before in the same set, word for word or nearly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from datasketch import MinHash, MinHashLSH

from assistant.class_sets.submission import Submission
from assistant.schemas import ReviewReason

SHINGLE_WORDS = 4
LEAST_WORDS = 40
"""Shorter texts are alike by chance; only the very same one is recognised."""
NEARLY = 0.5
"""Share of common shingles (Jaccard) from which two texts are nearly the same: about one word in ten changed."""
HASHES = 128
_WORD = re.compile(r"\w+")


def note_repeats(submissions: Iterable[Submission]) -> Iterator[Submission]:
    """The submissions; one whose text an earlier one holds says which. Keeps a kilobyte or so for each, no text."""
    seen: dict[bytes, str] = {}
    sketches: dict[str, MinHash] = {}
    index = MinHashLSH(threshold=NEARLY, num_perm=HASHES)
    for submission in submissions:
        words = _WORD.findall((submission.text or "").casefold())
        if not words:
            yield submission
            continue
        digest = hashlib.sha256(" ".join(words).encode(errors="replace")).digest()
        if digest in seen:
            yield _repeating(submission, seen[digest], "same-text", f"The same text as {seen[digest]}.")
            continue
        seen[digest] = submission.id
        if len(words) < LEAST_WORDS:
            yield submission
            continue
        sketch = _sketch(words)
        likest = max(index.query(sketch), key=lambda key: sketch.jaccard(sketches[key]), default="")
        key = f"{len(sketches)} {submission.id}"
        index.insert(key, sketch)
        sketches[key] = sketch
        if likest and sketch.jaccard(sketches[likest]) >= NEARLY:
            other = likest.partition(" ")[2]
            yield _repeating(submission, other, "nearly-same-text", f"Nearly the same text as {other}.")
        else:
            yield submission


def _repeating(submission: Submission, other: str, code: str, message: str) -> Submission:
    note = ReviewReason(code=code, message=message)
    return replace(submission, repeats=other, notes=(*submission.notes, note))


def _sketch(words: list[str]) -> MinHash:
    shingles = {" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1)}
    sketch = MinHash(num_perm=HASHES)
    sketch.update_batch([shingle.encode(errors="replace") for shingle in shingles])
    return sketch
