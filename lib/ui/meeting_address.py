"""The address of a meeting: agenda, slide, data version and filters, so that a link brings back all of it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from lib.ui.filter_query import PARAMETERS

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
    return number_of(st.query_params.get(name))


def number_of(text: str | None) -> int | None:
    """A whole number of an address; what is none counts for nothing."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None


def whole_address() -> dict[str, str]:
    """Every parameter as the browser sent it."""
    return dict(st.query_params.items())


def is_own(name: str) -> bool:
    """Whether a parameter belongs to this page, not to the page that the slide shows."""
    return name in _OWN


def page_query(whole: Mapping[str, str] | None = None) -> dict[str, str]:
    """Filters and own choices of the page that the slide shows, out of an address (the browser's by default)."""
    given = st.query_params.items() if whole is None else whole.items()
    return {name: value for name, value in given if name not in _OWN}


def without_filters(query: Mapping[str, str]) -> dict[str, str]:
    """Only the own choices of the page that the slide shows."""
    return {name: value for name, value in query.items() if name not in PARAMETERS}


def query_text(query: Mapping[str, str]) -> str:
    """The query as an agenda keeps it."""
    return urlencode(query)


def query_of(text: str) -> dict[str, str]:
    """The query that an agenda keeps."""
    return dict(parse_qsl(text[:_LONGEST]))


def write_address(own: Mapping[str, str], query: Mapping[str, str]) -> None:
    """Make this the address, in one step of the browser's back button."""
    wanted = joined(own, query)
    if wanted != whole_address():
        send_address(wanted)


def send_address(wanted: Mapping[str, str]) -> None:
    """Make this the address, also where the browser said it is: another one may be on its way there."""
    st.query_params.from_dict(dict(wanted))


def joined(own: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """One address of the parameters of this page and those of the page that the slide shows."""
    return {**own, **page_query(query)}
