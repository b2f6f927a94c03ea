"""Years and figures in a note, in the form in which a fact's key holds them. Simple on purpose: a draft is checked."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
            "september sept sep", "october oct", "november nov", "december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?:1\d{3}|20\d{2})"
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>{_MONTH})\.?"
    rf"(?:\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,?)?\s+(?P<myear>{_YEAR})\b"
    rf"|(?<![\d£$€.,/-])\b(?P<from>{_YEAR})\s*(?:[-–—/]|to|and|until)\s*(?P<to>{_YEAR}|\d{{1,2}})s?\b(?![\d%])"
    rf"|\b(?P<decade>{_YEAR})['’]?s\b"
    rf"|(?<![\d£$€.,/-])\b(?P<year>{_YEAR})\b(?![\d,.]*\d|\s*(?:%|per\s?cent|tons|tonnes|km|kg|cm|mm|m\b|g\b))",
    re.IGNORECASE,
)
_BEFORE_YEAR = re.compile(
    r"\b(?:in|by|from|since|until|till|to|of|during|after|before|around|c\.?|circa|year|and)\s*$", re.I
)
_NUMBER = re.compile(
    r"(?<![\w.,/-])(?:[£$€]\s?)?(?P<figure>\d{1,3}(?:[ ,]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?(?:\s?[-–/]\s?\d+(?:[.,]\d+)?)?)"
    r"(?P<unit>\s?(?:%|per\s?cent|percent)|\s?(?:m|bn|k|million|billion|thousand|hundred|km|cm|mm|kg|mg|ml|hrs?|yrs?)\b)?"
    r"(?!\d|st\b|nd\b|rd\b|th\b)(?P<noun>\s+[^\W\d_]{3,}|[^\W\d_]{1,3}\b)?"
    r"|(?P<glyph>[½¼¾⅓⅔])|\bx\s?(?P<times>\d+)\b",
    re.IGNORECASE,
)


def find_dates(text: str) -> list[str]:
    """The dates of a text as `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a range of years."""
    return list(dict.fromkeys(date for _, date in _dates(text)))


def find_numbers(text: str) -> list[str]:
    """The figures of a text that are no dates, each with its unit or the noun that follows."""
    spans = [span for span, _ in _dates(text)]
    found = []
    for match in _NUMBER.finditer(text):
        day = (match["noun"] or "").strip().lower() in _MONTHS
        if day or any(start <= match.start() < end for start, end in spans):
            continue
        if match["times"]:
            found.append(f"{match['times']} times")
        elif match["glyph"]:
            found.append(match["glyph"])
        else:
            figure = re.sub(r"(?<=\d) (?=\d{3})", ",", match["figure"])
            found.append(f"{figure}{match['unit'] or ''}{match['noun'] or ''}")
    return list(dict.fromkeys(found))


def without_figures(text: str) -> str:
    """A text without its dates and its figures of two digits or more, for a hint that gives none away."""
    text = _DATE.sub(" ", text)
    text = re.sub(r"\S*\d[\d.,]*\d\S*|[½¼¾⅓⅔]|\d+\s?%", " ", text)
    text = re.sub(
        r"\(\s*[-–—/]?\s*\)|[-–—/:]\s*$|\b(?:in|by|from|since|until|after|before|between)\s*$",
        "",
        " ".join(text.split()),
    )
    return text.strip(" -–—:,")


def _dates(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in _DATE.finditer(text):
        if match["month"]:
            day = match["day"] or match["day2"]
            date = f"{match['myear']}-{_MONTHS[match['month'].lower()]:02}"
            yield match.span(), f"{date}-{int(day):02}" if day and 1 <= int(day) <= 31 else date
        elif match["from"]:
            first, last = match["from"], match["to"]
            last = first[: 4 - len(last)] + last
            yield match.span(), f"{first}/{last}" if last > first else first
        elif match["decade"]:
            first = match["decade"]
            yield match.span(), f"{first}/{int(first) + (99 if first.endswith('00') else 9)}"
        elif not _is_count(text, match):
            yield match.span(), match["year"]


def _is_count(text: str, match: re.Match[str]) -> bool:
    """Whether a round number, such as 1500 in "1500 new factories", is more likely a count than a year."""
    after = re.match(r"\s+[^\W\d_]{3,}", text[match.end() :])
    return bool(match["year"].endswith("00") and after and not _BEFORE_YEAR.search(text[: match.start()]))
