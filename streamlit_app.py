"""The browser app: which pages there are, and for whom. What each page does lives in `assistant.app`."""

import streamlit as st

from assistant.app import class_sets, flashcards, glossary, my_data, practice, progress, sign_in
from assistant.app.live import fold_menu
from assistant.app.resources import ICON

st.set_page_config(page_title="Essay practice", page_icon=ICON, layout="centered")

# What to draw and how to call it, by place in the address.
PAGES = {
    "practise": (practice.page, "Practise"),
    "progress": (progress.page, "Progress"),
    "flashcards": (flashcards.page, "Flashcards"),
    "glossary": (glossary.page, "Glossary"),
    "class-sets": (class_sets.page, "Class sets"),
    "my-data": (my_data.page, "My data"),
}

somebody = sign_in.enter()
# A page that somebody may not see is not there at all. No icons: Streamlit would fetch them from the web.
pages = [
    st.Page(draw, title=title, url_path=place, default=place == "practise")
    for place, (draw, title) in PAGES.items()
    if somebody.may_see(place)
]
chosen = st.navigation(pages, position="top")
sign_in.show_account(somebody)
fold_menu()
chosen.run()
