"""What a figure is: counting units, the two sides of a ratio, and the declaration of a metric.

A declaration is frozen, keyword-only and checked when it is made: a wrong one stops the start of the program with a
`DeclarationError` that names the metric. Nothing here touches a database.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Date, Integer, Table, literal
from sqlalchemy.sql import visitors

from lib.data.filters import Side
from lib.metrics.counting import (
    ALLOWED_PAIRS,
    AS_OF,
    Count,
    Counted,
    Exclusion,
    Parameter,
    Sum,
    Unit,
    parameter_name,
    parameter_value,
)
from lib.metrics.dimensions import DIMENSIONS, dimension_column

__all__ = [
    "AS_OF",
    "Count",
    "Counted",
    "DeclarationError",
    "Direction",
    "Exclusion",
    "Interval",
    "Metric",
    "Parameter",
    "Sum",
    "Unit",
    "parameter_value",
    "seen_from",
]

Direction = Literal["lower", "higher", "neutral"]
Interval = Literal["wilson", "byar", "none"]


class DeclarationError(ValueError):
    """A metric is declared wrongly; the message names the metric and the mend."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Metric:
    """One figure. Everything that shows it is derived from this declaration.

    `total_over`: dimensions the denominator is not split by (the share of an item is over all items).
    `ignores`: filters one side cannot know, with `ignore_note` saying so in words; any other is refused.
    `default_sampling`: kinds of sampling counted when the reader asked for none (empty: routine only).
    `fixed_side`: which district columns always apply (empty: as the reader asked).
    `universe`: the rows the metric is about; all others are neither counted nor shown as left out.
    """

    id: str
    name: str
    description: str
    direction: Direction
    numerator: Counted
    denominator: Counted | None = None
    dimensions: tuple[str, ...]
    basis: str
    reviewed_on: date
    per: tuple[Unit, Unit] | None = None
    interval: Interval | None = None
    total_over: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    ignore_note: str = ""
    default_sampling: tuple[str, ...] = ()
    fixed_side: Side | None = None
    universe: ColumnElement[bool] | None = None
    excluded: tuple[Exclusion, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    note: str = ""
    needs_as_of: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs_as_of", any(_names_as_of(side) for side in self.sides))
        for problem in _problems(self):
            raise DeclarationError(f"指标 {self.id}：{problem}")
        if self.interval is None:
            object.__setattr__(self, "interval", "none" if self.denominator is None else "wilson")

    @property
    def sides(self) -> tuple[Counted, ...]:
        """Numerator and, for a ratio, denominator."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def excluded_on(self) -> Counted:
        """The side whose table shows what was left out: the denominator unless only the numerator is sampling."""
        denominator = self.denominator
        if denominator is None or "sampling_kind" not in denominator.table.c:
            return self.numerator
        return denominator

    @property
    def is_proportion(self) -> bool:
        """Whether the value is a part of a whole, shown in percent."""
        return self.denominator is not None and self.per is None

    @property
    def unit(self) -> str:
        """Unit of the value as readers see it: %, 批次, 批次/千人 …"""
        if self.denominator is None:
            return self.numerator.unit.value
        return "%" if self.per is None else f"{self.per[0]}/{self.per[1]}"


@lru_cache(maxsize=256)
def seen_from(metric: Metric, as_of: date, parameters: tuple[tuple[str, int], ...] = ()) -> Metric:
    """The metric with its time limits judged on that day and its parameters filled in; unchanged without either."""
    if not metric.needs_as_of and not metric.parameters:
        return metric
    day = literal(as_of, Date)
    numbers = dict(parameters)

    def known_for(element: Any, **_: Any) -> Any:
        if element is AS_OF:
            return day
        name = parameter_name(element)
        return None if name is None else literal(numbers[name], Integer)

    def filled(predicate: ColumnElement[bool]) -> Any:
        return visitors.replacement_traverse(predicate, {}, known_for)

    def side_seen(side: Counted) -> Counted:
        return replace(side, where=tuple(filled(predicate) for predicate in side.where))

    return replace(
        metric,
        numerator=side_seen(metric.numerator),
        denominator=metric.denominator and side_seen(metric.denominator),
        excluded=tuple(replace(one, where=filled(one.where)) for one in metric.excluded),
    )


def _names_as_of(side: Counted) -> bool:
    return any(element is AS_OF for predicate in side.where for element in visitors.iterate(predicate))


def _problems(metric: Metric) -> Iterator[str]:
    yield from _problems_of_words(metric)
    yield from _problems_of_units(metric)
    yield from _problems_of_sides(metric)
    yield from _problems_of_dimensions(metric)


def _problems_of_words(metric: Metric) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", metric.id):
        yield "id 只能用小写字母、数字和下划线"
    for name in ("name", "description", "basis"):
        if not getattr(metric, name).strip():
            yield f"缺少 {name}"
    if not metric.description.endswith("。"):
        yield "description 应为一个完整的句子，以“。”结束"
    if metric.denominator is not None and "÷" not in metric.description:
        yield "description 应写明两个计数，如“不合格批次÷已出结论批次”"
    if metric.ignores and not metric.ignore_note:
        yield "声明了 ignores，却没有 ignore_note 说明"


def _problems_of_units(metric: Metric) -> Iterator[str]:
    denominator = metric.denominator
    if denominator is None:
        if metric.per is not None or metric.interval not in (None, "none"):
            yield "没有分母的计数不能有 per 或区间"
        return
    pair = (metric.numerator.unit, denominator.unit)
    if metric.per is None and pair[0] != pair[1]:
        yield f"单位不相容：{pair[0]}÷{pair[1]}；同一单位才能相除，或声明允许的 per"
    if metric.per is not None and (metric.per != pair or pair not in ALLOWED_PAIRS):
        allowed = "、".join(f"{first}/{second}" for first, second in sorted(ALLOWED_PAIRS))
        yield f"per 与两侧单位不符或不被允许：{pair[0]}÷{pair[1]}；允许：{allowed}"
    if metric.per is not None and metric.interval not in ("byar", "none"):
        yield "两种单位之比应声明 interval 为 byar 或 none"


def _problems_of_sides(metric: Metric) -> Iterator[str]:
    known = {parameter.name for parameter in metric.parameters}
    for side in metric.sides:
        columns = [side.date, *(side.distinct if isinstance(side, Count) else (side.column,))]
        if any(column is not None and column.table is not side.table for column in columns):
            yield f"日期列或计数列不属于表 {side.table.name}"
        predicates = [*side.where, *([] if metric.universe is None else [metric.universe])]
        if side is metric.excluded_on:
            predicates += [exclusion.where for exclusion in metric.excluded]
        if any(_foreign(predicate, side.table) for predicate in predicates):
            yield f"条件用到了表 {side.table.name} 以外的列"
        asked = {name for part in _parts(predicates) if (name := parameter_name(part)) is not None}
        if not asked <= known:
            yield f"条件用到未声明的参数 {'、'.join(sorted(asked - known))}"
        if side is metric.numerator and side.divide_by != 1 and metric.denominator is not None:
            yield "divide_by 只用于分母"
        at_least = side.at_least if isinstance(side, Count) else None
        if at_least is not None and not (at_least in known and _is_repeatable(metric)):
            yield "at_least 需要同名参数和 distinct，且只用于计数"


def _is_repeatable(metric: Metric) -> bool:
    numerator = metric.numerator
    return isinstance(numerator, Count) and bool(numerator.distinct) and metric.denominator is None


def _parts(predicates: Iterable[ColumnElement[bool]]) -> Iterator[Any]:
    for predicate in predicates:
        yield from visitors.iterate(predicate)


def _foreign(predicate: ColumnElement[bool], table: Table) -> bool:
    return any(isinstance(part, Column) and part.table is not table for part in visitors.iterate(predicate))


def _problems_of_dimensions(metric: Metric) -> Iterator[str]:
    for name in metric.dimensions:
        if name not in DIMENSIONS:
            yield f"未知维度 {name}"
            continue
        if dimension_column(name, metric.numerator) is None:
            yield f"分子所在表没有维度 {name}"
        denominator = metric.denominator
        if denominator is None or name in metric.total_over:
            continue
        if dimension_column(name, denominator) is None:
            yield f"分母所在表没有维度 {name}；若分母取合计，写入 total_over"
