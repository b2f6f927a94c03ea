"""Dates and quantities in words or figures, parsed to values that can be compared.

Dates become a range of years with an optional month; quantities become a number with what is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc, Span

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb febuary", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec decemeber",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_UNITS = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_TENS["fourty"] = 40
_SCALES = {
    "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "k": 1000, "m": 1_000_000, "mn": 1_000_000,
    "million": 1_000_000, "millions": 1_000_000, "mil": 1_000_000, "bn": 10**9, "billion": 10**9, "billions": 10**9,
    "dozen": 12, "dozens": 12,
}  # fmt: skip
_FRACTIONS = {
    "half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2,
    "tenth": 0.1, "tenths": 0.1, "sixth": 1 / 6, "eighth": 0.125, "seventh": 1 / 7,
}  # fmt: skip
_GLYPHS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}
_MULTIPLES = {
    "doubled": 2, "double": 2, "doubling": 2, "twofold": 2, "twice": 2, "trebled": 3, "tripled": 3, "treble": 3, "triple": 3,
    "trebling": 3, "tripling": 3, "threefold": 3, "thrice": 3, "quadrupled": 4, "fourfold": 4, "quintupled": 5, "fivefold": 5,
    "sixfold": 6, "sextupled": 6, "fourteenfold": 14, "tenfold": 10,
}  # fmt: skip
_ABOUT = re.compile(
    r"(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|c\.?|circa|over|more than|under|less than|up to|"
    r"perhaps|at least|as many as|close to|an estimated|maybe|above|below|between|mid-?|late|early|by|towards)\s*"
    r"(?:the\s+)?(?:end\s+of\s+|start\s+of\s+|beginning\s+of\s+)?$",
    re.IGNORECASE,
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[89]\d\d|20[0-2]\d)"
_DATE = re.compile(
    rf"(?P<decade>\b(?P<dec>1[89]\d)0['’]?s\b)"
    rf"|(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?\b(?P<month>{_MONTH})\b\.?(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?)?"
    rf"(?:\s+(?:of\s+)?(?P<myear>{_YEAR}))?(?![\w])"
    rf"|\b(?P<from>{_YEAR})\s*(?:[-–—/]|to|and|until)\s*(?P<to>{_YEAR}|\d\d?)\b(?!\s*(?:per|%|m\b|million|tons|tonnes))"
    rf"|\b(?P<year>{_YEAR})\b(?!\s*(?:%|per\s?cent|tons|tonnes|new|families|households|out of))"
    rf"|(?<!\w)['’](?P<short>[234]\d)\b"
    rf"|\bthe\s+(?P<worddec>twenties|thirties|forties)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Date:
    """A date at `start:end` characters: years `first` to `last`, and `month` where one is given."""

    start: int
    end: int
    first: int
    last: int
    month: int | None = None
    approximate: bool = False


@dataclass(frozen=True)
class Quantity:
    """A quantity at `start:end` characters: its value and what is counted ("percent", "times", "fraction" or a noun)."""

    start: int
    end: int
    value: float
    unit: str = ""
    approximate: bool = False


def find_dates(text: str) -> Iterator[Date]:
    """Dates of the nineteenth to twenty-first centuries, in order."""
    year_seen: int | None = None
    for match in _DATE.finditer(text):
        groups = match.groupdict()
        about = bool(_ABOUT.search(text[max(0, match.start() - 30) : match.start()]))
        month = None
        if groups["decade"]:
            first, last = int(groups["dec"]) * 10, int(groups["dec"]) * 10 + 9
        elif groups["worddec"]:
            first = {"twenties": 1920, "thirties": 1930, "forties": 1940}[groups["worddec"].lower()]
            last = first + 9
        elif groups["month"]:
            word = groups["month"]
            if word.lower() in ("may", "march", "mar", "sep", "dec", "jan", "oct") and not (
                groups["myear"] or groups["day"] or groups["day2"]
            ):
                # "may" and "march" are verbs as well: a month alone must be written as a name after a preposition.
                if not (word[0].isupper() and re.search(r"\b(in|by|of|since|from|until|that|during)\s+$", text[: match.start()], re.I)):
                    continue
            month = MONTHS[word.lower()]
            year = int(groups["myear"]) if groups["myear"] else year_seen
            if year is None:
                continue
            first = last = year
        elif groups["from"]:
            first = int(groups["from"])
            to = groups["to"]
            last = int(str(first)[: 4 - len(to)] + to)
            if last < first:
                last = first
        elif groups["short"]:
            first = last = 1900 + int(groups["short"])
        else:
            first = last = int(groups["year"])
        year_seen = last
        yield Date(match.start(), match.end(), first, last, month, about)


def _word_number(words: list[str]) -> tuple[float, int] | None:
    """The number that `words` begin with, and how many words it takes."""
    total: float = 0
    current: float = 0
    taken = 0
    seen = False
    for index, word in enumerate(words):
        if word in _UNITS:
            current += _UNITS[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word in _SCALES and (seen or word not in ("k", "m", "mn", "mil", "bn")):
            scale = _SCALES[word]
            if scale == 100:
                current = max(current, 1) * 100
            else:
                total += max(current, 1) * scale
                current = 0
        elif word == "and" and seen and index + 1 < len(words) and (words[index + 1] in _UNITS or words[index + 1] in _TENS):
            if current % 100 and current < 100:
                break  # "two and three" are two numbers
            continue
        elif word == "a" and index + 1 < len(words) and words[index + 1] in _SCALES:
            continue
        else:
            break
        seen = True
        taken = index + 1
    return (total + current, taken) if seen else None


def find_quantities(text: str, dates: list[Date] | None = None) -> Iterator[Quantity]:
    """Quantities in words or figures, in order, leaving out what `dates` cover."""
    covered = [(date.start, date.end) for date in (dates if dates is not None else list(find_dates(text)))]
    tokens = [(m.group().lower(), m.start(), m.end()) for m in re.finditer(r"\d[\d,.]*\d|\d|[½¼¾⅓⅔]|[A-Za-z]+|[%/]", text)]
    index = 0
    while index < len(tokens):
        word, start, end = tokens[index]
        if any(first <= start < last for first, last in covered):
            index += 1
            continue
        value: float | None = None
        unit = ""
        taken = 1
        if word in _MULTIPLES:
            yield Quantity(start, end, _MULTIPLES[word], "times", _approximate(text, start))
            index += 1
            continue
        if word in _GLYPHS:
            value, unit = _GLYPHS[word], "fraction"
        elif word[0].isdigit():
            value = _figure(word)
            if index + 1 < len(tokens) and tokens[index + 1][0] in _GLYPHS:
                value += _GLYPHS[tokens[index + 1][0]]
                taken = 2
            if index + 2 < len(tokens) and tokens[index + 1][0] == "/" and tokens[index + 2][0].isdigit():
                divisor = _figure(tokens[index + 2][0])
                if divisor:
                    value, unit, taken = value / divisor, "fraction", 3
        else:
            found = _word_number([token[0] for token in tokens[index : index + 8]])
            if found:
                value, taken = found
        if value is None and word == "half":
            value, unit = 0.5, "fraction"
        if value is None and word == "a" and index + 1 < len(tokens) and tokens[index + 1][0] in ("third", "quarter", "fifth", "tenth"):
            value, unit, taken = _FRACTIONS[tokens[index + 1][0]], "fraction", 2
        if value is None:
            index += 1
            continue
        after = index + taken
        if after < len(tokens) and tokens[after][0] in _SCALES and word[0].isdigit():
            value *= _SCALES[tokens[after][0]]
            after += 1
        if after < len(tokens) and unit != "fraction" and tokens[after][0] in _FRACTIONS and value < 10 and tokens[after][0] != "half":
            value, unit = value * _FRACTIONS[tokens[after][0]], "fraction"
            after += 1
        if after < len(tokens) and not unit:
            following = tokens[after][0]
            if following in ("%", "percent", "percentage", "pc") or (
                following == "per" and after + 1 < len(tokens) and tokens[after + 1][0] in ("cent", "cents")
            ):
                unit = "percent"
                after += 2 if following == "per" else 1
            elif following in ("times", "fold"):
                unit = "times"
                after += 1
            else:
                unit = following
        yield Quantity(start, tokens[after - 1][2], value, unit, _approximate(text, start))
        index = max(after, index + 1)


def _approximate(text: str, start: int) -> bool:
    return bool(_ABOUT.search(text[max(0, start - 30) : start]))


def _figure(word: str) -> float:
    """The value of a figure: a comma before three digits groups thousands, elsewhere it is a decimal comma."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word):
        return float(word.replace(",", ""))
    plain = word.replace(",", ".")
    return float(plain) if plain.count(".") <= 1 else float(plain.replace(".", ""))


@Language.factory("assistant_quantities", assigns=["doc.spans"])
def create_quantities(nlp: Language, name: str) -> QuantityFinder:
    """Make the component."""
    return QuantityFinder()


class QuantityFinder:
    """Fill `doc.spans["dates"]` and `doc.spans["quantities"]`."""

    def __call__(self, doc: Doc) -> Doc:
        """Find the dates and quantities of `doc`."""
        dates, quantities = [], []
        found = list(find_dates(doc.text))
        for date in found:
            span = _span(doc, date.start, date.end)
            if span is not None:
                span._.years, span._.month, span._.approximate = (date.first, date.last), date.month, date.approximate
                dates.append(span)
        for quantity in find_quantities(doc.text, found):
            span = _span(doc, quantity.start, quantity.end)
            if span is not None:
                span._.value, span._.unit, span._.approximate = quantity.value, quantity.unit, quantity.approximate
                quantities.append(span)
        doc.spans["dates"] = dates
        doc.spans["quantities"] = quantities
        return doc


def _span(doc: Doc, start: int, end: int) -> Span | None:
    return doc.char_span(start, end, alignment_mode="expand")
