"""Native charts of a presentation, with the numbers of the wall in a workbook behind them."""

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import vl_convert
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from lib.data.fonts import FONT_FOLDER
from lib.export.presentation_pages import Pages
from lib.export.presentation_text import Look, set_east_asian
from lib.export.slide import ChartData, Series, ShownChart
from lib.export.svg import svg_size

_TITLE, _WORDS, _TURNED = 14.0, 11.0, 9.0
#: Title, axis and key take so many points; a bar with its name wants so many, and letters shrink to fit, not below.
_AROUND, _ROW, _SMALLEST = 90.0, 16.0, 7.0
_FLATTEST: Final = 220.0
#: So many names of periods stand along the axis at most.
_NAMED: Final = 13
_MAIN, _FRAME, _FAINT = MSO_THEME_COLOR.ACCENT_1, MSO_THEME_COLOR.ACCENT_5, MSO_THEME_COLOR.ACCENT_6
_DOTS_A_POINT: Final = 3.0


def add_chart(pages: Pages, chart: ShownChart, top: float, height: float) -> None:
    """The chart as an office chart, or as a picture where it has no categories and series."""
    if chart.data is None:
        width, height = picture_size(chart.svg, pages.width, height)
        place = pages.frame(top, width, height, (pages.width - width) / 2)
        shape = pages.shapes.add_picture(io.BytesIO(_png(chart.svg)), *place)
    else:
        place = pages.frame(top, pages.width, height)
        kind = XL_CHART_TYPE.BAR_CLUSTERED if chart.data.has_bars else XL_CHART_TYPE.LINE_MARKERS
        shape = pages.shapes.add_chart(kind, *place, _numbers(chart.data))
        _dress(shape.chart, chart.title, chart.data, pages.look)
        if chart.data.has_bars:
            _lay(shape.chart, chart.data, height)
        else:
            _draw(shape.chart, chart.data)
        shape.chart.part.chart_workbook.update_from_xlsx_blob(_workbook(chart.data))
    shape.name = chart.title
    shape._element.xpath(".//p:cNvPr")[0].set("descr", chart.alt)


def least_height(data: ChartData) -> float:
    """Height in points below which names of bars would have to shrink and lines would be too flat to read."""
    return _AROUND + _ROW * len(data.categories) if data.has_bars else _FLATTEST


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
    axis.major_gridlines.format.line.color.theme_color = _FAINT
    native.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW


def _words(frame: Any, text: str, size: float, look: Look) -> None:
    frame.text = text
    for run in frame.paragraphs[0].runs:
        run.font.size = Pt(size)
        run.font.bold = False
        set_east_asian(run._r.get_or_add_rPr(), look)


def _lay(native: Any, data: ChartData, height: float) -> None:
    """Bars from top to bottom as on the wall, the values' axis below them; totals and references as outlines."""
    axis, plot = native.category_axis, native.plots[0]
    axis.reverse_order = True
    native.value_axis._element.xpath("./c:crosses")[0].set("val", "max")
    size = _WORDS * min(1.0, (height - _AROUND) / (_ROW * len(data.categories)))
    axis.tick_labels.font.size = Pt(max(_SMALLEST, size))
    _name_every(axis, 1)
    _reach(native.value_axis, data.series)
    plot.gap_width, plot.overlap = 60, 100
    for number, (bars, series) in enumerate(zip(plot.series, data.series, strict=True)):
        if number:
            _outline(bars)
            continue
        bars.format.fill.solid()
        bars.format.fill.fore_color.theme_color = _MAIN
        for place in [place for place, few in enumerate(series.hollow) if few]:
            _outline(bars.points[place])
        _add_intervals(bars, series)


def _outline(shape: Any) -> None:
    shape.format.fill.background()
    shape.format.line.color.theme_color = _FRAME
    shape.format.line.width = Pt(1.0)
    shape.format.line.dash_style = MSO_LINE.DASH


