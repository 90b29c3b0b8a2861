"""Counting units and the two sides of a figure: a count or a sum over one table."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import BindParameter, Column, ColumnElement, Date, Integer, Table, bindparam

#: Stands for "the data as known on this day" inside a predicate; compute() fills it in.
AS_OF: Final[BindParameter[date]] = bindparam("as_of", type_=Date)
_PREFIX: Final = "parameter_"


def parameter_value(name: str) -> BindParameter[int]:
    """Stands for the value of a declared parameter inside a predicate; compute() fills it in."""
    return bindparam(f"{_PREFIX}{name}", type_=Integer)


def parameter_name(element: object) -> str | None:
    """Which parameter an element of a predicate stands for, if any."""
    key = element.key if isinstance(element, BindParameter) else ""
    return key.removeprefix(_PREFIX) if key.startswith(_PREFIX) else None


class Unit(StrEnum):
    """Counting units. Two units never share a figure; a ratio needs one unit or a declared pair."""

    BATCH = "批次"
    ITEM = "项次"
    ENTERPRISE = "家"
    HOUSEHOLD = "户"
    HOUSEHOLD_QUARTER = "户次"
    ENTERPRISE_VISIT = "家次"
    TEN_THOUSAND_VISITS = "万家次"
    PERSON = "人"
    PERSON_VISIT = "人次"
    SESSION = "场次"
    PIECE = "个"
    ENTRY = "条"
    CASE = "件"
    RECTIFICATION_ITEM = "项"
    TIME = "次"
    ARTICLE = "篇"
    ISSUE = "期"
    COPY = "份"
    TONNE = "吨"
    DAY = "天"
    ENTERPRISE_WEEK = "家周"
    THOUSAND_PERSONS = "千人"


#: Ratios of two different units that mean something; everything else is refused.
ALLOWED_PAIRS: Final = frozenset(
    {
        (Unit.BATCH, Unit.THOUSAND_PERSONS),
        (Unit.BATCH, Unit.ENTERPRISE),
        (Unit.PERSON_VISIT, Unit.ENTERPRISE),
        (Unit.PIECE, Unit.ENTERPRISE),
        (Unit.ENTRY, Unit.ENTERPRISE),
        (Unit.CASE, Unit.TEN_THOUSAND_VISITS),
    }
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Count:
    """Number of rows of one table, or of different keys in them.

    `date` is the column the period acts on (None: the table has no time), `where` are predicates of that table,
    `distinct` the key columns (empty: rows are counted), `at_least` names the parameter k of "keys with at least
    k rows". `divide_by` turns the counted unit into `unit` (家次 → 万家次); only a denominator may use it.
    """

    table: Table
    date: Column[date] | None
    unit: Unit
    where: tuple[ColumnElement[bool], ...] = ()
    distinct: tuple[Column, ...] = ()
    at_least: str | None = None
    divide_by: int = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Sum:
    """Sum of one number column of one table; `divide_by` turns the stored unit into `unit` (persons → 千人)."""

    table: Table
    date: Column[date] | None
    unit: Unit
    column: Column
    where: tuple[ColumnElement[bool], ...] = ()
    divide_by: int = 1


Counted = Count | Sum


@dataclass(frozen=True, kw_only=True, eq=False)
class Exclusion:
    """Rows that are in neither count, shown beside the figure under a Chinese label."""

    id: str
    label: str
    where: ColumnElement[bool]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A number a reader may set, e.g. the k of "at least k unqualified batches"."""

    name: str
    label: str
    default: int
    minimum: int = 1
