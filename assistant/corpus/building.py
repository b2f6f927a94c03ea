"""Draft a course folder from revision notes on any subject: complete, checked, and meant to be edited."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from assistant.corpus.checking import check_course
from assistant.corpus.drafting import Draft, Tidier, draft_facts, slug_of
from assistant.corpus.loading import (
    DEFAULT_COURSE,
    CourseError,
    corpus_folder,
    course_names,
    load_questions,
    load_rubric,
    note_lines,
)
from assistant.corpus.outlining import Outline, outline_notes
from assistant.corpus.question_drafting import draft_questions
from assistant.corpus.term_finding import find_terms, is_careless, names_by_form
from assistant.documents import DocumentError, read_notes
from assistant.schemas import Question, Record, Rubric, Term

_MOST_ID_WORDS = 6

_SETTINGS_NOTE = "# Which lines of notes.txt are headings, and which are set aside and why. Line numbers begin at 1.\n"
_FACTS_NOTE = """\
# Drafted from the notes, one fact a line: edit them. A fact holds its note lines, one clear statement, the dates, numbers
# and names that a claim about it must get right, its terms, and two hints, of which neither may give the fact away.
# Where the notes are wrong, state what is right and add the erratum: {line, says, correct, why}.
"""
_WORDINGS_NOTE = """\
# Other ways of putting each fact: add how students would say it (wordings), what sounds alike and is something else
# (near_misses), and how it is got wrong (contradictions: {text, kind}).
"""
_TERMS_NOTE = (
    "# Names and abbreviations found in the notes: add the spellings students use, and explain each in the gloss.\n"
)
_QUESTIONS_NOTE = """\
# DRAFTS, made from the headings of the notes so that the course can be used at once. Put your own questions in their
# place: a prompt, and the factors that answer it, each with the note lines that are evidence for it.
"""


class _Dumper(yaml.SafeDumper):
    """Writes short lists on one line."""


def _list(dumper: yaml.SafeDumper, entries: list[Any]) -> yaml.Node:
    short = all(isinstance(entry, int) or (isinstance(entry, str) and len(entry) < 40) for entry in entries)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=short)


_Dumper.add_representer(list, _list)


class BuildError(ValueError):
    """Notes from which no course can be made; the message is one sentence."""


def build_course(notes: Path, to: Path, questions: Path | None, rubric: Path | None, title: str | None) -> str:
    """Draft a course.

    Args:
        notes: a text document of notes, or a folder that holds `notes.txt` and perhaps `questions.yaml` and
            `rubric.yaml`.
        to: folder of the new course; it must be empty or not exist, and is written whole or not at all.
        questions: questions of the course, copied; otherwise some are drafted from the headings.
        rubric: rubric of the course, copied; otherwise that of the course the project comes with.
        title: title of the course; otherwise taken from the notes or the name of their file.

    Returns:
        What was made, in one line.

    Raises:
        BuildError: with one sentence on what is wrong; then nothing is written.
    """
    to = to.resolve()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BuildError(f"{to} exists and is not an empty folder; choose another place for the course.")
    if notes.is_dir():
        folder, notes = notes, notes / "notes.txt"
        if not notes.is_file():
            raise BuildError(f"The folder {folder} holds no notes.txt.")
        questions = questions or _if_there(folder / "questions.yaml")
        rubric = rubric or _if_there(folder / "rubric.yaml")
    rubric = rubric or corpus_folder() / DEFAULT_COURSE / "rubric.yaml"
    try:
        text = read_notes(notes)
        asked = load_questions(questions) if questions else []
        marking = load_rubric(rubric)
    except (DocumentError, CourseError) as error:
        raise BuildError(str(error)) from error
    if questions and not asked:
        raise BuildError(f"{questions.name} holds no questions.")
    lines = note_lines(text)
    _check_references(asked, len(lines))
    course = _Course(lines, asked, marking, title or _title_of(notes, lines))
    if not course.drafts:
        raise BuildError(f"{notes.name} holds no line that states anything; headings alone make no course.")
    files = course.files()
    files["notes.txt"] = text
    files["rubric.yaml"] = rubric.read_text(encoding="utf-8-sig")
    if questions:
        files["questions.yaml"] = questions.read_text(encoding="utf-8-sig")
    _write(files, to)
    return course.summary(to)


class _Course:
    """Everything that is drafted, and the files it makes."""

    def __init__(self, lines: Sequence[str], asked: Sequence[Question], rubric: Rubric, title: str) -> None:
        self.title = title
        self.id = _identifier(title)
        evidence: dict[int, frozenset[str]] = {}
        for question in asked:
            for factor in question.factors:
                owner = frozenset({f"{question.id}/{factor.id}"})
                evidence |= {line: evidence.get(line, frozenset()) | owner for line in factor.lines}
        self.outline: Outline = outline_notes(lines, evidence)
        plain = [note.text for note in self.outline.notes]
        prompts = [part for question in asked for part in _texts(question)]
        self.terms: list[Term] = find_terms([*plain, *(heading.text for heading in self.outline.headings)], prompts)
        names = names_by_form(self.terms) if is_careless(plain) else {}
        self.drafts: list[Draft] = draft_facts(self.outline.notes, self.terms, title, Tidier(names))
        self.drafted = bool(self.drafts) and not asked
        self.questions = draft_questions(self.drafts, rubric, title) if self.drafted else list(asked)

    def files(self) -> dict[str, str]:
        """The text of each file by its path in the folder; questions only if they are drafted."""
        settings = {
            "id": self.id,
            "title": self.title,
            "headings": [heading.line for heading in self.outline.headings],
            "set_aside": dict(self.outline.set_aside),
        }
        wordings = {draft.fact.id: _row(draft.wordings()) for draft in self.drafts if draft.wordings().wordings}
        files = {
            "course.yaml": _SETTINGS_NOTE + _dump(settings),
            f"facts/{self.id}.yaml": _FACTS_NOTE + _dump([_row(draft.fact) for draft in self.drafts]),
            f"wordings/{self.id}.yaml": _WORDINGS_NOTE + _dump(wordings),
            "terms.yaml": _TERMS_NOTE + _dump([_row(term) for term in self.terms]),
        }
        if self.drafted:
            files["questions.yaml"] = _QUESTIONS_NOTE + _dump([_row(question) for question in self.questions])
        return files

    def summary(self, to: Path) -> str:
        """What was made, in one line."""
        outline = self.outline
        made = "drafted" if self.drafted else "given"
        return (
            f"Drafted the course '{self.id}' in {to}: {len(outline.headings)} headings, {len(self.drafts)} facts, "
            f"{len(outline.set_aside)} lines set aside, {len(self.terms)} terms, {len(self.questions)} questions {made}."
        )


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _texts(question: Question) -> list[str]:
    return [question.prompt, *(text for factor in question.factors for text in (factor.title, factor.nudge) if text)]


def _check_references(questions: Sequence[Question], last: int) -> None:
    for question in questions:
        for factor in question.factors:
            outside = [line for line in factor.lines if not 1 <= line <= last]
            if outside:
                raise BuildError(
                    f"The factor '{factor.id}' of the question '{question.id}' refers to line {outside[0]}, and the notes "
                    f"have lines 1 to {last}."
                )


def _title_of(notes: Path, lines: Sequence[str]) -> str:
    """The only outermost heading of Markdown notes, else the name of the file, or of its folder if it is "notes"."""
    outermost = [match[1] for line in lines if (match := re.match(r"#\s+(.*\w.*)", line))]
    if len(outermost) == 1:
        return outermost[0].strip(" #")
    path = notes.resolve()
    name = path.parent.name if path.stem.lower() == "notes" else path.stem
    words = re.sub(r"[\W_]+", " ", name).strip()
    return words[:1].upper() + words[1:] or "Notes"


def _identifier(title: str) -> str:
    """An identifier for the course that no course of the project has: trained models go by it."""
    base = slug_of(title, _MOST_ID_WORDS) or "course"
    return f"{base}-draft" if base in course_names() else base


def _row(record: Record) -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_defaults=True)


def _dump(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _write(files: dict[str, str], to: Path) -> None:
    """Write a folder whole, checked, or not at all."""
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{to.name}-", dir=to.parent))
    try:
        draft = beside / "course"
        for name, text in files.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        if problems := check_course(draft):
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            raise BuildError(f"The course would not be fit for use: {problems[0]}{more}.")
        if to.exists():
            to.rmdir()
        draft.rename(to)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
