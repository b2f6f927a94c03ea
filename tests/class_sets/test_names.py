from pathlib import PurePosixPath

import pytest

from assistant.class_sets.names import Author, authors


def whose(*names):
    found = authors(map(PurePosixPath, names))
    return [found[PurePosixPath(name)] for name in names]


@pytest.mark.parametrize(
    ("name", "student", "participant"),
    [
        ("Ann Smith_1234567_assignsubmission_file_/essay.docx", "Ann Smith", "1234567"),
        ("Ann Smith_1234567_assignsubmission_file/essay.docx", "Ann Smith", "1234567"),
        ("Ann Smith_1234567_assignsubmission_file_essay.docx", "Ann Smith", "1234567"),
        ("Set 3/Smith Ann_12_assignsubmission_onlinetext_onlinetext.html", "Smith Ann", "12"),
        ("Участник Петров_9_assignsubmission_file_/1.txt", "Участник Петров", "9"),
        ("王 小明_8_assignsubmission_file_/a.txt", "王 小明", "8"),
        ("anne-marie o'neill_8_assignsubmission_file_/a.txt", "anne-marie o'neill", "8"),
        ("Participant_77_assignsubmission_file_/a.txt", "Participant 77", "77"),
    ],
)
def test_moodle_names_the_student_and_her_number(name, student, participant):
    assert whose(name) == [Author(student, participant)]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Submitted files/Ann Smith/Lenin essay/Version 2/Final Essay.docx", "Ann Smith"),
        ("Student Work/Submitted files/a.smith/essay.docx", "a.smith"),
        ("Working files/Ann Smith/essay.docx", "Ann Smith"),
        ("Ann Smith - Essay on famine.docx", "Ann Smith"),
        ("History Essay - Ann Smith.docx", "Ann Smith"),
        ("Smith, Ann_draft 2.txt", "Smith, Ann"),
        ("Smith_Bo_12345_Struggle Victory.txt", "Smith Bo"),
        ("Ludwig van Beethoven.pdf", "Ludwig van Beethoven"),
        ("Zoë O’Neill-Fry (1).odt", "Zoë O’Neill-Fry"),
        ("Mark Page.txt", "Mark Page"),
    ],
)
def test_other_ways_of_naming_a_student(name, student):
    assert whose(name) == [Author(student)]


@pytest.mark.parametrize(
    "name",
    [
        "plans_07.md",
        "essay.txt",
        "Final Essay.docx",
        "Year 12 Mock Exam/07.txt",
        "ann.txt",
        "Why.docx",
        "2024/3.txt",
        "=",
    ],
)
def test_what_names_nobody(name):
    assert whose(name) == [Author()]


def test_a_folder_each_or_one_folder_for_all():
    each = whose("Ann Smith/Lenin Legacy.txt", "Bo Jones/Lenin Legacy.txt")
    assert [author.student for author in each] == ["Ann Smith", "Bo Jones"]
    together = whose("Harold Jones/Ann Smith.txt", "Harold Jones/Bo Brown.txt")
    assert [author.student for author in together] == ["Ann Smith", "Bo Brown"]
