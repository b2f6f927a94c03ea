"""Read a course folder into a `Course`, naming file, entry and field of whatever is wrong.

A course folder holds `course.yaml` (title, heading lines, lines set aside), `notes.txt` (one note a line, verbatim),
`questions.yaml`, `rubric.yaml`, `terms.yaml`, `facts/*.yaml` (one list of facts a topic), and, for training,
`wordings/*.yaml`, `passages/*.yaml` and `responses/*.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from assistant.schemas import (
    Course,
    Fact,
    Identifier,
    MarkedResponse,
    Question,
    Record,
    Rubric,
    Term,
    Text,
    Wordings,
)

DEFAULT_COURSE = "stalin"
MAX_FILE_BYTES = 20_000_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
RecordT = TypeVar("RecordT", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a course: which file, which entry, which field, and what is the matter."""

    file: str
    entry: str
    field: str
    message: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.entry, self.field) if part)
        return f"{self.file}: {where}: {self.message}" if where else f"{self.file}: {self.message}"


class CourseError(ValueError):
    """A course that cannot be used. `problems` says why, one entry a problem."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0]}{more}")


class CourseSettings(Record):
    """What `course.yaml` holds."""

    id: Identifier
    title: Text
    headings: tuple[int, ...] = ()
    set_aside: dict[int, Text] = {}


class Passage(Record):
    """A practice paragraph with the facts each sentence conveys or gets wrong; used for training only."""

    question: str
    sentences: tuple[PassageSentence, ...]


class PassageWrong(Record):
    """A fact that a sentence gets wrong."""

    fact: str
    kind: str


class PassageSentence(Record):
    """One sentence of a practice paragraph."""

    s: Text
    facts: tuple[str, ...] = ()
    role: str
    wrong: tuple[PassageWrong, ...] = ()


def corpus_folder() -> Path:
    """The folder of courses: beside the package in a checkout, inside it where it is installed."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data" / "corpus"
    return installed if installed.is_dir() else package.parent / "corpus"


def course_names() -> list[str]:
    """Names of the courses that come with the project."""
    return sorted(path.parent.name for path in corpus_folder().glob("*/course.yaml"))


def find_course(name: str | Path) -> Path:
    """The folder of a course, given its name or a path to its folder.

    Raises:
        CourseError: if there is no such course.
    """
    for folder in (corpus_folder() / name, Path(name)):
        if (folder / "course.yaml").is_file():
            return folder
    known = ", ".join(course_names()) or "none"
    raise CourseError(
        [Problem(str(name), "", "", f"there is no such course (the courses are: {known}; or give a course folder)")]
    )


def read_text(path: Path) -> str:
    """The text of a UTF-8 file of the course.

    Raises:
        CourseError: if the file is missing, too large or not UTF-8.
    """
    if not path.is_file():
        raise CourseError([Problem(path.name, "", "", "the file is missing")])
    if path.stat().st_size > MAX_FILE_BYTES:
        raise CourseError([Problem(path.name, "", "", f"the file is larger than {MAX_FILE_BYTES // 1_000_000} MB")])
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError([Problem(path.name, "", "", f"the file is not UTF-8 text (byte {error.start})")]) from error


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(read_text(path), Loader=_Loader)  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "not valid YAML"
        raise CourseError([Problem(path.name, where, "", f"not valid YAML: {what}")]) from error


def problems_of(error: ValidationError, file: str, entry: str) -> Iterator[Problem]:
    """Each fault of a pydantic error in plain words."""
    plain = {
        "missing": "is missing",
        "extra_forbidden": "is not a field of this entry",
        "string_pattern_mismatch": "must be lower-case words joined by hyphens",
        "too_short": "must have at least one entry",
    }
    for fault in error.errors():
        field = ".".join(str(part) for part in fault["loc"])
        message = plain.get(fault["type"], fault["msg"].removeprefix("Value error, ").lower())
        yield Problem(file, entry, field, message)


def _records(path: Path, rows: Any, model: type[RecordT], label: str) -> tuple[list[RecordT], list[Problem]]:
    if not isinstance(rows, list):
        return [], [Problem(path.name, "", "", f"must be a list of {label}s")]
    records, problems = [], []
    for number, row in enumerate(rows, 1):
        entry = str(row.get("id") or row.get("term") or f"{label} {number}") if isinstance(row, dict) else f"{label} {number}"
        try:
            records.append(model.model_validate(row))
        except ValidationError as error:
            problems += problems_of(error, path.name, entry)
    return records, problems


