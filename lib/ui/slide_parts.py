"""What a slide is put together from: figures, charts and tables of the pages as the plain values of `lib.export.slide`.

Nothing here reads the session of a page: a slide is also built where there is none, for a file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from lib.export.slide import ChartData, Series, ShownChart, ShownFigure, ShownTable
from lib.metrics.format import MISSING, count_text, decimal_text, is_missing, rate_text
from lib.ui import cached
from lib.ui.chart_block import Figure
from lib.ui.figure_text import figure_value
from lib.ui.loop_tiles import LoopTile, tile_lines
from lib.ui.tables import Kind, ShownColumn
from lib.ui.tile import tile
from lib.ui.url_choice import not_there
from lib.ui.view import View

_FORMATS: Final[dict[Kind, str]] = {"percent": "0.00%", "count": "#,##0", "number": "0.00", "points": "0.00"}
#: Vega draws into a canvas unless told otherwise, which blurs when the wall enlarges it.
_SHARP: Final[dict[str, Any]] = {"embedOptions": {"renderer": "svg"}}


#: Begins the note with the range of a chart that is not the one of its slide.
OWN_RANGE: Final = "本图"
#: The column of a figure's table with what stands at its marks.
WORDS: Final = "text"


class SlideRefused(RuntimeError):
    """A slide that cannot be computed; the words say why, for readers. Such a slide shows no number."""


@dataclass(frozen=True)
class Drawn:
    """What of a figure's table an office program can draw: the column of categories and those of numbers.

    `bars`: lying bars instead of lines. `words`: a column of what stands at each mark on the screen; a bar's category
    says it. `interval`: columns of both ends around the first values. `hollow`: a column that is true for too few
    cases. `reference`: name and place of a line to compare with. `axis`: what is counted, where values differ in it.
    """

    categories: str
    values: tuple[str, ...]
    bars: bool = False
    words: str = ""
    interval: tuple[str, str] | None = None
    hollow: str = ""
    reference: tuple[str, float] | None = None
    axis: str = ""


def shown_chart(
    view: View, figure: Figure, drawn: Drawn | None = None, table: ShownTable | None = None
) -> ShownChart:
    """A figure of a page. `table` stands in for the figure's own where that one is too wide or too long for paper."""
    own = figure.sentence != view.sentence and figure.filters != view.filters
    range_note = f"{OWN_RANGE}{figure.sentence}" if own else ""
    return ShownChart(
        key=figure.key,
        title=figure.title,
        specification=_sharp(figure.chart.for_browser()),
        alt=figure.alt,
        data=_chart_data(figure, drawn) if drawn is not None and len(figure.table) else None,
        table=table or shown_table(figure.title, figure.table, figure.columns),
        notes=(*figure.notes, *((range_note,) if own else ())),
        range_note=range_note,
    )


def checked(
    own: Mapping[str, str], options: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The page's own parameters without those that cannot be chosen, and a note for each, in the words of the page.

    `options`: for each parameter its ids with their words, the default first.
    """
    kept, notes = dict(own), []
    for name, given in options.items():
        if name in kept and kept[name] not in given:
            del kept[name]
            first = next(iter(given))
            notes.append(not_there(name, given[first] or first))
    return kept, tuple(notes)


def worded(figure: Figure, words: Callable[[Any], str]) -> Figure:
    """The figure with a column `WORDS` in its table: what the screen writes at the mark of each row."""
    rows = figure.table.to_dict("records")
    return replace(figure, table=figure.table.assign(**{WORDS: [words(row) for row in rows]}))


def _sharp(specification: dict[str, Any]) -> dict[str, Any]:
    return {**specification, "usermeta": {**specification.get("usermeta", {}), **_SHARP}}


def _chart_data(figure: Figure, drawn: Drawn) -> ChartData:
    table, columns = figure.table, {column.name: column for column in figure.columns}
    first = columns[drawn.values[0]]
    series = [
        Series(
            name=columns[name].heading.removesuffix("（%）"),
            values=_numbers(table[name], columns[name].kind),
            number_format=_FORMATS.get(columns[name].kind, "General"),
        )
        for name in drawn.values
    ]
    if drawn.interval is not None:
        lower, upper = (_numbers(table[name], first.kind) for name in drawn.interval)
        series[0] = replace(series[0], lower=lower, upper=upper)
    if drawn.hollow:
        series[0] = replace(series[0], hollow=[bool(few) for few in table[drawn.hollow]])
    if drawn.reference is not None:
        name, place = drawn.reference
        series.append(Series(name, [_number(place, first.kind)] * len(table), series[0].number_format))
    return ChartData(_categories(table, drawn), series, drawn.axis or first.heading, drawn.bars)


def _categories(table: pd.DataFrame, drawn: Drawn) -> list[str]:
    names = [cell_text(value, "text") for value in table[drawn.categories]]
    if not drawn.words:
        return names
    return [f"{name}：{words}" for name, words in zip(names, table[drawn.words], strict=True)]


def _numbers(values: Iterable[Any], kind: Kind) -> list[float | None]:
    return [_number(value, kind) for value in values]


def _number(value: Any, kind: Kind) -> float | None:
    """The number with the digits that readers see, so that an office program has nothing left to round."""
    if is_missing(value):
        return None
    if kind == "percent":
        return float(rate_text(value).removesuffix("%").replace(",", "")) / 100
    return float(decimal_text(value).replace(",", "")) if kind in ("number", "points") else float(value)


def shown_table(title: str, table: pd.DataFrame, columns: Sequence[ShownColumn]) -> ShownTable:
    """A table in the words of the screen; a missing value is "—"."""
    kinds = [column.kind for column in columns]
    rows = zip(*(table[column.name].astype(object) for column in columns), strict=True)
    return ShownTable(
        title=title,
        headings=[column.heading for column in columns],
        rows=[[cell_text(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows],
        align=["left" if kind in ("text", "date") else "right" for kind in kinds],
    )


def cell_text(value: Any, kind: Kind) -> str:
    """One value as tables show it: 2.34%, 5,254, +0.11, 2025-01-31, "—" for missing."""
    if is_missing(value):
        return MISSING
    if kind == "percent":
        return rate_text(value)
    if kind == "points":
        points = rate_text(abs(value)).removesuffix("%")
        return f"{'-' if value < 0 else '+'}{points}"
    if kind == "number":
        return decimal_text(value)
    if kind == "count":
        return count_text(value)
    return pd.Timestamp(value).date().isoformat() if kind == "date" else " ".join(str(value).split())


def figures_of(view: View, metric_ids: Sequence[str]) -> tuple[ShownFigure, ...]:
    """Tiles with the change since the year before."""
    shown = [tile(view.source, metric_id, view.filters) for metric_id in metric_ids]
    return tuple(ShownFigure(one.name, one.value, one.change, one.lines) for one in shown)


def loop_figures(view: View, tiles: Sequence[LoopTile]) -> tuple[ShownFigure, ...]:
    """Tiles of the loop and the duties, which have no year before."""
    return tuple(_loop_figure(view, one) for one in tiles)


def _loop_figure(view: View, shown: LoopTile) -> ShownFigure:
    filters = shown.filters or view.filters
    result = cached.result(view.source, shown.metric_id, filters, (), shown.parameters)
    name = shown.name or result.metric.name
    return ShownFigure(name, figure_value(result), None, tile_lines(result, shown))
