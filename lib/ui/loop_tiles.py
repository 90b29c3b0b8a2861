"""Tiles of the loop: value, counts and interval, and what the figure leaves out.

There is no year before: items found a year ago had a year longer to be finished, so the two figures say nothing
about each other. Completion within fixed days of cohorts is the comparison.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib.data.filters import Filters
from lib.metrics.format import is_missing
from lib.ui import cached
from lib.ui.figure_text import counts_lines, excluded_text, figure_value, only_row
from lib.ui.page_part import page_part
from lib.ui.plain_text import plain
from lib.ui.view import View

_NARROWEST: Final = 160


@dataclass(frozen=True)
class LoopTile:
    """A figure to show: its metric and parameters, a line under the counts, a name short enough for a tile.

    `line` may be several; `filters`: those of the view by default.
    """

    metric_id: str
    parameters: tuple[tuple[str, float], ...] = ()
    line: str = ""
    name: str = ""
    filters: Filters | None = None


def loop_tiles(view: View, shown: Sequence[LoopTile]) -> None:
    """A row of tiles; they stack on a narrow screen. A tile that cannot be computed says why in its place."""
    with st.grid(len(shown), min_column_width=_NARROWEST, gap="small"):
        for one in shown:
            with st.container(border=True, height="stretch", gap="xsmall"), page_part(skeleton_height=None):
                _draw(view, one)


def _draw(view: View, shown: LoopTile) -> None:
    result = cached.result(view.source, shown.metric_id, shown.filters or view.filters, (), shown.parameters)
    metric = result.metric
    parts = (metric.description, metric.note, excluded_text(result), result.sentence)
    explained = "；".join(part.rstrip("。") for part in parts if part) + "。"
    st.metric(shown.name or metric.name, figure_value(result), help=plain(explained))
    st.caption("  \n".join(plain(line) for line in tile_lines(result, shown)))


def tile_lines(result: cached.Result, shown: LoopTile) -> tuple[str, ...]:
    """What stands below the figure: counts and interval, what it leaves out, the tile's own lines."""
    return tuple(line for line in (*_counts(result), excluded_text(result), *shown.line.split("\n")) if line)


def _counts(result: cached.Result) -> tuple[str, ...]:
    if result.metric.denominator is None:
        return ()
    denominator = only_row(result)["denominator"]
    if is_missing(denominator) or denominator == 0:
        return ("没有可作分母的记录，不作 0% 或 100%",)
    return counts_lines(result)
