"""A sheet of feedback for each student, the teacher's words first: as .docx, or as pages to print."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from assistant.reports.rendering import template
from assistant.reports.scripts import Script
from assistant.schemas import Course

SUGGESTED = "Suggested by the essay-practice assistant, not awarded. Only your teacher awards marks."
AWARDED = "Awarded by your teacher."
MOST_STEPS = 4
"""More next steps than these are none."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FILE_NAME = re.compile(r"[^\w.,'’ -]+")


@dataclass(frozen=True)
class ToCheck:
    """A claim to look at again: the student's words, what is the matter, and what is right."""

    said: str
    message: str
    correct: str


@dataclass(frozen=True)
class NextStep:
    """What to work on next: a question to think about, and where to look."""

    nudge: str
    cue: str


@dataclass(frozen=True)
class Sheet:
    """What one student reads.

    `mark` is empty where neither an award nor a suggestion is to be shown. Without `findings` nothing follows the
    teacher's words and the mark.
    """

    heading: str
    prompt: str
    teacher: tuple[str, ...]
    mark: str
    standing: str
    summary: str
    strengths: tuple[str, ...]
    facts: tuple[str, ...]
    to_check: tuple[ToCheck, ...]
    next_steps: tuple[NextStep, ...]
    criteria: tuple[tuple[str, str], ...]
    findings: bool = True


def sheets(
    course: Course, scripts: Iterable[Script], suggestions: bool = True, findings: bool = True
) -> Iterator[tuple[Script, Sheet]]:
    """A sheet for each script that was marked.

    Args:
        course: the course the scripts belong to.
        scripts: the class set.
        suggestions: whether the suggested level is shown, as such, where no mark was awarded.
        findings: whether what the assistant found follows the teacher's words and the mark.
    """
    for script in scripts:
        if script.feedback is not None:
            yield script, _sheet(course, script, suggestions, findings)


def _sheet(course: Course, script: Script, suggestions: bool, findings: bool) -> Sheet:
    feedback = script.feedback
    assert feedback is not None  # `sheets` leaves the others out
    question = course.question(feedback.question)
    style = course.rubric.style(question.style)
    mark = standing = summary = ""
    if script.award is not None:
        level = style.level_of(script.award)
        mark = f"{script.award} out of {feedback.max_mark} ({_level(level)})"
        standing = AWARDED
        summary = next((entry.summary for entry in style.levels if entry.level == level), "")
    elif suggestions:
        low, high = feedback.mark_range
        mark = f"{_level(feedback.level).capitalize()}, between {low} and {high} out of {feedback.max_mark}"
        standing = SUGGESTED
        summary = next((entry.summary for entry in style.levels if entry.level == feedback.level), "")
    developed = [factor.title for factor in feedback.factors if factor.status == "developed"]
    mentioned = [factor.title for factor in feedback.factors if factor.status == "mentioned"]
    return Sheet(
        heading=script.label,
        prompt=question.prompt,
        teacher=tuple(comment for comment in script.comments if comment.strip()),
        mark=mark,
        standing=standing,
        summary=summary,
        strengths=(
            *(f"You develop this line of argument: {title}." for title in developed),
            *(f"You mention this one: {title}." for title in mentioned),
        ),
        facts=tuple(item.statement for item in feedback.evidence if item.relevant),
        to_check=tuple(
            ToCheck(" ".join(script.text[slice(*error.span)].split()), error.message, error.correct)
            for error in feedback.errors
        ),
        next_steps=tuple(NextStep(hint.nudge, hint.cue) for hint in feedback.hints[:MOST_STEPS]),
        criteria=tuple(
            (criterion.title, feedback.criteria[criterion.id].comment)
            for criterion in course.rubric.criteria
            if criterion.id in feedback.criteria
        ),
        findings=findings,
    )


def _level(level: int) -> str:
    return f"level {level}" if level else "below level 1"


def write_sheets_html(lines: TextIO, content: Iterable[Sheet]) -> None:
    """Write all sheets as one page of HTML, each beginning on a page of its own when printed."""
    lines.writelines(template("feedback_sheets.html").generate(sheets=content))


def sheet_docx(sheet: Sheet) -> bytes:
    """One sheet as a .docx document."""
    return sheets_docx([sheet], f"Feedback: {sheet.heading}")


def sheets_docx(content: Iterable[Sheet], title: str = "Feedback") -> bytes:
    """All sheets as one .docx document, each beginning on a page of its own."""
    from docx import Document  # imported late: few runs write documents
    from docx.shared import Pt

    document = Document()
    document.core_properties.title = _clean(title)
    document.core_properties.author = ""
    document.styles["Normal"].font.size = Pt(11)
    for number, sheet in enumerate(content):
        _add_sheet(document, sheet, on_new_page=number > 0)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _add_sheet(document: Any, sheet: Sheet, on_new_page: bool) -> None:
    def heading(text: str, level: int = 1) -> Any:
        return document.add_heading(_clean(text), level)

    def paragraph(text: str, style: str | None = None, italic: bool = False, bold: bool = False) -> None:
        run = document.add_paragraph(style=style).add_run(_clean(text))
        run.italic, run.bold = italic, bold

    title = heading(sheet.heading, 0)
    if on_new_page:  # a break of its own would leave an empty line above, or an empty page after a full one
        title.paragraph_format.page_break_before = True
    paragraph(sheet.prompt, italic=True)
    heading("From your teacher")
    for comment in sheet.teacher:
        paragraph(comment)
    if not sheet.teacher:
        for _ in range(3):  # room to write by hand
            paragraph("_" * 75)
    if sheet.mark:
        paragraph(sheet.mark, bold=True)
        paragraph(sheet.standing, italic=True)
        if sheet.summary:
            paragraph(sheet.summary)
    if not sheet.findings:
        return
    heading("What works")
    for line in sheet.strengths or ("You have made a start; the next steps below can help.",):
        paragraph(line, "List Bullet")
    if sheet.facts:
        paragraph("Facts you use that answer the question:")
        for fact in sheet.facts:
            paragraph(fact, "List Bullet")
    if sheet.to_check:
        heading("To check")
        for item in sheet.to_check:
            paragraph(f"“{item.said}”", italic=True)
            paragraph(f"{item.message} {item.correct}")
    if sheet.next_steps:
        heading("Next steps")
        for number, step in enumerate(sheet.next_steps, 1):
            # Word would go on counting from one student's list to the next one's.
            paragraph(f"{number}. {step.nudge}")
            if step.cue != step.nudge:
                paragraph(step.cue, "List Continue")
    heading("By criterion")
    for title, comment in sheet.criteria:
        words = document.add_paragraph()
        words.add_run(_clean(f"{title}: ")).bold = True
        words.add_run(_clean(comment))


def sheets_zip(content: Iterable[Sheet]) -> bytes:
    """All sheets as .docx documents in one zip."""
    buffer = io.BytesIO()
    names = FileNames()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in content:
            archive.writestr(names.name(sheet.heading, ".docx"), sheet_docx(sheet))
    return buffer.getvalue()


class FileNames:
    """Names of files made of students' names or ids: fit for any system, and none given twice."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, label: str, suffix: str) -> str:
        """A name for a student's file."""
        stem = _FILE_NAME.sub("_", _clean(label)).strip(" ._-")[:80] or "sheet"
        if stem.upper() in _RESERVED:
            stem = f"{stem}_"
        name, number = stem + suffix, 1
        while name.casefold() in self._given:
            number += 1
            name = f"{stem} {number}{suffix}"
        self._given.add(name.casefold())
        return name


_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})


def _clean(text: str) -> str:
    """A text without the characters that no document can hold."""
    return _CONTROL.sub("", text).encode(errors="replace").decode()
