"""Tell whose a file is from its name or folder, as learning platforms and teachers name them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.schemas import Course

_MOODLE = re.compile(r"(?P<student>.+?)_(?P<participant>\d+)_assignsubmission_(?:file|onlinetext)(?:_|$)")
TEAMS_FOLDERS = frozenset({"submitted files", "working files", "student work"})
PARTICLES = frozenset({"al", "bin", "d", "da", "de", "del", "der", "di", "dos", "du", "el", "la", "le", "ten", "van", "von", "y"})  # fmt: skip
# What files and folders of a class are called; nobody's name is made of these.
_FILE_WORDS = """
a and answer answers assess assignment assignments class classwork copy coursework document draft essay essays evaluate
exam explain feedback file files final for form group history homework how in lesson marked mock new of old on paper
part period plan plans practice prep question questions response responses retake revised revision scan script scripts
set student students submission submissions submitted task term test text the topic unit untitled version was week were
what which why word work working year years
"""
NEVER_NAMES = frozenset(_FILE_WORDS.split())
_MOST_WORDS = 4


@dataclass(frozen=True)
class Author:
    """Who handed a file in, as far as its name says: both "" where it does not."""

    student: str = ""
    participant: str = ""


def authors(names: Iterable[PurePosixPath], subject_words: frozenset[str] = frozenset()) -> dict[PurePosixPath, Author]:
    """Who handed in each file of a set.

    Known are Moodle's download ("Ann Smith_1234567_assignsubmission_file_", as folder or before the file's name),
    the folders of Teams ("Submitted files/Ann Smith/…"), a folder for each student, and files named for the student
    as Classroom does ("Ann Smith - Essay.docx").

    Args:
        names: the files, by their path in the set.
        subject_words: words of the course in lower case; what is made of these alone is no student's name.
    """
    names = list(names)
    beside = _folders_beside(names, subject_words)
    return {name: _author(name, beside, subject_words) for name in names}


def subject_words(course: Course) -> frozenset[str]:
    """Words of a course's prompts and terms in lower case, by which a file's title is told from a student's name."""
    texts = [*(question.prompt for question in course.questions), *(term.term for term in course.terms)]
    return frozenset(word.casefold().strip(".,'’‘?") for text in texts for word in text.split())


def person_in(text: str, subject_words: frozenset[str] = frozenset()) -> str:
    """The name of a person in a file's or folder's name, or "".

    >>> person_in("Essay - Ann O'Neill (2)"), person_in("Smith, Ann_draft 2"), person_in("Final Essay")
    ("Ann O'Neill", 'Smith, Ann', '')
    """
    parts = re.split(r"\s+[-–—]\s+|[()\[\]\d]+", unicodedata.normalize("NFC", text).replace("_", " "))
    for part in parts:
        words = _name_words(part)
        plain = {_plain(word) for word in words}
        if 2 <= len(words) <= _MOST_WORDS and not plain <= subject_words:
            return " ".join(words).rstrip(",")
    return ""


def _author(name: PurePosixPath, beside: Mapping[PurePosixPath, int], subject_words: frozenset[str]) -> Author:
    for part in name.parts:
        if found := _MOODLE.match(part):
            student = found["student"].replace("_", " ").strip()
            # With blind marking, Moodle puts this word in the place of the name.
            hidden = student.casefold() == "participant"
            return Author(f"{student} {found['participant']}" if hidden else student, found["participant"])
    folders = name.parts[:-1]
    for place, part in enumerate(folders[:-1]):
        if part.lower() in TEAMS_FOLDERS and folders[place + 1].lower() not in TEAMS_FOLDERS:
            return Author(folders[place + 1].strip())
    parent = person_in(name.parent.name, subject_words)
    own = person_in(name.stem, subject_words)
    # One folder among several such is a student's; one that stands alone may as well be the class's or the teacher's.
    if parent and (not own or beside[name.parent] > 1):
        return Author(parent)
    return Author(own)


def _folders_beside(names: Iterable[PurePosixPath], subject_words: frozenset[str]) -> dict[PurePosixPath, int]:
    """For each folder, how many folders that could be a student's stand beside it, itself included."""
    folders = {name.parent for name in names}
    people = [folder for folder in folders if person_in(folder.name, subject_words)]
    return {folder: sum(other.parent == folder.parent for other in people) for folder in folders}


def _name_words(text: str) -> list[str]:
    """The longest beginning of `text`, after words that no name begins with, that may be a person's name."""
    words: list[str] = []
    for word in text.split():
        if not _could_be_name(word, first=not words):
            if words:
                break
            continue
        words.append(word)
    while words and _plain(words[-1]) in PARTICLES:
        words.pop()
    return words


def _could_be_name(word: str, first: bool) -> bool:
    plain = _plain(word)
    if not first and plain in PARTICLES:
        return True
    letters = re.sub(r"['’.,-]", "", word)
    # Scripts without capitals have names too.
    capital = word[0].isupper() or (word[0].isalpha() and word[0].lower() == word[0].upper())
    return letters.isalpha() and capital and plain not in NEVER_NAMES


def _plain(word: str) -> str:
    return word.casefold().strip(".,'’")
