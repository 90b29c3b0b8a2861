"""Snapshot tables a reader may take whole: what they are called, what they hold, and which filters act on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import Final

from sqlalchemy import Column, ColumnElement, Date, Table, or_

from lib.data.filters import ALL_SAMPLING, ROUTINE, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables import snapshot as stored
from lib.metrics.predicates import (
    FIELD_COLUMNS,
    FIELD_NAMES,
    FilterNotApplicable,
    district,
    knows,
    sampling_allowed,
)
from lib.metrics.row_columns import FileColumn, table_columns, title_of
from lib.metrics.row_order import ROW_ORDER
from lib.metrics.row_source import RowSource

_CODE_LISTS: Final = (stored.reporting_unit, stored.food_category, stored.item_group, stored.statutory_limit)
#: The day of a table whose order does not begin with it.
_DAYS: Final = {"training_attendance": "held_on"}
_TABLES: Final = (*stored.FACT_TABLES, stored.enterprise, *_CODE_LISTS)


class UnknownTable(KeyError):
    """No table of this name can be taken; the message names near ones."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, eq=False)
class ReadableTable:
    """A table that may be taken. `day`: the column the period acts on, None where the table has no time."""

    name: str
    title: str
    meaning: str
    table: Table
    day: Column | None
    is_code_list: bool

    @property
    def columns(self) -> tuple[FileColumn, ...]:
        """Every column with its meaning; those about persons are marked."""
        return table_columns(self.table)


@cache
def readable_tables() -> Mapping[str, ReadableTable]:
    """Every table that may be taken, by name: records first, code lists last."""
    return MappingProxyType({table.name: _readable(table) for table in _TABLES})


def get_table(name: str) -> ReadableTable:
    """The table of this name. Raises `UnknownTable` with near names."""
    tables = readable_tables()
    if name in tables:
        return tables[name]
    near = [f"{one}（{tables[one].title}）" for one in get_close_matches(name, tables, n=3, cutoff=0.4)]
    raise UnknownTable(f"没有数据表“{name}”；相近的有：{'、'.join(near) or '见数据表清单'}")


def rows_of(snapshot: Snapshot, taken: ReadableTable, filters: Filters, scope: Scope) -> RowSource:
    """The rows of a table under the filters. Raises `FilterNotApplicable` for a filter the table does not know.

    A table without a day ignores the period and says so in the sentence; code lists ignore period and district.
    """
    predicates = tuple(_predicates(snapshot, taken, filters))
    return RowSource(
        snapshot, taken.table, predicates, scope, filters.side, _sentence(snapshot, taken, filters, scope)
    )


def _readable(table: Table) -> ReadableTable:
    first = table.c[_DAYS.get(table.name, ROW_ORDER[table.name][0])]
    return ReadableTable(
        name=table.name,
        title=title_of(table),
        meaning=str(table.comment),
        table=table,
        day=first if isinstance(first.type, Date) else None,
        is_code_list=table in _CODE_LISTS,
    )


def _predicates(snapshot: Snapshot, taken: ReadableTable, filters: Filters) -> Iterator[ColumnElement[bool]]:
    table = taken.table
    if taken.day is not None:
        within = taken.day.between(filters.start, filters.end)
        yield or_(within, taken.day.is_(None)) if filters.undated else within
    if filters.district is not None and not taken.is_code_list:
        yield district(table, filters.district, filters.side, snapshot.units)
    for field, columns in FIELD_COLUMNS.items():
        if not (values := getattr(filters, field)):
            continue
        if not knows(table, field):
            raise _not_applicable(taken, field)
        yield or_(*(table.c[name].in_(values) for name in columns))
    if "sampling_kind" not in table.c and _asks_for_sampling(filters):
        raise _not_applicable(taken, "sampling")
    if (allowed := sampling_allowed(table, _effective(filters))) is not None:
        yield allowed


def _asks_for_sampling(filters: Filters) -> bool:
    return filters.sampling_asked or filters.sampling != (ROUTINE,)


def _effective(filters: Filters) -> Filters:
    """Asking for a campaign asks for its kind of sampling, as in every figure."""
    if filters.campaign and not _asks_for_sampling(filters):
        return filters.with_(sampling=(ALL_SAMPLING,))
    return filters


def _sentence(snapshot: Snapshot, taken: ReadableTable, filters: Filters, scope: Scope) -> str:
    if taken.is_code_list:
        return f"{taken.title}：代码表，全部内容，不受期间和地区影响"
    applies = {"sampling": "sampling_kind" in taken.table.c, "start": taken.day is not None}
    omitted = [name for name, does in applies.items() if not does]
    names = snapshot.names
    words = _effective(filters).sentence(names, scope.sentence(names), omit=omitted)
    if taken.day is None:
        return f"{words}；{taken.title}没有日期，期间不起作用"
    day = next(column.heading for column in taken.columns if column.name == taken.day.name)
    return f"{words}；期间按{day}，没有日期的记录{'计入' if filters.undated else '不计'}"


def _not_applicable(taken: ReadableTable, field: str) -> FilterNotApplicable:
    return FilterNotApplicable(f"“{taken.title}”不分{FIELD_NAMES[field]}，请去掉这一筛选条件")
