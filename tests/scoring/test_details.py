import pytest

from assistant.nlp.dates import Date
from assistant.nlp.quantities import Quantity
from assistant.schemas import Fact, Key
from assistant.scoring.details import KeyDetails, compare_details, details_of, figures_of, same_unit, years_apart


@pytest.fixture
def compare(course, read):
    """Compares the last sentence of a text with the key of a fact."""

    def compare(text, dates=(), numbers=(), names=()):
        fact = Fact(
            id="f",
            lines=(2,),
            statement="S.",
            nudge="N?",
            cue="C.",
            key=Key(dates=dates, numbers=numbers, names=names),
        )
        *before, sentence = read(text).sentences
        return compare_details(sentence, details_of(fact, course), before[-1] if before else None)

    return compare


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Launched in 1928.", ["1928"]),
        ("Launched in 1928.", ["1928-10"]),
        ("Launched in October 1928.", ["1928"]),
        ("Launched in October 1928.", ["1928-10-01"]),
        ("It ran in the 1930s.", ["1936"]),
        ("It ran from 1928 to 1932.", ["1932"]),
        ("It was so in 1931.", ["1928/1932"]),
        ("It was so by 1936.", ["1935"]),
        ("It was so about 1930.", ["1931"]),
        ("In 1917 and again in 1928.", ["1928"]),  # one of several dates is enough
    ],
)
def test_a_date_agrees(compare, text, dates):
    details = compare(text, dates=dates)
    assert (details.dates_agree, details.dates_conflict) == (1, 0)


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Launched in 1929.", ["1928"]),
        ("Launched in March 1928.", ["1928-10"]),
        ("It ran in the 1920s.", ["1936"]),
        ("It was so in 1936.", ["1935"]),
        ("It was so by 1938.", ["1935"]),
    ],
)
def test_a_date_conflicts(compare, text, dates):
    details = compare(text, dates=dates)
    assert (details.dates_agree, details.dates_conflict) == (0, 1)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("He cut about a hundred tons.", ["102 tonnes"]),
        ("He cut 102 tons.", ["102 tonnes (just over 100 tons)"]),
        ("About 75% had joined.", ["3/4 of peasants"]),
        ("Three quarters had joined.", ["75% of peasants"]),
        ("A third had joined.", ["33%"]),
        ("It rose twofold.", ["doubled"]),
        ("It was 22.8m tons.", ["22.8 (about 23) million tonnes"]),
        ("It was 750,000.", ["500,000 to 1 million people"]),  # between the ends of a range
        ("Some five million died.", ["3 or 4 to 6 million"]),
        ("His 50th birthday came.", ["50th birthday"]),
    ],
)
def test_a_figure_agrees(compare, text, numbers):
    details = compare(text, numbers=numbers)
    assert (details.numbers_agree, details.numbers_conflict) == (1, 0)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("He cut 200 tons.", ["102 tonnes"]),
        ("About 50% had joined.", ["3/4 of peasants"]),
        ("It trebled.", ["doubled"]),
        ("It was 750.", ["500,000 to 1 million people"]),
        ("A tenth were lost.", ["25-30% of livestock"]),
        ("His 51st birthday came.", ["50th birthday"]),
    ],
)
def test_a_figure_conflicts(compare, text, numbers):
    details = compare(text, numbers=numbers)
    assert (details.numbers_agree, details.numbers_conflict) == (0, 1)


@pytest.mark.parametrize(
    "text", ["Nothing is counted here.", "No one dared.", "The 17th Congress met.", "Millions died."]
)
def test_what_counts_nothing_neither_agrees_nor_conflicts(compare, text):
    details = compare(text, dates=["1934"], numbers=["102 tonnes"])
    assert details.dates_agree == details.dates_conflict == details.numbers_agree == details.numbers_conflict == 0


def test_a_fact_without_figures_is_never_in_conflict(compare):
    details = compare("In 1901 he cut 5 tons.")
    assert (details.dates_conflict, details.numbers_conflict, details.names_missing) == (0, 0, 0)


def test_names_may_stand_in_the_sentence_before_or_in_a_pronoun(compare):
    names = ["Trotsky", "Lenin"]
    assert compare("Trotski missed it.", names=names).names_share == 0.5
    assert compare("Trotski missed it.", names=names).names_missing == 0.5
    assert compare("Lenin died. Trotsky missed it.", names=names).names_missing == 0
    assert compare("Trotsky was ill. He missed it.", names=names).names_share == 0.5


def test_an_ordinal_is_held_against_an_ordinal_alone(course, read):
    (sentence,) = read("The 17th Congress heard of 102 tons.").sentences
    tons, party = (
        details_of(Fact(id="f", lines=(2,), statement="S.", nudge="N?", cue="C.", key=Key(numbers=[number])), course)
        for number in ("102 tonnes", "17th Congress")
    )
    assert [quantity.value for quantity in figures_of(sentence, tons)] == [102]
    assert [quantity.value for quantity in figures_of(sentence, party)] == [17, 102]


@pytest.mark.parametrize(
    ("first", "last", "years"), [(1926, 1926, 2), (1928, 1930, 0), (1931, 1931, 0), (1936, 1937, 4)]
)
def test_years_apart_counts_to_the_nearest_end_of_a_range(first, last, years):
    key = KeyDetails(years=((1928, 1932, None),), numbers=(), names=frozenset())
    assert years_apart(Date(0, 4, first, last), key) == years
    assert years_apart(Date(0, 4, first, last), KeyDetails((), (), frozenset())) == 0


@pytest.mark.parametrize(
    ("said", "right", "same"),
    [("ton", "tons", True), ("tonnes", "tons", True), ("percent", "tons", False), ("", "", True)],
)
def test_figures_count_the_same_thing_by_the_word_after_them(said, right, same):
    assert same_unit(Quantity(0, 1, 1.0, said), Quantity(0, 1, 2.0, right)) is same
