"""The flashcards page: facts that a student keeps missing, reviewed when they are due, exported for Anki."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import streamlit as st

from assistant.app import resources
from assistant.app.errata import errata_html
from assistant.app.missed_facts import missed_facts
from assistant.app.wording import capital, count, escape, markdown_plain
from assistant.schemas import Course, Fact
from assistant.store.database import StoreError
from assistant.store.flashcards import RATINGS, Flashcard, Flashcards

AT_ONCE = 10
"""New cards made at a press: as many as one sitting can take."""
_TURNED = "flashcards.turned"
_SAID = "flashcards.said"


def page() -> None:
    """Draw the flashcards page."""
    resources.apply_style()
    course = resources.open_course().course
    record = resources.open_record()
    flashcards = resources.open_flashcards(course.id)
    st.title("Flashcards", anchor=False)
    st.html(
        "<p>Facts that your drafts keep missing or get wrong, to recall from memory. Each comes back when you are about "
        "to forget it.</p>"
    )
    if said := st.session_state.pop(_SAID, ""):
        st.html(f'<p class="ap-quiet" role="status">{escape(said)}</p>')
    facts = {fact.id: fact for fact in course.facts}
    cards = [card for card in flashcards.cards() if card.fact in facts]  # a course may have dropped a fact
    have = {card.fact for card in cards}
    new = [row.fact.id for row in missed_facts(course, record.drafts(course.id)) if row.fact.id not in have]
    if new:
        wanted = new[:AT_ONCE]
        st.button(
            f"Make {count(len(wanted), 'flashcard')} of what you keep missing",
            on_click=make,
            args=(flashcards, wanted),
            key="flashcards.make",
        )
    now = datetime.now(UTC)
    due = [card for card in cards if card.due <= now]
    if due:
        _show_card(flashcards, facts[due[0].fact], len(due))
    elif cards:
        st.success(f"Nothing is due. The next flashcard comes back {wait(cards[0].due - now)}.")
    elif not new:
        st.info(
            "There are no flashcards yet. They come from facts that two or more of your drafts miss, or one gets wrong."
        )
    if cards:
        _show_all(flashcards, course, cards, facts, now)


def make(flashcards: Flashcards, facts: list[str]) -> None:
    """Make flashcards of facts."""
    try:
        made = flashcards.add(facts)
    except StoreError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state[_SAID] = f"{capital(count(made, 'flashcard'))} made."


def turn(fact: str) -> None:
    """Show the other side of a flashcard."""
    st.session_state[_TURNED] = fact


def rate(flashcards: Flashcards, fact: str, rating: int) -> None:
    """Note how well a fact came back; the next flashcard due is shown."""
    st.session_state.pop(_TURNED, None)
    try:
        card = flashcards.review(fact, rating)
    except StoreError as error:
        st.session_state[_SAID] = str(error)
        return
    if card is not None:
        st.session_state[_SAID] = f"{RATINGS[rating]}: it comes back {wait(card.due - datetime.now(UTC))}."


def remove(flashcards: Flashcards, fact: str) -> None:
    """Put a flashcard away for good."""
    try:
        flashcards.remove(fact)
    except StoreError as error:
        st.session_state[_SAID] = str(error)


def _show_card(flashcards: Flashcards, fact: Fact, due: int) -> None:
    st.header(f"{capital(count(due, 'flashcard'))} due", anchor=False)
    turned = st.session_state.get(_TURNED) == fact.id
    with st.container(border=True):
        st.html(f'<p class="ap-lead">{escape(fact.nudge)}</p><p class="ap-quiet">{escape(fact.cue)}</p>')
        if not turned:
            st.button("Show the fact", type="primary", on_click=turn, args=(fact.id,), key="flashcards.turn")
            return
        st.html(f'<p class="ap-answer" role="status">{escape(fact.statement)}</p>{errata_html(fact)}')
        st.html('<p class="ap-quiet">How well did it come back to you?</p>')
        with st.container(horizontal=True, gap="small"):
            for rating, word in RATINGS.items():
                st.button(word, on_click=rate, args=(flashcards, fact.id, rating), key=f"flashcards.rate.{rating}")


def _show_all(
    flashcards: Flashcards, course: Course, cards: list[Flashcard], facts: dict[str, Fact], now: datetime
) -> None:
    with st.expander(f"All your flashcards ({len(cards)})", key="flashcards.all"):
        st.download_button(
            "Export for Anki (.csv)",
            anki_csv([facts[card.fact] for card in cards], course),
            file_name=f"{course.id}-flashcards.csv",
            mime="text/csv",
            on_click="ignore",
        )
        for card in cards:
            state = "due now" if card.due <= now else f"due {wait(card.due - now)}"
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.html(
                    f'<p class="ap-card">{escape(facts[card.fact].nudge)} '
                    f'<span class="ap-quiet">({state}, {count(card.reviews, "review")})</span></p>'
                )
                st.button(
                    "Remove",
                    on_click=remove,
                    args=(flashcards, card.fact),
                    key=f"flashcards.remove.{card.fact}",
                    help=markdown_plain(facts[card.fact].nudge),
                )


def wait(span: timedelta) -> str:
    """How long until then, roughly: `in ten minutes`, `in three days`."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 60:
        return f"in {count(minutes, 'minute')}"
    if minutes < 24 * 60:
        return f"in {count(round(minutes / 60), 'hour')}"
    return f"in {count(round(minutes / 60 / 24), 'day')}"


def anki_csv(facts: Iterable[Fact], course: Course) -> str:
    """Flashcards as a file that Anki imports without a question: front, back and tag, with Anki's own header lines."""
    out = io.StringIO()
    out.write("#separator:Comma\n#html:false\n#columns:Front,Back,Tags\n#tags column:3\n")
    writer = csv.writer(out, lineterminator="\n")
    for fact in facts:
        writer.writerow([f"{fact.nudge} ({fact.cue})", fact.statement, course.id])
    return out.getvalue()
