import pytest
from feedback_samples import TEXT, feedback_on

from assistant.class_picture import class_pictures, compare, digest, terms_in


@pytest.fixture
def digests(course):
    return [
        digest(course, "Ann", TEXT, feedback_on(mark=18, judgement=0.7, errors=())),
        digest(course, "Bo", "Trotski lost.", feedback_on(mark=8, statuses=("missing", "mentioned", "missing"))),
        digest(course, "Cy", "", feedback_on(mark=6, statuses=("missing", "missing", "missing"), facts=())),
        digest(course, "Di", "", feedback_on(mark=2), award=12),
    ]


def test_terms_are_found_in_any_spelling(course):
    text = "Trotski and  collective\nfarming, the MTS; no gosplanning, Lenin's  Testament."
    assert terms_in(course, text) == {
        "Leon Trotsky",
        "collectivisation",
        "machine tractor station",
        "Lenin's Testament",
    }
    assert terms_in(course, "") == frozenset()


def test_levels_and_marks_count_the_award_where_there_is_one(course, digests):
    (picture,) = class_pictures(course, digests)
    assert (picture.question, picture.scripts, picture.max_mark) == ("struggle", 4, 25)
    assert picture.levels == {0: 0, 1: 0, 2: 2, 3: 1, 4: 1, 5: 0}
    assert (picture.mean_mark, picture.median_mark, picture.lowest, picture.highest) == (11, 10, 6, 18)


def test_factors_script_by_script(course, digests):
    (picture,) = class_pictures(course, digests)
    assert [(row.id, row.missing, row.mentioned, row.developed, row.raised) for row in picture.factors] == [
        ("rivals", 2, 0, 2, 2),
        ("party", 1, 3, 0, 3),
        ("economy", 4, 0, 0, 0),
    ]
    assert picture.statuses == (
        ("Ann", 18, ("developed", "mentioned", "missing")),
        ("Di", 12, ("developed", "mentioned", "missing")),
        ("Bo", 8, ("missing", "mentioned", "missing")),
        ("Cy", 6, ("missing", "missing", "missing")),
    )


def test_what_the_class_leaves_out_and_gets_wrong(course, digests):
    (picture,) = class_pictures(course, digests)
    # Facts 3, 4, 2 and 7 feed the question; three of four scripts use fact 2.
    assert {(item.id, item.scripts) for item in picture.facts_left_out} == {("fact-3", 0), ("fact-4", 0), ("fact-7", 0)}
    assert [(claim.fact, claim.scripts, claim.kinds) for claim in picture.wrong] == [("fact-3", 3, ("date",))]
    assert picture.wrong[0].correct == "Trotsky missed Lenin's funeral."


def test_what_to_teach_again_comes_by_how_many_need_it(course, digests):
    (picture,) = class_pictures(course, digests)
    assert [(item.kind, item.title, item.scripts) for item in picture.reteach] == [
        ("wrong claim", "Trotsky missed Lenin's funeral.", 3),
        ("factor", "A turn in policy", 4),
        ("judgement", "Reaching a supported judgement", 3),
        ("factor", "Weak rivals", 2),
        ("factor", "Control of the party", 1),
    ]
    assert "4 of 4 do not raise it." in picture.reteach[1].why
    assert picture.reteach[1].facts == ("Coal output doubled.", "Stalin was General Secretary from 1922.")


def test_one_scripts_slip_is_no_misconception_of_the_class(course):
    slip = [
        digest(course, "Ann", "", feedback_on(errors=("fact-4",))),
        digest(course, "Bo", "", feedback_on(errors=())),
    ]
    (picture,) = class_pictures(course, slip)
    assert [claim.scripts for claim in picture.wrong] == [1]
    assert not [item for item in picture.reteach if item.kind == "wrong claim"]


def test_a_picture_for_each_question_whatever_the_order(course, digests):
    plans = digest(course, "Eve", "", feedback_on(question="plans", mark=3, errors=("fact-7", "fact-7")))
    pictures = class_pictures(course, [plans, *digests])
    assert [picture.question for picture in pictures] == ["struggle", "plans"]
    assert pictures == class_pictures(course, [*reversed(digests), plans])
    assert pictures[1].wrong[0].scripts == 1
    assert class_pictures(course, []) == ()


def test_beside_an_earlier_set(course, digests):
    before = [digest(course, "Ann", "", feedback_on(mark=5, facts=("fact-2", "fact-4"), errors=("fact-4",)))]
    comparison = compare(course, before, digests)
    assert (comparison.before_scripts, comparison.now_scripts) == (1, 4)
    overall = {change.what: (round(change.before, 2), round(change.now, 2)) for change in comparison.overall}
    assert overall == {
        "Mean mark, as a share of the maximum": (0.2, 0.44),
        "Facts in a script": (2, 0.75),
        "Wrong claims in a script": (1, 0.75),
        "Judgement": (0.3, 0.4),
    }
    assert [(change.what, change.before, change.now) for change in comparison.factors] == [
        ("Weak rivals", 1, 0.5),
        ("Control of the party", 1, 0.75),
        ("A turn in policy", 0, 0),
    ]
    assert [(change.before, change.now) for change in comparison.wrong] == [(1, 0), (0, 0.75)]


def test_sets_on_different_questions_share_no_factors(course, digests):
    plans = [digest(course, "Eve", "", feedback_on(question="plans", mark=3))]
    assert compare(course, plans, digests).factors == ()
    with pytest.raises(ValueError, match="at least one"):
        compare(course, [], digests)
