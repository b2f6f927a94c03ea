import io
import zipfile

import pytest
from docx import Document
from feedback_samples import TEXT, feedback_on
from lxml import html

from assistant.reports.feedback_sheets import (
    AWARDED,
    SUGGESTED,
    FileNames,
    sheet_docx,
    sheets,
    sheets_docx,
    sheets_zip,
    write_sheets_html,
)
from assistant.reports.scripts import Script

ATTACK = "<script>alert('x')</script>{{ 7 * 7 }}\x07 & Co"


def sheet(course, script, **options):
    ((_, found),) = sheets(course, [script], **options)
    return found


def page(content):
    lines = io.StringIO()
    write_sheets_html(lines, content)
    return lines.getvalue()


def words(document):
    return [paragraph.text for paragraph in Document(io.BytesIO(document)).paragraphs]


@pytest.fixture
def script():
    return Script(
        "a.txt", "struggle", feedback_on(), TEXT, student="Ann", award=14, comments=("A fine start.", "Weigh more.")
    )


def test_the_teachers_words_come_before_everything_else(course, script):
    found = sheet(course, script)
    order = ["From your teacher", "A fine start.", "Weigh more.", "14 out of 25 (level 3)", AWARDED, "What works",
             "To check", "Next steps", "By criterion"]  # fmt: skip
    text = html.document_fromstring(page([found])).text_content()
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    document = words(sheet_docx(found))
    assert [document.index(part) for part in order] == sorted(document.index(part) for part in order)


def test_what_the_student_wrote_and_what_to_do_next(course, script):
    found = sheet(course, script)
    assert found.strengths == (
        "You develop this line of argument: Weak rivals.",
        "You mention this one: Control of the party.",
    )
    assert found.to_check[0].said == "Stalin held the party from 1922."
    assert [(step.nudge, step.cue) for step in found.next_steps] == [("Which policy?", "Think of 1928.")]
    assert "No." not in page([found])  # what is missing is not given away


def test_a_suggestion_is_called_one_or_left_out(course, script):
    plain = Script("a.txt", "struggle", feedback_on(), TEXT)
    found = sheet(course, plain)
    assert (found.heading, found.mark, found.standing) == ("a.txt", "Level 2, between 6 and 10 out of 25", SUGGESTED)
    hidden = sheet(course, plain, suggestions=False)
    assert hidden.mark == ""
    assert "level" not in page([hidden]).lower()
    assert "______" in words(sheet_docx(hidden))[3]  # room for the teacher's hand
    assert SUGGESTED not in page([sheet(course, script)])


def test_scripts_that_could_not_be_marked_get_no_sheet(course):
    assert list(sheets(course, [Script("a", "struggle", None, problem="It is empty.")])) == []


def test_nothing_a_student_or_teacher_writes_is_taken_for_code(course):
    script = Script(ATTACK, "struggle", feedback_on(ATTACK + "."), ATTACK + ".", comments=(ATTACK,))
    found = sheet(course, script)
    source = page([found])
    assert "<script" not in source.lower()
    assert "49" not in source
    assert source.count("&lt;script&gt;") == 3  # heading, comment, quotation
    assert "default-src 'none'" in source
    text = "\n".join(words(sheet_docx(found)))
    assert text.count("<script>alert('x')</script>{{ 7 * 7 }} & Co") == 3


def test_a_page_for_each_student(course, script):
    source = page(sheet(course, each) for each in (script, Script("b", "plans", feedback_on(question="plans"), TEXT)))
    assert len(html.document_fromstring(source).findall(".//article")) == 2
    assert "break-after: page" in source


def test_one_document_with_a_page_for_each_student(course, script):
    other = sheet(
        course, Script("b", "plans", feedback_on(question="plans"), TEXT, student="Bo", comments=("Well done.",))
    )
    document = sheets_docx([sheet(course, script), other])
    text = words(document)
    assert text.index("Ann") < text.index("A fine start.") < text.index("Bo") < text.index("Well done.")
    titles = [part for part in Document(io.BytesIO(document)).paragraphs if part.style.name == "Title"]
    assert [(part.text, part.paragraph_format.page_break_before) for part in titles] == [("Ann", None), ("Bo", True)]
    assert [line for line in text if line.startswith("1. ")] == ["1. Which policy?", "1. Which policy?"]


def test_the_teachers_words_may_stand_alone(course, script):
    alone = sheet(course, script, findings=False)
    for text in (html.document_fromstring(page([alone])).text_content(), "\n".join(words(sheet_docx(alone)))):
        assert "A fine start." in text and "14 out of 25" in text
        for part in ("What works", "Weak rivals", "To check", "Next steps", "By criterion"):
            assert part not in text


def test_a_zip_of_documents_with_names_of_their_own(course):
    content = [
        sheet(course, Script("x", "struggle", feedback_on(), TEXT, student=name))
        for name in ("Ann", "ann", "../../etc")
    ]
    with zipfile.ZipFile(io.BytesIO(sheets_zip(content))) as archive:
        assert archive.namelist() == ["Ann.docx", "ann 2.docx", "etc.docx"]
        assert words(archive.read("Ann.docx"))[0] == "Ann"


@pytest.mark.parametrize(
    ("label", "name"),
    [("Zoë O’Neill", "Zoë O’Neill.docx"), ("a/b\\c:d", "a_b_c_d.docx"), ("...", "sheet.docx"), ("", "sheet.docx"),
     ("con", "con_.docx"), ("x" * 300, "x" * 80 + ".docx"), ("half \ud800", "half.docx")],
)  # fmt: skip
def test_names_that_every_system_takes(label, name):
    assert FileNames().name(label, ".docx") == name
