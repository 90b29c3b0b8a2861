"""One slide in the whole window: figures on the left, chart and sentences beside them."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.export.slide import ShownChart, ShownFigure, ShownTable, Slide
from lib.ui.plain_text import plain

_WIDTHS: Final = (1, 3.4)
_MOST_IN_A_ROW: Final = 5
#: Streamlit measures these by the root size of words, which on the wall grows with the window; a chart is enlarged as a
#: whole, so that they would grow twice. The values are those of the pages.
_WORDS: Final = {"labelFontSize": 12, "titleFontSize": 12}
_AXIS: Final = {**_WORDS, "titlePadding": 15, "labelPadding": 15, "labelSeparation": 2}
_KEY: Final = {**_WORDS, "padding": 8, "columnPadding": 8, "rowPadding": 2, "symbolStrokeWidth": 2}


def draw_slide(slide: Slide) -> None:
    """Draw what the slide says; nothing is computed here."""
    with st.container(key="wall.slide", gap="small"):
        st.header(plain(slide.title), anchor=False)
        st.caption(plain(f"{slide.filters_sentence} · {slide.basis}"))
        if slide.figures and slide.charts:
            left, right = st.columns(_WIDTHS, gap="small")
            with left:
                for figure in slide.figures:
                    _figure(figure)
            with right:
                _rest(slide)
            return
        if slide.figures:
            rows = -(-len(slide.figures) // _MOST_IN_A_ROW)
            with st.grid(-(-len(slide.figures) // rows), min_column_width=200, gap="small"):
                for figure in slide.figures:
                    _figure(figure)
        _rest(slide)


def _rest(slide: Slide) -> None:
    for chart in slide.charts:
        _chart(chart)
    if slide.sentences:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in slide.sentences))
    for table in slide.tables:
        _table(table)
    notes = [note for chart in slide.charts for note in chart.notes] + list(slide.notes)
    if notes:
        st.caption("  \n".join(plain(note) for note in notes))


def _figure(figure: ShownFigure) -> None:
    with st.container(border=True, gap=None, key=f"wall.figure.{figure.name}"):
        st.metric(
            figure.name,
            figure.value,
            delta=figure.change,
            delta_color="off",
            delta_arrow="off",
            delta_description="比上年同期" if figure.change is not None else None,
        )
        st.caption("  \n".join(plain(line) for line in figure.lines))


def _chart(chart: ShownChart) -> None:
    st.subheader(plain(chart.title), anchor=False)
    with st.container(key=f"wall.chart.{chart.key}"):
        st.vega_lite_chart(
            spec=_legible(chart.specification), alt=chart.alt, key=f"wall.{chart.key}", width="stretch"
        )


def _legible(specification: Mapping[str, Any]) -> dict[str, Any]:
    """The specification with the sizes of the pages."""
    given: Mapping[str, Any] = specification.get("config", {})
    sizes = {"axis": _AXIS, "legend": _KEY, "header": _WORDS}
    sized = {part: {**given.get(part, {}), **values} for part, values in sizes.items()}
    return {**specification, "config": {**given, **sized}}


def _table(table: ShownTable) -> None:
    st.subheader(plain(table.title), anchor=False)
    words = {
        heading: [plain(row[place]) for row in table.rows] for place, heading in enumerate(table.headings)
    }
    st.table(pd.DataFrame(words).set_index(table.headings[0]))
