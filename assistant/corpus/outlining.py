"""Tell the headings of revision notes from their lines, and put the lines under them.

Marks come first: Markdown, bold type, capitals, a colon, entries of a list, blocks set apart by blank lines. Notes
without any, such as flashcards pasted line by line, are told by their wording.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus.heading_wording import MOST_HEADING_WORDS, Evidence, headings_by_wording

MOST_DEPTH = 9

_NUMBER = re.compile(r"^\s*\d{1,2}[.)]\s+")
_BULLET = re.compile(r"^\s*(?:[-*+•‣◦▪●–—→>]|\d{1,2}[.)]|[a-z]\)|[ivx]{1,4}\))\s+")
_MARKDOWN = re.compile(r"^\s{0,3}(#{1,6})\s+(?=[^\s#])")
_BOLD = re.compile(r"^\s*(\*\*|__)(?=\S)(.+?)\1\s*:?\s*$")
_UNDERLINE = re.compile(r"^\s*(={3,}|-{3,})\s*$")
_DEBRIS = (
    (re.compile(r"^\W*page\s+\d+(\s+of\s+\d+)?\W*$|^[-–—\s]*\d{1,3}[-–—\s]*$", re.IGNORECASE), "a page number"),
    (re.compile(r"^\s*<?(https?://|www\.)\S+>?\s*$", re.IGNORECASE), "a web address"),
    (
        re.compile(
            r"^looks like no one added any tags|^terms in this set|^click to (flip|edit)|^(sign up|log in) to\b"
            r"|^upgrade to remove ads|^created by \w+$|^table of contents$|^contents$",
            re.IGNORECASE,
        ),
        "debris of the page the notes were copied from",
    ),
)


@dataclass(frozen=True)
class Heading:
    """A heading: its line, its text without marks, and its depth, 1 for the outermost."""

    line: int
    text: str
    depth: int


@dataclass(frozen=True)
class Note:
    """One note: its lines (more than one only if it is wrapped), its text without marks, and its headings."""

    lines: tuple[int, ...]
    text: str
    headings: tuple[Heading, ...]


@dataclass(frozen=True)
class Outline:
    """Every line of the notes: a heading, part of a note, or set aside with a reason."""

    headings: tuple[Heading, ...]
    notes: tuple[Note, ...]
    set_aside: Mapping[int, str]


def outline_notes(lines: Sequence[str], evidence: Evidence | None = None) -> Outline:
    """Outline notes.

    Args:
        lines: the notes, a line an entry.
        evidence: the lines, numbered from 1, that questions name as evidence, and are therefore no headings.
    """
    known = evidence or {}
    aside = {
        number: reason
        for number, line in enumerate(lines, 1)
        if (reason := _reason_to_set_aside(line)) and (number not in known or not _has_words(line))
    }
    shown = {number: line for number, line in enumerate(lines, 1) if number not in aside}
    depths = {number: depth for number, depth in _find_headings(lines, shown, known).items() if number not in known}
    # What stands above another heading of its own depth, or last, has no lines, so it is a note (unless marked "#").
    order = list(shown)
    for number, below in zip(reversed(order), [None, *reversed(order)], strict=False):
        empty = below is None or depths.get(below, MOST_DEPTH) <= depths.get(number, 0)
        if number in depths and empty and not _MARKDOWN.match(shown[number]):
            del depths[number]
    headings: list[Heading] = []
    notes: list[Note] = []
    path: tuple[Heading, ...] = ()
    for number, line in shown.items():
        if number in depths:
            heading = Heading(number, clean_heading(line), depths[number])
            headings.append(heading)
            path = (*(above for above in path if above.depth < heading.depth), heading)
        elif notes and number not in known and _continues(lines, number, notes[-1]):
            last = notes.pop()
            notes.append(Note((*last.lines, number), f"{last.text} {clean_line(line)}", last.headings))
        else:
            notes.append(Note((number,), clean_line(line), path))
    return Outline(tuple(headings), tuple(notes), aside)


def clean_line(line: str) -> str:
    """A line without the marks of a list, a table, of Markdown or of a footnote, and with single spaces."""
    line = _MARKDOWN.sub("", _BULLET.sub("", line, count=1))
    line = re.sub(r"\s*\|\s*", "\t", line.strip().strip("|")).strip() if line.strip().startswith("|") else line
    line = re.sub(r"(?<=\S) *\t\s*(?=\S)", ": ", line)  # a term and its meaning, as flashcards are exported
    line = re.sub(r"^(?:Q|A|Question|Answer)\s*\d*[:.)]\s+", "", line)
    line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", line)
    line = re.sub(r"(?<!\w)[*_](\S.*?)[*_](?!\w)", r"\1", line)
    line = re.sub(r"\[(?:\d{1,3}|x| )\]", "", line)
    return " ".join("".join(char if char.isprintable() else " " for char in line).split())


def clean_heading(line: str) -> str:
    """A heading without its marks, number and colon."""
    text = re.sub(r"^\d{1,2}(?:\.\d{1,2})+[.):]?\s+", "", re.sub(r"\s*#+$", "", clean_line(line)))
    return text.rstrip(" :-–—") or text


def _reason_to_set_aside(line: str) -> str:
    if not line.strip():
        return "blank line"
    for pattern, reason in _DEBRIS:
        if pattern.search(line.strip()):
            return reason
    return "" if _has_words(line) else "a line without words"


def _has_words(line: str) -> bool:
    return any(char.isalnum() for char in clean_line(line))


def _continues(lines: Sequence[str], number: int, note: Note) -> bool:
    """Whether a line is the indented rest of the list entry on the line above."""
    line, above = lines[number - 1], lines[number - 2]
    if note.lines[-1] != number - 1 or _BULLET.match(line):
        return False
    bullet = _BULLET.match(lines[note.lines[0] - 1])
    return bool(bullet and above.strip() and _indent(line) >= max(2, _indent(lines[note.lines[0] - 1]) + 1))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _find_headings(lines: Sequence[str], shown: Mapping[int, str], evidence: Evidence) -> dict[int, int]:
    """The depth of every line that may be a heading."""
    marked = {number: len(match[1]) for number, line in shown.items() if (match := _MARKDOWN.match(line))}
    for number, line in shown.items():
        below = lines[number] if number < len(lines) else ""
        alone = number == 1 or not lines[number - 2].strip()
        if (match := _UNDERLINE.match(below)) and alone and not _BULLET.match(line):
            marked.setdefault(number, 1 if match[1][0] == "=" else 2)
    deepest = max(marked.values(), default=0)
    for number, line in shown.items():
        if number not in marked and _is_short(line) and (_BOLD.match(line) or line.rstrip().endswith(":")):
            marked[number] = deepest + 1
    if deepest:
        return marked
    numbered = _numbered_sections(shown)
    shown = {number: line for number, line in shown.items() if number not in numbered}
    marked |= dict.fromkeys(numbered, 1)
    capitals = {number for number, line in shown.items() if _is_capitals(line)}
    if len(capitals) <= len(shown) / 3:
        marked |= dict.fromkeys(capitals, 1)
    structured = _above_lists(shown) or (set() if numbered else _above_blocks(lines, shown))
    if structured or (len(marked) > 1 and len(marked) >= len(shown) / 20):
        # A heading of several kinds of mark: capitals stand above a colon or a list.
        found = structured | marked.keys()
        outer = numbered or (capitals & marked.keys())
        return {number: 2 if outer and number not in outer else 1 for number in found}
    texts = {number: clean_line(line) for number, line in shown.items()}
    return dict.fromkeys(headings_by_wording(texts, marked, evidence), 1)


def _numbered_sections(shown: Mapping[int, str]) -> set[int]:
    """Numbered lines that are sections and no entries of a list: none stands right below another."""
    order = list(shown)
    places = [place for place, number in enumerate(order) if _NUMBER.match(shown[number])]
    apart = all(second - first > 1 for first, second in itertools.pairwise([*places, len(order)]))
    if len(places) < 2 or not apart or not all(_is_short(shown[order[place]]) for place in places):
        return set()
    return {order[place] for place in places}


def _is_short(line: str) -> bool:
    text = clean_line(line)
    return len(text.split()) <= MOST_HEADING_WORDS and not text.endswith((".", ";", ","))


def _is_capitals(line: str) -> bool:
    letters = [char for char in line if char.isalpha()]
    return (
        len(letters) >= 3
        and line.upper() == line
        and line.lower() != line
        and _is_short(line)
        and not _BULLET.match(line)
    )


def _above_lists(shown: Mapping[int, str]) -> set[int]:
    """Lines out of a list that stand right above one, where much of the notes is lists (or set in)."""
    order = list(shown)
    listed = {number for number in order if _BULLET.match(shown[number]) or _indent(shown[number]) >= 2}
    if len(listed) < 0.3 * len(order):
        return set()
    return {
        number
        for number, below in itertools.pairwise(order)
        if number not in listed and below in listed and _is_short(shown[number])
    }


def _above_blocks(lines: Sequence[str], shown: Mapping[int, str]) -> set[int]:
    """First lines of blocks set apart by blank lines, and short blocks of one line above a longer one."""
    blocks: list[list[int]] = []
    for number in shown:
        if blocks and blocks[-1][-1] == number - 1:
            blocks[-1].append(number)
        else:
            blocks.append([number])
    long = [block for block in blocks if len(block) > 1]
    if len(blocks) < 2 or len(long) < 0.4 * len(blocks):
        return set()
    found: set[int] = set()
    for before, block in zip([[], *blocks], blocks, strict=False):
        if len(block) > 1 and _is_short(shown[block[0]]) and not _BULLET.match(shown[block[0]]):
            single = len(before) == 1 and before[0] not in found and _is_short(shown[before[0]])
            found.add(before[0] if single else block[0])
    return found
