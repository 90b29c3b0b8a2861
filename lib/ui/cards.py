"""Tiles: one figure each, with its counts, its interval and the same period a year earlier."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.tile import Tile, tile
from lib.ui.view import View

_NARROWEST: Final = 215


def tiles(view: View, metric_ids: Sequence[str]) -> None:
    """A row of tiles; they stack on a narrow screen. A tile that cannot be computed says why in its place."""
    with st.grid(len(metric_ids), min_column_width=_NARROWEST, gap="small"):
        for metric_id in metric_ids:
            with st.container(border=True, height="stretch", gap="xsmall"), page_part(skeleton_height=None):
                _draw(tile(view.source, metric_id, view.filters))


def _draw(shown: Tile) -> None:
    st.metric(
        shown.name,
        shown.value,
        delta=shown.change,
        delta_color="off",
        delta_arrow="off",
        delta_description="比上年同期" if shown.change is not None else None,
        help=plain(shown.explained),
    )
    st.caption("  \n".join(plain(line) for line in shown.lines))
