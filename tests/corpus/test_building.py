import shutil
import tempfile
from pathlib import Path

import pytest
import yaml
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.building import BuildError, build_course
from assistant.corpus.checking import check_course
from assistant.corpus.ledger import ledger
from assistant.corpus.loading import corpus_folder, load_course, load_wordings

NOTES = """\
# The river Nile

## Floods
- Came every summer before the Aswan dam of 1970
- Left 20 cm of silt
- Made the fields rich

## Trade
- Boats carried grain to Rome
- boats carried grain to Rome
"""
QUESTIONS = """\
# mine
questions:
- id: nile-floods
  topic: nile
  style: explain-12
  prompt: Explain why the Nile mattered.
  factors:
  - {id: soil, title: Rich soil, stance: other, lines: [5, 6]}
"""


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def build(notes: Path, to: Path, questions=None, rubric=None, title=None):
    summary = build_course(notes, to, questions, rubric, title)
    assert "\n" not in summary
    assert check_course(to) == []
    return load_course(to)


def test_a_course_is_drafted_from_notes_alone(tmp_path):
    course = build(write(tmp_path / "nile.md", NOTES), tmp_path / "out")
    assert (course.id, course.title) == ("river-nile", "The river Nile")
    assert "\n".join(course.notes) + "\n" == NOTES
    assert course.headings == (1, 3, 8)
    assert course.set_aside == {2: "blank line", 7: "blank line"}
    assert [fact.lines for fact in course.facts] == [(4,), (5,), (6,), (9, 10)]
    assert course.facts[0].key.dates == ("1970",)
    assert course.facts[1].key.numbers == ("20 cm",)
    assert [row.kind for row in ledger(course)].count("fact") == 5
    assert load_wordings(tmp_path / "out")[course.facts[1].id].wordings == ("Left 20 cm of silt.",)
    assert (tmp_path / "out" / "rubric.yaml").read_text() == (corpus_folder() / "stalin" / "rubric.yaml").read_text()


def test_drafted_questions_can_be_used_at_once_and_say_that_they_are_drafts(tmp_path):
    course = build(write(tmp_path / "nile.md", NOTES), tmp_path / "out")
    assert (tmp_path / "out" / "questions.yaml").read_text().startswith("# DRAFTS")
    prompts = {question.id: question.prompt for question in course.questions}
    assert prompts == {
        "river-nile": "Explain the main points of this part of the notes: The river Nile.",
        "river-nile-floods": "Explain the main points of this topic: The river Nile – Floods.",
    }
    assert [factor.lines for factor in course.question("river-nile").factors] == [(4, 5, 6), (9, 10)]
    assert [factor.lines for factor in course.question("river-nile-floods").factors] == [(4,), (5,), (6,)]


def test_a_folder_brings_its_questions_and_rubric(tmp_path):
    folder = tmp_path / "history-of-the-nile"
    folder.mkdir()
    write(folder / "notes.txt", NOTES.removeprefix("# The river Nile\n"))
    write(folder / "questions.yaml", QUESTIONS)
    rubric = (corpus_folder() / "stalin" / "rubric.yaml").read_text().replace("max_mark: 12", "max_mark: 12 # mine")
    write(folder / "rubric.yaml", rubric)
    course = build(folder, tmp_path / "out")
    assert course.title == "History of the nile"
    assert [question.id for question in course.questions] == ["nile-floods"]
    assert (tmp_path / "out" / "questions.yaml").read_text() == QUESTIONS
    assert (tmp_path / "out" / "rubric.yaml").read_text() == rubric


def test_options_go_before_what_the_folder_holds(tmp_path):
    write(tmp_path / "notes.txt", NOTES)
    write(tmp_path / "questions.yaml", "[")
    questions = write(tmp_path / "other.yaml", QUESTIONS)
    course = build(tmp_path, tmp_path / "out", questions, None, "Water in Egypt")
    assert (course.id, course.title, len(course.questions)) == ("water-egypt", "Water in Egypt", 1)


