"""From what a reader asked for (Filters) to predicates on the tables of a metric.

A filter that a table cannot know is refused with a Chinese sentence, or skipped where the metric declares that it
ignores it and says so; it is never dropped in silence.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Table, or_

from lib.data.filters import ALL_SAMPLING, ROUTINE, Filters, Side
from lib.data.snapshot import Unit
from lib.data.tables.snapshot import PLACE_COLUMNS
from lib.metrics.metric import Counted, Metric

#: Filter field → columns it acts on; a category code may be this year's or the comparable roll-up.
FIELD_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "category": ("category_code", "category_detail_code"),
    "stage": ("stage",),
    "purpose": ("purpose",),
    "tier": ("tier",),
    "campaign": ("campaign_code",),
    "place": ("place",),
    "source": ("source",),
}
#: Columns that carry a filter's name and mean something else: the stage of the closed loop is not 生产、流通、餐饮.
_OTHER_MEANINGS: Final = frozenset({("rectification_event", "stage")})
FIELD_NAMES: Final[dict[str, str]] = {
    "district": "地区",
    "category": "食品类别",
    "stage": "环节",
    "purpose": "任务类别",
    "tier": "层级",
    "sampling": "抽样性质",
    "campaign": "专项",
    "place": "抽样场所",
    "source": "来源",
}


class FilterNotApplicable(ValueError):
    """The reader asked for a limit the metric's tables do not know."""


class UnknownDistrict(ValueError):
    """The district code is not a province, city or county of this snapshot."""


def effective_filters(metric: Metric, filters: Filters) -> Filters:
    """The filters a metric really applies.

    Asking for a campaign allows its kind of sampling; a metric may have its own kinds of sampling as default and
    its own district side. Kinds of sampling asked for by name stay as they are. What changed is visible
    in the sentence of the result.
    """
    if metric.fixed_side is not None:
        filters = filters.with_(side=metric.fixed_side)
    if filters.sampling_asked or filters.sampling != (ROUTINE,):
        return filters
    if metric.default_sampling:
        return filters.with_(sampling=metric.default_sampling)
    return filters.with_(sampling=(ALL_SAMPLING,)) if filters.campaign else filters


def where_of(
    metric: Metric, side: Counted, filters: Filters, units: Sequence[Unit]
) -> Iterator[ColumnElement[bool]]:
    """Predicates of period, district and dimension values for one side; sampling kind is `sampling_allowed`."""
    if metric.universe is not None:
        yield metric.universe
    if side.date is not None:
        within = side.date.between(filters.start, filters.end)
        yield or_(within, side.date.is_(None)) if filters.undated else within
    if filters.district is not None:
        yield district(side.table, filters.district, filters.side, units)
    for field in FIELD_COLUMNS:
        values = getattr(filters, field)
        if not values or (field in metric.ignores and not knows(side.table, field)):
            continue
        yield _values(metric, side.table, field, values)


def sampling_allowed(table: Table, filters: Filters) -> ColumnElement[bool] | None:
    """Which kinds of sampling count; None where all do or the table has no kinds."""
    if ALL_SAMPLING in filters.sampling or "sampling_kind" not in table.c:
        return None
    return table.c.sampling_kind.in_(filters.sampling)


def check_sampling(metric: Metric, filters: Filters) -> None:
    """Refuse an explicit kind of sampling where no side knows one and the metric does not say it ignores it."""
    knows = any("sampling_kind" in side.table.c for side in metric.sides)
    by_default = filters.sampling == (ROUTINE,) and not filters.sampling_asked
    if not (knows or "sampling" in metric.ignores or by_default):
        raise _not_applicable(metric, "sampling")


def district(table: Table, code: str, side: Side, units: Sequence[Unit]) -> ColumnElement[bool]:
    """Equality on the column of the district's own level: its whole subtree."""
    level = next((unit.level for unit in units if unit.code == code), None)
    columns = PLACE_COLUMNS[side]
    if level is None or not 1 <= level <= len(columns):
        raise UnknownDistrict(f"地区代码“{code}”不在本数据版本的省、市、县区之中")
    return table.c[columns[level - 1]] == code


def knows(table: Table, field: str) -> bool:
    """Whether the table has the columns a filter acts on, with the meaning the filter gives them."""
    return all(name in table.c and (table.name, name) not in _OTHER_MEANINGS for name in FIELD_COLUMNS[field])


def _values(metric: Metric, table: Table, field: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    if not knows(table, field):
        raise _not_applicable(metric, field)
    return or_(*(table.c[name].in_(values) for name in FIELD_COLUMNS[field]))


def _not_applicable(metric: Metric, field: str) -> FilterNotApplicable:
    return FilterNotApplicable(f"指标“{metric.name}”的数据不分{FIELD_NAMES[field]}，请去掉这一筛选条件")
