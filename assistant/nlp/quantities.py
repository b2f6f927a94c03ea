"""Quantities in words or figures, parsed to numbers that can be compared; the component also finds dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span

from assistant.nlp.dates import Date, find_dates, is_approximate

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {
    "hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "k": 1000, "m": 10**6, "mn": 10**6,
    "million": 10**6, "millions": 10**6, "mil": 10**6, "bn": 10**9, "billion": 10**9, "billions": 10**9,
    "dozen": 12, "dozens": 12,
}  # fmt: skip
_FRACTIONS = {
    "half": 1 / 2, "third": 1 / 3, "thirds": 1 / 3, "quarter": 1 / 4, "quarters": 1 / 4, "fifth": 1 / 5,
    "fifths": 1 / 5, "sixth": 1 / 6, "seventh": 1 / 7, "eighth": 1 / 8, "tenth": 1 / 10, "tenths": 1 / 10,
}  # fmt: skip
_GLYPHS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3}
_MULTIPLES = {
    "doubled": 2, "double": 2, "doubling": 2, "twofold": 2, "twice": 2, "trebled": 3, "tripled": 3,
    "treble": 3, "triple": 3, "trebling": 3, "tripling": 3, "threefold": 3, "thrice": 3, "quadrupled": 4,
    "fourfold": 4, "quintupled": 5, "fivefold": 5, "sixfold": 6, "sextupled": 6, "tenfold": 10, "fourteenfold": 14,
}  # fmt: skip
_FIRST_WORDS = frozenset({"a", "half", *_UNITS, *_TENS, *_SCALES, *_GLYPHS, *_MULTIPLES})
_TOKEN = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0]\d{3})+(?![\d,.]*\d)|\d[\d,.]*\d|\d|[½¼¾⅓⅔]|[A-Za-z]+|[%/]")
RANGE = re.compile(r"\s*(?:[-–—]|to|or)\s*", re.IGNORECASE)
_MEASURES = ("percent", "times", "fraction", "ordinal")


@dataclass(frozen=True)
class Quantity:
    """A quantity at `start:end` characters: its value and what is counted.

    The unit is "percent", "times", "fraction", "ordinal" ("17th"), or the word that follows.
    """

    start: int
    end: int
    value: float
    unit: str = ""
    approximate: bool = False


_RATIO_WORDS = (
    (("out", "of", "every"), 3),
    (("out", "of"), 2),
    (("of", "every"), 2),
    (("in", "every"), 2),
    (("in",), 1),
    (("from",), 1),
)


def find_quantities(text: str, dates: list[Date] | None = None) -> Iterator[Quantity]:
    """Quantities in words or figures, in order, leaving out what `dates` cover.

    What counts nothing exactly is left out too: "one" as a pronoun, "millions", "several hundred".
    """
    covered = [(date.start, date.end) for date in (dates if dates is not None else list(find_dates(text)))]
    tokens = [
        token
        for token in _TOKEN.finditer(text)
        if not any(token.start() < last and first < token.end() for first, last in covered)
    ]
    found: list[Quantity] = []
    index = 0
    while index < len(tokens):
        word, start = tokens[index].group(), tokens[index].start()
        begins = word[0].isdigit() or word.lower() in _FIRST_WORDS
        read = _read_quantity(_run(text, tokens, index)) if begins else None
        if read is None:
            index += 1
            continue
        value, unit, taken = read
        found.append(Quantity(start, tokens[index + taken - 1].end(), value, unit, is_approximate(text, start)))
        index += taken
    return (quantity for quantity in _share_units(text, found) if not _is_vague(text, quantity))


def _run(text: str, tokens: list[re.Match[str]], index: int) -> list[str]:
    """The words from `index` on, up to any mark but a hyphen or closing bracket; "th" is "(ordinal)"."""
    words = [tokens[index].group().lower()]
    for before, token in zip(tokens[index : index + 9], tokens[index + 1 : index + 10], strict=False):
        if not re.fullmatch(r"[^\S\n]*[-–—)]?[^\S\n]*", text[before.end() : token.start()]):
            break
        word = token.group().lower()
        if before.end() == token.start() and before.group()[0].isdigit() and word in ("st", "nd", "rd", "th"):
            word = "(ordinal)"
        words.append(word)
    return words


def _ratio(value: float, words: list[str]) -> tuple[float, int] | None:
    """The share in "nine out of ten", "three in ten", "four from five", given what follows the first number."""
    joining = next((n for start, n in _RATIO_WORDS if words[: len(start)] == list(start)), 0)
    if not joining or not words[joining]:
        return None
    whole = _word_number(words[joining:]) if not words[joining][0].isdigit() else (_figure(words[joining]), 1)
    if whole is None or not 0 < value < whole[0] <= 100:
        return None
    return value / whole[0], joining + whole[1]


def _read_quantity(words: list[str]) -> tuple[float, str, int] | None:
    """Value and unit of the quantity that `words` begin with, and how many words it takes."""
    words = [*words, "", "", "", ""]
    first = words[0]
    unit = ""
    taken = 1
    value: float
    if first in _MULTIPLES:
        return _MULTIPLES[first], "times", 1
    if first in _GLYPHS or first == "half":
        value, unit = _GLYPHS.get(first, 0.5), "fraction"
    elif first[0].isdigit():
        value = _figure(first)
        if words[1] in _GLYPHS:
            value, taken = value + _GLYPHS[words[1]], 2
        elif words[1] == "/" and words[2][:1].isdigit() and _figure(words[2]):
            value, unit, taken = value / _figure(words[2]), "fraction", 3
    elif first in ("a", "one") and words[1] in _FRACTIONS:
        value, unit, taken = _FRACTIONS[words[1]], "fraction", 2
    elif number := _word_number(words):
        value, taken = number
    else:
        return None
    if not unit and words[taken : taken + 3] == ["and", "a", "half"]:
        value, taken = value + 0.5 * max(1, _SCALES.get(words[taken - 1], 1)), taken + 3
    if not unit and (ratio := _ratio(value, words[taken:])):
        return ratio[0], "fraction", taken + ratio[1]
    if not unit and words[taken] in _FRACTIONS and value < 10 and words[taken] != "half":
        value, unit, taken = value * _FRACTIONS[words[taken]], "fraction", taken + 1
    if unit:  # "half a million", "a quarter of a million"
        skipped = taken + (words[taken] == "of")
        skipped += words[skipped] == "a"
        taken = skipped if words[skipped] in _SCALES else taken
    if words[taken] in _SCALES:
        value, unit, taken = value * _SCALES[words[taken]], "", taken + 1
    if unit:
        return value, unit, taken
    following = words[taken]
    if following in ("%", "percent", "percentage", "pc"):
        return value, "percent", taken + 1
    if following == "per" and words[taken + 1] in ("cent", "cents"):
        return value, "percent", taken + 2
    if following in ("times", "fold"):
        return value, "times", taken + 1
    if following == "(ordinal)":
        return value, "ordinal", taken + 1
    return value, following if following.isalpha() else "", taken


def _share_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give the first figure of a range the scale and unit of the second: "25-30%", "five to ten million"."""
    shared: list[Quantity] = []
    scale = 1
    for quantity in reversed(found):
        last_word = re.findall(r"[a-z]+$", text[quantity.start : quantity.end].lower())
        own = _SCALES.get(last_word[0], 1) if last_word else 1
        bare = own == 1 and quantity.unit not in _MEASURES and quantity.value < 1000
        if shared and bare and RANGE.fullmatch(text[quantity.end : shared[-1].start]):
            quantity = replace(quantity, value=quantity.value * scale, unit=shared[-1].unit)
        else:
            scale = own
        shared.append(quantity)
    return shared[::-1]


