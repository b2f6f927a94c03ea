import pytest


def references(read, text):
    return [sentence.references for sentence in read(text).sentences]


def test_he_is_the_person_named_first_in_the_nearest_sentence(read):
    text = "Stalin outwitted Trotsky. He chose the posts. His rivals slept."
    assert references(read, text) == [(), ("Stalin",), ("Stalin",)]


def test_a_nearer_name_wins(read):
    assert references(read, "Stalin waited. Trotsky spoke. He lost.")[-1] == ("Leon Trotsky",)


def test_they_are_all_whom_the_nearest_sentence_with_several_names(read):
    text = "Kamenev and Zinoviev feared Trotsky. Stalin smiled. They turned too late."
    assert references(read, text)[-1] == ("Kamenev", "Zinoviev", "Leon Trotsky")


@pytest.mark.parametrize(
    "text",
    [
        "He won.",  # nobody was named
        "Trotsky spoke. He saw Stalin smile.",  # the sentence names a person itself
        "Stalin smiled. They voted.",  # one person is not "they"
        "Gosplan met. He won.",  # a term, but no person
        "Stalin won. Coal rose. Iron rose. Grain fell. He smiled.",  # out of reach
        "Stalin won. The plan failed.",  # no pronoun
    ],
)
def test_a_reader_supplies_nobody(read, text):
    assert references(read, text)[-1] == ()


def test_blank_lines_before_the_text_shift_nothing(read):
    assert references(read, "\n\n  Stalin rose. He won.") == [(), ("Stalin",)]
