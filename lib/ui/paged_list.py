"""A list that may be long: counted, paged on the screen, whole as a file and, where it is short enough, to print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from lib.data.filters import Filters
from lib.export.csv import file_name
from lib.metrics.format import MISSING, count_text, rate_text
from lib.ui.downloads import Download, download_button
from lib.ui.figure_file import figure_bytes
from lib.ui.plain_text import plain
from lib.ui.tables import ShownColumn, show_table
from lib.ui.view import View

PAGE_SIZE: Final = 100
#: A browser still lays out this many rows on paper; the file holds all of a longer list.
PRINTED: Final = 2000


@dataclass(frozen=True)
class Listing:
    """Rows to list. `columns` are those of the screen and the file, in reading order; `printed` those on paper.

    `opened` is called with the place of a row (in `table`) that the reader chose on the screen. `all_dates`: the rows
    are not limited by the period of the filters, and their file says so in its name.
    """

    key: str
    title: str
    table: pd.DataFrame
    columns: Sequence[ShownColumn]
    file_label: str
    filters: Filters
    sentence: str
    notes: Sequence[str] = ()
    empty: str = "所选范围没有这样的记录。"
    printed: Sequence[ShownColumn] = ()
    opened: Callable[[int], None] | None = None
    all_dates: bool = False


def paged_list(view: View, listing: Listing, *, height: int = 420) -> None:
    """Title, number of rows, file, one page of the table."""
    st.subheader(listing.title, anchor=False)
    if not _head(view, listing):
        return
    total = len(listing.table)
    pages = -(-total // PAGE_SIZE)
    key = f"page.{listing.key}"
    page = min(int(st.session_state.get(key, 1)), pages)
    st.session_state[key] = page
    first = (page - 1) * PAGE_SIZE
    rows = listing.table.iloc[first : first + PAGE_SIZE]
    st.caption(
        f"共 {count_text(total)} 行，本页第 {count_text(first + 1)}—{count_text(first + len(rows))} 行。"
    )
    short = None if len(rows) <= height // 40 else height
    opened = None if listing.opened is None else partial(_opened, listing.opened, first)
    show_table(
        rows,
        listing.columns,
        alt=f"{listing.title}，第{page}页",
        height=short,
        opened=opened,
        key=listing.key,
    )
    if pages > 1:
        st.pagination(pages, key=key)


def printed_list(view: View, listing: Listing) -> None:
    """The same rows as a plain table that a browser prints whole; a list too long for paper says so."""
    st.subheader(listing.title, anchor=False)
    if not _head(view, listing):
        return
    if len(listing.table) > PRINTED:
        st.info(
            f"清单有 {count_text(len(listing.table))} 行，超过 {PRINTED} 行，不宜打印。"
            "请用上面的筛选缩小范围，或下载CSV。",
            icon=":material/print_disabled:",
        )
        return
    st.caption(f"共 {count_text(len(listing.table))} 行。用浏览器的打印功能打印本页。")
    words = {
        column.heading: [_word(value, column.kind) for value in listing.table[column.name]]
        for column in listing.printed or listing.columns
    }
    st.table(pd.DataFrame(words, index=pd.RangeIndex(1, len(listing.table) + 1)))


def _opened(opened: Callable[[int], None], first: int, place: int) -> None:
    opened(first + place)


def _file_name(listing: Listing, version: int) -> str:
    name = file_name(listing.file_label, listing.filters, version)
    if not listing.all_dates:
        return name
    return name.replace(f"{listing.filters.start:%Y%m%d}-{listing.filters.end:%Y%m%d}", "全部日期")


def _head(view: View, listing: Listing) -> bool:
    """Notes and the file; False when there is nothing to list."""
    if listing.notes:
        st.caption("  \n".join(plain(note) for note in listing.notes))
    if listing.table.empty:
        st.info(listing.empty, icon=":material/info:")
        return False
    offer = Download(
        file_name=_file_name(listing, view.snapshot.version),
        row_count=len(listing.table),
        sentence=listing.sentence,
        basis=view.basis,
        build=partial(figure_bytes, listing.table, tuple(listing.columns)),
    )
    download_button(view.visitor, offer, key=f"file.{listing.key}")
    return True


def _word(value: object, kind: str) -> str:
    if value is None or bool(pd.isna(value)):  # type: ignore[call-overload]
        return MISSING
    if kind == "date":
        # A hyphen that does not break keeps a day in one line.
        return pd.Timestamp(value).date().isoformat().replace("-", "\u2011")  # type: ignore[arg-type]
    if kind == "count":
        return count_text(value)
    return rate_text(value) if kind == "percent" else plain(str(value))
