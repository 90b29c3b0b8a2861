"""Changing agendas from a page: what refuses a change is said at the next run, and nothing looks saved that is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from lib.access.errors import AccessRefused, RecordsUnavailable
from lib.data.snapshot import SnapshotMissing
from lib.ui.plain_text import plain

_MESSAGE: Final = "meeting.message"
_AWAY: Final = "连接不上记录数据库（可能正在导入数据），没有保存，请稍后再试。"


@contextmanager
def changing() -> Iterator[None]:
    """Around a change in a callback; what it refuses ends the block and is kept for `message`."""
    try:
        yield
    except RecordsUnavailable:
        say(_AWAY)
    except (AccessRefused, SnapshotMissing) as error:
        say(str(error))


def say(words: str) -> None:
    """Have something said at the next run."""
    st.session_state[_MESSAGE] = words


def message() -> None:
    """Draw what there is to say, once."""
    words = st.session_state.pop(_MESSAGE, None)
    if words:
        st.warning(plain(str(words)), icon=":material/error:")
