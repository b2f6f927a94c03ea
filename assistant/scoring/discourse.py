"""The words that hold essays together, whatever they are about."""

from __future__ import annotations

import re

from spacy.lang.en.stop_words import STOP_WORDS

TALK = frozenset(
    [
        "argue", "argument", "point", "factor", "reason", "cause", "important", "importance", "significance",
        "significant", "significantly", "view", "statement", "evidence", "judgement", "judgment", "convincing",
        "convince", "valid", "validity", "extent", "conclusion", "conclude", "role", "play", "matter", "term",
        "decisive", "outweigh", "link", "connect", "depend", "overall", "clearly", "clear", "directly", "ultimately",
        "mainly", "main", "major", "key", "crucial", "vital", "essential", "fundamental", "primary", "primarily",
        "secondary", "agree", "disagree", "partly", "largely", "large", "great", "big", "strong", "weak", "assess",
        "support", "suggest", "show", "demonstrate", "prove", "explain", "explanation", "therefore", "thus", "hence",
        "balance", "hand", "side", "possible", "likely", "probably", "certainly", "definitely", "consider",
        "consequence", "result", "lead", "happen", "make", "mean", "way", "thing", "lot", "similar", "equal", "whole",
        "general", "particular", "second", "third", "final", "finally", "previous", "next", "place", "step", "short",
        "long", "time", "compare", "contrast", "debate", "discuss", "claim", "interpretation", "historian", "question",
        "answer", "issue", "example", "effect", "impact", "influence", "affect", "contribute", "contribution", "relate",
        "relevant", "underpin", "combine", "separate", "come", "think", "believe", "say", "know", "work", "good", "bad",
        "true", "false", "right", "wrong", "opinion",
    ]
)  # fmt: skip
"""Lemmas that essays on any subject are held together by."""

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+|[?!:;,()]")
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "r", "er", "st")


def skeleton(text: str) -> str:
    """A sentence without what it is about: function words, words of discourse and punctuation; the rest is left open.

    >>> skeleton("Therefore the main reason why 25,000 workers left Moscow was hunger.")
    '^ therefore the main reason why # , # _ was _'
    """
    result = ["^"]
    for token in _TOKEN.findall(text.lower().replace("’", "'")):
        if token.isdigit():
            token = "#"
        elif token[0].isalpha() and not _holds_together(token):
            token = "_"
        if token != "_" or result[-1] != "_":
            result.append(token)
    return " ".join(result)


def _holds_together(word: str) -> bool:
    plain = word.replace("'", "")
    if word in STOP_WORDS or plain in TALK:
        return True
    return any(plain.endswith(ending) and plain.removesuffix(ending) in TALK for ending in _ENDINGS)
