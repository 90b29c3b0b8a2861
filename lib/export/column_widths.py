"""How wide the columns of a shown table are on a page of fixed width, and how small its letters have to be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lib.data.fonts import broken_pieces, text_width
from lib.export.csv import ExportError
from lib.export.slide import ShownTable

#: Room left and right of a text inside its cell, both sides together, in points.
PADDING: Final = 12.0
#: A table with little in it is drawn at most so much wider than its texts need.
_LOOSEST: Final = 1.3
#: A single word claims at most so many em; a longer one is broken.
_WORD: Final = 11.0
_STEPS: Final = 40
_BETWEEN: Final = 0.25
_BORDERS: Final = re.compile(r"[\u3400-\u9fff](?=[0-9A-Za-z])|[0-9A-Za-z%](?=[\u3400-\u9fff])")


@dataclass(frozen=True)
class TableFit:
    """Size of the letters and width of each column, in points."""

    size: float
    widths: tuple[float, ...]


def fitted(table: ShownTable, width: float, sizes: Sequence[float], *, room: float = 1.0) -> TableFit:
    """The largest of `sizes` at which no word is torn apart. Raises `ExportError` where none lets the columns fit.

    `room`: how many times as wide as in our fonts a text may come out.
    """
    if not table.headings:
        raise ExportError(f"表“{table.title}”没有列，不能印出；请检查这张表的内容")
    uneven = [number for number, row in enumerate(table.rows, 1) if len(row) != len(table.headings)]
    if uneven:
        raise ExportError(f"表“{table.title}”第{uneven[0]}行的列数与表头不同；请检查这张表的内容")
    if len(table.align) != len(table.headings):
        raise ExportError(f"表“{table.title}”没有写明每一列的对齐；请检查这张表的内容")
    for size in sizes:
        natural, least = _needed(table, size, room)
        if sum(least) <= width:
            return TableFit(size, _shared(natural, least, width))
    raise ExportError(
        f"表“{table.title}”有{len(table.headings)}列，一页的宽度放不下；请减少列，或改为下载数据"
    )


def _needed(table: ShownTable, size: float, room: float) -> tuple[list[float], list[float]]:
    """Per column: the width without any break, and the width of its longest word."""
    natural, least = [], []
    for texts in _columns(table):
        lines = [line for text in texts for line in text.splitlines() or [""]]
        natural.append(room * max(_level(line, size) for line in lines) + PADDING)
        words = [piece for line in lines for piece in broken_pieces(line)]
        longest = max((text_width(word, size, bold=True) for word in words), default=0.0)
        least.append(room * max(2 * size, min(longest, _WORD * size)) + PADDING)
    return natural, least


def _level(line: str, size: float) -> float:
    """Width of a line that is not broken; office programs put some room between Chinese and Latin letters."""
    return text_width(line, size, bold=True) + _BETWEEN * size * len(_BORDERS.findall(line))


def _columns(table: ShownTable) -> Iterator[list[str]]:
    for number, heading in enumerate(table.headings):
        yield [heading, *(row[number] for row in table.rows)]


def _shared(natural: list[float], least: list[float], width: float) -> tuple[float, ...]:
    """Columns as wide as they like, all cut at one common width where together they are too wide."""
    if sum(natural) <= width:
        stretch = min(_LOOSEST, width / sum(natural))
        return tuple(column * stretch for column in natural)
    low, high = 0.0, max(natural)
    for _ in range(_STEPS):
        cut = (low + high) / 2
        total = sum(_cut(one, smallest, cut) for one, smallest in zip(natural, least, strict=True))
        low, high = (cut, high) if total <= width else (low, cut)
    return tuple(_cut(one, smallest, low) for one, smallest in zip(natural, least, strict=True))


def _cut(natural: float, least: float, cut: float) -> float:
    return max(min(natural, cut), min(natural, least))
