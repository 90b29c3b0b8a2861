"""The rows behind a figure: as many as the figure counts, in a stable order, under Chinese headers."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

import pyarrow as pa
from sqlalchemy import Column, ColumnElement, case, func, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.verdicts import STATE_NAMES
from lib.metrics.compute import UnknownDimension, ask
from lib.metrics.dimensions import DIMENSIONS, dimension_column
from lib.metrics.metric import Count, Counted, Metric
from lib.metrics.question import Question, finished, matching
from lib.metrics.row_order import ROW_ORDER
from lib.metrics.source import run

Part = Literal["numerator", "denominator"]

_HEADERS: Final[Mapping[str, str]] = {
    "source": "来源系统",
    "inspection_no": "检查编号",
    "year": "年",
    "quarter": "季度",
    "month": "月份",
    "province_code": "省代码",
    "city_code": "市代码",
    "county_code": "县区代码",
    "made_province_code": "生产地省代码",
    "made_city_code": "生产地市代码",
    "made_county_code": "生产地县区代码",
    "enterprise_key": "企业键",
    "week_start_on": "周一日期",
    "producer_key": "生产企业键",
    "sampled_unit_key": "被抽样单位键",
    "category_code": "食品大类代码（跨年可比）",
    "category_detail_code": "食品大类代码（当年目录）",
    "sampling_kind": "抽样性质",
    "material": "样品形态",
    "supervision_verdict": "监督判定",
    "monitoring_verdict": "监测判定",
    "verdict": "项目判定",
    "listing": "公布范围",
    "failing_items": "不合格项次",
    "received_quarter": "收到季度",
    "start_due_on": "应启动日期",
    "finish_due_on": "应完成日期",
    "days": "天数",
    "mode": "约谈方式",
    "level": "组织层级",
    "scope": "约谈范围",
    "campaign_code": "专项代码",
}
#: Stored codes as readers see them.
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "supervision_verdict": {"qualified": "合格", "unqualified": "不合格"},
    "monitoring_verdict": {"problem": "问题样品", "not_judged": "不判定"},
    "verdict": {"unqualified": "不合格项", "problem": "问题项"},
    "result_state": {str(state): name for state, name in STATE_NAMES.items()},
    "listing": {"full": "全量", "unqualified": "只列不合格", "qualified": "只列合格"},
}


def row_columns(metric: Metric, part: Part = "numerator") -> dict[str, str]:
    """Columns of the rows behind one side: column name → Chinese header."""
    side = _side(metric, part)
    return {column.name: _header(column) for column in side.table.columns}


def text_columns(metric: Metric, part: Part = "numerator") -> tuple[str, ...]:
    """Columns that are identifiers or words and must never be read as numbers."""
    table = _side(metric, part).table
    return tuple(column.name for column in table.columns if column.type.python_type is str)


def count_rows(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    part: Part = "numerator",
    group: Mapping[str, Any] | None = None,
    parameters: Mapping[str, float] | None = None,
    as_of: date | None = None,
) -> int:
    """How many rows lie behind one side; equal to the figure where rows are what it counts."""
    by = tuple(group or {})
    question = ask(snapshot, metric, filters, scope, by=by, parameters=parameters, as_of=as_of)
    side = _side(question.metric, part)
    statement = select(func.count().label("rows")).select_from(side.table)
    statement = statement.where(*_behind(question, side, group or {}))
    return int(run(snapshot, finished(question, statement, side))["rows"][0].as_py())


def fetch_rows(
    snapshot: Snapshot,
    metric: Metric,
    filters: Filters,
    scope: Scope,
    *,
    part: Part = "numerator",
    group: Mapping[str, Any] | None = None,
    parameters: Mapping[str, float] | None = None,
    limit: int | None = None,
    offset: int = 0,
    as_of: date | None = None,
) -> pa.Table:
    """The rows behind one side of a figure, all of them unless a page is asked for.

    Codes of verdicts and states are written in Chinese. `group` holds dimension values of one group of the result
    table (None: the group “未知”). For a metric of
    distinct keys the rows are the records those keys come from.
    """
    by = tuple(group or {})
    question = ask(snapshot, metric, filters, scope, by=by, parameters=parameters, as_of=as_of)
    side = _side(question.metric, part)
    order = [side.table.c[name].asc().nulls_last() for name in ROW_ORDER[side.table.name]]
    statement = (
        select(*(_read(column) for column in side.table.columns))
        .where(*_behind(question, side, group or {}))
        .order_by(*order)
    )
    statement = statement.limit(limit) if limit is not None else statement
    return run(snapshot, finished(question, statement.offset(offset) if offset else statement, side))


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


def _read(column: Column[Any]) -> ColumnElement[Any]:
    names = _VALUES.get(column.name)
    return column if names is None else case(dict(names), value=column, else_=column).label(column.name)


def _header(column: Column[Any]) -> str:
    return _HEADERS.get(column.name) or str(column.comment or column.name)
