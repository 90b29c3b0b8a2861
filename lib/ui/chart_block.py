"""A chart with everything that belongs to it: title, picture with words for it, notes, file, table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from lib.charts.drawing import Drawing
from lib.charts.picture import Caption, picture_png, picture_svg
from lib.data.filters import Filters
from lib.export.csv import file_name
from lib.ui.downloads import Download, download_button, handed_out
from lib.ui.figure_file import figure_bytes
from lib.ui.plain_text import plain
from lib.ui.tables import ShownColumn, show_table
from lib.ui.view import View

#: Pixels up to which a chart keeps the height it has on the screen.
_HIGHEST: Final = 900


@dataclass(frozen=True)
class Figure:
    """A drawn figure. ``table`` is what the chart shows, ``columns`` its columns in reading order."""

    key: str
    title: str
    chart: Drawing
    alt: str
    table: pd.DataFrame
    columns: Sequence[ShownColumn]
    file_label: str
    filters: Filters
    sentence: str
    notes: Sequence[str] = ()


def chart_block(view: View, figure: Figure, control: Callable[[], object] | None = None) -> None:
    """Draw the figure, a control beside its title; its table is sent only when the reader opens it."""
    # The control stands at the title: the chart's own tools appear at the right edge and would cover it there.
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.subheader(figure.title, anchor=False, width="content")
        if control is not None:
            control()
    st.vega_lite_chart(
        spec=figure.chart.for_browser(), alt=figure.alt, key=f"chart.{figure.key}", width="stretch"
    )
    if figure.notes:
        st.caption("  \n".join(plain(note) for note in figure.notes))
    download_button(view.visitor, _file(view, figure), key=f"file.{figure.key}")
    _picture_buttons(view, figure)
    table = st.expander("数据表", key=f"table.{figure.key}", on_change="rerun")
    if table.open:
        with table:
            show_table(figure.table, figure.columns, alt=f"{figure.title}数据表")


def _picture_buttons(view: View, figure: Figure) -> None:
    """The chart as a file of its own, with title, filters, notes and as-of day inside; drawn when it is fetched."""
    with st.popover("下载图片", icon=":material/image:", key=f"pictures.{figure.key}"):
        for suffix, (label, mime, draw) in _PICTURES.items():
            name = file_name(figure.file_label, figure.filters, view.snapshot.version, suffix=suffix)
            offer = replace(_file(view, figure), file_name=name, build=partial(draw, view, figure))
            st.download_button(
                label,
                data=partial(handed_out, offer, view.visitor),
                file_name=name,
                mime=mime,
                key=f"{suffix}.{figure.key}",
                on_click="ignore",
            )


def _png(view: View, figure: Figure) -> bytes:
    return picture_png(figure.chart.for_browser(), _caption(view, figure), highest=_HIGHEST)


def _svg(view: View, figure: Figure) -> bytes:
    return picture_svg(figure.chart.for_browser(), _caption(view, figure), highest=_HIGHEST).encode()


def _caption(view: View, figure: Figure) -> Caption:
    return Caption(title=figure.title, filters=figure.sentence, basis=view.basis, notes=tuple(figure.notes))


_PICTURES: Final[dict[str, tuple[str, str, Callable[[View, Figure], bytes]]]] = {
    "png": ("位图 PNG", "image/png", _png),
    "svg": ("矢量图 SVG", "image/svg+xml", _svg),
}


def _file(view: View, figure: Figure) -> Download:
    return Download(
        file_name=file_name(figure.file_label, figure.filters, view.snapshot.version),
        row_count=len(figure.table),
        sentence=figure.sentence,
        basis=view.basis,
        build=partial(figure_bytes, figure.table, tuple(figure.columns)),
    )
