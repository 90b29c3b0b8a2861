"""Native charts of a presentation, with the numbers of the wall in a workbook behind them."""

import io
from functools import lru_cache
from typing import Any, Final

import vl_convert
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.util import Pt

from lib.data.fonts import FONT_FOLDER
from lib.export.presentation_pages import Pages
from lib.export.presentation_text import Look, set_east_asian
from lib.export.slide import ChartData, ShownChart
from lib.export.svg import svg_size

_TITLE, _WORDS = 14.0, 11.0
#: With more bars than this the numbers beside them would stand on each other.
_LABELLED: Final = 40
_COLOURS: Final = (
    MSO_THEME_COLOR.ACCENT_1,
    MSO_THEME_COLOR.ACCENT_3,
    MSO_THEME_COLOR.ACCENT_2,
    MSO_THEME_COLOR.ACCENT_4,
)
_DOTS_A_POINT: Final = 3.0


def add_chart(pages: Pages, chart: ShownChart, top: float, height: float) -> None:
    """The chart as an office chart, or as a picture where it has no categories and series."""
    if chart.data is None:
        width, height = picture_size(chart.svg, pages.width, height)
        place = pages.frame(top, width, height, (pages.width - width) / 2)
        shape = pages.shapes.add_picture(io.BytesIO(_png(chart.svg)), *place)
    else:
        place = pages.frame(top, pages.width, height)
        shape = pages.shapes.add_chart(_kind(chart.data), *place, _numbers(chart.data))
        _dress(shape.chart, chart.title, chart.data, pages.look)
        shape.chart.part.chart_workbook.update_from_xlsx_blob(_workbook(chart.data))
    shape.name = chart.title
    shape._element.xpath(".//p:cNvPr")[0].set("descr", chart.alt)


def picture_size(svg: str, width: float, height: float) -> tuple[float, float]:
    """Width and height in points at which a picture fits into a box."""
    across, down = svg_size(svg)
    scale = min(width / across, height / down)
    return across * scale, down * scale


def _png(svg: str) -> bytes:
    _register_fonts()
    png: bytes = vl_convert.svg_to_png(svg, scale=_DOTS_A_POINT)
    return png


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(FONT_FOLDER))


def _kind(data: ChartData) -> Any:
    if data.horizontal:
        return XL_CHART_TYPE.BAR_CLUSTERED
    bars = all(series.kind == "bar" for series in data.series)
    return XL_CHART_TYPE.COLUMN_CLUSTERED if bars else XL_CHART_TYPE.LINE_MARKERS


def _numbers(data: ChartData) -> CategoryChartData:
    numbers = CategoryChartData(number_format=data.series[0].number_format)
    numbers.categories = list(data.categories)
    for series in data.series:
        numbers.add_series(series.name, list(series.values), number_format=series.number_format)
    return numbers


def _workbook(data: ChartData) -> bytes:
    """The workbook behind the chart. Names stay text: a name that begins with = is no formula."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet("Sheet1")
        for row, category in enumerate(data.categories, 1):
            sheet.write_string(row, 0, category)
        for column, series in enumerate(data.series, 1):
            sheet.write_string(0, column, series.name)
            style = book.add_format({"num_format": series.number_format})
            for row, value in enumerate(series.values, 1):
                if value is not None:
                    sheet.write_number(row, column, value, style)
    return file.getvalue()


def _dress(native: Any, title: str, data: ChartData, look: Look) -> None:
    native.font.size = Pt(_WORDS)
    set_east_asian(native._chartSpace.xpath("./c:txPr//a:defRPr")[0], look)
    native.has_title = True
    _words(native.chart_title.text_frame, title, _TITLE, look)
    native.has_legend = len(data.series) > 1
    if native.has_legend:
        native.legend.position = XL_LEGEND_POSITION.BOTTOM
        native.legend.include_in_layout = False
    axis = native.value_axis
    axis.has_title = True
    _words(axis.axis_title.text_frame, data.axis, _WORDS, look)
    axis.tick_labels.number_format = data.series[0].number_format
    axis.tick_labels.number_format_is_linked = False
    axis.major_gridlines.format.line.color.theme_color = MSO_THEME_COLOR.ACCENT_6
    native.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    if data.horizontal:
        # The first category on top, as on the wall.
        native.category_axis.reverse_order = True
    _mark(native, data)


def _words(frame: Any, text: str, size: float, look: Look) -> None:
    frame.text = text
    for run in frame.paragraphs[0].runs:
        run.font.size = Pt(size)
        run.font.bold = False
        set_east_asian(run._r.get_or_add_rPr(), look)


def _mark(native: Any, data: ChartData) -> None:
    """The first series in the main colour; lines after it are references, thin and dashed."""
    plot = native.plots[0]
    is_line = not (data.horizontal or all(series.kind == "bar" for series in data.series))
    if not is_line:
        plot.gap_width = 60
        plot.has_data_labels = len(data.categories) * len(data.series) <= _LABELLED
        if plot.has_data_labels:
            plot.data_labels.number_format = data.series[0].number_format
            plot.data_labels.number_format_is_linked = False
    for number, (native_series, series) in enumerate(zip(plot.series, data.series, strict=True)):
        colour = _COLOURS[number % len(_COLOURS)]
        if is_line:
            _draw_line(native_series, colour, series.kind, is_main=number == 0)
        else:
            native_series.format.fill.solid()
            native_series.format.fill.fore_color.theme_color = colour


def _draw_line(series: Any, colour: Any, kind: str, *, is_main: bool) -> None:
    series.smooth = False
    line = series.format.line
    if kind == "points":
        line.fill.background()
    else:
        line.color.theme_color = colour if is_main else MSO_THEME_COLOR.ACCENT_5
        line.width = Pt(2.0 if is_main else 1.0)
        if not is_main:
            line.dash_style = MSO_LINE.DASH
    series.marker.style = XL_MARKER_STYLE.CIRCLE if is_main or kind == "points" else XL_MARKER_STYLE.NONE
    if is_main or kind == "points":
        series.marker.size = 6
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.theme_color = colour
        series.marker.format.line.fill.background()
