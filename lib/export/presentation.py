"""A meeting as a presentation (PPTX) with charts and tables that an office program can go on editing.

Every slide has the filter sentence, the as-of day with the data version, and its number. What does not fit on a
slide goes on to the next one, which says so in its title.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from pptx import Presentation
from pptx.exc import PackageNotFoundError

from lib.data.settings import PROJECT_FOLDER
from lib.export.csv import ExportError
from lib.export.presentation_charts import add_chart, least_height, picture_size
from lib.export.presentation_pages import Pages
from lib.export.presentation_tables import add_table
from lib.export.presentation_text import Look, lines_height
from lib.export.slide import Document, ShownChart, ShownFigure, Slide
from lib.export.slide_texts import check_characters
from lib.export.svg import LEGIBLE, svg_size

DEFAULT_TEMPLATE: Final = PROJECT_FOLDER / "data" / "templates" / "presentation.pptx"
#: Sizes of letters in points.
SENTENCE, NOTE, NAME, VALUE, LINE = 14.0, 10.0, 11.0, 20.0, 10.0
_GAP: Final = 8.0
_TILES_A_ROW: Final = 4
#: A chart lower than this goes to the next slide; none is higher than the second.
_LOWEST, _HIGHEST = 165.0, 380.0
#: Notes may take so much of a picture's height; otherwise they go on to the next slide.
_SHRUNK: Final = 0.9


def presentation_bytes(document: Document, template: Path | None = None) -> bytes:
    """The presentation, laid out by the bureau's `template` or by ours.

    Raises `ExportError` (Chinese) for a slide that cannot be made, naming it; there is no partial file.
    """
    if not document.slides:
        raise ExportError("议程没有内容，不能生成文件；请先加入至少一页")
    check_characters(document)
    deck = _opened(template or DEFAULT_TEMPLATE)
    look = Look.of(deck)
    for slide in document.slides:
        _add(Pages(deck, look, slide), slide)
    deck.core_properties.title = document.title
    deck.core_properties.author = "食安把脉"
    deck.core_properties.subject = f"数据版本 {document.data_version}"
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _opened(template: Path) -> Any:
    """The template without its own slides."""
    try:
        deck: Any = Presentation(str(template))
    except (PackageNotFoundError, BadZipFile, ValueError, KeyError, OSError) as error:
        raise ExportError(
            f"演示文稿模板“{template.name}”打不开；请在 BAMAI_PPTX_TEMPLATE 中填写一个 .pptx 文件（.potx 请先另存）"
        ) from error
    ids = deck.slides._sldIdLst
    for slide in list(ids):
        deck.part.drop_rel(slide.rId)
        ids.remove(slide)
    return deck


def _add(pages: Pages, slide: Slide) -> None:
    if slide.figures:
        _add_tiles(pages, slide.figures)
    for sentence in slide.sentences:
        pages.text(sentence, SENTENCE)
    for chart in slide.charts:
        _add_chart(pages, slide, chart)
    for table in slide.tables:
        add_table(pages, table)
    _add_notes(pages, slide.notes)
    if slide.speaker_note:
        pages.first.notes_slide.notes_text_frame.text = slide.speaker_note


def _add_tiles(pages: Pages, figures: Sequence[ShownFigure]) -> None:
    """Tiles side by side, four to a row, all of a row equally high."""
    for start in range(0, len(figures), _TILES_A_ROW):
        row = figures[start : start + _TILES_A_ROW]
        width = (pages.width - _GAP * (len(row) - 1)) / len(row)
        texts = [_tile(figure) for figure in row]
        height = max(
            sum(lines_height(text, size, width - 2 * _GAP) for text, size, _ in tile) + 2 * _GAP
            for tile in texts
        )
        top = pages.place(height + _GAP)
        for number, tile in enumerate(texts):
            pages.tile(tile, number * (width + _GAP), top, width, height)


def _tile(figure: ShownFigure) -> list[tuple[str, float, bool]]:
    """Text, size and whether it is bold."""
    change = [(f"比上年同期{figure.change}", LINE, False)] if figure.change else []
    lines = [(line, LINE, False) for line in figure.lines]
    return [(figure.name, NAME, False), (figure.value, VALUE, True), *change, *lines]


def _add_chart(pages: Pages, slide: Slide, chart: ShownChart) -> None:
    """A native chart with its notes below; a picture where an office chart cannot say it, a table for a grid."""
    if chart.is_grid:
        add_table(pages, chart.table)
        _add_notes(pages, chart.notes)
        return
    if chart.data is None and not chart.svg:
        raise ExportError(f"“{slide.title}”中的图“{chart.title}”没有为纸面绘制，未生成文件；请重试")
    below = sum(pages.text_height(note, NOTE) for note in chart.notes)
    if chart is slide.charts[-1] and not slide.tables:
        below += sum(pages.text_height(note, NOTE) for note in slide.notes)
    lowest = _LOWEST if chart.data is None else max(_LOWEST, least_height(chart.data))
    room = pages.room if pages.room - below >= min(lowest, pages.whole - below) else pages.whole
    height = min(_HIGHEST, room - below - _GAP)
    if height < _LOWEST / 2:
        raise ExportError(f"“{slide.title}”中的图“{chart.title}”说明过长，一页放不下；请缩短说明")
    if chart.data is None:
        height = _height_of_picture(pages, chart.svg, room - _GAP, below)
    top = pages.place(height + _GAP)
    add_chart(pages, chart, top, height)
    is_small = chart.data is None and height < LEGIBLE * svg_size(chart.svg)[1]
    if is_small and chart.table not in slide.tables:
        add_table(pages, chart.table)
    _add_notes(pages, chart.notes)


def _height_of_picture(pages: Pages, svg: str, room: float, below: float) -> float:
    """As high as the room allows with the notes below it, or without them where they would shrink it much."""
    alone, shared = (picture_size(svg, pages.width, height)[1] for height in (room, max(room - below, 1.0)))
    return shared if shared >= _SHRUNK * alone else alone


def _add_notes(pages: Pages, notes: Sequence[str]) -> None:
    for note in notes:
        pages.text(note, NOTE, faint=True)
