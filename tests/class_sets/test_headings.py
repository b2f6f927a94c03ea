"""Whose a text is, where only its heading says so."""

import pytest

from assistant.class_sets import Submission
from assistant.class_sets.codes import StudentCodes, code_students
from assistant.class_sets.headings import NAMED_BY_HEADING, name_by_heading
from assistant.class_sets.title_words import subject_words

BODY = (
    "Stalin won the struggle because he could choose who got which post in the party.\n\n"
    "As John Scott saw, a whole city of tents rose around the works within a year.\n\n"
    "In the end Trotsky was too proud to fight for what he took to be his own."
)


def named(text, course, **known):
    (submission,) = name_by_heading([Submission("scan1.pdf", "plans", text, **known)], subject_words(course))
    assert submission.text == text
    return submission.student, submission.notes


@pytest.mark.parametrize(
    ("line", "student"),
    [
        ("Name: Ann Smith", "Ann Smith"),
        ("NAME : ann smith", "Ann Smith"),
        ("Student: Ann", "Ann"),
        ("Student's name: Smith, Ann", "Smith, Ann"),
        ("Candidate name Ann Smith", "Ann Smith"),
        ("Name: Ann Smith     Date: 14/3/24", "Ann Smith"),
        ("Name: Ann Smith Class: 12B", "Ann Smith"),
        ("Name: Ann Smith Candidate number: 1234", "Ann Smith"),
        ("Name - Ann Smith, 12B", "Ann Smith"),
        ("By Ann Smith", "Ann Smith"),
        ("Essay by Ann-Marie van der Berg", "Ann-Marie van der Berg"),
    ],
)
def test_a_labelled_name_counts_at_the_beginning_and_the_end(course, line, student):
    assert named(f"{line}\n\n{BODY}", course) == (student, ())
    assert named(f"Why did Stalin win?\nHistory\n{line}\n\n{BODY}", course) == (student, ())
    assert named(f"{BODY}\n\n{line}", course) == (student, ())


@pytest.mark.parametrize("line", ["Ann Smith", "Ann Smith 12B", "ANN SMITH, Year 12", "Ann Smith - History essay"])
def test_a_name_alone_counts_at_the_top_and_in_the_last_line_with_a_note(course, line):
    for text in (f"{line}\n{BODY}", f"Stalin's rise\n\n{line}\n\n{BODY}", f"{BODY}\n{line}\n"):
        student, notes = named(text, course)
        assert (student.title(), notes) == ("Ann Smith", (NAMED_BY_HEADING,))


@pytest.mark.parametrize(
    "line",
    [
        "Joseph Stalin",
        "Stalin's Russia",
        "Five Year Plans",
        "The First Five-Year Plan",
        "Struggle And Victory",
        "John Scott",  # the text is about him
        "Introduction",
        "Whole City",  # so are these words of it
        "ann smith",
        "Mr Brown",
        "Ann Smith argues that Stalin won.",
        "By 1929 Stalin Had Won",
        "By then Ann Smith",
        "By A Whole City",
        "Students Of Works",
        "By John Scott",
        "Name: ________",
        "Candidate number: 1234",
    ],
)
def test_a_title_or_a_sentence_names_nobody(course, line):
    assert named(f"{line}\n\n{BODY}", course) == ("", ())


def test_a_name_alone_in_the_midst_or_at_the_end_of_a_list_is_somebody_elses(course):
    first, *rest = BODY.split("\n\n")
    assert named("\n".join([first, "An old tale", "Of a city", "Ann Smith", *rest]), course) == ("", ())
    assert named(f"{BODY}\n\nOrlando Figes\nSheila Fitzpatrick", course) == ("", ())


def test_what_the_file_says_goes_before(course):
    assert named(f"Ann Smith\n{BODY}", course, student="Bo Jones") == ("Bo Jones", ())
    assert named(f"Name: Ann Smith\n{BODY}", course, student="Participant 7", participant="7")[0] == "Participant 7"
    assert named(None, course) == ("", ())
    assert named("Ann Smith", course) == ("", ())


@pytest.mark.parametrize("heading", ["Name: Ann Smith", "Ann Smith 12B", "By Ann Smith", "SMITH, Ann"])
def test_with_codes_the_name_goes_from_the_text(course, heading):
    coming = [Submission("scan1.pdf", "plans", f"{heading}\n\n{BODY}\n\nAnn S")]
    codes = StudentCodes()
    (coded,) = code_students(name_by_heading(coming, subject_words(course)), codes)
    assert (coded.student, coded.id) == ("S01", "S01")
    assert "Ann" not in coded.text and "Smith" not in coded.text.title() and BODY in coded.text
    assert [entry.student.title() for entry in codes.entries] in (["Ann Smith"], ["Smith, Ann"])
    assert not any("Ann" in note.message for note in coded.notes)
