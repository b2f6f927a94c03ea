"""One draft held against another: what is new, kept and lost, what is tied to a point, and praise for real change only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hand_made import hand_made_feedback

from assistant.app.comparison_view import comparison_html, gains_html
from assistant.app.drafts import cautions, compare, gains, is_tied
from assistant.schemas import ErrorFeedback, EvidenceFeedback, FactorFeedback, Feedback, Role, SentenceFeedback
from assistant.store.drafts import Draft


def draft(number: int, text: str, feedback: Feedback) -> Draft:
    return Draft(
        number, feedback.question, number, text, feedback.model_dump(mode="json"), datetime(2026, 3, number, tzinfo=UTC)
    )


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


@pytest.mark.parametrize(
    ("fed", "tied"), [((("f",), ("other",)), False), ((("f", "other"),), True), ((("other",),), True)]
)
def test_a_sentence_beside_a_fact_that_tells_of_other_factors_only_does_not_tie_it(
    fed: tuple[tuple[str, ...], ...], tied: bool
):
    first, second = ((TEXT.index(part), TEXT.index(part) + len(part)) for part in SENTENCES[:2])
    facts = {
        name: EvidenceFeedback(fact=name, lines=(1,), statement="s", relevant=True, confidence=1, spans=(span,))
        for name, span in (("f", second), ("other", first))
    }
    factors = tuple(
        FactorFeedback(id=str(n), title="t", stance="other", status="developed", facts=names, spans=())
        for n, names in enumerate(fed)
    )
    sentences = (SentenceFeedback(span=first, role="claim"), SentenceFeedback(span=second, role="evidence"))
    feedback = PLAIN.model_copy(update={"sentences": sentences, "factors": factors, "evidence": tuple(facts.values())})
    assert is_tied(facts["f"], TEXT, feedback) is tied


def test_a_new_fact_that_is_not_tied_is_no_gain_but_a_caution():
    before, after = draft(1, "a", PLAIN), draft(2, "b", with_evidence(PLAIN, "loose"))
    comparison = compare(before, after)
    assert gains(comparison) == []
    assert cautions(comparison) == [
        "One new fact beside which I could not make out a point: if it is not said there why it matters, say it."
    ]
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


DECISION = "The state decided to take more. "


def reading(**parts: object) -> Feedback:
    """Feedback that finds nothing but what is given."""
    return PLAIN.model_copy(update={"evidence": (), "errors": (), **parts})


def found(fact: str, text: str, words: str) -> EvidenceFeedback:
    start = text.index(words)
    return EvidenceFeedback(
        fact=fact, lines=(1,), statement=fact, relevant=True, confidence=1, spans=((start, start + len(words)),)
    )


def test_nobody_is_praised_or_blamed_for_words_that_did_not_change():
    old, new = DECISION + "Then came winter.", DECISION + "Then came spring."
    said = DECISION.strip()
    before = draft(
        1, old, reading(evidence=(found("seen then", old, said), found("left out", old, "Then came winter.")))
    )
    after = draft(2, new, reading(evidence=(found("seen now", new, said), found("added", new, "Then came spring."))))
    comparison = compare(before, after)
    assert [item.fact for item in comparison.new] == ["added"]
    assert [item.fact for item in comparison.lost] == ["left out"]
    assert [item.fact for item in comparison.wavering] == ["seen now", "seen then"]
    page = comparison_html(comparison, before, after)
    assert page.index("Read differently, though your words are the same") < page.index("seen now")


@pytest.mark.parametrize(("words", "gained"), [(DECISION.strip(), False), ("It took too much.", True)])
def test_a_line_of_argument_is_gained_only_by_words_that_are_new(words, gained):
    old, new = DECISION, DECISION + "It took too much."
    start = new.index(words)
    factor = PLAIN.factors[0].model_copy(update={"status": "developed", "spans": ((start, start + len(words)),)})
    after = reading(factors=(factor, *PLAIN.factors[1:]))
    comparison = compare(draft(1, old, PLAIN), draft(2, new, after))
    assert [change.title for change in comparison.factors if change.gained] == [factor.title] * gained
    assert ("gained" in comparison_html(comparison, draft(1, old, PLAIN), draft(2, new, after))) is gained


def wrong(fact: str, text: str, words: str) -> ErrorFeedback:
    start = text.index(words)
    return ErrorFeedback(
        fact=fact, lines=(1,), kind="date", span=(start, start + len(words)), message="m", correct="c", confidence=1
    )


def test_a_wrong_claim_is_put_right_only_where_its_words_changed():
    old, new = DECISION + "It was in 1905.", DECISION + "It was in 1906."
    said = DECISION.strip()
    before = reading(errors=(wrong("kept", old, said), wrong("changed", old, "It was in 1905.")))
    comparison = compare(draft(1, old, before), draft(2, new, reading()))
    assert comparison.fixed == 1
    after = reading(errors=(wrong("seen late", new, said), wrong("made now", new, "It was in 1906.")))
    comparison = compare(draft(1, old, reading()), draft(2, new, after))
    assert (comparison.new_errors, comparison.doubted) == (1, 1)
    assert cautions(comparison) == [
        "One new claim to check, see “What to fix”.",
        "One claim to check that stood there before, see “What to fix”.",
    ]


def test_the_same_words_never_make_a_stronger_judgement():
    criteria = PLAIN.criteria | {"judgement": PLAIN.criteria["judgement"].model_copy(update={"score": 0.9})}
    comparison = compare(draft(1, "a b", PLAIN), draft(2, "a  b", PLAIN.model_copy(update={"criteria": criteria})))
    assert comparison.judgement_words == "much the same" and gains(comparison) == []


@pytest.mark.parametrize(("score", "words"), [(0.31, "much the same"), (0.5, "stronger"), (0.1, "weaker")])
def test_judgement_changes_only_where_it_moved_enough(score, words):
    criteria = PLAIN.criteria | {"judgement": PLAIN.criteria["judgement"].model_copy(update={"score": score})}
    after = PLAIN.model_copy(update={"criteria": criteria})
    comparison = compare(draft(1, "a", PLAIN), draft(2, "b", after))
    assert comparison.judgement_words == words
    assert ("A stronger judgement." in gains(comparison)) == (words == "stronger")
    told = comparison_html(comparison, draft(1, "a", PLAIN), draft(2, "b", after))
    assert "<table" not in told, "no line of argument is raised in either"
    assert "<h4>Judgement</h4>" in told and told.count(PLAIN.criteria["judgement"].comment) == 2
    assert ("▲ gained" in told, "▼ lost" in told) == (words == "stronger", words == "weaker")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ("Grain fell by a third.", "much the same"),
        ("Grain fell by half. So the towns starved first.", "stronger"),
    ],
)
def test_a_conclusion_that_stands_as_it_was_is_judged_as_it_was(changed, words):
    criteria = PLAIN.criteria | {"judgement": PLAIN.criteria["judgement"].model_copy(update={"score": 0.9})}
    old, new = "Grain fell by half.\n\nOverall, this weighed most.", f"{changed}\n\nOverall, this weighed most."

    def read(text: str, **more: object) -> Feedback:
        spans = [(text.index(part), text.index(part) + len(part)) for part in text.replace("\n\n", "  ").split("  ")]
        roles: tuple[Role, Role] = ("explain" if "So" in text else "evidence", "judgement")
        read_as = tuple(SentenceFeedback(span=span, role=role) for span, role in zip(spans, roles, strict=True))
        return PLAIN.model_copy(update={"sentences": read_as, **more})

    comparison = compare(draft(1, old, read(old)), draft(2, new, read(new, criteria=criteria)))
    assert comparison.judgement_words == words


def test_the_same_text_is_said_to_be_the_same():
    assert "the same text" in gains_html(compare(draft(1, "a  b", PLAIN), draft(2, "a b\n", PLAIN)))


def test_factors_raised_in_neither_draft_are_not_named(answer):
    """Their titles are hints' answers."""
    after = draft(2, answer, hand_made_feedback())
    page = comparison_html(compare(draft(1, "thin", PLAIN), after), draft(1, "thin", PLAIN), after)
    assert "A regime that hid the famine" not in page
