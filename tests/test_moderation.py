"""Each reason to review comes where it is due, and not for an ordinary answer."""

from dataclasses import replace

import pytest

from assistant.moderation import REASONS, Evidence, review_reasons

SENTENCES = 20
WORDS = 15


@pytest.fixture
def honest(course):
    """What is known of an ordinary essay, which nobody need look at."""
    return Evidence(
        style=course.rubric.style("essay-25"),
        lengths=(WORDS,) * SENTENCES,
        asides=(None,) * SENTENCES,
        facts=6,
        relevant=5,
        errors=1,
        narrated=0.3,
        argued=0.4,
        known_words=0.97,
        on_topic=0.8,
        disordered=False,
        denying=False,
        mark_range=(11, 15),
    )


def codes(evidence):
    return [reason.code for reason in review_reasons(evidence)]


def set_aside(why, number):
    """Why each sentence is set aside, where the last `number` are."""
    return (None,) * (SENTENCES - number) + (why,) * number


def test_an_honest_answer_gives_no_reason(honest):
    assert codes(honest) == []


@pytest.mark.parametrize(
    ("code", "due", "just_not"),
    [
        ("too-short", {"lengths": (89,), "asides": (None,)}, {"lengths": (90,), "asides": (None,)}),
        ("off-question", {"facts": 10, "relevant": 3}, {"facts": 10, "relevant": 4}),
        ("off-question", {"facts": 0, "relevant": 0, "on_topic": 0.2}, {"facts": 0, "relevant": 0, "on_topic": 0.3}),
        ("off-question", {"asides": set_aside("off-question", 5)}, {"asides": set_aside("off-question", 4)}),
        ("off-question", {"asides": set_aside("off-course", 5)}, {"asides": set_aside("off-course", 4)}),
        ("copied-prompt", {"asides": set_aside("prompt", 4)}, {"asides": set_aside("prompt", 3)}),
        ("copied-notes", {"asides": set_aside("notes", 1)}, {}),
        ("repeated-text", {"asides": set_aside("repeat", 2)}, {"asides": set_aside("repeat", 1)}),
        ("injected-text", {"asides": set_aside("instruction", 1)}, {}),
        ("list-of-facts", {"asides": set_aside("list", 1)}, {}),
        ("list-of-facts", {"argued": 0.08}, {"argued": 0.12}),
        ("out-of-order", {"disordered": True}, {}),
        ("many-errors", {"errors": 3}, {"errors": 2}),
        ("many-errors", {"errors": 3, "facts": 9, "relevant": 9}, {"errors": 3, "facts": 10, "relevant": 9}),
        ("many-errors", {"denying": True}, {}),
        ("unrecognised-content", {"narrated": 0.7}, {"narrated": 0.6}),
        ("not-english", {"known_words": 0.6}, {"known_words": 0.75}),
        ("not-english", {"asides": set_aside("foreign", 1)}, {}),
        ("wide-range", {"mark_range": (7, 20)}, {"mark_range": (8, 20)}),
    ],
)
def test_a_reason_is_given_when_it_is_due(honest, code, due, just_not):
    assert codes(replace(honest, **due)) == [code]
    assert codes(replace(honest, **just_not)) == []


def test_a_short_style_needs_fewer_words(honest, course):
    shorter = replace(honest, style=course.rubric.style("explain-12"), lengths=(50,), asides=(None,), mark_range=(7, 9))
    assert codes(shorter) == []
    assert codes(replace(shorter, lengths=(49,))) == ["too-short"]


def test_words_that_were_set_aside_do_not_make_an_answer_longer(honest):
    mostly_pasted = replace(honest, asides=set_aside("notes", 15))
    assert codes(mostly_pasted) == ["too-short", "copied-notes"]
    reasons = {reason.code: reason.message for reason in review_reasons(mostly_pasted)}
    assert reasons["too-short"].startswith("Only 75 words of the answer could be counted")


def test_reasons_come_in_a_fixed_order_with_a_sentence_each(honest):
    kinds = ("prompt",) * 4 + ("notes", "repeat", "repeat", "instruction", "list", "foreign")
    worst = replace(
        honest,
        asides=(None,) * (SENTENCES - len(kinds)) + kinds,
        lengths=(5,) * SENTENCES,
        facts=6,
        relevant=0,
        errors=9,
        argued=0.0,
        narrated=1.0,
        known_words=0.1,
        disordered=True,
        mark_range=(0, 25),
    )
    reasons = list(review_reasons(worst))
    given = [reason.code for reason in reasons]
    assert given == [code for code in REASONS if code in given]
    assert len(given) >= 10
    assert all(reason.message.endswith(".") and len(reason.message) > 20 for reason in reasons)
