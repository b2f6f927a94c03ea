import json

import pytest
import yaml

from assistant.corpus.checking import check_course
from assistant.corpus.loading import find_course


def found(folder):
    return [str(problem) for problem in check_course(folder)]


def change(folder, file, edit):
    path = folder / file
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def test_the_small_course_and_the_shipped_course_are_fit_for_use(course_folder):
    assert found(course_folder) == []
    assert found(find_course("stalin")) == []


@pytest.mark.parametrize(
    ("file", "edit", "expected"),
    [
        ("facts/all.yaml", lambda facts: facts.append(facts[0]), "facts: fact-2, id: stands 2 times"),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(lines=[2, 11]),
            "facts: fact-2, lines: line 11 is outside the notes (1 to 10)",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(lines=[2, 5]),
            "facts: fact-2, lines: line 5 is set aside in course.yaml",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(terms=["Beria"]),
            "facts: fact-2, terms: terms.yaml has no term 'Beria'",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(nudge="What changed in 1922?"),
            "facts: fact-2, nudge: gives the date 1922 away",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[4].update(nudge="Why 102 and no less?"),
            "facts: fact-8, nudge: gives the figure 102 away",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(cue="Nudge 2?"),
            "facts: fact-2, cue: is the same as the nudge",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[3].update(cue="Is it true that coal output doubled?"),
            "facts: fact-7, cue: states the fact",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(key={"dates": ["April 1922"]}),
            "facts: fact-2, key.dates: 'April 1922' is not YYYY, YYYY-MM, YYYY-MM-DD or a range of these",
        ),
        (
            "facts/all.yaml",
            lambda facts: facts[0].update(errata=[{"line": 3, "says": "a", "correct": "b", "why": "c"}]),
            "facts: fact-2, errata: line 3 is not one of the fact's lines",
        ),
        (
            "course.yaml",
            lambda course: course.update(set_aside={}),
            "notes.txt: line 5: is no heading, feeds no fact and is not set aside with a reason",
        ),
        (
            "course.yaml",
            lambda course: course.update(headings=[1, 6, 12]),
            "course.yaml: line 12, headings: is outside the notes (1 to 10)",
        ),
        (
            "course.yaml",
            lambda course: course["set_aside"].update({99: "no such line"}),
            "course.yaml: line 99, set_aside: is outside the notes (1 to 10)",
        ),
        (
            "course.yaml",
            lambda course: course.update(headings=[1, 5, 6]),
            "course.yaml: line 5, set_aside: is a heading as well",
        ),
        (
            "rubric.yaml",
            lambda rubric: rubric["styles"][0]["levels"][1].update(marks=[7, 10]),
            "rubric.yaml: essay-25, level 2: its marks must begin at 6",
        ),
        (
            "rubric.yaml",
            lambda rubric: rubric["styles"][0].update(max_mark=30),
            "rubric.yaml: essay-25, max_mark: the levels must end at the maximum mark",
        ),
        (
            "questions.yaml",
            lambda questions: questions[0].update(style="oral"),
            "questions.yaml: struggle, style: the rubric has no style 'oral'",
        ),
        (
            "questions.yaml",
            lambda questions: questions[0]["factors"][0].update(lines=[3, 0]),
            "questions.yaml: struggle, rivals, lines: outside the notes: [0]",
        ),
        (
            "questions.yaml",
            lambda questions: questions[0]["factors"][0].update(lines=[1]),
            "questions.yaml: struggle, rivals, lines: no fact feeds this factor",
        ),
        (
            "questions.yaml",
            lambda questions: questions[0]["factors"][0].update(id="party"),
            "questions.yaml: struggle, factors: factor 'party' stands 2 times",
        ),
        (
            "terms.yaml",
            lambda terms: terms[2].update(aliases=["stallin"]),
            "terms.yaml: Lenin, aliases: 'stallin' also belongs to 'Stalin'",
        ),
    ],
)
def test_a_problem_is_named_by_file_entry_and_field(course_folder, file, edit, expected):
    change(course_folder, file, edit)
    assert expected in found(course_folder)


def test_a_course_that_cannot_be_read_has_the_problems_of_its_files(course_folder):
    (course_folder / "rubric.yaml").write_text("")
    assert found(course_folder) == ["rubric.yaml: must map field names to values"]


def response(**changes):
    row = {
        "id": "r1",
        "question": "struggle",
        "sentences": [{"s": "Stalin chose who got posts.", "role": "claim", "lines": [2]}],
        "factors": {"party": 1},
        "judgement": 0,
        "level": 1,
        "mark": 3,
    }
    return row | changes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"question": "famine"}, "responses: r1, question: there is no question 'famine'"),
        ({"factors": {"luck": 1}}, "responses: r1, factors: the question has no factor ['luck']"),
        ({"level": 2}, "responses: r1, level: mark 3 is not in level 2"),
    ],
)
def test_marked_responses_must_fit_the_course(course_folder, changes, expected):
    (course_folder / "responses").mkdir()
    path = course_folder / "responses" / "all.jsonl"
    path.write_text(json.dumps(response()))
    assert found(course_folder) == []
    path.write_text(json.dumps(response(**changes)))
    assert found(course_folder) == [expected]


def test_wordings_and_passages_must_be_of_facts_of_the_course(course_folder):
    for name, content in (
        ("wordings", {"fact-99": {"wordings": ["x"]}}),
        ("passages", [{"question": "famine", "sentences": [{"s": "A claim.", "role": "claim", "facts": ["fact-98"]}]}]),
        (
            "contrasts",
            [{"question": "famine", "sentences": [{"s": "A lie.", "wrong": [{"fact": "fact-97", "kind": "date"}]}]}],
        ),
    ):
        (course_folder / name).mkdir()
        (course_folder / name / "all.yaml").write_text(yaml.safe_dump(content))
    assert found(course_folder) == [
        "wordings: fact-99: there is no such fact",
        "passages: famine, question: there is no such question",
        "passages: fact-98, facts: there is no such fact ('A claim....')",
        "contrasts: famine, question: there is no such question",
        "contrasts: fact-97, facts: there is no such fact ('A lie....')",
    ]
