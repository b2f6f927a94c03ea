"""The words of the pages: names of roles, statuses and styles, and text made safe to show."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.schemas import ErrorKind, Question, Role, Status, Style


@dataclass(frozen=True)
class RoleWords:
    """How a role is shown: a letter beside the sentence, a name, and what such a sentence does."""

    letter: str
    name: str
    does: str


# `other` is left out on purpose: a sentence without a role is shown plain.
ROLES: dict[Role, RoleWords] = {
    "intro": RoleWords("I", "Introduction", "opens the answer"),
    "claim": RoleWords("C", "Claim", "gives a reason or takes a side"),
    "evidence": RoleWords("E", "Evidence", "supports it with something specific"),
    "explain": RoleWords("X", "Explanation", "says why it matters"),
    "counter": RoleWords("O", "Other side", "argues against the point just made"),
    "judgement": RoleWords("J", "Judgement", "weighs reasons or decides"),
}

STATUSES: dict[Status, tuple[str, str]] = {
    "developed": ("●", "developed"),
    "mentioned": ("◐", "mentioned"),
    "missing": ("○", "not raised yet"),
}

ERROR_KINDS: dict[ErrorKind, str] = {
    "date": "Date",
    "number": "Figure",
    "name": "Name",
    "reversal": "Direction",
    "misattribution": "Who did it",
}

SIDES = {"for": "for the view", "against": "against the view"}

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def markdown_plain(text: str) -> str:
    """`text` so that Streamlit's Markdown shows it letter for letter: no links, pictures or formulas come of it."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def escape(text: str) -> str:
    """`text` as the content of an HTML element or attribute.

    A line break becomes a character reference, since Streamlit strips white space of the lines it is given.
    """
    return html.escape(text, quote=True).replace("\n", "&#10;")


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `three facts`, `one fact`, `12 facts`."""
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{word} {noun if number == 1 else plural or noun + 's'}"


def capital(text: str) -> str:
    """`text` with its first letter as a capital; the rest stays."""
    return text[:1].upper() + text[1:]


def words_in(text: str) -> int:
    """Words of a text as a student would count them: runs between white space."""
    return len(text.split())


def title_of_id(identifier: str) -> str:
    """A topic's or style's id in words: `five-year-plans` becomes `Five year plans`, `essay-25` becomes `Essay`."""
    return capital(re.sub(r"-\d+$", "", identifier).replace("-", " "))


def style_line(style: Style) -> str:
    """Kind of question, marks and minutes in one line."""
    return f"{title_of_id(style.id)} · {style.max_mark} marks · {style.minutes} minutes"


def side_of(question: Question, factor_id: str | None) -> str:
    """Which side of the view a factor argues, or nothing where the question holds no view."""
    return next((SIDES.get(factor.stance, "") for factor in question.factors if factor.id == factor_id), "")


def when(moment: datetime, now: datetime | None = None) -> str:
    """A moment of the past as a student would name it, in the time zone of the machine: `today at 14:05`."""
    here, today = moment.astimezone(), (now or datetime.now(UTC)).astimezone()
    days = (today.date() - here.date()).days
    if days <= 0:
        return f"today at {here:%H:%M}"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 14 else f"on {here.day} {here:%B %Y}"