def version_of(folder: Path) -> str:
    """A short hash of everything the marking of a response rests on; line endings do not change it."""
    digest = hashlib.sha256()
    for path in course_files(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()[:12]


def course_files(folder: Path) -> list[Path]:
    """The files that make a course what it is, in a fixed order."""
    names = ("course.yaml", "notes.txt", "questions.yaml", "rubric.yaml", "terms.yaml")
    parts = [folder / name for name in names]
    parts += sorted((folder / "facts").glob("*.yaml")) + sorted((folder / "wordings").glob("*.yaml"))
    return [path for path in parts if path.is_file()]


def load_course(name: str | Path = DEFAULT_COURSE) -> Course:
    """Read and validate a course by name or folder.

    Raises:
        CourseError: with every problem found in the shape of its files.
    """
    return _load_course(find_course(name))


@cache
def _load_course(folder: Path) -> Course:
    problems: list[Problem] = []

    def attempt(read: Any, *arguments: Any) -> Any:
        try:
            return read(*arguments)
        except CourseError as error:
            problems.extend(error.problems)
            return None

    settings_row = attempt(_read_yaml, folder / "course.yaml")
    notes = attempt(read_text, folder / "notes.txt")
    questions_row = attempt(_read_yaml, folder / "questions.yaml")
    rubric_row = attempt(_read_yaml, folder / "rubric.yaml")
    terms_row = attempt(_read_yaml, folder / "terms.yaml")
    settings = rubric = None
    try:
        if settings_row is not None:
            settings = CourseSettings.model_validate(settings_row)
    except ValidationError as error:
        problems += problems_of(error, "course.yaml", "")
    try:
        if rubric_row is not None:
            rubric = Rubric.model_validate(rubric_row)
    except ValidationError as error:
        problems += problems_of(error, "rubric.yaml", "")
    questions: list[Question] = []
    if questions_row is not None:
        rows = questions_row.get("questions") if isinstance(questions_row, dict) else questions_row
        questions, faults = _records(folder / "questions.yaml", rows, Question, "question")
        problems += faults
    terms: list[Term] = []
    if terms_row is not None:
        terms, faults = _records(folder / "terms.yaml", terms_row, Term, "term")
        problems += faults
    facts: list[Fact] = []
    paths = sorted((folder / "facts").glob("*.yaml"))
    if not paths:
        problems.append(Problem("facts", "", "", "the course has no facts/*.yaml"))
    for path in paths:
        rows = attempt(_read_yaml, path)
        if rows is not None:
            found, faults = _records(path, rows, Fact, "fact")
            facts += found
            problems += faults
    if problems or settings is None or rubric is None or notes is None:
        raise CourseError(problems)
    return Course(
        id=settings.id,
        title=settings.title,
        notes=tuple(notes.split("\n")[:-1] if notes.endswith("\n") else notes.split("\n")),
        headings=settings.headings,
        set_aside=settings.set_aside,
        facts=tuple(facts),
        terms=tuple(terms),
        questions=tuple(questions),
        rubric=rubric,
        version=version_of(folder),
    )


def load_wordings(folder: Path) -> dict[str, Wordings]:
    """The bank of wordings of a course, by fact id. Empty where the course has none.

    Raises:
        CourseError: if a file is broken or a fact stands in it twice.
    """
    bank: dict[str, Wordings] = {}
    for path in sorted((folder / "wordings").glob("*.yaml")):
        rows = _read_yaml(path) or {}
        if not isinstance(rows, dict):
            raise CourseError([Problem(path.name, "", "", "must map each fact id to its wordings")])
        for fact_id, row in rows.items():
            if fact_id in bank:
                raise CourseError([Problem(path.name, str(fact_id), "", "stands in the bank twice")])
            try:
                bank[fact_id] = Wordings.model_validate(row)
            except ValidationError as error:
                raise CourseError(list(problems_of(error, path.name, str(fact_id)))) from error
    return bank


def load_passages(folder: Path) -> list[Passage]:
    """The practice paragraphs of a course. Raises CourseError."""
    passages: list[Passage] = []
    for path in sorted((folder / "passages").glob("*.yaml")):
        found, problems = _records(path, _read_yaml(path), Passage, "passage")
        if problems:
            raise CourseError(problems)
        passages += found
    return passages


def load_responses(paths: Iterable[Path]) -> list[MarkedResponse]:
    """Marked responses from JSONL files, in order.

    Raises:
        CourseError: naming the file and the line of the first broken row, or if there are none at all.
    """
    responses = []
    for path in paths:
        for number, row in enumerate(read_text(path).splitlines(), 1):
            if not row.strip():
                continue
            try:
                responses.append(MarkedResponse.model_validate(json.loads(row)))
            except json.JSONDecodeError as error:
                raise CourseError([Problem(path.name, f"line {number}", "", "is not JSON")]) from error
            except ValidationError as error:
                raise CourseError(list(problems_of(error, path.name, f"line {number}"))) from error
    if not responses:
        raise CourseError([Problem("responses", "", "", "there are no marked responses")])
    return responses


def responses_of(folder: Path) -> list[Path]:
    """The files of marked responses a course ships."""
    return sorted((folder / "responses").glob("*.jsonl"))


Passage.model_rebuild()
