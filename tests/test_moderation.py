from dataclasses import replace

import pytest

from assistant.moderation import REASONS, Evidence, review_reasons

SENTENCES = [
    "Stalin won because his rivals never acted together against him.",
    "As General Secretary he chose the delegates who later voted.",
    "Trotsky was ill and stayed away from Lenin's funeral.",
    "Therefore the post mattered more than any single mistake did.",
]


@pytest.fixture
def honest(course):
    """An ordinary essay, which nobody need look at."""
    question = course.question("struggle")
    return Evidence(
        course=course,
        question=question,
        style=course.rubric.style(question.style),
        text=" ".join(SENTENCES),
        sentences=SENTENCES,
        words=300,
        facts=6,
        relevant=5,
        errors=1,
        narrated=0.3,
        argued=2.0,
        known_words=0.97,
        on_topic=0.8,
        mark_range=(14, 19),
    )


def codes(evidence):
    return [reason.code for reason in review_reasons(evidence)]


def with_text(evidence, sentences):
    return replace(evidence, sentences=sentences, text=" ".join(sentences))


def test_an_honest_answer_gives_no_reason(honest):
    assert codes(honest) == []


@pytest.mark.parametrize(
    ("code", "due", "just_not"),
    [
        ("too-short", {"words": 119}, {"words": 120}),
        ("off-question", {"facts": 10, "relevant": 3}, {"facts": 10, "relevant": 4}),
        (
            "off-question",
            {"facts": 0, "relevant": 0, "on_topic": 0.2},
            {"facts": 0, "relevant": 0, "on_topic": 0.3},
        ),
        ("list-of-facts", {"argued": 0.4}, {"argued": 0.5}),
        ("many-errors", {"errors": 3}, {"errors": 2}),
        ("many-errors", {"errors": 3, "facts": 9, "relevant": 9}, {"errors": 3, "facts": 10, "relevant": 9}),
        ("unrecognised-content", {"narrated": 0.7}, {"narrated": 0.6}),
        ("not-english", {"known_words": 0.6}, {"known_words": 0.75}),
        ("wide-range", {"mark_range": (8, 21)}, {"mark_range": (9, 21)}),
    ],
)
def test_a_reason_is_given_when_it_is_due(honest, code, due, just_not):
    assert codes(replace(honest, **due)) == [code]
    assert codes(replace(honest, **just_not)) == []


def test_a_short_style_needs_fewer_words(honest, course):
    shorter = replace(honest, style=course.rubric.style("explain-12"), mark_range=(7, 9))
    assert codes(replace(shorter, words=60)) == []
    assert codes(replace(shorter, words=59)) == ["too-short"]


def test_the_prompt_pasted_over_and_over(honest):
    prompt = honest.question.prompt
    pasted = with_text(honest, [*SENTENCES, *[f"{prompt} ({number})" for number in range(10)]])
    assert codes(replace(pasted, words=150, argued=6)) == ["copied-prompt"]
    assert codes(with_text(honest, [prompt, *SENTENCES])) == []  # quoted once


def test_notes_and_statements_pasted_in(honest, course):
    notes = [course.notes[2], course.notes[3].upper(), course.facts[5].statement]
    assert codes(with_text(honest, [*SENTENCES, *notes])) == ["copied-notes"]
    assert codes(with_text(honest, [*SENTENCES, *notes[:2]])) == []
    # Pasted as one run-on sentence as well.
    assert codes(with_text(honest, [*SENTENCES, "; ".join(notes)])) == ["copied-notes"]


def test_sentences_repeated(honest):
    assert codes(with_text(honest, [*SENTENCES, SENTENCES[0].upper(), SENTENCES[2] + ".."])) == ["repeated-text"]
    assert codes(with_text(honest, [*SENTENCES, SENTENCES[0]])) == []
    assert codes(with_text(honest, [*SENTENCES, "He won.", "He won.", "He won."])) == []  # too short to tell


def test_reasons_come_in_a_fixed_order_with_a_sentence_each(honest):
    worst = replace(
        with_text(honest, [honest.question.prompt] * 5 + [honest.course.notes[1]] * 3),
        words=20,
        facts=6,
        relevant=0,
        errors=9,
        argued=0.0,
        known_words=0.1,
        mark_range=(0, 25),
    )
    reasons = list(review_reasons(worst))
    given = [reason.code for reason in reasons]
    assert given == [code for code in REASONS if code in given]
    assert len(given) >= 7
    assert all(reason.message.endswith(".") and len(reason.message) > 20 for reason in reasons)
