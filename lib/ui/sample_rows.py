"""The rows behind a figure: paged in the database, counted, and offered whole as a file."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lib.export.extract import Extract, prepare
from lib.metrics.format import count_text
from lib.metrics.metric import Metric
from lib.metrics.registry import get_metric
from lib.metrics.row_columns import table_columns, with_names
from lib.metrics.rows import Part, rows_behind, side_table
from lib.metrics.sides import side_names
from lib.ui.extract_download import extract_button, offer_of
from lib.ui.page_part import page_part
from lib.ui.tables import Kind, ShownColumn, show_table
from lib.ui.url_choice import dropdown
from lib.ui.view import View

PAGE_SIZE: Final = 100
_FIGURES: Final = ("unqualified_rate", "problem_rate", "batches_sampled")
_PAGE: Final = "rows.page"
#: What the table shows first; the file holds every column.
_SHOWN: Final = (
    *(
        "sample_no",
        "sampled_on",
        "food_name",
        "conclusion",
        "county_name",
        "sampled_unit_name",
        "producer_name",
    ),
    *("stage", "category_name", "objection_status", "purpose", "tier", "sampling_kind", "laboratory"),
)


def choose_rows() -> tuple[Metric, Part]:
    """Ask which side of which figure to open; the choice is part of the address."""
    metric_id, part = dropdown("rows", "哪些样品", _options(), width=460).split(".")
    return get_metric(metric_id), "denominator" if part == "denominator" else "numerator"


def figure_rows(view: View, metric: Metric, part: Part) -> None:
    """One page of the rows, their number, and all of them as a file."""
    with page_part(skeleton_height=400):
        scope = view.reader.scope
        extract = Extract(kind="rows", name=metric.id, filters=view.filters, part=part)
        content = prepare(view.snapshot, extract, scope)
        total = content.row_count
        if not total:
            st.info("所选范围没有样品。请放宽期间、属地或其他筛选条件。", icon=":material/filter_alt_off:")
            return
        pages = -(-total // PAGE_SIZE)
        page = _page(pages)
        rows = rows_behind(
            view.snapshot,
            metric,
            view.filters,
            scope,
            part=part,
        ).rows(limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        extract_button(offer_of(view, extract, content), key=f"rows.{metric.id}.{part}")
        first = (page - 1) * PAGE_SIZE + 1
        st.caption(
            f"共 {count_text(total)} 行，本页第 {count_text(first)}—{count_text(first + rows.num_rows - 1)} 行。"
        )
        table = side_table(metric, part)
        headers = {column.name: column.heading for column in table_columns(table)}
        columns = [ShownColumn(name, headers[name], _kind(name)) for name in _SHOWN if name in headers]
        show_table(
            with_names(rows, table, view.snapshot.names).to_pandas(),
            columns,
            alt=f"{side_words(metric, part)}明细，第{page}页",
            height=520,
        )
        if pages > 1:
            st.pagination(pages, key=_PAGE)


def _page(pages: int) -> int:
    """The page to show; fewer rows than before may have left the reader beyond the last one."""
    if st.session_state.get(_PAGE, 1) > pages:
        st.session_state[_PAGE] = pages
    return int(st.session_state.get(_PAGE, 1))


def side_words(metric: Metric, part: Part) -> str:
    """Chinese name of one side of a figure."""
    numerator, denominator = side_names(metric)
    return numerator if part == "numerator" or denominator is None else denominator


def _options() -> Mapping[str, str]:
    options = {}
    for metric_id in _FIGURES:
        metric = get_metric(metric_id)
        numerator, denominator = side_names(metric)
        options[f"{metric_id}.numerator"] = numerator
        if denominator is not None:
            options[f"{metric_id}.denominator"] = f"{denominator}（{metric.name}的分母）"
    return options


def _kind(name: str) -> Kind:
    return "date" if name.endswith("_on") else "text"
