"""Tell whose a file is from its name or folder, as learning platforms and teachers name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from assistant.class_sets.person_names import person_in
from assistant.class_sets.title_words import NO_SUBJECT, SubjectWords

_MOODLE = re.compile(r"(?P<student>.+?)_(?P<participant>\d+)_assignsubmission_(?:file|onlinetext)(?:_|$)")
TEAMS_FOLDERS = frozenset({"submitted files", "working files", "student work"})


@dataclass(frozen=True)
class Author:
    """Who handed a file in, as far as its name says: both "" where it does not."""

    student: str = ""
    participant: str = ""


def authors(names: Iterable[PurePosixPath], subject: SubjectWords = NO_SUBJECT) -> dict[PurePosixPath, Author]:
    """Who handed in each file of a set.

    Known are Moodle's download ("Ann Smith_1234567_assignsubmission_file_", as folder or before the file's name),
    the folders of Teams ("Submitted files/Ann Smith/…"), a folder for each student, and files named for the student
    as Classroom does ("Ann Smith - Essay.docx").

    Args:
        names: the files, by their path in the set.
        subject: words of the course, by which a title is told from a student's name.
    """
    names = list(names)
    beside = _folders_beside(names, subject)
    return {name: _author(name, beside, subject) for name in names}


def _author(name: PurePosixPath, beside: Mapping[PurePosixPath, int], subject: SubjectWords) -> Author:
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
    parent = person_in(name.parent.name, subject)
    own = person_in(name.stem, subject)
    # One folder among several such is a student's; one that stands alone may as well be the class's or the teacher's.
    if parent and (not own or beside[name.parent] > 1):
        return Author(parent)
    return Author(own)


def _folders_beside(names: Iterable[PurePosixPath], subject: SubjectWords) -> dict[PurePosixPath, int]:
    """For each folder, how many folders that could be a student's stand beside it, itself included."""
    folders = {name.parent for name in names}
    people = [folder for folder in folders if person_in(folder.name, subject)]
    return {folder: sum(other.parent == folder.parent for other in people) for folder in folders}
