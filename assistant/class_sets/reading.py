"""Read a class set: a folder, a zip, a table, a single document, responses pasted one below another, or several of these."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path, PurePosixPath

from assistant.class_sets.names import Author, authors
from assistant.class_sets.submission import ClassSet, ClassSetError, Submission
from assistant.class_sets.tables import MAX_TABLE_BYTES, TABLE_READERS, printable, read_table
from assistant.class_sets.title_words import NO_SUBJECT, SubjectWords
from assistant.documents import MAX_BYTES, READERS, DocumentError, parse_document, read_document
from assistant.schemas import ReviewReason

DEBRIS = ("thumbs.db", "desktop.ini")
QUESTION_UNKNOWN = "Its question is not known: name it with --question or put it in the file's name."
SEVERAL_FILES = ReviewReason(code="several-files", message="This student handed in more than one file.")
_RULE = re.compile(r"^[ \t]*(?:={3,}|-{3,}|\*{3,}|_{3,})[ \t]*$", re.MULTILINE)
_NAME_LINE = re.compile(r"[ \t]*(?:student|name)[ \t]*:[ \t]*(?P<student>[^\n]+)\n?", re.IGNORECASE)


def read_class_set(
    path: Path,
    question: str | None = None,
    known: frozenset[str] = frozenset(),
    guessing: bool = False,
    subject: SubjectWords = NO_SUBJECT,
) -> ClassSet:
    """The submissions of a class set, in order.

    Args:
        path: a folder, a .zip, .csv, .xlsx or .jsonl file, or the document of one response.
        question: the question all responses answer, where the input does not say; in a folder or zip a
            response's question is otherwise taken from its file name or the folder it lies in
            ("stalin-victory_07.txt", "stalin-victory/07.docx").
        known: ids of the course's questions.
        guessing: whether a response whose question the input does not say is brought in with none, for it to be
            recognised from the text; otherwise that is its problem.
        subject: words of the course, by which a file's title is told from a student's name.

    Raises:
        ClassSetError: if `path` is no class set: missing, of another kind, unreadable, or without the columns
            that are needed.
    """
    if path.is_dir():
        return _folder(path, question, known, guessing, subject)
    if not path.exists():
        raise ClassSetError(f"There is no file or folder {path}.")
    suffix = path.suffix.lower()
    if suffix in TABLE_READERS:
        return read_table(path, question, guessing)
    if suffix in READERS:
        return _documents(_named([path]), question, known, guessing, subject)
    if suffix != ".zip":
        raise ClassSetError(
            f"{path.name} is no class set and no answer: a folder, a .zip, .csv, .xlsx or .jsonl file, or a document "
            f"({', '.join(sorted(kind for kind in READERS if kind))}) is needed."
        )
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise ClassSetError(f"{path.name} is larger than {MAX_TABLE_BYTES // 1_000_000} MB.")
    return _zip(path, question, known, guessing, subject)


def read_class_sets(
    paths: Sequence[Path],
    pasted: str = "",
    question: str | None = None,
    known: frozenset[str] = frozenset(),
    guessing: bool = False,
    subject: SubjectWords = NO_SUBJECT,
) -> ClassSet:
    """The submissions of several inputs as one set: documents, then the rest in the order given, then what was pasted.

    Args:
        paths: each as for `read_class_set`. Among several inputs one that is no class set is one submission that says so.
        pasted: responses as for `read_pasted`, if it is not blank.
        question: as for `read_class_set`, like what follows.
        known: the same.
        guessing: the same.
        subject: the same.

    Raises:
        ClassSetError: if a path is missing, there is no input, or the only one is no class set.
    """
    for path in paths:
        if not path.exists():
            raise ClassSetError(f"There is no file or folder {path}.")
    documents = [path for path in paths if path.suffix.lower() in READERS and path.is_file()]
    parts: list[ClassSet] = []
    if documents:
        parts.append(_documents(_named(documents), question, known, guessing, subject))
    for path in paths:
        if path in documents:
            continue
        try:
            parts.append(read_class_set(path, question, known, guessing, subject))
        except ClassSetError as error:
            if len(paths) == 1 and not pasted.strip():
                raise
            parts.append(_of_one(Submission(printable(path.name), question or "", None, str(error))))
    if pasted.strip() or not parts:
        parts.append(read_pasted(pasted, question))
    if len(parts) == 1:
        return parts[0]
    return ClassSet(sum(map(len, parts)), lambda: _with_own_ids(chain.from_iterable(parts)))


def read_pasted(pasted: str, question: str | None = None) -> ClassSet:
    """The responses of a pasted text, set apart by lines of three or more "=", "-", "*" or "_".

    A response may begin with a line "Student: Ann Smith" or "Name: Ann Smith", which is not part of its text. What
    `question` leaves open is to be recognised from the text.

    Raises:
        ClassSetError: if nothing was pasted.
    """
    parts = [part.strip("\n") for part in _RULE.split(pasted.replace("\r\n", "\n").replace("\r", "\n"))]
    parts = [part for part in parts if part.strip()]
    if not parts:
        raise ClassSetError("There is no text in what was pasted.")
    submissions = []
    for number, part in enumerate(parts, 1):
        named = _NAME_LINE.match(part)
        text = (part[named.end() :] if named else part).strip("\n")
        student = " ".join(named["student"].split()) if named else ""
        problem = "" if text.strip() else "It holds no text."
        submissions.append(
            Submission(f"pasted {number}", question or "", None if problem else text, problem, student=student)
        )
    return ClassSet(len(submissions), lambda: iter(submissions))


def _question_of(name: PurePosixPath, question: str | None, known: frozenset[str]) -> str:
    """The question of a file: the one given, else the one whose id stands in its name or its folder's."""
    if question:
        return question
    parts = [part.lower().replace("_", "-").replace(" ", "-") for part in (*name.parts[:-1], name.stem)]
    for part in reversed(parts):
        # A learning platform puts the student's name and numbers before the file's own name.
        found = max((q for q in known if f"-{q}-" in f"-{part}-"), key=len, default=None)
        if found:
            return found
    return ""


