from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st


def found(nlp, text):
    doc = nlp(text)
    return [(span.text, span._.term) for span in doc.spans["terms"]]


@pytest.mark.parametrize(
    ("text", "span", "name"),
    [
        ("Then STALIN came", "STALIN", "Stalin"),
        ("Then joseph stalin came", "joseph stalin", "Stalin"),
        ("Then Trotsky lost", "Trotsky", "Leon Trotsky"),
        ("Then Trotski lost", "Trotski", "Leon Trotsky"),
        ("Collective farming failed", "Collective farming", "collectivisation"),
        ("Colectivisation failed", "Colectivisation", "collectivisation"),
        ("The MTS lent tractors", "MTS", "machine tractor station"),
    ],
)
def test_every_spelling_finds_its_term(nlp, text, span, name):
    assert found(nlp, text) == [(span, name)]


@pytest.mark.parametrize(
    "text",
    [
        "Six mps voted",  # not MP: a short abbreviation must be written in capitals
        "the mts was there",
        "a stain on his record",  # "stain" is English, and shorter than Stalin
        "he was stalling for time",
        "an urban plan",
    ],
)
def test_another_word_is_no_term(nlp, text):
    assert found(nlp, text) == []


@pytest.mark.parametrize("word", ["Collectivsation", "colectivization", "Zinovief", "Stalinn", "Gosplann"])
def test_a_near_spelling_is_found_with_less_certainty(nlp, word):
    doc = nlp(f"Then {word} came up")
    (span,) = doc.spans["terms"]
    assert span._.term in {"collectivisation", "Zinoviev", "Stalin", "Gosplan"}
    assert 0.84 <= span._.term_score < 1


def test_a_near_spelling_keeps_its_first_letter(nlp):
    assert found(nlp, "a Rotsky or a Tosplan or a Hosplan") == []


def test_of_two_that_overlap_the_longest_stays(nlp):
    assert found(nlp, "He hid Lenin's Testament from Lenin") == [
        ("Lenin's Testament", "Lenin's Testament"),
        ("Lenin", "Lenin"),
    ]


@given(
    st.lists(
        st.sampled_from(
            [
                "Stalin",
                "joseph",
                "MTS",
                "mts",
                "Trotski",
                "lenin's",
                "testament",
                "the",
                "stain",
                "Zinovjev",
                ",",
                ".",
                "\n",
            ]
        ),
        max_size=12,
    )
)
def test_terms_stand_in_order_and_never_overlap(nlp, words):
    doc = nlp(" ".join(words))
    spans = list(doc.spans["terms"])
    assert all(before.end <= after.start for before, after in pairwise(spans))
