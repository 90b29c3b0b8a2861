"""One aggregate statement for each side of a metric: sums and counts first, groups joined afterwards.

Both sides go into one statement with filtered aggregates where they live in one table, are counted by one date and
are split alike. Every statement is scoped (see `lib.metrics.source`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    func,
    not_,
    select,
    true,
    tuple_,
)

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Unit
from lib.metrics.dimensions import dimension_column, label_column
from lib.metrics.metric import Count, Counted, Exclusion, Metric
from lib.metrics.predicates import sampling_allowed, where_of
from lib.metrics.source import Scoped, scoped

#: Column of rows left out because of their kind of sampling.
OTHER_SAMPLING: Final = "sampling"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A metric with everything it takes to ask it. `filters` are the effective ones."""

    metric: Metric
    filters: Filters
    scope: Scope
    by: tuple[str, ...]
    as_of: date
    parameters: Mapping[str, int]
    units: Sequence[Unit]
    with_excluded: bool = True

    def shared_by(self, side: Counted) -> tuple[str, ...]:
        """Dimensions this side is split by: a denominator is not split by those it is the total over."""
        if side is self.metric.numerator:
            return self.by
        return tuple(name for name in self.by if name not in self.metric.total_over)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A scoped statement and the dimensions its rows are keyed by."""

    question: Scoped
    keys: tuple[str, ...]


def statements(question: Question) -> Iterator[Asked]:
    """All statements of a metric: one, or one per side."""
    metric = question.metric
    numerator, denominator = metric.numerator, metric.denominator
    exclusions = {side: _exclusions(question, side) for side in metric.sides}
    if isinstance(numerator, Count) and numerator.at_least is not None:
        yield _repeated(question, numerator)
        if exclusions[numerator]:
            yield _side(question, numerator, {}, exclusions[numerator])
    elif denominator is None:
        yield _side(question, numerator, {"numerator": numerator}, exclusions[numerator])
    elif _one_statement(question, numerator, denominator):
        parts = {"numerator": numerator, "denominator": denominator}
        yield _side(question, denominator, parts, exclusions[numerator] or exclusions[denominator])
    else:
        yield _side(question, numerator, {"numerator": numerator}, exclusions[numerator])
        yield _side(question, denominator, {"denominator": denominator}, exclusions[denominator])


def matching(question: Question, side: Counted) -> list[ColumnElement[bool]]:
    """Every predicate of one side, for the rows behind a figure."""
    predicates = [*where_of(question.metric, side, question.filters, question.units), *side.where]
    allowed = sampling_allowed(side.table, question.filters)
    return predicates if allowed is None else [*predicates, allowed]


def finished(question: Question, statement: Select[Any], side: Counted) -> Scoped:
    """Put the scope on a statement."""
    return scoped(statement, side.table, question.scope, question.filters.side)


def _one_statement(question: Question, numerator: Counted, denominator: Counted) -> bool:
    return (
        numerator.table is denominator.table
        and numerator.date is denominator.date
        and question.shared_by(denominator) == question.by
    )


def _side(
    question: Question, side: Counted, parts: Mapping[str, Counted], exclusions: Sequence[Exclusion]
) -> Asked:
    if exclusions and parts and all(_counts_rows(part) for part in parts.values()):
        return _classified(question, side, parts, exclusions)
    allowed = sampling_allowed(side.table, question.filters)
    # Without excluded counts the kind of sampling can narrow the scan itself.
    narrowing = [] if exclusions or allowed is None else [allowed]
    filtering = [allowed] if exclusions and allowed is not None else []
    columns: list[ColumnElement[Any]] = [
        _aggregate(part, filtering).label(name) for name, part in parts.items()
    ]
    columns += [_excluded(exclusion, allowed) for exclusion in exclusions]
    keys = question.shared_by(side)
    statement = select(*_group_columns(keys, side), *columns).where(
        *where_of(question.metric, side, question.filters, question.units), *narrowing
    )
    statement = statement.group_by(*_keys(keys, side)) if keys else statement
    return Asked(question=finished(question, statement, side), keys=keys)


def _classified(
    question: Question, side: Counted, parts: Mapping[str, Counted], exclusions: Sequence[Exclusion]
) -> Asked:
    """Put every row in one class (counted or why not), count the classes, then add them up per group.

    One CASE stops at its first true condition: on large tables a third of the cost of a filtered aggregate for
    each state, and every row is in exactly one place.
    """
    keys = question.shared_by(side)
    classes = _classes(question, side, parts, exclusions)
    kind = case(*((where, number) for number, (where, _) in enumerate(classes)), else_=-1).label("kind")
    inner = select(*_group_columns(keys, side), kind, func.count().label("rows")).where(
        *where_of(question.metric, side, question.filters, question.units)
    )
    inner = inner.group_by(*_keys(keys, side), kind)
    found = finished(question, inner, side)
    rows = found.statement.subquery("classified")
    names = [*parts, *(f"excluded_{exclusion.id}" for exclusion in exclusions)]
    sums = [
        _sum_of(rows, [number for number, (_, counted_as) in enumerate(classes) if name in counted_as]).label(
            name
        )
        for name in names
    ]
    outer: Select[Any] = select(*_outer_columns(rows, keys), *sums).select_from(rows)
    outer = outer.group_by(*(rows.c[name] for name in keys)) if keys else outer
    return Asked(question=found.outside(outer), keys=keys)


def _classes(
    question: Question, side: Counted, parts: Mapping[str, Counted], exclusions: Sequence[Exclusion]
) -> list[tuple[ColumnElement[bool], tuple[str, ...]]]:
    """Conditions in order with what a row of that class counts as; frequent and cheap ones first."""
    allowed = sampling_allowed(side.table, question.filters)
    classes: list[tuple[ColumnElement[bool], tuple[str, ...]]] = []
    if allowed is not None:
        classes.append((not_(allowed), (f"excluded_{OTHER_SAMPLING}",)))
    whole = {name: and_(true(), *part.where) for name, part in parts.items()}
    if len(whole) > 1:
        classes.append((and_(*whole.values()), tuple(whole)))
    classes += [(where, (name,)) for name, where in reversed(whole.items())]
    classes += [
        (exclusion.where, (f"excluded_{exclusion.id}",))
        for exclusion in exclusions
        if exclusion.id != OTHER_SAMPLING
    ]
    return classes


def _sum_of(rows: Subquery, kinds: Sequence[int]) -> ColumnElement[int]:
    total = func.sum(rows.c.rows).filter(rows.c.kind.in_(kinds))
    return cast(func.coalesce(total, 0), BigInteger)


def _outer_columns(rows: Subquery, keys: Sequence[str]) -> Iterator[ColumnElement[Any]]:
    for name in keys:
        yield rows.c[name]
        if f"{name}_name" in rows.c:
            yield func.max(rows.c[f"{name}_name"]).label(f"{name}_name")


def _counts_rows(part: Counted) -> bool:
    return isinstance(part, Count) and not part.distinct


def _repeated(question: Question, side: Count) -> Asked:
    """Keys with at least k rows, k counted inside each group: inner count per key, outer count of keys."""
    keys = question.by
    key_columns = [column.label(name) for name, column in zip(keys, _keys(keys, side), strict=True)]
    inner = (
        select(*key_columns, *(column.label(f"key_{column.name}") for column in side.distinct))
        .where(*matching(question, side), *(column.is_not(None) for column in side.distinct))
        .group_by(*_keys(keys, side), *side.distinct)
        .having(func.count() >= question.parameters[str(side.at_least)])
    )
    found = finished(question, inner, side)
    offenders = found.statement.subquery("offenders")
    columns = [offenders.c[name] for name in keys]
    outer: Select[Any] = select(*columns, func.count().label("numerator")).select_from(offenders)
    outer = outer.group_by(*columns) if keys else outer
    return Asked(question=found.outside(outer), keys=keys)


def _keys(names: Sequence[str], side: Counted) -> list[ColumnElement[Any]]:
    columns = [dimension_column(name, side) for name in names]
    return [column for column in columns if column is not None]


def _group_columns(names: Sequence[str], side: Counted) -> Iterator[ColumnElement[Any]]:
    for name, column in zip(names, _keys(names, side), strict=True):
        yield column.label(name)
        named = label_column(name, side)
        if named is not None:
            yield func.max(named).label(f"{name}_name")


def _aggregate(part: Counted, filtering: Sequence[ColumnElement[bool]]) -> ColumnElement[Any]:
    conditions = [*filtering, *part.where]
    if isinstance(part, Count):
        counted = func.count(*_distinct_key(part))
        return counted.filter(and_(*conditions)) if conditions else counted
    total = func.sum(part.column)
    # DuckDB sums 64-bit integers into 128 bits, which reach Python as decimals.
    return cast(total.filter(and_(*conditions)) if conditions else total, BigInteger)


def _distinct_key(part: Count) -> list[ColumnElement[Any]]:
    if not part.distinct:
        return []
    return [distinct(part.distinct[0] if len(part.distinct) == 1 else tuple_(*part.distinct))]


def _exclusions(question: Question, side: Counted) -> tuple[Exclusion, ...]:
    """What is shown as left out; only one side carries it, so that nothing is counted twice."""
    if not question.with_excluded or side is not question.metric.excluded_on:
        return ()
    allowed = sampling_allowed(side.table, question.filters)
    if allowed is None:
        return question.metric.excluded
    other = Exclusion(id=OTHER_SAMPLING, label="其他抽样性质", where=not_(allowed))
    return (*question.metric.excluded, other)


def _excluded(exclusion: Exclusion, allowed: ColumnElement[bool] | None) -> ColumnElement[int]:
    kept = [] if allowed is None or exclusion.id == OTHER_SAMPLING else [allowed]
    return func.count().filter(and_(*kept, exclusion.where)).label(f"excluded_{exclusion.id}")
