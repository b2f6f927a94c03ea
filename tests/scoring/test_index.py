import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from assistant.nlp.reading import forms_of
from assistant.schemas import Contradiction, Wordings
from assistant.scoring.index import bank_texts, best_and_mean, build_index

BANK = {
    "fact-2": Wordings(wordings=("He held the post of General Secretary.",), near_misses=("Lenin held a post.",)),
    "fact-3": Wordings(
        contradictions=(
            Contradiction(text="Trotsky spoke at Lenin's funeral.", kind="reversal"),
            Contradiction(text="Trotsky missed the funeral of 1925.", kind="date"),
            Contradiction(text="Trotsky missed the funeral of 1926.", kind="date"),
        )
    ),
}


def slow_best_and_mean(similarity, slots, count):
    best, mean = np.zeros((len(similarity), len(slots))), np.zeros((len(similarity), len(slots)))
    for i, row in enumerate(similarity):
        for j, slot in enumerate(slots):
            values = sorted((row[k] for k in slot if k >= 0), reverse=True)
            if values:
                best[i, j], mean[i, j] = values[0], np.mean(values[:count])
    return best, mean


@given(
    st.integers(0, 5),
    st.lists(st.integers(0, 4), min_size=1, max_size=6),
    st.integers(1, 4),
    st.integers(0, 2**16),
)
def test_best_and_mean_are_those_of_a_slow_loop(sentences, rows_of_facts, count, seed):
    rows = sum(rows_of_facts)
    similarity = np.random.default_rng(seed).uniform(-0.9, 1, (sentences, rows)).astype(np.float32)
    slots = np.full((len(rows_of_facts), max(1, *rows_of_facts, 1)), -1)
    numbers = iter(range(rows))
    for fact, number in enumerate(rows_of_facts):
        slots[fact, :number] = [next(numbers) for _ in range(number)]
    best, mean = best_and_mean(similarity, slots, count)
    slow_best, slow_mean = slow_best_and_mean(similarity, slots, count)
    np.testing.assert_allclose(best, slow_best, rtol=1e-5)
    np.testing.assert_allclose(mean, slow_mean, rtol=1e-4, atol=1e-6)


def test_every_text_of_the_bank_is_in_its_facts_slot(course):
    texts, slots = bank_texts(course.facts, BANK)
    assert [texts[row] for row in slots["wording"][0]] == [
        "Stalin was General Secretary from 1922.",
        "He held the post of General Secretary.",
    ]
    assert [texts[row] for row in slots["contradiction"][1]] == [item.text for item in BANK["fact-3"].contradictions]
    used = [row for kind in slots.values() for row in kind.ravel() if row >= 0]
    assert sorted(used) == list(range(len(texts)))


def test_a_statement_finds_its_own_fact(course, nlp, encoder):
    index = build_index(course, BANK, encoder.encode, lambda texts: forms_of(nlp, texts))
    statement = course.facts[4].statement
    (vector,) = encoder.encode([statement])
    for similarity in (
        vector.mean[None, :] @ index.vectors.T,
        (index.words.transform(forms_of(nlp, [statement])) @ index.word_rows.T).toarray(),
        (index.characters.transform([statement]) @ index.character_rows.T).toarray(),
    ):
        best, _ = best_and_mean(similarity, index.slots["wording"])
        assert best.argmax() == 4
        assert best.max() == approx(1, abs=1e-3)
    assert index.fact_ids == tuple(fact.id for fact in course.facts)
    assert index.usual_error[:2] == ("reversal", "date")  # none known, and the commonest of three
