"""Download buttons: what is handed out is bound when the page is drawn, checked and recorded when it is fetched."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.access.audit import record_event
from lib.access.errors import RecordsUnavailable
from lib.access.reception import reception
from lib.access.records import writing
from lib.ui import identity
from lib.ui.identity import Visitor
from lib.ui.plain_text import plain

LOGGER = logging.getLogger(__name__)
_MIME: Final = "text/csv; charset=utf-8"


class DownloadRefused(PermissionError):
    """The reader's login ended between drawing the button and fetching the file."""


@dataclass(frozen=True)
class Download:
    """A file to offer. ``build`` runs outside the page when the reader clicks: it must not read the session."""

    file_name: str
    row_count: int
    sentence: str
    basis: str
    build: Callable[[], bytes]


def download_button(visitor: Visitor, offer: Download, *, key: str, label: str = "下载CSV") -> None:
    """Draw the button with the filter sentence, the as-of day and the number of rows beside it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            label,
            data=lambda: handed_out(offer, visitor),
            file_name=offer.file_name,
            mime=_MIME,
            key=key,
            on_click="ignore",
            icon=":material/download:",
        )
        st.caption(plain(f"{offer.sentence}；{offer.basis}；{offer.row_count:,} 行"), width="stretch")


def check_session(visitor: Visitor) -> None:
    """Raise `DownloadRefused` unless the reader the button was drawn for is still logged in as they were."""
    if visitor.behind_gate:
        session = reception().watch.check(visitor.session_digest, identity.present()).session
        if session is None or identity.reader_of(session.account) != visitor.reader:
            raise DownloadRefused("登录已结束或权限已变更，请刷新页面后再下载")


def handed_out(offer: Download, visitor: Visitor) -> bytes:
    """The file, checked and recorded. Raises `DownloadRefused`."""
    check_session(visitor)
    content = offer.build()
    _record(offer, visitor)
    return content


def _record(offer: Download, visitor: Visitor) -> None:
    try:
        with writing(reception().engine) as connection:
            record_event(
                connection,
                now=identity.present(),
                event="download",
                username=visitor.reader.username if visitor.reader else "",
                subject=offer.file_name,
                address=visitor.address,
                session_digest=visitor.session_digest or None,
                row_count=offer.row_count,
                detail=offer.sentence,
            )
    except RecordsUnavailable:
        LOGGER.warning("a download could not be recorded: %s, %d rows", offer.file_name, offer.row_count)
