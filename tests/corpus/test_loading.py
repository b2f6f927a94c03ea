import pytest

from assistant.corpus.loading import (
    CourseError,
    find_course,
    load_course,
    load_responses,
    load_wordings,
    note_lines,
    version_of,
)


def problems(folder):
    with pytest.raises(CourseError) as raised:
        load_course(folder)
    return [str(problem) for problem in raised.value.problems]


def test_a_folder_is_read_into_the_course_it_was_written_from(course_folder, course):
    loaded = load_course(course_folder)
    assert loaded.model_copy(update={"version": course.version}) == course
    assert loaded.version == version_of(course_folder)


def test_an_edited_course_is_read_again(course_folder):
    before = load_course(course_folder)
    settings = course_folder / "course.yaml"
    settings.write_text(settings.read_text().replace("A small course", "A larger course"))
    after = load_course(course_folder)
    assert after.title == "A larger course"
    assert after.version != before.version


def test_the_version_does_not_depend_on_line_ends_or_on_the_place(course_folder, tmp_path):
    before = version_of(course_folder)
    notes = course_folder / "notes.txt"
    notes.write_bytes(notes.read_bytes().replace(b"\n", b"\r\n"))
    assert version_of(course_folder.rename(tmp_path / "elsewhere")) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("course.yaml", "title: A small course\n", "", "course.yaml: title: is missing"),
        ("course.yaml", "id: small", "id: Not Small", "course.yaml: id: must be lower-case words joined by hyphens"),
        ("course.yaml", "title: A small course", "title: [", "course.yaml: line "),
        ("course.yaml", "title: A small course", "title: 2024-13-45", "course.yaml: not valid YAML: month must be"),
        ("terms.yaml", "gloss: What Zinoviev was.", "glos: x", "terms.yaml: Zinoviev, gloss: is missing"),
        ("facts/all.yaml", "cue: Cue 8.", "cue: ' '", "all.yaml: fact-8, cue: must not be empty"),
        ("facts/all.yaml", "nudge: Nudge 7?", "nudges: no", "all.yaml: fact-7, nudges: is not a field of this entry"),
        ("questions.yaml", "stance: for", "stance: maybe", "questions.yaml: struggle, factors.0.stance: "),
        ("rubric.yaml", "max_mark: 25", "max_mark: many", "rubric.yaml: styles.0.max_mark: "),
    ],
)
def test_a_fault_is_named_by_file_entry_and_field(course_folder, file, old, new, expected):
    path = course_folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(problem.startswith(expected) for problem in problems(course_folder))


@pytest.mark.parametrize(
    "file", ["course.yaml", "notes.txt", "questions.yaml", "rubric.yaml", "terms.yaml", "facts/all.yaml"]
)
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[" * 5000])
def test_every_fault_of_a_file_is_a_course_error(course_folder, file, content):
    (course_folder / file).write_bytes(content)
    if file == "notes.txt" and content.startswith(b"["):
        assert load_course(course_folder).notes == ("[" * 5000,)
    else:
        assert [problem.split(":")[0] for problem in problems(course_folder)] == [file.split("/")[-1]]


def test_all_faults_are_gathered(course_folder):
    (course_folder / "notes.txt").unlink()
    (course_folder / "rubric.yaml").write_text("styles: []\n")
    (course_folder / "facts" / "all.yaml").unlink()
    assert problems(course_folder) == [
        "notes.txt: the file is missing",
        "rubric.yaml: styles: must have at least one entry",
        "rubric.yaml: criteria: is missing",
        "facts: the course has no facts/*.yaml",
    ]


def test_a_course_is_found_by_name_or_by_folder(course_folder):
    assert find_course(course_folder) == course_folder
    assert find_course("stalin").name == "stalin"
    with pytest.raises(CourseError, match=r"there is no such course .*stalin"):
        find_course(course_folder.parent)


@pytest.mark.parametrize(
    ("text", "lines"),
    [("a\nb\n", ["a", "b"]), ("a\nb", ["a", "b"]), ("a\n\n", ["a", ""]), ("a\u2028b\fc", ["a\u2028b\fc"])],
)
def test_note_lines_end_only_at_line_ends(text, lines):
    assert note_lines(text) == lines


def test_a_fact_stands_once_in_the_bank_of_wordings(course_folder):
    assert load_wordings(course_folder) == {}
    (course_folder / "wordings").mkdir()
    (course_folder / "wordings" / "a.yaml").write_text("fact-2: {wordings: [He chose who got which post.]}\n")
    assert load_wordings(course_folder)["fact-2"].wordings == ("He chose who got which post.",)
    (course_folder / "wordings" / "b.yaml").write_text("fact-2: {wordings: [Again.]}\n")
    with pytest.raises(CourseError, match=r"b\.yaml: fact-2: stands in the bank twice"):
        load_wordings(course_folder)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{", "marked.jsonl: line 2: is not JSON"),
        ('{"id": "x"}', "marked.jsonl: line 2, question: is missing"),
        ("9" * 5000, "marked.jsonl: line 2: is not JSON"),
    ],
)
def test_a_broken_row_of_marked_responses_is_named(tmp_path, row, expected):
    path = tmp_path / "marked.jsonl"
    path.write_text("\n" + row + "\n")
    with pytest.raises(CourseError) as raised:
        load_responses([path])
    assert str(raised.value).startswith(expected)


def test_no_marked_responses_is_an_error(tmp_path):
    (tmp_path / "none.jsonl").write_text("\n")
    with pytest.raises(CourseError, match="there are no marked responses"):
        load_responses([tmp_path / "none.jsonl"])
