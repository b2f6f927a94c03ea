import pytest

from assistant.class_sets import ClassSetError
from assistant.class_sets.reading import read_pasted


def told(pasted, question="plans"):
    pasted = read_pasted(pasted, question)
    rows = [(row.id, row.student, row.text if row.text is not None else row.problem) for row in pasted]
    assert len(rows) == len(pasted)
    return rows


def test_one_answer_alone():
    assert told("\nCoal - and steel.\r\n\r\nThen oil.\n") == [("pasted 1", "", "Coal - and steel.\n\nThen oil.")]


def test_answers_set_apart_by_lines_with_names_or_without():
    pasted = "Student: Ann  Smith\nCoal.\n\n=====\nname: Bo\n---\n  ***  \nSteel.\n___"
    assert told(pasted) == [
        ("pasted 1", "Ann Smith", "Coal."),
        ("pasted 2", "Bo", "It holds no text."),
        ("pasted 3", "", "Steel."),
    ]


def test_the_question_may_be_left_open():
    assert [row.question for row in read_pasted("Coal.")] == [""]


@pytest.mark.parametrize("pasted", ["", " \n", "----\n\n===="])
def test_an_empty_box_is_refused(pasted):
    with pytest.raises(ClassSetError, match="no text"):
        read_pasted(pasted)
