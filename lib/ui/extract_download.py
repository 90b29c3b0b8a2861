"""Handing out an extract: checked, written whole, entered in the register and in the audit trail."""

import logging
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.access.errors import RecordsUnavailable
from lib.access.extracts import ReleaseOvertaken, TakenExtract, enter_extract
from lib.access.reception import reception
from lib.access.records import writing
from lib.data.snapshot import Snapshot
from lib.export.address import address_of
from lib.export.content import Content
from lib.export.csv import digest
from lib.export.extract import Extract, name_of_file, pieces_of
from lib.ui import identity
from lib.ui.downloads import DownloadRefused, check_session
from lib.ui.identity import Visitor
from lib.ui.plain_text import plain
from lib.ui.view import View

LOGGER = logging.getLogger(__name__)
#: A longer file is streamed by the interface: the page would have to hold all of it in memory first.
_LONGEST: Final = 100_000
_LONG: Final = "文件较大，由接口边取边传，同样登记；中途断开的文件不完整，浏览器会报下载失败，请重新下载。"
LABELS: Final = {"csv": "下载CSV", "xlsx": "下载Excel", "parquet": "下载Parquet", "package": "下载打包文件"}


@dataclass(frozen=True)
class Offer:
    """A file that may be fetched: what it is made of, by whom, and why it leaves the bureau (empty: it does not)."""

    snapshot: Snapshot
    extract: Extract
    content: Content
    visitor: Visitor
    basis: str
    reason: str = ""

    @property
    def file_name(self) -> str:
        """Name of the file."""
        return name_of_file(self.snapshot, self.extract)


def offer_of(view: View, extract: Extract, content: Content, reason: str = "") -> Offer:
    """The extract as an offer to the reader of this page."""
    return Offer(view.snapshot, extract, content, view.visitor, view.basis, reason)


def extract_button(offer: Offer, *, key: str, disabled: bool = False) -> None:
    """Draw the button with sentence, as-of day and number of rows beside it; nothing is read before it is clicked."""
    words = f"{offer.content.sentence}；{offer.basis}；{offer.content.row_count:,} 行"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if offer.visitor.behind_gate and offer.content.row_count > _LONGEST:
            address = f"/api/v1/{address_of(offer.extract, offer.snapshot.version)}"
            st.link_button(LABELS[offer.extract.form], address, icon=":material/download:", help=_LONG)
            st.caption(plain(words), width="stretch")
            return
        st.download_button(
            LABELS[offer.extract.form],
            data=lambda: handed_out(offer),
            file_name=offer.file_name,
            mime=offer.extract.media_type,
            key=key,
            on_click="ignore",
            icon=":material/download:",
            disabled=disabled,
        )
        st.caption(plain(words), width="stretch")


def handed_out(offer: Offer) -> bytes:
    """The whole file, once it is registered. Raises `DownloadRefused` and `ExportError`; runs outside the page."""
    check_session(offer.visitor)
    # Joined only when complete: an error in the middle leaves nothing to hand out.
    whole = b"".join(pieces_of(offer.content, offer.extract.form))
    try:
        _register(offer, digest(whole))
    except ReleaseOvertaken as error:
        raise DownloadRefused(str(error)) from error
    except RecordsUnavailable as error:
        LOGGER.warning("an extract could not be registered: %s", offer.file_name)
        raise DownloadRefused(
            "下载须登记，而记录数据库暂时写不进去（可能正在导入数据）；请稍后再下载"
        ) from error
    return whole


def _register(offer: Offer, sha256: str) -> None:
    content, visitor, now = offer.content, offer.visitor, identity.present()
    username = visitor.reader.username if visitor.reader else ""
    scope = visitor.reader.scope.sentence(offer.snapshot.names) if visitor.reader else ""
    taken = TakenExtract(
        at=now,
        username=username,
        door="page",
        query=address_of(offer.extract, offer.snapshot.version),
        sentence=content.sentence,
        scope=scope,
        data_version=offer.snapshot.version,
        file_name=offer.file_name,
        row_count=content.row_count,
        sha256=sha256,
        reason=offer.reason,
        release=content.release,
    )
    with writing(reception().engine) as connection:
        enter_extract(
            connection,
            taken,
            address=visitor.address,
            session_digest=visitor.session_digest or None,
            known=content.known,
        )
