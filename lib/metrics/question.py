"""What is asked: a metric with filters, scope and grouping, and the pieces every statement is made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, not_

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Unit
from lib.metrics.dimensions import dimension_column, label_column
from lib.metrics.metric import Counted, Exclusion, Metric
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


def matching(question: Question, side: Counted) -> list[ColumnElement[bool]]:
    """Every predicate of one side, for the rows behind a figure."""
    predicates = [*where_of(question.metric, side, question.filters, question.units), *side.where]
    allowed = sampling_allowed(side.table, question.filters)
    return predicates if allowed is None else [*predicates, allowed]


def finished(question: Question, statement: Select[Any], side: Counted) -> Scoped:
    """Put the scope on a statement."""
    return scoped(statement, side.table, question.scope, question.filters.side)


def key_columns(names: Sequence[str], side: Counted) -> list[ColumnElement[Any]]:
    columns = [dimension_column(name, side) for name in names]
    return [column for column in columns if column is not None]


def group_columns(names: Sequence[str], side: Counted) -> Iterator[ColumnElement[Any]]:
    for name, column in zip(names, key_columns(names, side), strict=True):
        yield column.label(name)
        named = label_column(name, side)
        if named is not None:
            yield func.max(named).label(f"{name}_name")


def exclusions_of(question: Question, side: Counted) -> tuple[Exclusion, ...]:
    """What is shown as left out; only one side carries it, so that nothing is counted twice."""
    if not question.with_excluded or side is not question.metric.excluded_on:
        return ()
    allowed = sampling_allowed(side.table, question.filters)
    if allowed is None:
        return question.metric.excluded
    other = Exclusion(id=OTHER_SAMPLING, label="其他抽样性质", where=not_(allowed))
    return (*question.metric.excluded, other)
