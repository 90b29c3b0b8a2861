"""A chart with everything that belongs to it: title, picture with words for it, notes, file, table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from lib.charts.drawing import Drawing
from lib.data.filters import Filters
from lib.export.csv import file_name
from lib.ui.downloads import Download, download_button
from lib.ui.figure_file import figure_bytes
from lib.ui.plain_text import plain
from lib.ui.tables import ShownColumn, show_table
from lib.ui.view import View


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
    table = st.expander("数据表", key=f"table.{figure.key}", on_change="rerun")
    if table.open:
        with table:
            show_table(figure.table, figure.columns, alt=f"{figure.title}数据表")


def _file(view: View, figure: Figure) -> Download:
    return Download(
        file_name=file_name(figure.file_label, figure.filters, view.snapshot.version),
        row_count=len(figure.table),
        sentence=figure.sentence,
        basis=view.basis,
        build=partial(figure_bytes, figure.table, tuple(figure.columns)),
    )
