import pytest

from assistant.corpus.ledger import errata, ledger
from assistant.corpus.loading import load_course
from assistant.schemas import Erratum


@pytest.fixture(scope="module")
def stalin():
    return load_course("stalin")


def test_every_line_of_the_shipped_notes_is_accounted_for_once(stalin):
    rows = ledger(stalin)
    assert [row.line for row in rows] == list(range(1, 560))
    assert all(bool(row.facts) == (row.kind == "fact") for row in rows)
    assert all(bool(row.reason) == (row.kind == "set-aside") for row in rows)
    assert rows[0].kind == "set-aside"
    assert rows[1].kind == "heading"


def test_a_fact_of_the_ledger_holds_the_line(stalin):
    facts = {fact.id: fact for fact in stalin.facts}
    for row in ledger(stalin):
        assert all(row.line in facts[fact].lines for fact in row.facts)


def test_the_shipped_notes_have_errata_each_on_a_line_of_its_fact(stalin):
    rows = errata(stalin)
    assert len({row.line for row in rows}) >= 15
    assert [row.line for row in rows] == sorted(row.line for row in rows)
    facts = {fact.id: fact for fact in stalin.facts}
    assert all(row.line in facts[row.fact].lines and row.says != row.correct for row in rows)


def test_kinds_of_the_small_course(course):
    rows = ledger(course)
    assert [row.kind for row in rows] == ["heading"] + ["fact"] * 3 + ["set-aside", "heading"] + ["fact"] * 4
    assert rows[4].reason == "a label of the notes"
    assert rows[1].facts == ("fact-2",)


def test_a_line_that_nothing_accounts_for_has_no_reason(course):
    row = ledger(course.model_copy(update={"set_aside": {}}))[4]
    assert (row.kind, row.reason) == ("set-aside", "")


def test_errata_come_in_the_order_of_the_notes(course):
    def wrong(fact, line):
        return fact.model_copy(update={"errata": (Erratum(line=line, says="a", correct="b", why="c"),)})

    facts = (wrong(course.facts[3], 7), wrong(course.facts[0], 2), *course.facts[1:3])
    assert [(row.line, row.fact) for row in errata(course.model_copy(update={"facts": facts}))] == [
        (2, "fact-2"),
        (7, "fact-7"),
    ]
