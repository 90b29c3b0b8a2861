"""One aggregate statement for each side of a metric: sums and counts first, groups joined afterwards.

Both sides go into one statement with filtered aggregates where they live in one table, are counted by one date and
are split alike. Every statement is scoped (see `lib.metrics.source`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, distinct, func, select, tuple_
from sqlalchemy.util import LRUCache

from lib.metrics.classified import classified, counts_rows
from lib.metrics.metric import Count, Counted, Exclusion
from lib.metrics.predicates import sampling_allowed, where_of
from lib.metrics.question import (
    OTHER_SAMPLING,
    Asked,
    Question,
    exclusions_of,
    finished,
    group_columns,
    key_columns,
    matching,
)

#: Key → the units it was built with and the statements.
_KEPT: Final[LRUCache[Any, tuple[Any, tuple[Asked, ...]]]] = LRUCache(300)


def statements(question: Question) -> tuple[Asked, ...]:
    """All statements of a metric: one, or one per side.

    They are kept: building one costs as much as running it on a year of a city, and the parts of a page, its readers
    and every new data version ask the same questions.
    """
    key = (
        *(question.metric, question.filters, question.scope, question.by, question.as_of),
        *(tuple(question.parameters.items()), question.with_excluded),
    )
    units, asked = _KEPT.get(key, (None, ()))
    if units is not question.units:  # the level of a district is a matter of the snapshot
        asked = tuple(_built(question))
        _KEPT[key] = (question.units, asked)
    return asked


def _built(question: Question) -> Iterator[Asked]:
    metric = question.metric
    numerator, denominator = metric.numerator, metric.denominator
    exclusions = {side: exclusions_of(question, side) for side in metric.sides}
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


def _one_statement(question: Question, numerator: Counted, denominator: Counted) -> bool:
    return (
        numerator.table is denominator.table
        and numerator.date is denominator.date
        and question.shared_by(denominator) == question.by
    )


def _side(
    question: Question, side: Counted, parts: Mapping[str, Counted], exclusions: Sequence[Exclusion]
) -> Asked:
    if exclusions and parts and all(counts_rows(part) for part in parts.values()):
        return classified(question, side, parts, exclusions)
    allowed = sampling_allowed(side.table, question.filters)
    # Without excluded counts the kind of sampling can narrow the scan itself.
    narrowing = [] if exclusions or allowed is None else [allowed]
    filtering = [allowed] if exclusions and allowed is not None else []
    columns: list[ColumnElement[Any]] = [
        _aggregate(part, filtering).label(name) for name, part in parts.items()
    ]
    columns += [_excluded(exclusion, allowed) for exclusion in exclusions]
    keys = question.shared_by(side)
    statement = select(*group_columns(keys, side), *columns).where(
        *where_of(question.metric, side, question.filters, question.units), *narrowing
    )
    statement = statement.group_by(*key_columns(keys, side)) if keys else statement
    return Asked(question=finished(question, statement, side), keys=keys)


def _repeated(question: Question, side: Count) -> Asked:
    """Keys with at least k rows, k counted inside each group: inner count per key, outer count of keys."""
    keys = question.by
    labelled = [column.label(name) for name, column in zip(keys, key_columns(keys, side), strict=True)]
    inner = (
        select(*labelled, *(column.label(f"key_{column.name}") for column in side.distinct))
        .where(*matching(question, side), *(column.is_not(None) for column in side.distinct))
        .group_by(*key_columns(keys, side), *side.distinct)
        .having(func.count() >= question.parameters[str(side.at_least)])
    )
    found = finished(question, inner, side)
    offenders = found.statement.subquery("offenders")
    columns = [offenders.c[name] for name in keys]
    outer: Select[Any] = select(*columns, func.count().label("numerator")).select_from(offenders)
    outer = outer.group_by(*columns) if keys else outer
    return Asked(question=found.outside(outer), keys=keys)


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


def _excluded(exclusion: Exclusion, allowed: ColumnElement[bool] | None) -> ColumnElement[int]:
    kept = [] if allowed is None or exclusion.id == OTHER_SAMPLING else [allowed]
    return func.count().filter(and_(*kept, exclusion.where)).label(f"excluded_{exclusion.id}")
