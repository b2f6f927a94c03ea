"""Dates in words or figures, parsed to a range of years with a month where one is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb febuary", "march mar", "april apr", "may", "june jun", "july jul",
            "august aug", "september sept sep", "october oct", "november nov", "december dec decemeber",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_OTHER_WORDS = {"may", "march", "mar", "sep", "dec", "jan", "oct"}
_BEFORE_MONTH = re.compile(r"\b(?:in|by|of|since|from|until|that|during)\s+$", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|around|roughly|approximately|approx\.?|nearly|almost|some|c\.?|circa|over|more than|under|"
    r"less than|up to|perhaps|at least|as many as|close to|an estimated|maybe|above|below|between|mid-?|late|"
    r"early|by|towards)"
    r"\s*(?:the\s+)?(?:end\s+of\s+|start\s+of\s+|beginning\s+of\s+)?$",
    re.IGNORECASE,
)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:1[89]\d\d|20[0-2]\d)"
_DATE = re.compile(
    rf"(?P<decade>\b(?P<dec>1[89]\d)0['’]?s\b)"
    rf"|(?:(?<![\d.,])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?\b(?P<month>{_MONTH})\b\.?"
    rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?)?(?:\s+(?:of\s+)?(?P<myear>{_YEAR}))?(?![\w])"
    rf"|\b(?P<from>{_YEAR})\s*(?:[-–—/]|to|and|until)\s*(?P<to>{_YEAR}|\d\d?)\b(?!\s*(?:per|%|m\b|million|tons|tonnes))"
    rf"|\b(?P<year>{_YEAR})\b(?!\s*(?:%|per\s?cent|tons|tonnes|new|families|households|out of))"
    rf"|(?<!\w)['’](?P<short>[234]\d)\b(?!,\d|\s*(?:%|per\s?cent|million|tons|tonnes))"
    rf"|\b(?:the|early|mid|late)[\s-]+(?P<worddec>twenties|thirties|forties)\b"
    rf"|(?:\b(?:the|early|mid|late)[\s-]+['’]?|(?<!\w)['’])(?P<shortdec>[234])0['’]?s\b",
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


_SENTENCE_END = re.compile(r"[.!?]\s|\n")


def find_dates(text: str) -> Iterator[Date]:
    """Dates of the nineteenth to twenty-first centuries, in order."""
    year_seen: int | None = None
    end_seen = 0
    for match in _DATE.finditer(text):
        groups = match.groupdict()
        # "In March he wrote ..." may open on another year than the sentence before closed on.
        if _SENTENCE_END.search(text, end_seen, match.start()):
            year_seen = None
        about = is_approximate(text, match.start())
        month = None
        if groups["decade"]:
            first, last = int(groups["dec"]) * 10, int(groups["dec"]) * 10 + 9
        elif groups["worddec"]:
            first = {"twenties": 1920, "thirties": 1930, "forties": 1940}[groups["worddec"].lower()]
            last = first + 9
        elif groups["shortdec"]:
            first = 1900 + int(groups["shortdec"]) * 10
            last = first + 9
        elif groups["month"]:
            word = groups["month"]
            alone = not (groups["myear"] or groups["day"] or groups["day2"])
            # "may" and "march" are verbs as well: a month alone must be a name after a preposition.
            if alone and word.lower() in _OTHER_WORDS and not _names_month(text, match.start("month")):
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
        year_seen, end_seen = last, match.end()
        yield Date(match.start(), match.end(), first, last, month, about)


def _names_month(text: str, start: int) -> bool:
    return text[start].isupper() and bool(_BEFORE_MONTH.search(text[max(0, start - 12) : start]))


def is_approximate(text: str, start: int) -> bool:
    """Whether "about", "nearly", "by the end of" or the like stands before what begins at `start`."""
    return bool(_ABOUT.search(text[max(0, start - 30) : start]))
