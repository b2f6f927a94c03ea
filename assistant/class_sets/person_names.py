"""Find a person's name among the words of a file's name or of a heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from urllib.parse import unquote_plus

from assistant.class_sets.title_words import NEVER_NAMES, NO_SUBJECT, SMALL_WORDS, SubjectWords, plain

_PARTICLES = "abu al bin bint d da de del den der di dos du el ibn la le ten ter van von y zu"
PARTICLES = frozenset(_PARTICLES.split())
MOST_WORDS = 4
MOST_SMALL_WORDS = 3
"""Names in small letters are told from titles by their words alone, so that fewer of them are believed."""
_TEACHER = re.compile(r"\b(?:mr|mrs|ms|miss|mx|dr|sir)\b\.?\s+[^\W\d_]+", re.IGNORECASE)
# Classes, years, numbers of questions and of copies: "12B", "Y12", "Q3", "12 B", "1st".
_CODE = re.compile(r"(?<![^\W_])[^\W\d_]{0,2}\d+[^\W\d_]{0,2}(?:\d+|\s[^\W\d_](?=\s))?(?![^\W_])")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\b|\b{_MONTH}\s+(?=(?:19|20)\d\d\b)", re.IGNORECASE)
_APART = re.compile(r"\s[-–—]+|[-–—]+\s|[()\[\]{}|/\\;:&\d]+")
_DOT = re.compile(r"(?<=[^\W\d_])\.(?=[^\W\d_]{2})")
# Words run together: "AnnSmith", "USSREssay"; but not "McDonald".
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?<!Mc)(?<!Mac)(?<!Fitz)(?<!De)(?<!Di)(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FIRST_LETTER = re.compile(r"(?:^|(?<=[-'’]))\w")
Allowed = Callable[[str, bool], bool]
"""Whether a word may be of a name, as its first or not."""


def person_in(text: str, subject: SubjectWords = NO_SUBJECT) -> str:
    """The name of a person in a file's or folder's name, or "" where there is none, or none that is sure enough.

    >>> person_in("Essay - Ann O'Neill (2)"), person_in("smith_ann_draft2"), person_in("Final Essay")
    ("Ann O'Neill", 'Smith Ann', '')
    """
    for written in _ways_to_read(text, subject):
        for name_like, most in ((_capital(subject), MOST_WORDS), (_small(subject), MOST_SMALL_WORDS)):
            runs = (run for part in parts_of(written) for run in _runs(part, name_like))
            if name := next((run for run in runs if _is_name(run, most, subject)), None):
                return _tidy(name)
    return ""


def person_alone_in(line: str, subject: SubjectWords = NO_SUBJECT) -> str:
    """The name of a person in a line that holds nothing else but what goes with one, such as a class or a date; or ""."""
    parts = parts_of(_spaced(line))
    runs = [run for part in parts for run in _runs(part, _capital(subject))]
    left = [word for part in parts for word in part if plain(word) not in NEVER_NAMES]
    alone = len(runs) == 1 and left == runs[0] and _is_name(runs[0], MOST_WORDS, subject)
    return _tidy(runs[0]) if alone else ""


def tidy_name(name: str) -> str:
    """A name as it is written, with capitals where it has none."""
    return _tidy(name.split())


def _ways_to_read(text: str, subject: SubjectWords) -> Iterator[str]:
    """A text as it is written, then with the words apart that were run together or joined by hyphens."""
    written = " ".join(_unglued(word, subject) for word in _spaced(unquote_plus(text)).split())
    yield written
    yield (opened := _HUMP.sub(" ", written))
    yield opened.replace("-", " ")


def _spaced(text: str) -> str:
    """A text with spaces where underscores and dots stand for them."""
    return _DOT.sub(
        lambda dot: ". " if _ends_in_initial(dot) else " ", unicodedata.normalize("NFC", text).replace("_", " ")
    )


def _ends_in_initial(dot: re.Match[str]) -> bool:
    return not dot.string[: dot.start()][-2:-1].isalpha()


def _unglued(word: str, subject: SubjectWords) -> str:
    """A word taken apart if a part of it is of a title: "StalinEssay", but not "JaMarcus", which may be a name."""
    pieces = _HUMP.sub(" ", word).replace("-", " ").split()
    return " ".join(pieces) if any(_in_title(plain(piece), subject) for piece in pieces) else word


def _in_title(word: str, subject: SubjectWords) -> bool:
    return word in NEVER_NAMES or subject.in_title(word)


def parts_of(text: str) -> list[list[str]]:
    """The words of a text, by the parts that dashes, brackets, numbers and teachers' names set apart."""
    for stray in (_TEACHER, _DATE, _CODE):
        text = stray.sub("|", text)
    return [part.split() for part in _APART.split(text)]


def _runs(words: Sequence[str], name_like: Allowed) -> Iterator[list[str]]:
    """The longest runs of words that may be of a name."""
    run: list[str] = []
    for word in [*words, ""]:
        if word and name_like(word, not run):
            run.append(word)
            continue
        while run and _is_particle(run[-1]):
            run.pop()
        if run:
            yield run
        run = []


def _is_name(run: Iterable[str], most: int, subject: SubjectWords) -> bool:
    words = [plain(word) for word in run if not _is_particle(word)]
    return 2 <= len(words) <= most and not all(subject.of_course(word) for word in words)


def _capital(subject: SubjectWords) -> Allowed:
    def name_like(word: str, first: bool) -> bool:
        if _is_particle(word):
            return not first or len(word) > 1
        letters = re.sub(r"['’.,-]", "", word)
        # Scripts without capitals have names too.
        capital = word[0].isupper() or (word[0].isalpha() and word[0].lower() == word[0].upper())
        initial = len(letters) == 1 and (not first or "." in word)
        known = _in_title(plain(word), subject)
        return letters.isalpha() and capital and (initial or not known)

    return name_like


def _small(subject: SubjectWords) -> Allowed:
    def name_like(word: str, first: bool) -> bool:
        if _is_particle(word):
            return not first or len(word) > 1
        letters = re.sub(r"['’,-]", "", word)
        own = plain(word)
        known = _in_title(own, subject) or own in SMALL_WORDS
        of_course = subject.of_course(own) and own not in subject.first_names
        return letters.isalpha() and len(letters) > 1 and not known and not of_course

    return name_like


def _is_particle(word: str) -> bool:
    return word.islower() and word in PARTICLES


def _tidy(run: Sequence[str]) -> str:
    words = [
        _FIRST_LETTER.sub(lambda letter: letter[0].upper(), word) if word.islower() and not _is_particle(word) else word
        for word in run
    ]
    return re.sub(r"(?:['’]s|,)$", "", " ".join(words))
