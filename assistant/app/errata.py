"""Where the notes are mistaken about a fact, said wherever that fact is corrected, revealed or recalled."""

from __future__ import annotations

from assistant.app.wording import escape
from assistant.schemas import Fact


def errata_html(fact: Fact | None) -> str:
    """What the notes say about a fact and why it is not so; nothing where they are right.

    A student who trusted a mistaken note should learn that the slip was not hers.
    """
    return "".join(
        f'<p class="ap-quiet">The notes are mistaken here. They say: “{escape(erratum.says)}” {escape(erratum.why)}</p>'
        for erratum in (fact.errata if fact else ())
    )