def _submission(name: str, question: str, author: Author, guessing: bool, read: Callable[[], str]) -> Submission:
    name = printable(name)
    student = printable(author.student)
    if not question and not guessing:
        return Submission(name, "", None, QUESTION_UNKNOWN, student, author.participant)
    try:
        return Submission(name, question, read(), "", student, author.participant)
    except DocumentError as error:
        return Submission(name, question, None, printable(str(error)), student, author.participant)


def _hidden(name: PurePosixPath) -> bool:
    return name.name.lower() in DEBRIS or any(part.startswith((".", "__MACOSX", "~$")) for part in name.parts)


def _folder(path: Path, question: str | None, known: frozenset[str], guessing: bool, subject: SubjectWords) -> ClassSet:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    names = {file: PurePosixPath(file.relative_to(path).as_posix()) for file in files}
    names = {file: name for file, name in names.items() if not _hidden(name)}
    if not names:
        raise ClassSetError(f"The folder {path} holds no files.")
    return _documents(names, question, known, guessing, subject)


def _named(files: Iterable[Path]) -> dict[Path, PurePosixPath]:
    """Documents by their path below the folder they have in common, which may name their students."""
    whole = [file.absolute() for file in files]
    try:
        common = Path(os.path.commonpath([file.parent for file in whole]))
    except ValueError as error:
        raise ClassSetError("The documents lie on several drives; put them into one folder or zip.") from error
    return {file: PurePosixPath(file.relative_to(common).as_posix()) for file in whole}


def _documents(
    names: Mapping[Path, PurePosixPath],
    question: str | None,
    known: frozenset[str],
    guessing: bool,
    subject: SubjectWords,
) -> ClassSet:
    whose = authors(names.values(), subject)

    def submissions() -> Iterator[Submission]:
        for file, name in names.items():
            chosen = _question_of(name, question, known)
            yield _submission(
                str(name),
                chosen,
                whose[name],
                guessing,
                lambda file=file: read_document(file),  # type: ignore[misc]
            )

    return ClassSet(len(names), lambda: _note_several(submissions(), whose))


def _of_one(submission: Submission) -> ClassSet:
    return ClassSet(1, lambda: iter([submission]))


def _with_own_ids(submissions: Iterable[Submission]) -> Iterator[Submission]:
    """The submissions of several inputs; one with the id of an earlier one gets a number after it."""
    used: set[str] = set()
    for submission in submissions:
        identifier, number = submission.id, 1
        while identifier in used:
            number += 1
            identifier = f"{submission.id} ({number})"
        used.add(identifier)
        yield replace(submission, id=identifier)


def _zip(path: Path, question: str | None, known: frozenset[str], guessing: bool, subject: SubjectWords) -> ClassSet:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(entry.filename for entry in archive.infolist() if not entry.is_dir())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise ClassSetError(f"{path.name} is not a readable zip file.") from error
    names = [name for name in names if not _hidden(PurePosixPath(name))]
    if not names:
        raise ClassSetError(f"{path.name} holds no files.")
    whose = authors(map(PurePosixPath, names), subject)
    return ClassSet(
        len(names), lambda: _note_several(_zip_entries(path, names, whose, question, known, guessing), whose)
    )


def _zip_entries(
    path: Path,
    names: Sequence[str],
    whose: Mapping[PurePosixPath, Author],
    question: str | None,
    known: frozenset[str],
    guessing: bool,
) -> Iterator[Submission]:
    with zipfile.ZipFile(path) as archive:
        for name in names:
            place = PurePosixPath(name)
            yield _submission(
                name,
                _question_of(place, question, known),
                whose[place],
                guessing,
                lambda name=name: _read_entry(archive, name),  # type: ignore[misc]
            )


def _note_several(submissions: Iterator[Submission], whose: Mapping[PurePosixPath, Author]) -> Iterator[Submission]:
    """Say of a student's files that there are more of them: only one can carry the mark."""
    counts: dict[tuple[str, str], int] = {}
    for author in whose.values():
        key = (printable(author.student), author.participant)
        counts[key] = counts.get(key, 0) + 1
    for submission in submissions:
        several = submission.student and counts.get((submission.student, submission.participant), 0) > 1
        yield replace(submission, notes=(*submission.notes, SEVERAL_FILES)) if several else submission


def _read_entry(archive: zipfile.ZipFile, name: str) -> str:
    entry = archive.getinfo(name)
    if entry.file_size > MAX_BYTES:
        raise DocumentError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB.")
    if PurePosixPath(name).suffix.lower() not in READERS:
        return parse_document(name, b"")
    try:
        data = archive.read(entry)
    except Exception as error:  # each way of packing fails in ways of its own
        why = "is protected by a password" if entry.flag_bits & 1 else "cannot be unpacked"
        raise DocumentError(f"{name} {why}.") from error
    return parse_document(name, data)
