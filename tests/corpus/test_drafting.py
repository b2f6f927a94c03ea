import pytest

from assistant.corpus.drafting import Slugs, Tidier, draft_facts, slug_of
from assistant.corpus.figures import find_dates, find_numbers, without_figures
from assistant.corpus.outlining import outline_notes
from assistant.corpus.term_finding import find_terms, is_careless, names_by_form
from assistant.schemas import Term


def drafts(text, terms=(), names=None):
    return draft_facts(outline_notes(text.split("\n")).notes, terms, "Rivers of Africa", Tidier(names or {}))


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("signed 12 March 1938 and ended May 1945", ["1938-03-12", "1945-05"]),
        ("1914-18, 1902 to 1913 and 1878-9", ["1914/1918", "1902/1913", "1878/1879"]),
        ("in the 1920s, not the 1800s", ["1920/1929", "1800/1899"]),
        ("1500 new works in 1500", ["1500"]),
        ("£1534 was paid for 1534 tonnes, 1,534 in all", []),
    ],
)
def test_dates_of_a_note(text, dates):
    assert find_dates(text) == dates


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("25 000 men and 3.5m people", ["25,000 men", "3.5m people"]),
        ("25-30% of cattle, ¾ of sheep", ["25-30%", "¾"]),
        ("coal x5 in the 2nd plan of 1933", ["5 times"]),
        ("on 26 January, at the 14th congress", []),
        ("CO2 is no figure", []),
    ],
)
def test_figures_of_a_note(text, numbers):
    assert find_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1932-4 famine", "famine"),
        ("restart 1930-31", "restart"),
        ("growth after 1934", "growth"),
        ("World War 2", "World War 2"),
    ],
)
def test_a_hint_shows_no_figures(text, rest):
    assert without_figures(text) == rest


def test_a_statement_stands_by_itself():
    facts = [
        draft.fact for draft in drafts("# Causes of floods\n- heavy rain 1953\n# Why do rivers flood?\n- deforestation")
    ]
    assert [fact.statement for fact in facts] == [
        "Causes of floods: heavy rain 1953.",
        "Why do rivers flood? Deforestation.",
    ]
    assert facts[0].key.dates == ("1953",)


def test_a_whole_sentence_about_the_heading_needs_no_heading():
    (draft,) = drafts("# Floods\n- Floods on the Nile came every summer.")
    assert draft.fact.statement == draft.bare == "Floods on the Nile came every summer."
    assert draft.wordings().wordings == ()


def test_shorthand_and_lost_capitals_are_written_out():
    (draft,) = drafts("gov didnt act b4 the nile rose, esp in january", names={"nile": "Nile", "january": "January"})
    assert draft.bare == "Government didn’t act b4 the Nile rose, especially in January."


def test_lines_that_say_the_same_are_one_fact():
    text = "# Egypt\n- silt made the fields rich every single year\n- popular\n- popular\n# Sudan\n- Silt made the fields rich every single year.\n- popular"
    assert [draft.fact.lines for draft in drafts(text)] == [(2, 6), (3, 4), (7,)]


def test_a_long_note_makes_a_fact_of_every_sentence():
    text = "The Nile rises far south of Egypt in the highlands and lakes of Africa. It flows north for many weeks through desert. Then it reaches the delta and the sea at last."
    assert len(text.split()) > 30
    assert [draft.fact.lines for draft in drafts(text)] == [(1,)] * 3


def test_hints_vary_and_give_nothing_away():
    text = "# Floods of 1953\n" + "\n".join(
        f"- barrier number {n} cost £{n}00 million because of reason {n}" for n in range(11, 20)
    )
    facts = [draft.fact for draft in drafts(text)]
    assert len({fact.nudge for fact in facts}) >= 5
    assert len({fact.cue for fact in facts}) == len(facts)
    for fact in facts:
        hints = fact.nudge + fact.cue
        assert not any(char.isdigit() for char in hints)
        assert "barrier" not in hints and "million" not in hints
        assert fact.nudge.endswith("?")


def test_identifiers_are_unique_and_plain():
    assert slug_of("The Übermensch’s café of 1883!") == "ubermenschs-cafe-1883"
    assert slug_of("Пётр") == ""
    slugs = Slugs()
    assert [slugs.take("The Nile", "x"), slugs.take("a Nile", "x"), slugs.take("Нил", "line-3")] == [
        "nile",
        "nile-2",
        "line-3",
    ]


def test_terms_are_names_that_recur_and_abbreviations():
    notes = [
        "The Treaty of Versailles punished Germany in 1919",
        "Many in Germany hated the Treaty of Versailles",
        "King Alfred fought the Danes and Alfred won",
        "Banks failed, and the banks of America closed",
        "The New Economic Policy (NEP) came in 1921",
        "the NEP ended and NOT only there",
        "five year plans set targets, each five year plan higher, see FYP",
        "Paris was mentioned once",
    ]
    terms = {term.term: term for term in find_terms(notes)}
    assert set(terms) == {"Treaty of Versailles", "Germany", "King Alfred", "New Economic Policy", "five year plan"}
    assert (terms["King Alfred"].kind, terms["King Alfred"].aliases) == ("person", ("Alfred",))
    assert terms["New Economic Policy"].abbreviations == ("NEP",)
    assert terms["five year plan"].abbreviations == ("FYP",)
    assert "Versailles punished Germany" in terms["Germany"].gloss


def test_questions_tell_names_in_notes_without_capitals():
    notes = ["trotsky was arrogant", "nobody liked trotsky", "stalin won"]
    assert is_careless(notes)
    assert find_terms(notes) == []
    terms = find_terms(notes, ["Explain why Trotsky lost.", "What did Trotsky do?"])
    assert [term.term for term in terms] == ["Trotsky"]
    assert Tidier(names_by_form(terms)).tidy("nobody liked trotsky’s manner") == "nobody liked Trotsky’s manner"


def test_names_of_the_note_come_before_those_of_its_heading():
    terms = [Term(term=name, kind="name", gloss="x") for name in ("Nile", "Aswan")]
    first, second = (draft.fact.key.names for draft in drafts("# Nile\n- dam at Aswan\n- long", terms))
    assert (first, second) == (("Aswan",), ("Nile",))
