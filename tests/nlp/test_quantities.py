import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from assistant.nlp.dates import find_dates
from assistant.nlp.quantities import find_quantities

MONEY_AND_TIME = st.lists(
    st.sampled_from(
        [
            "in",
            "by",
            "1928",
            "1928-32",
            "the",
            "30s",
            "'37",
            "may",
            "March",
            "December",
            "7",
            "25",
            ",",
            ".",
            "-",
            "–",
            "/",
            "%",
            "2,500",
            "¾",
            "a",
            "one",
            "half",
            "third",
            "two",
            "ten",
            "hundred",
            "million",
            "of",
            "and",
            "or",
            "to",
            "per",
            "cent",
            "times",
            "doubled",
            "17th",
            "the",
            "thirties’s",
            "tons",
            "m",
            "k",
        ]
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    ("text", "found", "first", "last", "month"),
    [
        ("He won in 1927 at last", "1927", 1927, 1927, None),
        ("expelled in December 1927", "December 1927", 1927, 1927, 12),
        ("on 7 November 1927 he", "7 November 1927", 1927, 1927, 11),
        ("on November 7th, 1927 he", "November 7th, 1927", 1927, 1927, 11),
        ("on 1 dec 1934 Kirov", "1 dec 1934", 1934, 1934, 12),
        ("the plan of 1928-32", "1928-32", 1928, 1932, None),
        ("the plan of 1928–1932", "1928–1932", 1928, 1932, None),
        ("from 1932 to 1933", "1932 to 1933", 1932, 1933, None),
        ("the winter of 1932/3", "1932/3", 1932, 1933, None),
        ("in the 1930s", "1930s", 1930, 1939, None),
        ("in the 1930's", "1930's", 1930, 1939, None),
        ("the purges of '37", "'37", 1937, 1937, None),
        ("the purges of ’37", "’37", 1937, 1937, None),
        ("during the thirties", "the thirties", 1930, 1939, None),
        ("in the early thirties", "early thirties", 1930, 1939, None),
        ("during the '30s", "the '30s", 1930, 1939, None),
        ("during the 20s", "the 20s", 1920, 1929, None),
        ("in May 1930", "May 1930", 1930, 1930, 5),
    ],
)
def test_a_date_is_read(text, found, first, last, month):
    (date,) = find_dates(text)
    assert (text[date.start : date.end], date.first, date.last, date.month) == (found, first, last, month)


@pytest.mark.parametrize(
    "text",
    [
        "he may have won",
        "they march on Moscow",
        "By May he had won",  # no year is known yet
        "1937 per cent of the plan",
        "over 1930 tons a day",
        "he was 37 then",
        "the '25,000ers' were workers",
        "in his thirties",
        "output of '45 million tons'",
    ],
)
def test_what_is_no_date_is_left_alone(text):
    assert list(find_dates(text)) == []


def test_the_end_of_a_figure_is_no_day():
    text = "In 1928 2,500 March 5, May 1930"
    assert [text[date.start : date.end] for date in find_dates(text)] == ["1928", "March 5,", "May 1930"]


def test_a_figure_does_not_reach_into_a_date():
    assert [quantity.value for quantity in find_quantities("a rise of 25 / 1928")] == [25]


def test_a_month_alone_belongs_to_the_year_before_it_in_its_sentence():
    text = "In 1936 he may have hoped; in May they march, and in December he fell. In March he wrote again."
    assert [(date.first, date.month) for date in find_dates(text)] == [(1936, None), (1936, 5), (1936, 12)]


@pytest.mark.parametrize("before", ["by", "about", "around", "c.", "by the end of", "nearly"])
def test_a_date_is_approximate_after(before):
    (date,) = find_dates(f"He ruled alone {before} 1936.")
    assert date.approximate


@pytest.mark.parametrize("before", ["in", "since", "music", "moreover"])
def test_a_date_is_exact_after(before):
    (date,) = find_dates(f"He ruled alone {before} 1936.")
    assert not date.approximate


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("22.8m tons", 22_800_000, "tons"),
        ("5 million died", 5_000_000, "died"),
        ("ten million", 10_000_000, ""),
        ("five hundred thousand", 500_000, ""),
        ("two hundred and fifty", 250, ""),
        ("a hundred tons", 100, "tons"),
        ("2,500 stations", 2500, "stations"),
        ("10 000 tractors", 10_000, "tractors"),
        ("one and a half million", 1_500_000, ""),
        ("half a million", 500_000, ""),
        ("a quarter of a million", 250_000, ""),
        ("1/3 of farms", 1 / 3, "fraction"),
        ("¾ of farms", 0.75, "fraction"),
        ("a third of farms", 1 / 3, "fraction"),
        ("two-thirds of farms", 2 / 3, "fraction"),
        ("half of farms", 0.5, "fraction"),
        ("12.5 per cent", 12.5, "percent"),
        ("ninety nine percent", 99, "percent"),
        ("doubled", 2, "times"),
        ("fourteen times", 14, "times"),
        ("the 17th Congress", 17, "ordinal"),
    ],
)
def test_a_quantity_is_read(text, value, unit):
    (quantity,) = find_quantities(text)
    assert quantity.value == approx(value)
    assert quantity.unit == unit


