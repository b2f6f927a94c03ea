"""Words by which the title of a file or a text is told from a student's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.schemas import Course, Term

# What files, folders and headings of a class are called; nobody's name is made of these.
_FILE_WORDS = """
a alevel and answer answers app aqa assess assessment assessments assignment assignments attempt by camscanner
candidate canvas class classroom classwork college complete completed conclusion copy corrected coursework date
department dept doc docs document docx draft drive dropbox edexcel edit edited essay essays evaluate exam exams
explain extract extracts feedback file files final finished folder for form google group handwritten hist history
homework how html humanities hw image img improved in interpretation interpretations introduction late lesson level
lower map marked marker markers microsoft mind mock mocks model moodle name nea new note notes number ocr odt of
office old on onedrive pages paper paragraph paragraphs part past pdf period photo picture plan plans practice prep
pupil question questions quiz redraft response responses resubmission retake revised revision scan scanned scanner
school screenshot script scripts section sheet sixth source sources student students submission submissions submit
submitted task teacher teams term test tests text the timed to topic turnitin tutor txt typed unit untitled updated
upload upper ver version was week were what whats whatsapp which why wjec word work working worksheet year years yr
"""
NEVER_NAMES = frozenset(_FILE_WORDS.split())
# In small letters these are no names either, though "An", "Do" and "So" are.
_SMALL_WORDS = """
about after all also an any are as at be because become been before best better between blame both but can cause
causes consequence consequences could did do does done during each effect effects extent fall few first from full get
good got had has have he her his if impact important inevitable into is it its last less main many mark marks more
most much my need no not one only or other our out over own page real really reason reasons responsible rise role
second she should significance significant so some still than that their them then there these they thing things third
this those though three through too two under until up us use used very vs want we well when where while who will with
without would you your
"""
SMALL_WORDS = frozenset(_SMALL_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_LEAST_TITLE_WORD = 3
_ENDINGS = ("", "s", "ism", "ist", "ists")
_LIKE_NAMES = ("place", "name")


@dataclass(frozen=True)
class SubjectWords:
    """Words of a course in small letters.

    Attributes:
        titles: words that titles are made of and students' names are not: those of its prompts, and its terms in one
            word.
        words: every word of its questions, factors, terms and facts; what is made of these alone is no student's name.
        first_names: those of `words` that the people of the course are called by, as students may be.
    """

    titles: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    first_names: frozenset[str] = frozenset()

    def in_title(self, word: str) -> bool:
        """Whether a word, as `plain` leaves it, is of those that titles are made of."""
        return _known(word, self.titles)

    def of_course(self, word: str) -> bool:
        """Whether the course has a word, as `plain` leaves it."""
        return _known(word, self.words)


NO_SUBJECT = SubjectWords()


def subject_words(course: Course) -> SubjectWords:
    """The words of a course."""
    prompts = [question.prompt for question in course.questions]
    ids = [question.id.replace("-", " ") for question in course.questions]
    factors = [factor.title for question in course.questions for factor in question.factors]
    terms = [form for term in course.terms for form in (term.term, *term.aliases, *term.misspellings)]
    words = _words([*prompts, *ids, *factors, *terms, *(fact.statement for fact in course.facts)])
    first_names = _first_names(course.terms)
    titles = _words([*prompts, *(form for term in course.terms for form in _single(term))]) - first_names
    return SubjectWords(
        frozenset(word for word in titles if len(word) >= _LEAST_TITLE_WORD), words, first_names & words
    )


def plain(word: str) -> str:
    """A word in small letters, without the signs around it and without "'s".

    >>> plain("Stalin’s,"), plain("O'Neill")
    ('stalin', "o'neill")
    """
    return word.casefold().strip(".,;:!?'’‘“”\"").removesuffix("'s").removesuffix("’s")


def _known(word: str, words: frozenset[str]) -> bool:
    return any(word.removesuffix(ending) in words for ending in _ENDINGS)


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(plain(word) for text in texts for word in _WORD.findall(text))


def _single(term: Term) -> tuple[str, ...]:
    """The ways to write a term in one word, unless a student may be called so: many are, like Georgia, by a place."""
    if term.kind in _LIKE_NAMES:
        return ()
    # A misspelt name is easily another's.
    forms = (term.term, *term.abbreviations, *(() if term.kind == "person" else term.misspellings))
    return tuple(form for form in forms if len(form.split()) == 1)


def _first_names(terms: Iterable[Term]) -> frozenset[str]:
    """What stands first in the full names of people."""
    full = [
        form.split()
        for term in terms
        if term.kind == "person"
        for form in (term.term, *term.aliases)
        if len(form.split()) > 1 and form.istitle() and not re.search(r"['’]s\b", form)
    ]
    return frozenset(plain(name[0]) for name in full)
