"""Everything a document says, in reading order: what is checked before a file is made, and compared in its tests."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from lib.export.csv import ExportError
from lib.export.slide import Document, ShownTable, Slide

_LINE_BREAKS: Final = frozenset("\t\n\r")


def check_characters(document: Document) -> None:
    """Raise `ExportError` for a control character anywhere in the document, the speaker's notes too."""
    require_printable((*printed_texts(document), *(slide.speaker_note for slide in document.slides)))


def printed_texts(document: Document) -> Iterator[str]:
    """Every text of the document and of its charts: what is drawn natively, and the tables of small pictures."""
    yield from texts_of(document)
    for chart in (chart for slide in document.slides for chart in slide.charts):
        yield from (chart.title, chart.alt, *chart.notes, *table_texts(chart.table))
        if chart.data is not None:
            yield from (chart.data.axis, *chart.data.categories, *(one.name for one in chart.data.series))


def require_printable(texts: Iterable[str]) -> None:
    """Raise `ExportError` for a control character, which no office file can hold."""
    for text in texts:
        for character in text:
            if unicodedata.category(character) in ("Cc", "Cs") and character not in _LINE_BREAKS:
                place = text.index(character)
                raise ExportError(
                    f"文字“{text[:place]}”之后有控制字符 U+{ord(character):04X}，不能写入文件；请在数据中去掉它"
                )


def texts_of(document: Document) -> Iterator[str]:
    """Title, then the texts of every slide; not the speaker's notes, which are for the speaker alone."""
    yield document.title
    for slide in document.slides:
        yield from slide_texts(slide)


def slide_texts(slide: Slide) -> Iterator[str]:
    """Every text of one slide, those inside pictures left out."""
    yield from (slide.title, slide.filters_sentence, slide.basis)
    for figure in slide.figures:
        yield from (figure.name, figure.value, *((figure.change,) if figure.change else ()), *figure.lines)
    yield from slide.sentences
    for table in slide.tables:
        yield from table_texts(table)
    yield from slide.notes


def table_texts(table: ShownTable) -> Iterator[str]:
    """Title, headings and cells of a table."""
    yield from (table.title, *table.headings)
    for row in table.rows:
        yield from row
