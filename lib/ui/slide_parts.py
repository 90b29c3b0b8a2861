"""What a slide is put together from: figures, charts and tables of the pages as the plain values of `lib.export.slide`.

Nothing here reads the session of a page: a slide is also built where there is none, for a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from lib.charts.drawing import Drawing
from lib.export.slide import ChartData, Series, SeriesKind, ShownChart, ShownFigure, ShownTable
from lib.metrics.format import MISSING, count_text, decimal_text, is_missing, rate_text
from lib.ui import cached
from lib.ui.chart_block import Figure
from lib.ui.figure_text import counts_lines, excluded_text, figure_value, only_row
from lib.ui.loop_tiles import LoopTile
from lib.ui.tables import Kind, ShownColumn
from lib.ui.tile import tile
from lib.ui.view import View

_FORMATS: Final[dict[Kind, str]] = {"percent": "0.00%", "count": "#,##0", "number": "0.00", "points": "0.00"}
#: Vega draws into a canvas unless told otherwise, which blurs when the wall enlarges it.
_SHARP: Final = {"embedOptions": {"renderer": "svg"}}


class SlideRefused(RuntimeError):
    """A slide that cannot be computed; the words say why, for readers. Such a slide shows no number."""


@dataclass(frozen=True)
class Drawn:
    """What of a figure's table an office program can draw: the column of categories and those of numbers.

    `kinds`: as many as `values`; all like the first if there are fewer.
    """

    categories: str
    values: tuple[str, ...]
    kinds: tuple[SeriesKind, ...] = ("line",)
    horizontal: bool = False


def shown_chart(
    view: View, figure: Figure, drawn: Drawn | None = None, table: ShownTable | None = None
) -> ShownChart:
    """A figure of a page. `table` stands in for the figure's own where that one is too wide or too long for paper."""
    own = figure.sentence != view.sentence and figure.filters != view.filters
    notes = (*figure.notes, *((f"本图{figure.sentence}",) if own else ()))
    return ShownChart(
        key=figure.key,
        title=figure.title,
        specification={**_specification(figure.chart), "usermeta": _SHARP},
        alt=figure.alt,
        data=_chart_data(figure, drawn) if drawn is not None and len(figure.table) else None,
        table=table or shown_table(figure.title, figure.table, figure.columns),
        notes=notes,
    )


def _specification(chart: Drawing) -> dict[str, Any]:
    return chart.for_browser()


def _chart_data(figure: Figure, drawn: Drawn) -> ChartData:
    columns = {column.name: column for column in figure.columns}
    kinds = (*drawn.kinds, *(drawn.kinds[:1] * len(drawn.values)))
    series = [
        Series(
            name=columns[name].heading.removesuffix("（%）"),
            values=[_number(value, columns[name].kind) for value in figure.table[name]],
            kind=kind,
            number_format=_FORMATS.get(columns[name].kind, "General"),
        )
        for name, kind in zip(drawn.values, kinds, strict=False)
    ]
    return ChartData(
        categories=[cell_text(value, "text") for value in figure.table[drawn.categories]],
        series=series,
        axis=columns[drawn.values[0]].heading,
        horizontal=drawn.horizontal,
    )


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
    filters = getattr(shown, "filters", None) or view.filters
    result = cached.result(view.source, shown.metric_id, filters, (), shown.parameters)
    lines: list[str] = []
    if result.metric.denominator is not None:
        denominator = only_row(result)["denominator"]
        none = is_missing(denominator) or denominator == 0
        lines += ["没有可作分母的记录，不作 0% 或 100%"] if none else counts_lines(result)
    lines += [excluded_text(result), *shown.line.split("\n")]
    name = shown.name or result.metric.name
    return ShownFigure(name, figure_value(result), None, tuple(line for line in lines if line))
