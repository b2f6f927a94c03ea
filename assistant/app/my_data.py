"""The page of one's own data: what is kept, take it along, delete it."""

from __future__ import annotations

import json

import streamlit as st

from assistant.app import resources, session
from assistant.app.wording import capital, count, markdown_plain
from assistant.store.database import StoreError
from assistant.store.drafts import PracticeRecord

KEPT = {
    "answers_in_progress": "answer in the editor",
    "drafts": "draft with its feedback",
    "hint_steps": "hint climbed",
    "flashcards": "flashcard",
    "reviews": "review of a flashcard",
}
"""What is kept, by table, in a student's words."""
PLURALS = {
    "answer in the editor": "answers in the editor",
    "draft with its feedback": "drafts with their feedback",
    "hint climbed": "hints climbed",
    "review of a flashcard": "reviews of flashcards",
}
_SURE = "my_data.sure"
_SAID = "my_data.said"


def page() -> None:
    """Draw the page of one's own data."""
    resources.apply_style()
    record = resources.open_record()
    st.title("My data", anchor=False)
    st.html(
        "<p>What you write here is kept in one place on the computer that runs this page, so that you can go on where you "
        "stopped. It is sent nowhere. You can take it along, and you can delete it.</p>"
    )
    if said := st.session_state.pop(_SAID, ""):
        st.success(markdown_plain(said))
    if problem := session.problem(""):
        st.error(markdown_plain(problem))
    exported = record.export()
    kept = {table: len(exported.get(table, ())) for table in KEPT}
    st.header("What is kept", anchor=False)
    rows = (
        f"<li>{capital(count(number, KEPT[table], PLURALS.get(KEPT[table], '')))}</li>"
        for table, number in kept.items()
    )
    st.html(f"<ul>{''.join(rows)}</ul>")
    st.header("Take it along", anchor=False)
    st.download_button(
        "Download my data (.json)",
        json.dumps(exported, ensure_ascii=False, indent=1),
        file_name="essay-practice.json",
        mime="application/json",
        on_click="ignore",
    )
    st.header("Delete it", anchor=False)
    st.html(
        "<p>Every answer, draft, hint step and flashcard of yours is deleted for good. Nobody can bring them back.</p>"
    )
    sure = st.checkbox("I want all of it deleted", key=_SURE)
    st.button("Delete my data", on_click=delete, args=(record,), disabled=not sure, key="my_data.delete")


def delete(record: PracticeRecord) -> None:
    """Delete everything of this student, in the database and in this visit."""
    try:
        record.delete()
    except StoreError as error:
        session.set_problem("", str(error))
        return
    session.forget()
    st.session_state[_SURE] = False
    st.session_state[_SAID] = "All your data was deleted."
