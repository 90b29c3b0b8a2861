"""What one slide says, as plain values: the wall, the presentation, the paper and the report are made from the same.

Every text is as a reader sees it (rounded, with units), so that no two outputs can round differently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Align = Literal["left", "right"]


@dataclass(frozen=True)
class ShownTable:
    """A table of texts: headings, one row of texts per row ("—" for missing), the side each column is aligned to."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    align: Sequence[Align]


@dataclass(frozen=True)
class Series:
    """One row of numbers of a chart; missing values are None. ``number_format`` as in a spreadsheet, e.g. 0.00%.

    ``lower`` and ``upper``: ends of the intervals, as many as values, or none at all. ``hollow``: which values rest on
    too few cases to be judged, or none at all.
    """

    name: str
    values: Sequence[float | None]
    number_format: str = "General"
    lower: Sequence[float | None] = ()
    upper: Sequence[float | None] = ()
    hollow: Sequence[bool] = ()


@dataclass(frozen=True)
class ChartData:
    """What a chart shows as categories and series, for programs that draw it natively.

    ``categories`` are texts, as many as the values of each series. ``axis``: title of the value axis with its unit.
    Lines are told from bars by ``has_bars``: these lie, the first series solid, the others as outlines around it.
    """

    categories: Sequence[str]
    series: Sequence[Series]
    axis: str
    has_bars: bool = False


@dataclass(frozen=True)
class ShownChart:
    """A chart: its Vega-Lite specification, its numbers (None where an office chart cannot say it), its table.

    ``svg``: the same drawn for paper with title, filters, source and as-of day inside; empty until paper is asked for.
    ``range_note``: the one of ``notes`` that gives the chart's own range where that is not the slide's, else empty.
    ``is_grid``: the chart is a table with marks; paper and presentation have its table in place of a picture.
    """

    key: str
    title: str
    specification: Mapping[str, Any]
    alt: str
    data: ChartData | None
    table: ShownTable
    notes: Sequence[str] = ()
    svg: str = ""
    range_note: str = ""
    is_grid: bool = False


@dataclass(frozen=True)
class ShownFigure:
    """A tile: the figure, the change since the year before in few words, counts and interval."""

    name: str
    value: str
    change: str | None
    lines: Sequence[str]


@dataclass(frozen=True)
class Slide:
    """One slide. ``filters_sentence`` and ``basis`` (as-of day, data version, made up or not) stand on every slide."""

    title: str
    filters_sentence: str
    basis: str
    figures: Sequence[ShownFigure] = ()
    charts: Sequence[ShownChart] = ()
    tables: Sequence[ShownTable] = ()
    sentences: Sequence[str] = ()
    notes: Sequence[str] = ()
    speaker_note: str = ""


@dataclass(frozen=True)
class Document:
    """What is handed out: the slides of one meeting in their order, all of one data version."""

    title: str
    data_version: int
    slides: Sequence[Slide]
