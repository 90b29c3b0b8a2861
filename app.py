"""Page settings, who is looking, and the menu. Every page checks the reader again itself (begin_page)."""

import streamlit as st

from lib.ui.errors import errors_reported
from lib.ui.front_page import ICON, WORDMARK
from lib.ui.identity import current_visitor
from lib.ui.page_table import navigation_pages

st.set_page_config(page_title="食安把脉", layout="wide", initial_sidebar_state="auto")

with errors_reported():
    reader = current_visitor().reader
    if reader:
        st.logo(WORDMARK, size="large", icon_image=ICON)
    # The same addresses for everybody, logged in or not: a deep link must survive the login.
    st.navigation(navigation_pages(reader), position="sidebar" if reader else "hidden").run()
