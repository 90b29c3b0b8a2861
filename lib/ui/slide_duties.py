"""Slides of responsibility: 属地责任 and 包保督导."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from lib.charts.district_grid import with_places
from lib.export.slide import Align, ShownTable, Slide
from lib.metrics.analyses.district_record import ADJUSTED, MEASURES, DistrictRecord
from lib.metrics.analyses.duty_lists import quarter_days
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.format import MISSING, interval_text, is_missing, rate_text
from lib.metrics.registry import get_metric
from lib.ui import cached, district_cached, supervision_cached
from lib.ui.district_figures import dots_figure, grid_cells, grid_figure
from lib.ui.filter_query import PARAMETERS
from lib.ui.loop_tiles import LoopTile
from lib.ui.loop_view import known_view
from lib.ui.rate_figures import adjusted_figure
from lib.ui.slide_parts import SlideRefused, cell_text, checked, loop_figures, shown_chart
from lib.ui.slide_rates import rates_chart, ratios_chart
from lib.ui.supervision_lists import cockpit_listing
from lib.ui.supervision_page import GROUPS, last_reached
from lib.ui.view import View

_NOTHING: Final = "所选范围没有可比较的地区。请放宽期间、属地或其他筛选条件"
_RATE: Final = "supervision_on_time_rate"
_TILES: Final = ("supervision_due", "supervision_done", _RATE, "supervision_overdue")
_FEWEST: Final = 2
MEASURE_NAMES: Final = {one: get_metric(one).name for one in MEASURES}


def compare(view: View, own: Mapping[str, str]) -> Slide:
    """All measures of all districts, one row a district."""
    record = district_cached.record(view.source, view.filters, MEASURES)
    if all(measure.frame.empty for measure in record.measures):
        raise SlideRefused(" ".join(record.refused) or _NOTHING)
    chart = shown_chart(view, grid_figure(record, on_page=False), table=grid_table(record))
    return Slide("属地责任：各项对照", view.sentence, view.basis, charts=(replace(chart, is_grid=True),))


def measure(view: View, own: Mapping[str, str]) -> Slide:
    """One measure of all districts with intervals."""
    chosen = own.get("measure", MEASURES[0])
    record = district_cached.record(view.source, view.filters, (chosen,))
    if not record.measures or len(record.measures[0].frame) < _FEWEST:
        raise SlideRefused(" ".join(record.refused) or _NOTHING)
    shown = record.measures[0]
    if chosen == ADJUSTED:
        chart = ratios_chart(view, adjusted_figure(cached.districts(view.source, ADJUSTED, view.filters)))
    else:
        chart = rates_chart(view, dots_figure(shown, on_page=False), "name", shown.baseline)
    title = f"属地责任：{shown.metric.name}"
    return Slide(title, view.sentence, view.basis, charts=(chart,), notes=record.notes)


def grid_table(record: DistrictRecord) -> ShownTable:
    """The cells of the grid as a table: value, counts, interval and what the mark says in one cell each."""
    cells = with_places(grid_cells(record))
    cells["head"] = [_head(*pair) for pair in zip(cells["measure_name"], cells["measure"], strict=True)]
    heads = list(dict.fromkeys(cells["head"]))
    texts = {(row["name"], row["head"]): _cell(row) for row in cells.to_dict("records")}
    names = list(dict.fromkeys(cells["name"]))
    align: list[Align] = ["left"] * (len(heads) + 1)
    return ShownTable(
        title="各地履责对照",
        headings=["地区", *heads],
        rows=[[name, *(texts[name, head] for head in heads)] for name in names],
        align=align,
    )


def _cell(row: Mapping[Hashable, Any]) -> str:
    # A space and a dot, no full-width brackets: office programs set those wider and would break the line.
    value = " · ".join(part for part in (row["value_text"], row["fraction_text"]) if part)
    mark = row["role"] if row["is_flagged"] else ""
    return "\n".join(part for part in (value, row["interval_text"], mark) if part)


def _head(measure_name: str, measure: str) -> str:
    """The name of a measure with the last line of its head, which says which way is better."""
    better = measure.rpartition("\n")[2]
    return f"{measure_name}（{better}）" if better else measure_name


def progress(view: View, own: Mapping[str, str]) -> Slide:
    """The quarter's duties: figures, by level or by district, and the rate of the districts."""
    known, left_out = known_view(view)
    quarter, mistyped = _quarter(known, own)
    start, end = quarter_days(quarter)
    known = replace(known, filters=known.filters.with_(start=start, end=end), omitted=("sampling",))
    by = own.get("by", next(iter(GROUPS)))
    cockpit = supervision_cached.cockpit(known.source, quarter, known.filters, by)
    listing = cockpit_listing(known, cockpit, by)
    label = _label(quarter)
    running = ["季度未结束，只表示进度。"] if known.choices.as_of < end else []
    words = "、".join(PARAMETERS[name] for name in left_out)
    ignored = [f"包保记录不分{words}，本页数字没有按此筛选。"] if words else []
    return Slide(
        title=f"包保督导：{label}进度",
        filters_sentence=known.sentence,
        basis=known.basis,
        figures=loop_figures(known, [LoopTile(metric_id) for metric_id in _TILES]),
        tables=(progress_table(listing.title, listing.table),),
        notes=(*mistyped, *running, *ignored, *cockpit.notes),
    )


def progress_table(title: str, frame: pd.DataFrame) -> ShownTable:
    """The counts of the quarter in few columns, those that belong together in one: a phone shows the wall too."""
    heads = [
        "分组",
        "已督导/应督导",
        "按期/逾期",
        "未督导：到期/未到期",
        "已督导率（95%区间）",
        "空档",
        "发现问题",
    ]
    rows = []
    for row in frame.to_dict("records"):
        due, late, left = (
            "/".join(cell_text(row[name], "count") for name in pair)
            for pair in (("done", "due"), ("on_time", "late"), ("overdue", "not_due"))
        )
        rate = f"{rate_text(row['rate'])}（{interval_text(row['lower'], row['upper'])}）"
        shown = MISSING if is_missing(row["rate"]) else rate
        ends = (cell_text(row[name], "count") for name in ("gaps", "problems"))
        rows.append([cell_text(row["group_name"], "text"), due, late, left, shown, *ends])
    return ShownTable(title, heads, rows, ["left", *["right"] * (len(heads) - 1)])  # type: ignore[list-item]


def _quarter(view: View, own: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """The quarter that the address names, else the last one that the period of the filters reaches, with a note."""
    found = supervision_cached.quarters(view.source, view.filters)
    if not found:
        raise SlideRefused(
            f"没有包保督导任务：{view.sentence.removeprefix('范围：')}。没有数字可算，不等于零"
        )
    last = last_reached(found, view.filters.end)
    options = {str(one): _label(one) for one in (last, *found)}
    kept, notes = checked(own, {"quarter": options})
    return int(kept.get("quarter", last)), notes


def _label(quarter: int) -> str:
    return DIMENSIONS["due_quarter"].label(quarter, {})