def _is_vague(text: str, quantity: Quantity) -> bool:
    words = re.findall(r"[a-z]+|\d", text[quantity.start : quantity.end].lower())
    lone_one = words == ["one"] and quantity.value == 1 and quantity.unit not in _MEASURES
    return lone_one or (words[:1] != [] and words[0] in _SCALES)


def _word_number(words: list[str]) -> tuple[float, int] | None:
    """The number that `words` begin with, and how many words it takes."""
    total: float = 0
    current: float = 0
    taken = 0
    seen = False
    for index, word in enumerate(words):
        after_tens = current % 100 >= 20 and current % 10 == 0
        if word in _UNITS and (current % 100 == 0 or (after_tens and _UNITS[word] < 10)):
            current += _UNITS[word]
        elif word in _TENS and current % 100 == 0:
            current += _TENS[word]
        elif word in _SCALES and (seen or word not in ("k", "m", "mn", "mil", "bn")):
            scale = _SCALES[word]
            if scale == 100:
                current = max(current, 1) * 100
            else:
                total += max(current, 1) * scale
                current = 0
        elif word == "and" and seen and (set(words[index + 1 : index + 2]) & (_UNITS.keys() | _TENS.keys())):
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


def _figure(word: str) -> float:
    """The value of a figure: a comma before three digits groups thousands, else it is a decimal comma."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", word):
        return float(word.replace(",", ""))
    plain = "".join(word.split()).replace(",", ".")
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
                span._.years, span._.month, span._.approximate = (
                    (date.first, date.last),
                    date.month,
                    date.approximate,
                )
                dates.append(span)
        for quantity in find_quantities(doc.text, found):
            span = _span(doc, quantity.start, quantity.end)
            if span is not None:
                span._.value, span._.unit, span._.approximate = (
                    quantity.value,
                    quantity.unit,
                    quantity.approximate,
                )
                quantities.append(span)
        doc.spans["dates"] = dates
        doc.spans["quantities"] = quantities
        return doc


def _span(doc: Doc, start: int, end: int) -> Span | None:
    return doc.char_span(start, end, alignment_mode="expand")
