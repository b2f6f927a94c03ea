"""One draft held against another: what is new, kept and lost, what is tied to a point, and praise for real change only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hand_made import hand_made_feedback

from assistant.app.comparison_view import comparison_html, gains_html
from assistant.app.drafts import cautions, compare, gains, is_tied
from assistant.schemas import EvidenceFeedback, Feedback, Role, SentenceFeedback
from assistant.store.drafts import Draft


def draft(number: int, text: str, feedback: Feedback) -> Draft:
    return Draft(number, feedback.question, number, text, feedback, datetime(2026, 3, number, tzinfo=UTC))


def with_evidence(feedback: Feedback, *facts: str, relevant: bool = True) -> Feedback:
    items = (
        EvidenceFeedback(
            fact=fact, lines=(1,), statement=f"What <{fact}> was.", relevant=relevant, confidence=1, spans=((0, 5),)
        )
        for fact in facts
    )
    return feedback.model_copy(update={"evidence": tuple(items)})


PLAIN = hand_made_feedback("Some thin draft.")


def test_facts_are_new_kept_or_lost():
    comparison = compare(
        draft(1, "a", with_evidence(PLAIN, "one", "two")), draft(2, "b", with_evidence(PLAIN, "two", "three"))
    )
    assert [[item.fact for item in items] for items in (comparison.new, comparison.kept, comparison.lost)] == [
        ["three"],
        ["two"],
        ["one"],
    ]
    page = comparison_html(comparison, draft(1, "a", PLAIN), draft(2, "b", PLAIN))
    places = [page.index(part) for part in ("New facts", "three", "Kept facts", "two", "Lost facts", "one")]
    assert places == sorted(places) and "<three>" not in page


TEXT = "He took it. Grain fell by half. So they starved.\n\nMuch later. In 1933 it ended."
SENTENCES = ("He took it.", "Grain fell by half.", "So they starved.", "Much later.", "In 1933 it ended.")


@pytest.mark.parametrize(
    ("roles", "sentence", "relevant", "tied"),
    [
        (("claim", "evidence", "other", "other", "other"), 1, True, True),
        (("other", "evidence", "explain", "other", "other"), 1, True, True),
        (("other", "explain", "other", "other", "other"), 1, True, True),
        (("other", "judgement", "evidence", "other", "other"), 2, True, True),
        (("other", "evidence", "other", "other", "other"), 1, True, False),
        (("claim", "other", "evidence", "other", "other"), 2, True, False),
        (("intro", "evidence", "counter", "other", "other"), 1, True, False),
        (("claim", "evidence", "explain", "other", "other"), 1, False, False),
        (("other", "other", "claim", "evidence", "other"), 3, True, False),  # the claim is of another paragraph
        (("other", "other", "other", "evidence", "claim"), 3, True, True),
    ],
)
def test_a_fact_is_tied_where_it_feeds_the_question_and_stands_at_a_point(
    roles: tuple[Role, ...], sentence: int, relevant: bool, tied: bool
):
    spans = [(TEXT.index(part), TEXT.index(part) + len(part)) for part in SENTENCES]
    feedback = PLAIN.model_copy(
        update={
            "sentences": tuple(SentenceFeedback(span=span, role=role) for span, role in zip(spans, roles, strict=True))
        }
    )
    item = EvidenceFeedback(
        fact="f", lines=(1,), statement="s", relevant=relevant, confidence=1, spans=(spans[sentence],)
    )
    assert is_tied(item, TEXT, feedback) is tied


def test_a_new_fact_that_is_not_tied_is_no_gain_but_a_caution():
    before, after = draft(1, "a", PLAIN), draft(2, "b", with_evidence(PLAIN, "loose"))
    comparison = compare(before, after)
    assert gains(comparison) == []
    assert cautions(comparison) == ["One new fact not tied to a point yet: say next to it why it matters."]
    page = gains_html(comparison)
    assert "No new line of argument" in page and "Look again at" in page


def test_new_facts_beside_the_question_are_no_gain():
    comparison = compare(draft(1, "a", PLAIN), draft(2, "b", with_evidence(PLAIN, "one", "two", relevant=False)))
    assert gains(comparison) == []
    assert cautions(comparison) == ["Two new facts that do not help to answer this question."]


def test_gains_are_told_one_by_one(answer):
    comparison = compare(draft(1, "thin", PLAIN), draft(2, answer, hand_made_feedback()))
    assert gains(comparison) == [
        "Excessive requisitioning: now developed.",
        "Drought and bad harvests: now mentioned.",
        "One new fact, tied to a point.",
    ]
    assert "One new claim to check, see “What to fix”." in cautions(comparison)


def test_losses_are_told_and_never_praised(answer):
    comparison = compare(draft(1, answer, hand_made_feedback()), draft(2, "thin", PLAIN))
    assert gains(comparison) == ["One wrong claim put right or taken out."]
    assert cautions(comparison) == [
        "Excessive requisitioning: was developed, now not raised.",
        "Drought and bad harvests: was mentioned, now not raised.",
        "Two facts of the earlier draft left out.",
    ]
    page = comparison_html(comparison, draft(1, answer, hand_made_feedback()), draft(2, "thin", PLAIN))
    assert "▼ lost" in page and "▲ gained" not in page


@pytest.mark.parametrize(("score", "words"), [(0.31, "much the same"), (0.5, "stronger"), (0.1, "weaker")])
def test_judgement_changes_only_where_it_moved_enough(score, words):
    criteria = PLAIN.criteria | {"judgement": PLAIN.criteria["judgement"].model_copy(update={"score": score})}
    after = PLAIN.model_copy(update={"criteria": criteria})
    comparison = compare(draft(1, "a", PLAIN), draft(2, "b", after))
    assert comparison.judgement_words == words
    assert ("A stronger judgement." in gains(comparison)) == (words == "stronger")


def test_the_same_text_is_said_to_be_the_same():
    assert "the same text" in gains_html(compare(draft(1, "a  b", PLAIN), draft(2, "a b\n", PLAIN)))


def test_factors_raised_in_neither_draft_are_not_named(answer):
    """Their titles are hints' answers."""
    after = draft(2, answer, hand_made_feedback())
    page = comparison_html(compare(draft(1, "thin", PLAIN), after), draft(1, "thin", PLAIN), after)
    assert "A regime that hid the famine" not in page