def _draw(native: Any, data: ChartData) -> None:
    """The first line in the main colour; those after it are references, thin and dashed."""
    step = -(-len(data.categories) // _NAMED)
    _name_every(native.category_axis, step, turned=step > 1)
    for number, (drawn, series) in enumerate(zip(native.plots[0].series, data.series, strict=True)):
        drawn.smooth = False
        line = drawn.format.line
        line.color.theme_color = _FRAME if number else _MAIN
        line.width = Pt(1.0 if number else 2.0)
        if number:
            line.dash_style = MSO_LINE.DASH
            drawn.marker.style = XL_MARKER_STYLE.NONE
            continue
        _mark(drawn.marker, is_hollow=False)
        for place in [place for place, few in enumerate(series.hollow) if few]:
            _mark(drawn.points[place].marker, is_hollow=True)
        _add_intervals(drawn, series)


def _mark(marker: Any, *, is_hollow: bool) -> None:
    marker.style, marker.size = XL_MARKER_STYLE.CIRCLE, 6
    marker.format.fill.solid()
    marker.format.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1 if is_hollow else _MAIN
    marker.format.line.color.theme_color = _MAIN


def _name_every(axis: Any, step: int, *, turned: bool = False) -> None:
    """Every so many categories have their name, level or turned by 45 degrees."""
    axis.tick_labels.font.size = axis.tick_labels.font.size or Pt(_TURNED if turned else _WORDS)
    axis._element.xpath("./c:txPr/a:bodyPr")[0].set("rot", "-2700000" if turned else "0")
    for name in ("c:tickMarkSkip", "c:tickLblSkip"):
        skip = parse_xml(f'<{name} {nsdecls("c")} val="{step}"/>')
        axis._element.xpath("./c:lblOffset")[0].addnext(skip)


def _furthest(series: Series) -> float:
    """Where whiskers end at most: those of too few cases would press the others into a corner."""
    hollow = series.hollow or [False] * len(series.values)
    ends = [high for high, few in zip(series.upper, hollow, strict=True) if high is not None and not few]
    known = [value for value in series.values if value is not None]
    return 1.08 * max([*ends, *known]) if ends else math.inf


def _reach(axis: Any, all_series: Sequence[Series]) -> None:
    """An axis long enough for the whiskers, of which office programs do not think."""
    first = all_series[0]
    known = [high for high in first.upper if high is not None]
    shown = [value for series in all_series for value in series.values if value is not None]
    if not known:
        return
    longest = max(min(max(known), _furthest(first)), *shown)
    step = 10.0 ** math.floor(math.log10(longest)) / 2 if longest > 0 else 1.0
    axis.minimum_scale, axis.maximum_scale = 0.0, step * math.ceil(longest / step)


def _add_intervals(drawn: Any, series: Series) -> None:
    """Whiskers from the lower to the upper end; a value without an interval has none."""
    if not series.lower:
        return
    end = _furthest(series)
    ends = zip(series.values, series.lower, series.upper, strict=True)
    reach = [
        (0.0, 0.0) if value is None or low is None or high is None else (value - low, min(high, end) - value)
        for value, low, high in ends
    ]
    bars = parse_xml(
        f"<c:errBars {nsdecls('c', 'a')}>"
        f'{_direction(drawn)}<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="0"/>'
        f"<c:plus>{_literal([up for _, up in reach])}</c:plus>"
        f"<c:minus>{_literal([down for down, _ in reach])}</c:minus>"
        '<c:spPr><a:ln w="15875"><a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:ln></c:spPr></c:errBars>'
    )
    drawn._element.find(qn("c:cat")).addprevious(bars)


def _direction(drawn: Any) -> str:
    """Lines name the direction; bars have one only."""
    return '<c:errDir val="y"/>' if drawn._element.getparent().tag == qn("c:lineChart") else ""


def _literal(numbers: Sequence[float]) -> str:
    points = "".join(
        f'<c:pt idx="{place}"><c:v>{number:.10g}</c:v></c:pt>' for place, number in enumerate(numbers)
    )
    return (
        f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(numbers)}"/>{points}</c:numLit>'
    )
