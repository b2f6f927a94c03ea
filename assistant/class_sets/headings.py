"""Tell whose a text is from its heading, where neither its file nor its table names a student."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.class_sets.person_names import parts_of, person_alone_in, tidy_name
from assistant.class_sets.submission import Submission
from assistant.class_sets.tables import printable
from assistant.class_sets.title_words import NEVER_NAMES, NO_SUBJECT, SubjectWords, plain
from assistant.schemas import ReviewReason

HEADING_LINES = 4
"""How many lines at the beginning and the end of a text may carry its author's name, as a heading does."""
HEADING_WORDS = 12
NAME_WORDS = 6
NAMED_BY_HEADING = ReviewReason(
    code="named-by-heading", message="The student's name was taken from the heading of the text. Check whose it is."
)
_TOP_LINES = 2
"""Among how many lines at the top a name may stand alone; further down such a line may be anything."""
_LABEL = re.compile(
    r"\s*(?:(?:student|candidate|pupil)(?:['’]?s)?(?:\s+name)?|(?:(?:full|my)\s+)?name|(?:(?:essay|written)\s+)?by)"
    r"(?P<sign>\s*[:=]|\s+[-–—]+\s|\s)\s*(?P<name>\S.*)",
    re.IGNORECASE,
)
_WIDE_GAP = re.compile(r"\t|\s{2,}|\s[-–—]+\s")


def name_by_heading(submissions: Iterable[Submission], subject: SubjectWords = NO_SUBJECT) -> Iterator[Submission]:
    """The submissions; one that names no student is named for the one whose name stands in the heading of its text.

    Where nothing but its looks says that it is a name, a note asks for a look.
    """
    for submission in submissions:
        lines = [line for line in (submission.text or "").splitlines() if line.strip()]
        if submission.student or submission.participant or not lines:
            yield submission
        elif student := _labelled(lines, subject):
            yield replace(submission, student=printable(student))
        elif student := _alone(lines, subject):
            yield replace(submission, student=printable(student), notes=(*submission.notes, NAMED_BY_HEADING))
        else:
            yield submission


def is_brief(line: str) -> bool:
    """Whether a line is of a few words and no sentence, as a heading is."""
    return len(line.split()) <= NAME_WORDS and not line.rstrip().endswith((".", "!", "?"))


def _labelled(lines: Sequence[str], subject: SubjectWords) -> str:
    """The name in a line such as "Name: Ann Smith" at the beginning or end of a text, or ""."""
    for line in (*lines[:HEADING_LINES], *lines[-HEADING_LINES:]):
        if (found := _LABEL.match(line)) and len(line.split()) <= HEADING_WORDS:
            # "By 1929 he had won" begins like a label, and only a sign tells that it is one.
            signed, value = found["sign"].strip(), found["name"]
            if name := _first_of(value) if signed else _author(value, lines, subject):
                return name
    return ""


def _first_of(value: str) -> str:
    """What a form says after "Name:", without the class or date that may follow in the same line."""
    words = next(filter(None, parts_of(_WIDE_GAP.split(value)[0])), [])
    while words and plain(words[-1]) in NEVER_NAMES:
        words = words[:-1]
    name = " ".join(words).strip(" .,-–—_")
    return tidy_name(name) if any(letter.isalpha() for letter in name) and len(words) <= NAME_WORDS else ""


def _alone(lines: Sequence[str], subject: SubjectWords) -> str:
    """The name that stands alone in a line at the top of a text, or in its last, or ""."""
    for line in lines[:_TOP_LINES]:
        if name := _author(line, lines, subject):
            return name
    # The names at the end of a list of books are not the author's.
    listed = len(lines) > 1 and person_alone_in(lines[-2], subject)
    return "" if listed else _author(lines[-1], lines, subject)


def _author(line: str, lines: Sequence[str], subject: SubjectWords) -> str:
    """The name in a line, unless the text has its words too: then it is what the text is about."""
    name = person_alone_in(line, subject) if is_brief(line) else ""
    if not name:
        return ""
    body = {plain(word) for other in lines if not is_brief(other) for word in other.split()}
    return name if body and body.isdisjoint(plain(word) for word in name.split()) else ""
