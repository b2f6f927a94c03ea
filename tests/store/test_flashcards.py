"""Flashcards in the store, scheduled by py-fsrs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.store.flashcards import Flashcards

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def cards(database) -> Flashcards:
    return Flashcards(database, "small")


def test_a_card_is_made_once_and_due_at_once(cards):
    assert cards.add(["quotas", "drought", "quotas"], NOW) == 2
    assert cards.add(["quotas"], NOW + timedelta(days=1)) == 0
    assert [(card.fact, card.due, card.reviews) for card in cards.cards()] == [("quotas", NOW, 0), ("drought", NOW, 0)]


def test_the_better_a_fact_came_back_the_later_it_is_due(cards):
    facts = {1: "again", 2: "hard", 3: "good", 4: "easy"}
    cards.add(facts.values(), NOW)
    due = [cards.review(fact, rating, NOW).due for rating, fact in facts.items()]
    assert due == sorted(due) and due[0] > NOW and due[3] > NOW + timedelta(days=1)
    assert [card.fact for card in cards.cards()] == list(facts.values())
    assert {card.reviews for card in cards.cards()} == {1}


def test_what_is_remembered_again_and_again_comes_ever_more_rarely(cards):
    cards.add(["quotas"], NOW)
    now, waits = NOW, []
    for _ in range(5):
        due = cards.review("quotas", 3, now).due
        waits.append(due - now)
        now = due
    assert waits == sorted(waits) and waits[-1] > timedelta(days=7)
    assert cards.cards()[0].reviews == 5


def test_a_forgotten_fact_is_due_again_soon(cards):
    cards.add(["quotas"], NOW)
    later = cards.review("quotas", 4, NOW).due
    assert cards.review("quotas", 1, later).due - later < timedelta(hours=1)


def test_a_removed_card_is_gone_with_its_reviews(cards, record):
    cards.add(["quotas"], NOW)
    cards.review("quotas", 3, NOW)
    cards.remove("quotas")
    assert cards.cards() == [] and cards.review("quotas", 3, NOW) is None
    assert record.export()["reviews"] == []


def test_cards_belong_to_one_learner_and_one_course(database, cards):
    cards.add(["quotas"], NOW)
    assert Flashcards(database, "small", "other").cards() == []
    elsewhere = Flashcards(database, "another")
    elsewhere.remove("quotas")
    assert elsewhere.cards() == [] and len(cards.cards()) == 1


def test_an_unknown_rating_is_refused(cards):
    cards.add(["quotas"], NOW)
    with pytest.raises(ValueError):
        cards.review("quotas", 5, NOW)
    assert cards.cards()[0].reviews == 0