def test_notes_of_a_word_processor_keep_their_headings_and_lists(tmp_path):
    document = Document()
    document.add_heading("Floods", 1)
    document.add_paragraph("Came every summer.", style="List Bullet")
    document.add_paragraph("Left silt.", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Height", "Seven metres"
    document.save(str(tmp_path / "nile.docx"))
    course = build(tmp_path / "nile.docx", tmp_path / "out")
    assert course.notes == ("# Floods", "- Came every summer.", "- Left silt.", "Height Seven metres")
    assert course.headings == (1,)


@pytest.mark.parametrize("lines", [1, 2, 3000])
def test_few_notes_and_very_many(tmp_path, lines):
    text = "\n".join(f"Event {number // 7} of the war was number {number}" for number in range(lines))
    course = build(write(tmp_path / "war.txt", text), tmp_path / "out")
    assert len(course.notes) == lines
    assert course.questions


def test_the_shipped_notes_make_a_course_of_another_id(tmp_path):
    folder = tmp_path / "stalin"
    folder.mkdir()
    for name in ("notes.txt", "questions.yaml"):
        shutil.copy(corpus_folder() / "stalin" / name, folder)
    course = build(folder, tmp_path / "out")
    assert course.id == "stalin-draft"  # trained models go by the id, and these are other facts
    named = {line for question in course.questions for factor in question.factors for line in factor.lines}
    assert named <= {line for fact in course.facts for line in fact.lines}
    assert "Trotsky" in {term.term for term in course.terms}


BROKEN = {
    "there-is-none": (None, None, None, "There is no file"),
    "empty": (b"", None, None, "notes.txt is empty."),
    "blank": (b" \n\n", None, None, "notes.txt is empty."),
    "binary": (b"a\0b", None, None, "notes.txt is a binary file, not text."),
    "encoding": ("Königin".encode("latin-1"), None, None, "notes.txt is not UTF-8 text"),
    "headings-alone": (b"# One\n## Two\n", None, None, "notes.txt holds no line that states anything"),
    "no-words": (b"---\n***\n", None, None, "notes.txt holds no line that states anything"),
    "questions": (b"a note\n", b"questions: [", None, "questions.yaml: line "),
    "questions-field": (b"a note\n", b"- {id: x}", None, "questions.yaml: x, topic: is missing"),
    "no-questions": (b"a note\n", b"[]", None, "questions.yaml holds no questions."),
    "questions-there-are-none": (b"a note\n", None, None, "questions.yaml: the file is missing"),
    "rubric": (b"a note\n", None, b"styles: 3", "rubric.yaml: styles: "),
    "rubric-empty": (b"a note\n", None, b"", "rubric.yaml: must map field names to values"),
    "outside": (
        b"a note\n",
        QUESTIONS.encode(),
        None,
        "The factor 'soil' of the question 'nile-floods' refers to line 5",
    ),
    "no-fact": (
        b"\n\n\n\n\n\na note\n",
        QUESTIONS.encode(),
        None,
        "The course would not be fit for use: questions.yaml: ",
    ),
    "style": (
        NOTES.encode(),
        QUESTIONS.replace("explain-12", "oral").encode(),
        None,
        "The course would not be fit for use: ",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_bad_input_is_one_sentence_and_leaves_nothing(tmp_path, case):
    notes, questions, rubric, expected = BROKEN[case]
    for name, content in (("notes.txt", notes), ("questions.yaml", questions), ("rubric.yaml", rubric)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BuildError) as raised:
        build_course(
            tmp_path / "notes.txt",
            tmp_path / "deep" / "out",
            tmp_path / "questions.yaml" if questions is not None or "there-are" in case else None,
            tmp_path / "rubric.yaml" if rubric is not None else None,
            None,
        )
    assert expected in str(raised.value)
    assert "\n" not in str(raised.value)
    left = [path for path in sorted(tmp_path.rglob("*")) if path not in before]
    assert left in ([], [tmp_path / "deep"])


def test_a_folder_without_notes(tmp_path):
    with pytest.raises(BuildError, match=r"holds no notes\.txt\.$"):
        build_course(tmp_path, tmp_path / "out", None, None, None)


def test_nothing_is_overwritten(tmp_path):
    notes = write(tmp_path / "nile.md", NOTES)
    (tmp_path / "out").mkdir()
    build(notes, tmp_path / "out")
    before = (tmp_path / "out" / "terms.yaml").stat().st_mtime_ns
    for to in (tmp_path / "out", notes):
        with pytest.raises(BuildError, match="exists and is not an empty folder"):
            build_course(notes, to, None, None, None)
    assert (tmp_path / "out" / "terms.yaml").stat().st_mtime_ns == before
    assert notes.read_text() == NOTES


def test_the_files_are_written_for_people(tmp_path):
    build(write(tmp_path / "nile.md", NOTES), tmp_path / "out")
    facts = (tmp_path / "out" / "facts" / "river-nile.yaml").read_text(encoding="utf-8")
    assert facts.startswith("# Drafted from the notes")
    assert "lines: [9, 10]" in facts
    assert yaml.safe_load(facts)[0]["statement"].endswith("Came every summer before the Aswan dam of 1970.")


PIECES = (
    *("- ", "## ", "1. ", "Causes:", "WHY", "Stalin", "the", "1917", "25%", "½", "é", "中文", "“so”", "|", "\t", "---"),
    *("**b**", "(ABC)", "NEP", "because", "😀", "\x0c", "\u2028", "'", "x5", "a", "- b", "10", "?", "  "),
)


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=12))
def test_any_notes_make_a_course_fit_for_use_or_one_sentence(lines):
    with tempfile.TemporaryDirectory() as place:
        notes = write(Path(place) / "in.txt", "\n".join(lines))
        try:
            course = build(notes, Path(place) / "out")
        except BuildError as error:
            assert "fit for use" not in str(error)
            assert [path.name for path in Path(place).iterdir()] == ["in.txt"]
        else:
            assert all(row.facts or row.reason or row.kind == "heading" for row in ledger(course))
