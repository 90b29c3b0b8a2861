"""Native tables of a presentation: a long one goes on over further slides, its headings repeated, no row cut."""

from collections.abc import Sequence
from typing import Final

from pptx.enum.text import MSO_ANCHOR
from pptx.util import Pt

from lib.export.column_widths import PADDING, TableFit, fitted
from lib.export.csv import ExportError
from lib.export.presentation_pages import Pages
from lib.export.presentation_text import WIDER, aligned, lines_height, prepare, write
from lib.export.slide import ShownTable

_SIZES: Final = (12.0, 11.0, 10.0, 9.0)
_TITLE: Final = 14.0
#: Room above and below the text of a cell.
_ABOVE: Final = 3.0


def add_table(pages: Pages, table: ShownTable) -> None:
    """Write the table, as many rows on each page as fit."""
    fit = fitted(table, pages.width, _SIZES, room=1.02 / WIDER)
    heading = _row_height(table.headings, fit)
    heights = [_row_height(row, fit) for row in table.rows]
    title = pages.text_height(f"{table.title}（续）", _TITLE)
    start = 0
    while start < len(heights) or start == 0:
        needed = title + heading + 2 * _ABOVE + (heights[start] if heights else 0)
        if pages.room < needed:
            _next_page(pages, table, needed)
        end = _rows_that_fit(heights, start, pages.room - title - heading - 2 * _ABOVE)
        words = table.title if start == 0 else f"{table.title}（续）"
        pages.text(words, _TITLE)
        _write(pages, table, fit, table.rows[start:end], [heading, *heights[start:end]])
        if not heights:
            return
        start = end


def _next_page(pages: Pages, table: ShownTable, needed: float) -> None:
    if needed > pages.whole:
        raise ExportError(f"表“{table.title}”有一行比一页还高，放不下；请缩短该行文字")
    pages.turn()


def _rows_that_fit(heights: Sequence[float], start: int, room: float) -> int:
    end, used = start, 0.0
    while end < len(heights) and used + heights[end] <= room:
        used += heights[end]
        end += 1
    return max(end, start + 1)


def _row_height(row: Sequence[str], fit: TableFit) -> float:
    pairs = zip(row, fit.widths, strict=True)
    return max(lines_height(text, fit.size, width - PADDING) for text, width in pairs) + 2 * _ABOVE


def _write(
    pages: Pages, table: ShownTable, fit: TableFit, rows: Sequence[Sequence[str]], heights: Sequence[float]
) -> None:
    top = pages.place(sum(heights) + 2 * _ABOVE)
    place = pages.frame(top, sum(fit.widths), sum(heights))
    shape = pages.shapes.add_table(len(rows) + 1, len(fit.widths), *place)
    shape.name = table.title
    native = shape.table
    for column, width in zip(native.columns, fit.widths, strict=True):
        column.width = Pt(width)
    for number, (texts, height) in enumerate(zip([table.headings, *rows], heights, strict=True)):
        native.rows[number].height = Pt(height)
        for cell, text, side in zip(native.rows[number].cells, texts, table.align, strict=True):
            frame = prepare(cell.text_frame)
            cell.margin_left = cell.margin_right = Pt(PADDING / 2)
            cell.margin_top = cell.margin_bottom = Pt(_ABOVE)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            aligned(frame.paragraphs[0], side)
            write(frame.paragraphs[0], text, fit.size, pages.look, bold=number == 0)
