"""The address of a meeting: agenda, slide, data version and filters, so that a link brings back all of it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import streamlit as st

PAGE: Final = "pages/meeting/meeting.py"
#: Parameters of this page; whatever else stands in the address belongs to the page that the slide shows.
AGENDA, SLIDE, SHOW, VERSION, PANEL, EVERY, ADD = (
    *("agenda", "slide", "show", "version", "panel", "every", "add"),
)
_OWN: Final = frozenset((AGENDA, SLIDE, SHOW, VERSION, PANEL, EVERY, ADD))
_LONGEST: Final = 2000


def asked(name: str) -> str | None:
    """One parameter of this page."""
    return st.query_params.get(name)


def asked_number(name: str) -> int | None:
    """A whole number of the address; what is none counts for nothing."""
    value = st.query_params.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


def page_query() -> dict[str, str]:
    """Filters and own choices of the page that the slide shows."""
    return {name: value for name, value in st.query_params.items() if name not in _OWN}


def query_text(query: Mapping[str, str]) -> str:
    """The query as an agenda keeps it."""
    return urlencode(query)


def query_of(text: str) -> dict[str, str]:
    """The query that an agenda keeps."""
    return dict(parse_qsl(text[:_LONGEST]))


def write_address(own: Mapping[str, str | int | None], query: Mapping[str, str]) -> None:
    """Make this the address, in one step of the browser's back button."""
    wanted = {name: str(value) for name, value in own.items() if value not in (None, "")}
    # A stored slide says what its page shows, never which agenda, slide or version is on the wall.
    wanted |= {name: value for name, value in query.items() if name not in _OWN}
    if wanted != dict(st.query_params.items()):
        st.query_params.from_dict(wanted)
