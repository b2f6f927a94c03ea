"""What a teacher takes away from a class set, each made when it is asked for."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import streamlit as st

from assistant.app.wording import capital, count
from assistant.class_picture import ScriptDigest, class_pictures, compare, digest
from assistant.findings import without
from assistant.reports.feedback_sheets import FileNames, Sheet, sheets, sheets_docx, sheets_zip, write_sheets_html
from assistant.reports.picture import picture_page, picture_part, picture_style
from assistant.reports.scripts import Script, json_lines
from assistant.reports.tables import write_marks_csv, write_marks_workbook, write_moodle_csv
from assistant.schemas import Course
from assistant.store.class_set_records import ClassSetOverview
from assistant.store.class_sets import ClassSets

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def set_title(overview: ClassSetOverview) -> str:
    """A set by its name and number; names alone may be given twice."""
    return f"{overview.title} (set {overview.id})"


def scripts_of(sets: ClassSets, class_set: int) -> list[Script]:
    """The scripts of a set as reports speak of them."""
    return [
        Script(
            id=stored.overview.name,
            question=stored.overview.question,
            feedback=without(stored.feedback, stored.struck) if stored.feedback else None,
            text=stored.text,
            problem=stored.overview.problem,
            student=stored.overview.student,
            participant=stored.overview.participant,
            notes=stored.overview.notes,
            award=stored.overview.award.mark,
            awarded_by=stored.overview.award.marker if stored.overview.award.mark is not None else "",
            comments=tuple(line for line in stored.overview.award.comment.split("\n") if line.strip()),
        )
        for stored in sets.scripts(class_set)
    ]


def digests_of(course: Course, sets: ClassSets, class_set: int) -> list[ScriptDigest]:
    """The scripts of a set that were read, as the class picture needs them."""
    known = {question.id for question in course.questions}
    return [
        digest(
            course,
            stored.overview.label,
            stored.text,
            without(stored.feedback, stored.struck),
            stored.overview.award.mark,
        )
        for stored in sets.scripts(class_set)
        if stored.feedback is not None and stored.overview.question in known
    ]


def show_picture(course: Course, sets: ClassSets, class_set: int, others: list[ClassSetOverview]) -> None:
    """Draw the class picture, beside an earlier set if one is chosen, and offer it as a page to print."""
    titles = {other.id: set_title(other) for other in others}
    earlier = st.selectbox(
        "Compare with another set",
        list(titles),
        index=None,
        format_func=titles.__getitem__,
        placeholder="No comparison",
        key=f"class_sets.compare.{class_set}",
    )
    own = digests_of(course, sets, class_set)
    before = digests_of(course, sets, earlier) if earlier is not None else []
    pictures = class_pictures(course, own)
    comparison = compare(course, before, own) if before and own else None
    if earlier is not None and comparison is None:
        st.info("One of the two sets has no script that was read.")
    st.html(f"<style>{picture_style()}</style>")
    st.html(picture_part(pictures, comparison))
    st.download_button(
        "Class picture to print (HTML)",
        picture_page(pictures, comparison),
        file_name="class-picture.html",
        mime="text/html",
        on_click="ignore",
    )


def show_downloads(course: Course, sets: ClassSets, overview: ClassSetOverview) -> None:
    """Offer marks, sheets and everything for other programs."""
    stem = FileNames().name(overview.title, "")
    left = overview.scripts - overview.unread - overview.awarded
    if left:
        st.info(f"{left} of {overview.scripts} scripts have no award yet. A suggestion never stands in for one.")
    suggestions = st.checkbox(
        "Show the suggested level on sheets where nothing was awarded, named as a suggestion",
        key="class_sets.suggestions",
    )
    findings = st.checkbox(
        "Let what the assistant found follow your words and the mark on sheets", value=True, key="class_sets.findings"
    )

    def written(scripts: list[Script]) -> Iterator[Sheet]:
        return (sheet for _, sheet in sheets(course, scripts, suggestions, findings))

    def offer(label: str, name: str, mime: str, make: Callable[[list[Script]], str | bytes]) -> None:
        st.download_button(
            label,
            lambda: make(scripts_of(sets, overview.id)),
            file_name=f"{stem} {name}",
            mime=mime,
            on_click="ignore",
        )

    st.markdown("#### Marks")
    offer("Marks (Excel)", "marks.xlsx", WORKBOOK, lambda scripts: _workbook(course, scripts))
    offer("Marks (CSV)", "marks.csv", "text/csv", lambda scripts: _csv(course, scripts))
    offer("Awards for Moodle’s grading worksheet (CSV)", "moodle.csv", "text/csv", _moodle)
    if missing := not_for_moodle(sets, overview.id):
        st.html(
            f'<p class="ap-quiet">{capital(count(missing, "awarded script"))} not in Moodle’s file: without Moodle’s number '
            "of the student, or one of several scripts of a student.</p>"
        )
    st.markdown("#### Feedback sheets")
    offer(
        "All sheets to print or save as PDF (HTML)",
        "sheets.html",
        "text/html",
        lambda scripts: _sheets_html(written(scripts)),
    )
    offer("All sheets in one document (.docx)", "sheets.docx", DOCUMENT, lambda scripts: sheets_docx(written(scripts)))
    offer(
        "A document each (zip of .docx)", "sheets.zip", "application/zip", lambda scripts: sheets_zip(written(scripts))
    )
    st.markdown("#### For other programs")
    offer(
        "Awards, suggestions and feedback (JSON lines)",
        "feedback.jsonl",
        "application/x-ndjson",
        lambda scripts: "".join(json_lines(course, scripts)),
    )


def _csv(course: Course, scripts: list[Script]) -> bytes:
    lines = io.StringIO(newline="")
    write_marks_csv(lines, course, scripts)
    return lines.getvalue().encode("utf-8-sig")  # for Excel to know it is UTF-8


def _workbook(course: Course, scripts: list[Script]) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "marks.xlsx"
        write_marks_workbook(path, course, scripts)
        return path.read_bytes()


def _moodle(scripts: list[Script]) -> str:
    lines = io.StringIO(newline="")
    write_moodle_csv(lines, scripts)
    return lines.getvalue()


def not_for_moodle(sets: ClassSets, class_set: int) -> int:
    """How many awarded scripts of a set cannot be handed to Moodle."""
    awarded = [
        Script(script.name, script.question, participant=script.participant, award=script.award.mark)
        for script in sets.overviews(class_set)
    ]
    return len(write_moodle_csv(io.StringIO(), awarded))


def _sheets_html(content: Iterable[Sheet]) -> str:
    lines = io.StringIO()
    write_sheets_html(lines, content)
    return lines.getvalue()
