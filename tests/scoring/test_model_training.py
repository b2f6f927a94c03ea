"""Which candidates the deciders learn from, and the working point of credit."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from assistant.scoring.model_training import Labels, choose_fact_threshold, settled
from assistant.scoring.signals import NAMES, Signals


def signals(*candidates: tuple[int, int, float]) -> Signals:
    """Candidates given as sentence, fact and logit."""
    values = np.zeros((len(candidates), len(NAMES)), dtype=np.float32)
    values[:, NAMES.index("logit")] = [logit for _, _, logit in candidates]
    sentence, fact, _ = zip(*candidates, strict=True)
    return Signals(np.array(sentence), np.array(fact), values, True)


def labels(shared: list[list[frozenset[int]]], lines: list[frozenset[int]], facts: int = 4) -> Labels:
    conveyed = np.zeros((len(shared), facts), dtype=bool)
    for sentence, choices in enumerate(shared):
        for choice in choices:
            conveyed[sentence, list(choice)] = True
    counted = np.ones(facts, dtype=bool)
    return Labels(conveyed, np.zeros_like(conveyed), counted, ["other"] * len(shared), lines, shared)


def test_of_facts_that_share_a_credited_line_only_the_likeliest_is_learnt_from() -> None:
    choice = frozenset({0, 1})
    found = signals((0, 0, -1.0), (0, 1, 2.0), (0, 2, 5.0), (1, 0, 3.0))
    assert settled(found, labels([[choice], []], [choice])).tolist() == [False, True, True, True]


def test_a_fact_that_is_not_counted_is_not_learnt_from() -> None:
    label = labels([[]], [])
    label = replace(label, counted=np.array([True, False, True, True]))
    assert settled(signals((0, 0, 0.0), (0, 1, 0.0)), label).tolist() == [True, False]


def test_one_fact_of_a_credited_line_is_enough_for_recall() -> None:
    # Fact 1 shares its line with fact 0; a threshold that finds fact 0 alone misses nothing and adds nothing.
    choice = frozenset({0, 1})
    row = SimpleNamespace(signals=signals((0, 0, 0.0), (0, 1, 0.0), (0, 2, 0.0)))
    threshold = choose_fact_threshold([row], [labels([[choice]], [choice])], [np.array([0.7, 0.5, 0.55])])
    assert 0.55 < threshold <= 0.7
