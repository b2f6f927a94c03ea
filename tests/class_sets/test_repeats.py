import random

import pytest

from assistant.class_sets import Submission
from assistant.class_sets.repeats import note_repeats, text_digest

WORDS = [f"word{number}" for number in range(400)]


def text(seed, length=300):
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def noted(*texts):
    rows = note_repeats(Submission(f"s{number}", "plans", each) for number, each in enumerate(texts))
    return [(row.repeats, *(note.code for note in row.notes)) for row in rows]


def test_the_same_words_are_recognised_whatever_stands_between_them():
    again = text(1).upper().replace(" ", "\n\n") + "!"
    assert noted(text(1), text(2), again, None, "", None, "Coal.", "coal") == [
        ("",), ("",), ("s0", "same-text"), ("",), ("",), ("",), ("",), ("s6", "same-text"),
    ]  # fmt: skip


def test_a_digest_knows_the_same_words_and_nothing_without_words():
    assert text_digest("Coal rose.") == text_digest("COAL\n\n-- rose!") != text_digest("Coal fell.")
    assert text_digest(" ... ") == ""


def test_a_text_changed_here_and_there_is_nearly_the_same():
    words = text(1).split()
    for place in range(10, 300, 30):
        words[place] = "changed"
    assert noted(text(1), text(2), " ".join(words)) == [("",), ("",), ("s0", "nearly-same-text")]


def test_of_many_texts_the_likest_is_named_and_the_earliest_of_several():
    words = text(1).split()

    def changed(*places):
        return " ".join("changed" if place in places else word for place, word in enumerate(words))

    far, near = changed(50, 100, 150, 200), changed(100)
    others = [text(seed) for seed in range(100, 300)]
    assert noted(far, near, near + " so", *others, changed(101))[-1] == ("s1", "nearly-same-text")
    cycle = text(1, 60) + " "
    assert noted(cycle * 3, cycle * 4, cycle * 5)[2] == ("s0", "nearly-same-text"), "all have the same shingles"


def test_a_shared_quotation_makes_no_copy():
    shared = text(9, 40)
    assert noted(f"{shared} {text(1)}", f"{shared} {text(2)}") == [("",), ("",)]


@pytest.mark.parametrize("changed", ["Stalin won in 1928.", "Stalin lost in 1929."])
def test_short_texts_alike_are_no_copies(changed):
    assert noted("Stalin won in 1929.", changed) == [("",), ("",)]
