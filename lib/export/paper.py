"""A meeting on paper: A4 landscape PDF with selectable text, its fonts inside, drawn by Typst without a network.

What slides say is handed over as data and never as markup, so that a name stays a name whatever it is made of.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import typst

from lib.data.fonts import FONT_FOLDER, MissingGlyph, broken_pieces, check_glyphs, text_width, wrapped
from lib.data.settings import PROJECT_FOLDER
from lib.export.column_widths import PADDING, fitted
from lib.export.csv import ExportError
from lib.export.slide import Document, ShownFigure, ShownTable, Slide
from lib.export.slide_texts import check_characters, printed_texts
from lib.export.svg import LEGIBLE, svg_size

TEMPLATE: Final = PROJECT_FOLDER / "data" / "templates" / "paper.typ"
#: A4 landscape and its margins, in points.
_WIDTH, _HEIGHT, _SIDE = 841.9, 595.3, 42.5
INSIDE: Final = _WIDTH - 2 * _SIDE
_SIZES: Final = (9.5, 9.0, 8.0, 7.0)
_FILTERS_SIZE, _FILTERS_LEADING = 9.0, 13.5
_TITLE_SIZE, _TITLE_LEADING = 15.0, 22.0
_FOOTER_SIZE, _FOOTER_LEADING = 8.5, 13.0
#: Room for the page number beside the footer's text.
_PAGE_NUMBER: Final = 110.0
#: A cell with a longer text than this may be cut at a page's end; otherwise its row could be higher than a page.
_LONG: Final = 1200
#: Space kept free above and below a picture.
_GAP: Final = 14.0
#: A picture is drawn smaller to stay on the page, but never smaller than this share of its full size.
_LEAST_SCALE: Final = 0.62
_TILES_A_ROW: Final = 4
_NOTE_SIZE: Final = 8.5
_BREAK_HERE: Final = "\u200b"


def paper_bytes(document: Document) -> bytes:
    """The PDF. Raises `ExportError` (Chinese) for a slide that cannot be set, naming it; there is no partial file."""
    if not document.slides:
        raise ExportError("议程没有内容，不能生成文件；请先加入至少一页")
    check_characters(document)
    data = {"title": document.title, "side": _SIDE, "slides": [_slide(slide) for slide in document.slides]}
    try:
        check_glyphs(printed_texts(document))
        pdf: bytes = typst.compile(
            TEMPLATE,
            root=TEMPLATE.parent,
            font_paths=[FONT_FOLDER],
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
        )
    except MissingGlyph as missing:
        raise ExportError(str(missing)) from missing
    except typst.TypstError as error:
        raise ExportError(f"“{document.title}”排版失败：{error.message}；请把这句话告诉系统管理员") from error
    return pdf


def _slide(slide: Slide) -> dict[str, Any]:
    """A slide as the template reads it; the margins grow with the lines of title, filters and basis."""
    titles = len(wrapped(f"{slide.title}（续）", _TITLE_SIZE, INSIDE, bold=True))
    filters = len(wrapped(slide.filters_sentence, _FILTERS_SIZE, INSIDE))
    footers = len(wrapped(slide.basis, _FOOTER_SIZE, INSIDE - _PAGE_NUMBER)) + 1
    top = 44.0 + titles * _TITLE_LEADING + filters * _FILTERS_LEADING
    bottom = 34.0 + footers * _FOOTER_LEADING
    return {
        "title": slide.title,
        "filters": slide.filters_sentence,
        "basis": slide.basis,
        "top": top,
        "bottom": bottom,
        "parts": list(_parts(slide, _HEIGHT - top - bottom)),
    }


def _parts(slide: Slide, height: float) -> Iterator[dict[str, Any]]:
    room = height
    if slide.figures:
        figures = [
            {"name": one.name, "value": one.value, "change": one.change, "lines": list(one.lines)}
            for one in slide.figures
        ]
        room -= _height_of_tiles(slide.figures)
        yield {"kind": "figures", "figures": figures}
    if slide.sentences:
        room -= _height_of_texts(slide.sentences, 10.5)
        yield {"kind": "sentences", "texts": list(slide.sentences)}
    yield from _charts(slide, height, room - _height_of_texts(slide.notes, _NOTE_SIZE))
    for table in slide.tables:
        yield _table(table)
    if slide.notes:
        yield {"kind": "notes", "texts": list(slide.notes)}


def _charts(slide: Slide, height: float, room: float) -> Iterator[dict[str, Any]]:
    """Pictures as wide as the page; a little smaller where one then still fits under what stands above it."""
    for chart in slide.charts:
        if chart.is_grid:
            yield _table(chart.table)
            yield {"kind": "notes", "texts": list(chart.notes)}
            continue
        if not chart.svg:
            raise ExportError(f"“{slide.title}”中的图“{chart.title}”没有为纸面绘制，未生成文件；请重试")
        across, down = svg_size(chart.svg)
        wanted = min(height - _GAP, INSIDE * down / across)
        if room - _GAP < _LEAST_SCALE * wanted:
            room = height
        below = _height_of_texts(chart.notes, _NOTE_SIZE)
        free = room - _GAP - below
        drawn = min(wanted, free if free >= _LEAST_SCALE * wanted else room - _GAP)
        room -= drawn + _GAP + below
        yield {"kind": "chart", "svg": chart.svg, "alt": chart.alt, "width": drawn * across / down}
        if drawn < LEGIBLE * down and chart.table not in slide.tables:
            room = height
            yield _table(chart.table)
        if chart.notes:
            yield {"kind": "notes", "texts": list(chart.notes)}


def _height_of_tiles(figures: Sequence[ShownFigure]) -> float:
    """How high the rows of tiles are at most, four to a row."""
    lines = max(len(figure.lines) for figure in figures)
    rows = -(-len(figures) // _TILES_A_ROW)
    return rows * (66.0 + 16.0 * lines)


def _height_of_texts(texts: Sequence[str], size: float) -> float:
    return sum(len(wrapped(text, size, INSIDE)) * 1.65 * size + 8.0 for text in texts)


def _table(table: ShownTable) -> dict[str, Any]:
    fit = fitted(table, INSIDE, _SIZES)

    def cells(row: Sequence[str]) -> list[dict[str, Any]]:
        pairs = zip(row, fit.widths, strict=True)
        return [
            {"text": _breakable(text, width - PADDING, fit.size), "long": len(text) > _LONG}
            for text, width in pairs
        ]

    return {
        "kind": "table",
        "title": table.title,
        "headings": list(table.headings),
        "rows": [cells(row) for row in table.rows],
        "align": list(table.align),
        "widths": list(fit.widths),
        "size": fit.size,
    }


def _breakable(text: str, width: float, size: float) -> str:
    """A run of letters or digits wider than its column gets places where it may be broken."""
    pieces = (
        _BREAK_HERE.join(piece) if text_width(piece, size) > width else piece
        for line in text.splitlines(keepends=True)
        for piece in broken_pieces(line)
    )
    return "".join(pieces)
