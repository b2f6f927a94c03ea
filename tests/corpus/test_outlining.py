import pytest

from assistant.corpus.loading import load_course
from assistant.corpus.outlining import clean_line, outline_notes


def outline(text, evidence=None):
    """Headings with the notes under each; "" for notes under none."""
    found = outline_notes(text.split("\n"), evidence)
    notes = {heading.text: [] for heading in found.headings}
    for note in found.notes:
        notes.setdefault(note.headings[-1].text if note.headings else "", []).append(note.text)
    return notes


RIVERS = {"Upper course": ["steep slopes", "erosion cuts down"], "Lower course": ["wide flood plain", "silt settles"]}


@pytest.mark.parametrize(
    "text",
    [
        "# Upper course\nsteep slopes\nerosion cuts down\n# Lower course\nwide flood plain\nsilt settles",
        "Upper course\n====\n- steep slopes\n- erosion cuts down\n\nLower course\n----\n- wide flood plain\n- silt settles",
        "**Upper course**\nsteep slopes\nerosion cuts down\n**Lower course**\nwide flood plain\nsilt settles",
        "Upper course:\nsteep slopes\nerosion cuts down\nLower course:\nwide flood plain\nsilt settles",
        "Upper course\nsteep slopes\nerosion cuts down\n\nLower course\nwide flood plain\nsilt settles",
        "Upper course\n• steep slopes\n• erosion cuts down\nLower course\n• wide flood plain\n• silt settles",
        "Upper course\n  steep slopes\n  erosion cuts down\nLower course\n  wide flood plain\n  silt settles",
        "1. Upper course\nsteep slopes\nerosion cuts down\n2. Lower course\nwide flood plain\nsilt settles",
    ],
    ids=["markdown", "underlined", "bold", "colon", "blocks", "bullets", "set-in", "numbered"],
)
def test_each_way_of_marking_headings(text):
    assert outline(text) == RIVERS


def test_capitals_stand_above_colons():
    lines = ["RIVERS", "Upper course:", "steep slopes", "Lower course:", "silt settles", "COASTS", "sand moves"]
    found = outline_notes(lines)
    assert [[heading.text for heading in note.headings] for note in found.notes] == [
        ["RIVERS", "Upper course"],
        ["RIVERS", "Lower course"],
        ["COASTS"],
    ]


def test_headings_told_by_their_wording():
    text = (
        "what is a meander\nbend in a river\nwater flows fastest on the outside\n"
        "features of rivers - waterfalls\nhard rock over soft rock\nplunge pool gets deeper\n"
        "features of rivers - deltas\nsilt builds up at the mouth\n"
        "features of rivers - levees\nraised banks left by floods"
    )
    assert list(outline(text)) == [
        "what is a meander",
        "features of rivers - waterfalls",
        "features of rivers - deltas",
        "features of rivers - levees",
    ]


def test_evidence_is_no_heading_whatever_it_looks_like():
    text = "# Rivers\nCAUSES\nwhat is a meander\n# Coasts\nspits form"
    assert outline(text, {2: frozenset({"q/f"}), 4: frozenset({"q/f"})}) == {
        "Rivers": ["CAUSES", "what is a meander", "Coasts", "spits form"]
    }


def test_a_heading_without_lines_is_a_note_and_notes_may_have_no_headings():
    assert outline("Causes:\nalliances\nResults:") == {"Causes": ["alliances", "Results:"]}
    assert outline("Hello world") == {"": ["Hello world"]}


def test_what_states_nothing_is_set_aside_with_a_reason():
    text = "Looks like no one added any tags here yet for you.\n\n---\nPage 3 of 9\nhttps://example.org/x\nThe Nile floods."
    found = outline_notes(text.split("\n"))
    assert dict(found.set_aside) == {
        1: "debris of the page the notes were copied from",
        2: "blank line",
        3: "a line without words",
        4: "a page number",
        5: "a web address",
    }
    assert [note.lines for note in found.notes] == [(6,)]


def test_a_wrapped_entry_of_a_list_is_one_note():
    found = outline_notes(["- water is split", "  into oxygen", "- light is needed"])
    assert [(note.lines, note.text) for note in found.notes] == [
        ((1, 2), "water is split into oxygen"),
        ((3,), "light is needed"),
    ]


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("- **Nile**: _longest_ river [1]", "Nile: longest river"),
        ("2) see [the map](http://x.y)", "see the map"),
        ("| river | Nile |", "river: Nile"),
        ("osmosis\twater crosses a membrane", "osmosis: water crosses a membrane"),
        ("A: because it rained", "because it rained"),
        ("E. H. Carr wrote it", "E. H. Carr wrote it"),
        ("1917 v. important year", "1917 v. important year"),
        ("snake_case_stays 3*4*5", "snake_case_stays 3*4*5"),
    ],
)
def test_marks_are_taken_off(line, clean):
    assert clean_line(line) == clean


def test_headings_of_the_shipped_course_are_mostly_found():
    course = load_course("stalin")
    factors = [(f"{question.id}/{factor.id}", factor) for question in course.questions for factor in question.factors]
    evidence = {
        line: frozenset(name for name, factor in factors if line in factor.lines)
        for _, factor in factors
        for line in factor.lines
    }
    right = set(course.headings)
    for known, least_precision, least_recall in (({}, 0.8, 0.7), (evidence, 0.85, 0.9)):
        found = {heading.line for heading in outline_notes(course.notes, known).headings}
        assert len(found & right) / len(found) >= least_precision
        assert len(found & right) / len(right) >= least_recall
        assert not found & known.keys()
