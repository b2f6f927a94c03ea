"""Bring in a class set: from files, a folder or pasted text, with names replaced by codes where that is wanted."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

import streamlit as st

from assistant.app import class_set_state as state
from assistant.app.wording import capital, count, markdown_plain
from assistant.class_sets import ClassSetError, Submission, read_class_sets
from assistant.class_sets.codes import KEY_COLUMNS, StudentCodes, code_students, read_key
from assistant.class_sets.headings import name_by_heading
from assistant.class_sets.repeats import note_repeats, text_digest
from assistant.class_sets.tables import TABLE_READERS
from assistant.class_sets.title_words import subject_words
from assistant.documents import READERS, DocumentError, check_text
from assistant.schemas import Course
from assistant.spreadsheets import write_csv
from assistant.store.class_set_records import NewScript
from assistant.store.class_sets import ClassSets
from assistant.store.database import StoreError

CONTAINERS = (".zip", *TABLE_READERS)
MAX_UPLOAD_MB = 200
RECOGNISE = "Recognise it from the file's name or the text"


class Upload(Protocol):
    """A file as the browser hands it over."""

    name: str

    def getvalue(self) -> bytes:
        """Its content."""
        ...


def intake_form(course: Course, sets: ClassSets) -> None:
    """Draw the form, and bring the set in when it is sent."""
    with st.form("class_sets.intake", border=False):
        files = st.file_uploader(
            "Files: answers (.txt, .md, .docx, .odt, .pdf, .html), a zip such as Moodle's download, or a table (.csv, "
            ".xlsx, .jsonl) with the columns id, question, text and student",
            accept_multiple_files=True,
            type=sorted(kind.lstrip(".") for kind in {*READERS, *CONTAINERS} if kind),
            max_upload_size=MAX_UPLOAD_MB,
            key=state.upload_key("files"),
        )
        folder = st.file_uploader(
            "Or a whole folder, with a folder or file for each student",
            accept_multiple_files="directory",
            max_upload_size=MAX_UPLOAD_MB,
            key=state.upload_key("folder"),
        )
        pasted = st.text_area(
            "Or paste answers, with a line of === between them",
            placeholder="Student: Ann Smith\nThe first answer …\n\n===\n\nStudent: Bo Jones\nThe second answer …",
            height=140,
            key=state.upload_key("pasted"),
        )
        question = st.selectbox(
            "Question that all of them answer",
            ["", *(question.id for question in course.questions)],
            format_func=lambda identifier: course.question(identifier).prompt if identifier else RECOGNISE,
            key=state.upload_key("question"),
        )
        title = st.text_input("Name of the set", placeholder="Year 12, week 3", key=state.upload_key("title"))
        coded = st.checkbox(
            "Put codes for the students' names; the key is yours to keep and is not stored here",
            key=state.upload_key("coded"),
        )
        key = st.file_uploader(
            "Key of an earlier set, to give the same students the same codes", type=["csv"], key=state.upload_key("key")
        )
        sent = st.form_submit_button("Bring in", type="primary")
    if not sent:
        return
    try:
        with st.spinner("Bringing the answers in …"):
            codes = _codes(key) if coded else None
            class_set, scripts = bring_in(
                course, sets, title, [*(files or []), *(folder or [])], pasted, question or None, codes
            )
    except (ClassSetError, StoreError) as error:
        st.error(markdown_plain(str(error)))
        return
    if codes is not None:
        state.set_student_key((f"key of set {class_set}.csv", key_file(codes)))
    state.empty_form()
    state.set_reading(class_set)
    state.choose_next(class_set)
    state.set_notice(capital(f"{count(scripts, 'script')} brought in."))
    st.rerun()


def bring_in(
    course: Course,
    sets: ClassSets,
    title: str,
    uploads: Sequence[Upload],
    pasted: str,
    question: str | None,
    codes: StudentCodes | None = None,
) -> tuple[int, int]:
    """Keep a new class set; its id, and how many scripts it holds.

    Args:
        course: the course.
        sets: where to keep it.
        title: its name; that of a file where it is blank.
        uploads: files, whose names may be paths in a folder.
        pasted: answers pasted one below another.
        question: the question all of them answer, or None to have it recognised.
        codes: gives codes for names, where they are wanted.

    Raises:
        ClassSetError: if there is nothing in it, or all there is should hold many answers and cannot be read.
        StoreError: if it cannot be kept.
    """
    if not uploads and not pasted.strip():
        raise ClassSetError("There is nothing to bring in yet: choose files or a folder, or paste answers.")
    known, words = frozenset(entry.id for entry in course.questions), subject_words(course)
    with tempfile.TemporaryDirectory() as place:
        inputs: list[Path] = []
        documents = Path(place) / "documents"
        for number, upload in enumerate(uploads):
            kind = PurePosixPath(upload.name).suffix.lower()
            target = (
                Path(place) / f"{number}" / PurePosixPath(upload.name).name
                if kind in CONTAINERS
                else _free(documents, upload.name)
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(upload.getvalue())
            if kind in CONTAINERS:
                inputs.append(target)
        if documents.exists():
            inputs.append(documents)
        submissions = read_class_sets(inputs, pasted, question, known, guessing=True, subject=words)
        coming = name_by_heading(submissions, words)
        if codes is not None:
            coming = code_students(coming, codes)
        kept = 0

        def scripts() -> Iterator[NewScript]:
            nonlocal kept
            for submission in note_repeats(coming):
                kept += 1
                yield _new_script(submission)

        otherwise = PurePosixPath(uploads[0].name).parts[0] if uploads else "Pasted answers"
        if codes is not None:
            otherwise = "Class set"  # a file's name may be a student's
        class_set = sets.create(course.id, title.strip() or otherwise, scripts())
    return class_set, kept


def key_file(codes: StudentCodes) -> bytes:
    """The key to the codes as a CSV file."""
    lines = io.StringIO(newline="")
    write_csv(lines, KEY_COLUMNS, ((entry.code, entry.student, entry.participant) for entry in codes.entries))
    return lines.getvalue().encode("utf-8-sig")


def _codes(key: Upload | None) -> StudentCodes:
    if key is None:
        return StudentCodes()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / PurePosixPath(key.name).name
        path.write_bytes(key.getvalue())
        return StudentCodes(read_key(path))


def _new_script(submission: Submission) -> NewScript:
    text, problem = submission.text or "", submission.problem
    if not problem:
        try:
            text = check_text(text, submission.id)
        except DocumentError as error:
            text, problem = "", str(error)
    return NewScript(
        name=submission.id,
        question=submission.question,
        text=text,
        problem=problem,
        student=submission.student,
        participant=submission.participant,
        notes=submission.notes,
        repeats=submission.repeats,
        digest=text_digest(text),
    )


def _free(folder: Path, name: str) -> Path:
    """A path below `folder` for an uploaded file, wherever its name points, that is not taken yet."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    target = wanted = folder.joinpath(*(part.replace(":", "_").replace("\0", "_") for part in parts or ["answer"]))
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
    return target
