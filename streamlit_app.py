"""The browser app: which pages there are. What each page does lives in `assistant.app`."""

import streamlit as st

from assistant.app import practice
from assistant.app.resources import ICON

st.set_page_config(page_title="Essay practice", page_icon=ICON, layout="centered")

pages = [
    # No icons on the pages: Streamlit would fetch them from the web to show in the browser's tab.
    st.Page(practice.page, title="Practise", url_path="practise", default=True),
]
st.navigation(pages, position="top").run()
