"""The browser app: which pages there are. What each page does lives in `assistant.app`."""

import streamlit as st

from assistant.app import class_sets, flashcards, glossary, my_data, practice, progress
from assistant.app.resources import ICON

st.set_page_config(page_title="Essay practice", page_icon=ICON, layout="centered")

pages = [
    # No icons on the pages: Streamlit would fetch them from the web to show in the browser's tab.
    st.Page(practice.page, title="Practise", url_path="practise", default=True),
    st.Page(progress.page, title="Progress", url_path="progress"),
    st.Page(flashcards.page, title="Flashcards", url_path="flashcards"),
    st.Page(glossary.page, title="Glossary", url_path="glossary"),
    st.Page(class_sets.page, title="Class sets", url_path="class-sets"),
    st.Page(my_data.page, title="My data", url_path="my-data"),
]
st.navigation(pages, position="top").run()
