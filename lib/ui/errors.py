"""What a reader sees when a page fails: a number to quote. What failed is in the log under that number."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

LOGGER = logging.getLogger(__name__)


def report_error(error: Exception) -> bool:
    """Log the error under a number and show only that; True tells Streamlit to show nothing itself."""
    number = secrets.token_hex(4)
    LOGGER.error("page failed, number %s", number, exc_info=error)
    st.error(f"系统出错，编号 {number}。请刷新页面重试；若仍出错，请把编号告诉系统管理员。")
    return True


@contextmanager
def errors_reported() -> Iterator[None]:
    """Show a number instead of Streamlit's English words when the page inside fails."""
    try:
        yield
    except Exception as error:
        report_error(error)
