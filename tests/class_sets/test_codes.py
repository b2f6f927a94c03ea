import pytest

from assistant.class_sets import ClassSetError, Submission
from assistant.class_sets.codes import KeyEntry, StudentCodes, code_students, read_key, without_name, write_key

LONG = "Stalin won because Ann Smith is the name of nobody in this sentence, which is longer than a heading would be."


def test_a_student_keeps_her_code_whatever_way_her_name_is_written():
    codes = StudentCodes()
    assert [codes.code(name) for name in ("Ann Smith", "Bo Jones", " ann  SMITH")] == ["S01", "S02", "S01"]
    assert codes.code("Ann Smith", "77") == "S03"  # Moodle says it is another one
    assert codes.code("A. Smith", "77") == "S03"


def test_a_key_goes_on_where_it_ended(tmp_path):
    key = tmp_path / "key.csv"
    assert read_key(key) == []
    codes = StudentCodes()
    for name in ("Ann Smith", "=cmd()", "Zoë “Z” Fry"):
        codes.code(name)
    write_key(key, codes.entries)
    assert "'=cmd()" in key.read_text(encoding="utf-8-sig")
    again = StudentCodes(read_key(key))
    assert [again.code(name) for name in ("=cmd()", "New One", "Ann Smith")] == ["S02", "S04", "S01"]
    assert [path.name for path in tmp_path.iterdir()] == ["key.csv"]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"code,student,participant\nX1,Ann,\n", b"\xff\xfe", b"code,student,participant\nS01,Ann\n",
                                     b"code,student,participant\nS01,Ann,\nS01,Bo,\n"])  # fmt: skip
def test_a_file_that_is_no_key_is_left_alone(tmp_path, content):
    path = tmp_path / "key.csv"
    path.write_bytes(content)
    with pytest.raises(ClassSetError, match=r"key\.csv"):
        read_key(path)
    assert path.read_bytes() == content


def test_no_name_is_left_in_what_goes_on():
    codes = StudentCodes([KeyEntry("S07", "Bo Jones")])
    rows = list(
        code_students(
            [
                Submission(
                    "Ann Smith_1_assignsubmission_file_/a.txt",
                    "plans",
                    f"Ann Smith, 12B\n\n{LONG}\n\nby SMITH, Ann",
                    student="Ann Smith",
                    participant="1",
                ),
                Submission("x/Ann Smith_b.txt", "plans", None, "Ann Smith_b.txt is empty.", "Ann Smith", "1"),
                Submission("ann.txt", "", None, "ann.txt is damaged."),
                Submission("bo.txt", "plans", "Coal.", student="Bo Jones"),
            ],
            codes,
        )
    )
    assert [(row.id, row.student, row.participant) for row in rows] == [
        ("S08", "S08", ""),
        ("S08.2", "S08", ""),
        ("S09", "S09", ""),
        ("S07", "S07", ""),
    ]
    assert rows[0].text == f"S08, 12B\n\n{LONG}\n\nby S08"
    assert [row.problem for row in rows] == ["", "S08.2 is empty.", "S09 is damaged.", ""]
    assert codes.entries[-1] == KeyEntry("S09", "ann.txt")


@pytest.mark.parametrize(
    ("heading", "left"),
    [
        ("Name: Eve", "Name: S07"),
        ("Eve Hall, 12B", "S07, 12B"),
        ("Hall, Eve", "S07"),
        ("E. Hall", "E. S07"),
        ("Eve Mary Hall", "S07 Mary S07"),
        ("eve.hall@school.example", "S07"),
        ("The eve of war", "The S07 of war"),  # a heading of a few words: better a word too few than a name too many
        ("On the eve of war Russia was weak.", "On the eve of war Russia was weak."),
        ("What Stalin said to the hall of delegates in 1934", "What Stalin said to the hall of delegates in 1934"),
    ],
)
def test_a_heading_keeps_no_part_of_the_name_and_a_sentence_keeps_its_words(heading, left):
    assert without_name(f"{heading}\n\n{LONG}", "Eve Hall", "S07") == f"{left}\n\n{LONG}"


def test_a_student_of_one_name_is_taken_out_too():
    assert without_name(f"Cher\n{LONG}", "Cher", "S01") == f"S01\n{LONG}"
    assert without_name(LONG, "", "S01") == LONG
