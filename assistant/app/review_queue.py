"""Which scripts need a human first, and why: pure functions on what the store says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import PurePosixPath

from assistant import moderation
from assistant.class_sets.codes import is_code
from assistant.moderation import urgency_of
from assistant.schemas import ReviewReason
from assistant.store.class_set_records import ScriptOverview


class Show(StrEnum):
    """Which scripts of a set to show."""

    ALL = "All"
    TO_LOOK_AT = "To look at"
    NO_DOUBT = "No doubt"
    NOT_AWARDED = "Not awarded"
    AWARDED = "Awarded"
    NOT_READ = "Not read"


def reasons_to_look(script: ScriptOverview) -> tuple[ReviewReason, ...]:
    """Every named reason why a person should look at a script, the weightiest first."""
    return moderation.reasons_to_look(script.problem, (*_elsewhere(script), *script.notes), script.reasons)


def _elsewhere(script: ScriptOverview) -> tuple[ReviewReason, ...]:
    if (same := script.elsewhere) is None:
        return ()
    # A code is no code any more once it stands beside the name.
    whose = f"script {same.place}" if is_code(script.student) and not is_code(same.label) else f"that of {same.label}"
    message = f"The same text as {whose} in the set “{same.class_set}”."
    return (ReviewReason(code="same-text-elsewhere", message=message),)


def short_reasons(script: ScriptOverview) -> list[str]:
    """The same in words, the script's own file named without the folders it came in."""
    return [reason.message.replace(script.name, PurePosixPath(script.name).name) for reason in reasons_to_look(script)]


def queue(scripts: Iterable[ScriptOverview], awarded_last: bool = True) -> list[ScriptOverview]:
    """Scripts with those that need a human first at the top.

    Args:
        scripts: a class set.
        awarded_last: whether those awarded already stand at the end; otherwise an award moves nothing.
    """

    def order(script: ScriptOverview) -> tuple[bool, int, int, int]:
        reasons = reasons_to_look(script)
        highest = max(map(urgency_of, reasons), default=0)
        return awarded_last and script.award.mark is not None, -highest, -len(reasons), script.place

    return sorted(scripts, key=order)


def found(scripts: Iterable[ScriptOverview], words: str = "", show: Show = Show.ALL) -> list[ScriptOverview]:
    """The scripts to show: those that hold every word of a search in what the table says of them, in the order given."""
    wanted = words.casefold().split()
    return [script for script in scripts if _shown(script, show) and all(word in _searched(script) for word in wanted)]


def agreeable(scripts: Iterable[ScriptOverview]) -> list[ScriptOverview]:
    """The scripts whose suggestion nothing speaks against and that have no award yet."""
    return [
        script
        for script in scripts
        if script.state == "read" and script.award.mark is None and not reasons_to_look(script)
    ]


def beside(script: ScriptOverview, scripts: Sequence[ScriptOverview]) -> list[ScriptOverview]:
    """The scripts with the same text, or nearly: the one it repeats, and those that repeat it or the same one."""
    original = script.repeats or script.name
    return [
        other for other in scripts if other.id != script.id and (other.name == original or other.repeats == original)
    ]


def _shown(script: ScriptOverview, show: Show) -> bool:
    doubtful = bool(reasons_to_look(script))
    awarded = script.award.mark is not None
    return {
        Show.ALL: True,
        Show.TO_LOOK_AT: doubtful and not awarded,
        Show.NO_DOUBT: script.state == "read" and not doubtful,
        Show.NOT_AWARDED: not awarded and script.state != "unread",
        Show.AWARDED: awarded,
        Show.NOT_READ: script.state == "unread",
    }[show]


def _searched(script: ScriptOverview) -> str:
    reasons = " ".join(reason.message for reason in reasons_to_look(script))
    return f"{script.label} {script.name} {script.question} {script.award.comment} {reasons}".casefold()
