"""What stands around a date, figure or name: near the right one's surroundings, or explained by another fact."""

import pickle

import pytest

from assistant.schemas import Term
from assistant.scoring.detail_context import build_contexts, details_in, stem, windows_of
from assistant.scoring.details import details_of

WORDINGS = {
    "fact-3": ("Trotsky was not at Lenin's funeral in January 1924.", "Trotsky missed the funeral of Lenin in 1924."),
    "fact-8": ("Stakhanov cut 102 tonnes of coal in one shift in August 1935.", "One shift gave Stakhanov 102 tonnes."),
    "fact-9": ("About 25-30% of livestock was slaughtered by 1930.",),
    "fact-10": ("A third of peasants had joined the collective farms by 1930.", "33% of peasants had joined."),
}


@pytest.fixture(scope="module")
def small(course):
    """The small course, with one name that is written in two ways."""
    terms = [term for term in course.terms if term.term != "Zinoviev"]
    return course.model_copy(
        update={"terms": (*terms, Term(term="Zinoviev", kind="person", gloss="G.", aliases=("Grigory Zinoviev",)))}
    )


@pytest.fixture(scope="module")
def contexts(small):
    texts = [[fact.statement, *WORDINGS.get(fact.id, ())] for fact in small.facts]
    return build_contexts(small, texts, [details_of(fact, small) for fact in small.facts])


@pytest.fixture
def likeness(small, read, contexts):
    """Likenesses of the details of a sentence, by kind, and the places of facts by id."""
    kinds = {term.term: term.kind for term in small.terms}

    def likeness(text):
        (sentence,) = read(text).sentences
        (found,) = contexts.compare([sentence.text], [details_in(sentence, kinds)])
        return {one.detail.kind: one for one in found}

    return likeness


@pytest.fixture(scope="module")
def place(small):
    return {fact.id: number for number, fact in enumerate(small.facts)}


def test_a_wrong_date_in_the_right_surroundings_leads(likeness, place):
    found = likeness("Trotsky missed the funeral of Lenin in 1926.")["date"]
    context = found.facts[place["fact-3"]]
    assert context > 0.7
    assert found.facts[place["fact-8"]] < 0.3
    assert found.lead(context) > 0.5


def test_a_date_that_belongs_to_something_else_does_not_lead(likeness, place):
    found = likeness("After Lenin a third of peasants had joined the collective farms by 1930.")["date"]
    assert found.explained > 0.5
    assert found.lead(found.facts[place["fact-3"]]) < 0


def test_a_figure_is_read_as_a_share_or_a_percentage(likeness, place):
    found = likeness("33% of peasants had joined the farms.")["figure"]
    assert found.explained > 0.5 and found.lead(found.facts[place["fact-10"]]) <= 0
    wrong = likeness("Half of peasants had joined the farms.")["figure"]
    assert wrong.lead(wrong.facts[place["fact-10"]]) > 0.4


def test_an_ordinal_is_not_explained_by_the_same_number_of_something(likeness):
    assert likeness("Stakhanov cut 102 tonnes of coal in a shift.")["figure"].explained > 0.5
    assert likeness("Stakhanov cut coal in the 102nd shift.")["figure"].explained == 0


def test_a_name_instead_of_another(likeness, contexts, place):
    found = likeness("Zinoviev missed the funeral of Lenin in 1924.")
    name = found["name"]
    assert contexts.like_name(name, place["fact-3"], ["Leon Trotsky"]) > 0
    assert contexts.like_name(name, place["fact-3"], ["Gosplan"]) == 0
    assert contexts.like_name(name, place["fact-3"], []) == 0


def test_texts_without_details_words_or_terms(contexts, course):
    assert contexts.compare([], []) == [] and contexts.compare(["Nothing is said."], [[]]) == [[]]
    assert windows_of("", []) == []
    bare = course.model_copy(update={"terms": (), "facts": course.facts[:1]})
    empty = build_contexts(bare, [["."]], [details_of(course.facts[0], bare)])
    assert empty.windows.shape == (0, 0) and empty.compare([""], [[]]) == [[]]


def test_a_date_outside_every_wording_is_compared_with_none(small, read):
    none = build_contexts(small, [[] for _ in small.facts], [details_of(fact, small) for fact in small.facts])
    (sentence,) = read("It began in 1928.").sentences
    ((found,),) = none.compare([sentence.text], [details_in(sentence, {})])
    assert not found.facts.any() and found.explained == 0


def test_contexts_are_kept_and_read_again(contexts, likeness, place):
    again = pickle.loads(pickle.dumps(contexts))
    detail = likeness("It was in 1926.")["date"].detail
    ((date,),) = again.compare(["It was in 1926."], [[detail]])
    assert date.facts.shape == (len(place),)


@pytest.mark.parametrize(
    ("word", "cut"),
    [("exported", "export"), ("exports", "export"), ("Exporting", "export"), ("Stalin’s", "stalin"), ("the", ""), ("up", "up")],
)  # fmt: skip
def test_forms_of_a_word_meet(word, cut):
    assert stem(word) == cut