@pytest.mark.parametrize(
    ("text", "values", "unit"),
    [
        ("25-30%", [25, 30], "percent"),
        ("25 to 30 per cent", [25, 30], "percent"),
        ("five to ten million", [5e6, 10e6], ""),
        ("3 or 4 to 6 million tons", [3e6, 4e6, 6e6], "tons"),
        ("500,000 to 1 million", [500_000, 1_000_000], None),
    ],
)
def test_the_ends_of_a_range_share_scale_and_unit(text, values, unit):
    found = list(find_quantities(text))
    assert [quantity.value for quantity in found] == values
    assert unit is None or {quantity.unit for quantity in found} == {unit}


@pytest.mark.parametrize(
    ("text", "values"), [("two and three", [2, 3]), ("two, three", [2, 3]), ("Two. Three followed", [2, 3])]
)
def test_two_numbers_are_not_added(text, values):
    assert [quantity.value for quantity in find_quantities(text)] == values


@pytest.mark.parametrize(
    "text",
    [
        "no one dared",
        "Socialism in One Country",
        "millions died",
        "hundreds of thousands",
        "in 1928",
        "several hundred",
    ],
)
def test_what_counts_nothing_exactly_is_left_alone(text):
    assert list(find_quantities(text)) == []


@given(MONEY_AND_TIME, st.sampled_from(["", " "]))
def test_spans_ascend_inside_the_text_and_do_not_overlap(words, gap):
    text = gap.join(words)
    dates = list(find_dates(text))
    spans = sorted((item.start, item.end) for item in [*dates, *find_quantities(text, dates)])
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert not edges or (edges[0] >= 0 and edges[-1] <= len(text))
    assert all(start < end for start, end in spans)
    assert all(date.first <= date.last for date in dates)


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    for item in [*find_dates(text), *find_quantities(text)]:
        assert text[item.start : item.end].strip()


def test_the_component_keeps_what_was_found(nlp):
    doc = nlp("By 1932 coal had doubled.")
    (date,), (quantity,) = doc.spans["dates"], doc.spans["quantities"]
    assert (date.text, date._.years, date._.approximate) == ("1932", (1932, 1932), True)
    assert (quantity.text, quantity._.value, quantity._.unit) == ("doubled", 2, "times")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("nine out of ten households", 0.9, "fraction"),
        ("getting on for three in ten cows", 0.3, "fraction"),
        ("four from five Soviet peoples", 0.8, "fraction"),
        ("7 in every 10 farms", 0.7, "fraction"),
        ("a million and a half tons", 1_500_000, "tons"),
        ("five in the morning", 5, "in"),
    ],
)
def test_shares_and_halves_in_words(text, value, unit):
    (quantity,) = find_quantities(text)
    assert (quantity.value, quantity.unit) == (pytest.approx(value), unit)
