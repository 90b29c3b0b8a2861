"""One district's own view: its figures and trend, and the open work that lies with it."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from lib.metrics.analyses.district_record import MEASURES
from lib.metrics.compute import Result
from lib.metrics.format import count_text
from lib.metrics.registry import get_metric
from lib.metrics.rows import row_columns, rows_behind
from lib.ui import cached
from lib.ui.chart_block import chart_block
from lib.ui.figure_text import only_row
from lib.ui.loop_tiles import LoopTile, loop_tiles
from lib.ui.page_part import page_part
from lib.ui.paged_list import Listing, paged_list
from lib.ui.rate_figures import course_figure
from lib.ui.rate_page import METRIC, reaching_back
from lib.ui.tables import Kind, ShownColumn
from lib.ui.url_choice import dropdown, segments
from lib.ui.view import View


@dataclass(frozen=True)
class OwnList:
    """The rows behind a count, with the columns to show. `is_open`: whatever the period, all up to the as-of day."""

    metric_id: str
    columns: tuple[str, ...]
    is_open: bool = False


_LISTS: Final = {
    "items": OwnList(
        "rectification_open",
        (
            *("enterprise_name", "origin", "failing_item_name", "owner_post"),
            *("found_on", "due_on", "rectified_on", "item_no"),
        ),
        is_open=True,
    ),
    "letters": OwnList(
        "letters_triggered",
        (
            *("kind", "trigger", "enterprise_name", "recipient_post"),
            *("triggered_on", "sent_on", "answered_on", "days_to_send", "letter_no"),
        ),
    ),
    "interviews": OwnList(
        "interviews", ("held_on", "kind", "level", "mode", "scope", "reason", "commitments", "interview_no")
    ),
    "interviewed": OwnList(
        "enterprises_interviewed",
        ("held_on", "enterprise_name", "level", "mode", "scope", "interview_no"),
    ),
}
_NAMES: Final = {
    "items": "未完成整改项",
    "letters": "提醒敦促函与函告",
    "interviews": "责任约谈",
    "interviewed": "被约谈企业",
}
_COUNTS: Final = ("days_to_send",)


def own_view(view: View) -> View:
    """The view of the district that the address names; the first county or city below the filters otherwise."""
    found = cached.districts(view.source, METRIC, view.filters).adjusted
    below = dict(zip(found["code"], found["name"], strict=True))
    if view.filters.district is not None:
        own = view.filters.district
        below = {**below, own: view.snapshot.names.get(own, own)}
    if not below:
        return view
    return replace(
        view,
        filters=view.filters.with_(district=dropdown("unit", "地区", dict(sorted(below.items())), width=260)),
    )


def own_work(own: View) -> None:
    """The district's figures and the course of its unqualified rate by quarter."""
    half = len(MEASURES) // 2
    for some in (MEASURES[:half], MEASURES[half:]):
        loop_tiles(own, [LoopTile(metric_id) for metric_id in some])
    with page_part(skeleton_height=280):
        filters = reaching_back(own, "quarter")
        chart = cached.course(own.source, METRIC, filters, "quarter")
        picture = cached.course_drawing(own.source, METRIC, filters, "quarter", 260)
        title = f"{chart.result.metric.name}（按季，{filters.period_sentence()}）"
        chart_block(own, course_figure(chart, picture, title))


def own_lists(own: View) -> None:
    """Open items, letters and interviews, one list at a time."""
    chosen = segments("list", "清单", _NAMES)
    with page_part(skeleton_height=320):
        paged_list(own, listing_of(own, chosen), height=360)


def listing_of(view: View, name: str) -> Listing:
    """The rows behind the count of that name, as a list with a file."""
    wanted = _LISTS[name]
    metric, filters = get_metric(wanted.metric_id), view.filters
    if wanted.is_open:
        filters = filters.with_(start=date(view.choices.first_year, 1, 1), end=view.choices.as_of)
    rows = rows_behind(view.snapshot, metric, filters, view.reader.scope).rows()
    heads = row_columns(metric)
    columns = [ShownColumn(one, _heading(one, heads[one]), _kind(one)) for one in wanted.columns]
    result = view.result(wanted.metric_id, filters=filters)
    notes = (metric.description, *_firms_note(name, len(rows), result))
    return Listing(
        key=f"own.{name}",
        title=_NAMES[name],
        table=rows.to_pandas(),
        columns=columns,
        file_label=f"属地责任_{_NAMES[name]}",
        filters=filters,
        sentence=result.sentence,
        notes=notes,
    )


def _firms_note(name: str, rows: int, result: Result) -> tuple[str, ...]:
    """A firm interviewed twice is one firm and two rows: both numbers are named."""
    if name != "interviewed":
        return ()
    firms = count_text(only_row(result)["numerator"])
    return (
        f"清单一行是一家次：共{count_text(rows)}家次，涉及{firms}家企业；同一企业约谈两次计一家、两家次。",
    )


def _heading(name: str, words: str) -> str:
    """The heading without the explanation behind it."""
    return "类型" if name == "kind" else re.split("[：（]", words)[0]


def _kind(name: str) -> Kind:
    if name in _COUNTS:
        return "count"
    return "date" if name.endswith("_on") else "text"
