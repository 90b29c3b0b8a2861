"""A part of a page stands or fails alone: one that cannot be computed says so and shows no number."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import streamlit as st

from lib.data.snapshot import QueryTooSlow, SnapshotMissing
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict

LOGGER = logging.getLogger(__name__)

#: Errors whose words are written for readers.
_EXPLAINED: Final = (FilterNotApplicable, UnknownDistrict, QueryTooSlow, SnapshotMissing)


@contextmanager
def page_part(title: str | None = None, *, skeleton_height: int | None = 120) -> Iterator[None]:
    """Draw a part under its title; a grey placeholder (or none) stands in while it is being computed.

    The part must compute before it draws: what it drew before failing stays on the page.
    """
    if title is not None:
        st.subheader(title, anchor=False)
    try:
        with nullcontext() if skeleton_height is None else st.skeleton(skeleton_height):
            yield
    except _EXPLAINED as error:
        st.info(f"本部分没有数字：{error}。", icon=":material/info:")
    except Exception as error:
        number = secrets.token_hex(4)
        LOGGER.error("page part %r failed, number %s", title, number, exc_info=error)
        st.error(f"本部分无法计算，因此不显示任何数字（编号 {number}）。请把编号告诉系统管理员。")
