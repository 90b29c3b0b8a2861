"""Counting rows of one table in one pass: every row gets one class, classes are counted, then added up per group.

One CASE stops at its first true condition: on large tables this costs a third of a filtered aggregate for each
state, and every row is in exactly one place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, not_, select, true

from lib.metrics.metric import Count, Counted, Exclusion
from lib.metrics.predicates import sampling_allowed, where_of
from lib.metrics.question import OTHER_SAMPLING, Asked, Question, finished, group_columns, key_columns


def counts_rows(part: Counted) -> bool:
    """Whether a side counts rows, so that a row can be put in one class."""
    return isinstance(part, Count) and not part.distinct


def classified(
    question: Question, side: Counted, parts: Mapping[str, Counted], exclusions: Sequence[Exclusion]
) -> Asked:
    """Put every row in one class (counted or why not), count the classes, then add them up per group."""
    keys = question.shared_by(side)
    classes = _classes(question, side, parts, exclusions)
    kind = case(*((where, number) for number, (where, _) in enumerate(classes)), else_=-1).label("row_class")
    inner = select(*group_columns(keys, side), kind, func.count().label("rows")).where(
        *where_of(question.metric, side, question.filters, question.units)
    )
    inner = inner.group_by(*key_columns(keys, side), kind)
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
    total = func.sum(rows.c.rows).filter(rows.c.row_class.in_(kinds))
    return cast(func.coalesce(total, 0), BigInteger)


def _outer_columns(rows: Subquery, keys: Sequence[str]) -> Iterator[ColumnElement[Any]]:
    for name in keys:
        yield rows.c[name]
        if f"{name}_name" in rows.c:
            yield func.max(rows.c[f"{name}_name"]).label(f"{name}_name")
