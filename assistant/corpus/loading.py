"""Read a course folder into a `Course`, naming file, entry and field of whatever is wrong.

A course folder holds `course.yaml` (title, heading lines, lines set aside), `notes.txt` (one note a line, verbatim),
`questions.yaml`, `rubric.yaml`, `terms.yaml`, `facts/*.yaml` (one list of facts a topic), and, for training,
`wordings/*.yaml`, `passages/*.yaml`, `contrasts/*.yaml` and `responses/*.jsonl`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from assistant.schemas import (
    Course,
    ErrorKind,
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
ReadT = TypeVar("ReadT")


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
    set_aside: dict[int, Text] = Field(default_factory=dict)
    unscored_lines: tuple[int, ...] = ()


class Passage(Record):
    """A practice paragraph with the facts each sentence conveys or gets wrong; used for training only."""

    question: str
    sentences: tuple[PassageSentence, ...]


class PassageWrong(Record):
    """A fact that a sentence gets wrong; `why` says what is right, for whoever reads the file."""

    fact: str
    kind: ErrorKind
    why: str = ""


class PassageSentence(Record):
    """One sentence of a practice paragraph."""

    s: Text
    facts: tuple[str, ...] = ()
    role: str = ""
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
    text = read_text(path)
    try:
        return yaml.load(text, Loader=_Loader)  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or "cannot be parsed"
    except ValueError as error:  # a value that looks like a date and is none
        where, what = "", str(error)
    except RecursionError:
        where, what = "", "it is nested too deeply"
    raise CourseError([Problem(path.name, where, "", f"not valid YAML: {what}")])


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
        if fault["type"] == "model_type":
            message = "must map field names to values"
        yield Problem(file, entry, field, message)


def _record(path: Path, model: type[RecordT]) -> RecordT:
    """The one record that a file holds. Raises CourseError."""
    try:
        return model.model_validate(_read_yaml(path))
    except ValidationError as error:
        raise CourseError(list(problems_of(error, path.name, ""))) from error


def _records(path: Path, rows: Any, model: type[RecordT], label: str) -> list[RecordT]:
    """A record for each of `rows`. Raises CourseError with every problem of every row."""
    if not isinstance(rows, list):
        raise CourseError([Problem(path.name, "", "", f"must be a list of {label}s")])
    records: list[RecordT] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        name = (row.get("id") or row.get("term")) if isinstance(row, dict) else None
        try:
            records.append(model.model_validate(row))
        except ValidationError as error:
            problems += problems_of(error, path.name, str(name or f"{label} {number}"))
    if problems:
        raise CourseError(problems)
    return records


def load_questions(path: Path) -> list[Question]:
    """The questions of a `questions.yaml`. Raises CourseError."""
    rows = _read_yaml(path)
    return _records(path, rows.get("questions") if isinstance(rows, dict) else rows, Question, "question")


def load_rubric(path: Path) -> Rubric:
    """The rubric of a `rubric.yaml`. Raises CourseError."""
    return _record(path, Rubric)


def note_lines(text: str) -> list[str]:
    """The lines of notes; what follows the last line end is a line only if it holds something."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


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
    folder = find_course(name)
    return _load_course(folder, version_of(folder))


@lru_cache(maxsize=8)
def _load_course(folder: Path, version: str) -> Course:
    """The course in `folder`; `version` is that of its files, so that an edited course is read again."""
    problems: list[Problem] = []

    def attempt(read: Callable[..., ReadT], *arguments: Any) -> ReadT | None:
        try:
            return read(*arguments)
        except CourseError as error:
            problems.extend(error.problems)
            return None

    def terms_of(path: Path) -> list[Term]:
        return _records(path, _read_yaml(path), Term, "term")

    def facts_of(path: Path) -> list[Fact]:
        return _records(path, _read_yaml(path), Fact, "fact")

    settings = attempt(_record, folder / "course.yaml", CourseSettings)
    notes = attempt(read_text, folder / "notes.txt")
    questions = attempt(load_questions, folder / "questions.yaml")
    rubric = attempt(load_rubric, folder / "rubric.yaml")
    terms = attempt(terms_of, folder / "terms.yaml")
    paths = sorted((folder / "facts").glob("*.yaml"))
    if not paths:
        problems.append(Problem("facts", "", "", "the course has no facts/*.yaml"))
    facts = [fact for path in paths for fact in attempt(facts_of, path) or ()]
    if notes is not None and not notes.strip():
        problems.append(Problem("notes.txt", "", "", "the file holds no notes"))
    if problems or settings is None or notes is None or rubric is None:
        raise CourseError(problems)
    return Course(
        id=settings.id,
        title=settings.title,
        notes=tuple(note_lines(notes)),
        headings=settings.headings,
        set_aside=settings.set_aside,
        unscored_lines=settings.unscored_lines,
        facts=tuple(facts),
        terms=tuple(terms or ()),
        questions=tuple(questions or ()),
        rubric=rubric,
        version=version,
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
    return _paragraphs(folder / "passages", "passage")


def load_contrasts(folder: Path) -> list[Passage]:
    """Practice paragraphs in which every fact is told rightly and wrongly in much the same words. Raises CourseError.

    (Contrast sets: Gardner et al. 2020, "Evaluating models' local decision boundaries via contrast sets".)
    """
    return _paragraphs(folder / "contrasts", "contrast")


def _paragraphs(folder: Path, kind: str) -> list[Passage]:
    paths = sorted(folder.glob("*.yaml"))
    return [passage for path in paths for passage in _records(path, _read_yaml(path), Passage, kind)]


def load_responses(paths: Iterable[Path]) -> list[MarkedResponse]:
    """Marked responses from JSONL files, in order.

    Raises:
        CourseError: naming the file and the line of the first broken row, or if there are none at all.
    """
    responses = []
    for path in paths:
        for number, row in enumerate(read_text(path).split("\n"), 1):
            if not row.strip():
                continue
            try:
                responses.append(MarkedResponse.model_validate(json.loads(row)))
            except ValidationError as error:
                raise CourseError(list(problems_of(error, path.name, f"line {number}"))) from error
            except (ValueError, RecursionError) as error:
                raise CourseError([Problem(path.name, f"line {number}", "", "is not JSON")]) from error
    if not responses:
        raise CourseError([Problem("responses", "", "", "there are no marked responses")])
    return responses


def responses_of(folder: Path) -> list[Path]:
    """The files of marked responses a course ships."""
    return sorted((folder / "responses").glob("*.jsonl"))


Passage.model_rebuild()
