"""The rows behind a figure: as many as the figure counts, in a stable order, under Chinese headers."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import UnknownDimension, ask, sentence_of
from lib.metrics.dimensions import DIMENSIONS, dimension_column
from lib.metrics.metric import Count, Counted, Metric
from lib.metrics.question import Question, finished, matching
from lib.metrics.row_columns import heading_of
from lib.metrics.row_source import RowSource

Part = Literal["numerator", "denominator"]


def row_columns(metric: Metric, part: Part = "numerator") -> dict[str, str]:
    """Columns of the rows behind one side: column name → Chinese header."""
    side = _side(metric, part)
    return {column.name: heading_of(column) for column in side.table.columns}


def text_columns(metric: Metric, part: Part = "numerator") -> tuple[str, ...]:
    """Columns that are identifiers or words and must never be read as numbers."""
    table = _side(metric, part).table
    return tuple(column.name for column in table.columns if column.type.python_type is str)


def rows_behind(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    part: Part = "numerator",
    group: Mapping[str, Any] | None = None,
    parameters: Mapping[str, float] | None = None,
    as_of: date | None = None,
) -> RowSource:
    """The rows behind one side of a figure, to be counted and taken however many they are.

    Codes of verdicts and states are written in Chinese. `group` holds dimension values of one group of the result
    table (None: the group “未知”). For a metric of distinct keys the rows are the records those keys come from;
    elsewhere there are as many as the figure counts.
    """
    by = tuple(group or {})
    question = ask(snapshot, metric, filters, scope, by=by, parameters=parameters, as_of=as_of)
    side = _side(question.metric, part)
    sentence = sentence_of(question, metric, snapshot.names)
    predicates = tuple(_behind(question, side, group or {}))
    return RowSource(snapshot, side.table, predicates, scope, question.filters.side, sentence)


def side_table(metric: Metric, part: Part = "numerator") -> Table:
    """The table whose rows lie behind one side."""
    return _side(metric, part).table


def _behind(question: Question, side: Counted, group: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    kept = {name: group[name] for name in question.shared_by(side)}
    predicates = [*matching(question, side), *_in_group(side, kept)]
    if isinstance(side, Count) and side.distinct:
        predicates += [column.is_not(None) for column in side.distinct]
    if isinstance(side, Count) and side.at_least is not None:
        (key,) = side.distinct
        repeated = select(key).where(*predicates).group_by(key)
        repeated = repeated.having(func.count() >= question.parameters[side.at_least])
        predicates.append(key.in_(finished(question, repeated, side).statement))
    return predicates


def _side(metric: Metric, part: Part) -> Counted:
    if part == "numerator":
        return metric.numerator
    if metric.denominator is None:
        raise ValueError(f"指标“{metric.name}”是计数，没有分母")
    return metric.denominator


def _in_group(side: Counted, group: Mapping[str, Any]) -> Iterator[ColumnElement[bool]]:
    for name, value in group.items():
        column = dimension_column(name, side)
        if column is None:
            raise UnknownDimension(f"这一侧的数据没有维度“{DIMENSIONS[name].name}”")
        yield column.is_(None) if value is None else column == value
