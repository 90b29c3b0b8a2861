"""A part of a page stands or fails alone: one that cannot be computed says so and shows no number."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from lib.export.csv import ExportError
from lib.metrics.protection import ProtectionRefused
from lib.ui.explained import EXPLAINED

LOGGER = logging.getLogger(__name__)

#: Session key of the page that was drawn to its end last.
_DRAWN: Final = "page.drawn"
_EXPLAINED: Final = (*EXPLAINED, ExportError, ProtectionRefused)


@contextmanager
def page_part(title: str | None = None, *, skeleton_height: int | None = 120) -> Iterator[None]:
    """Draw a part under its title; on a page just opened a grey placeholder (or none) stands in while it is computed.

    When a filter changes, what was there before stays, dimmed, until the new figures arrive.
    The part must compute before it draws: what it drew before failing stays on the page.
    """
    if title is not None:
        st.subheader(title, anchor=False)
    try:
        with st.skeleton(skeleton_height) if skeleton_height and _is_just_opened() else nullcontext():
            yield
    except _EXPLAINED as error:
        st.info(f"本部分没有数字：{error}。", icon=":material/info:")
    except Exception as error:
        number = secrets.token_hex(4)
        LOGGER.error("page part %r failed, number %s", title, number, exc_info=error)
        st.error(f"本部分无法计算，因此不显示任何数字（编号 {number}）。请把编号告诉系统管理员。")


def page_is_drawn() -> None:
    """The page stands: until another one is opened its parts need no placeholder."""
    st.session_state[_DRAWN] = _page()


def _is_just_opened() -> bool:
    return st.session_state.get(_DRAWN) != _page()


def _page() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context is not None else ""
