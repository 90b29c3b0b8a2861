"""The finest parts of records that several tables tell apart: one query for each kind of record they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, true

from lib.data.duckdb_statements import literal_text
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import ask
from lib.metrics.metric import Count, Counted
from lib.metrics.predicates import sampling_allowed, where_of
from lib.metrics.question import Question, key_columns
from lib.metrics.registry import get_metric
from lib.metrics.releases import Group, Release
from lib.metrics.source import run, scoped
from lib.stats.validation import FloatArray


@dataclass(frozen=True, eq=False)
class Member:
    """One side of one table: the place of the table in the list, what it asked, and the side that is counted."""

    table: int
    question: Question
    side: Count

    @property
    def condition(self) -> str:
        """What is counted, whatever the filters: equal for sides that count the same records."""
        return literal_text(select(func.count()).select_from(self.side.table).where(*_conditions(self)))

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        """The columns that the table is split by."""
        return key_columns(self.question.by, self.side)


@dataclass(frozen=True, eq=False)
class Parts:
    """How many records each part holds; `groups`: for each member the group of every part, None outside of it.

    `pieces`: what subtracting tables may give: for each condition the parts of one place in all tables.
    """

    members: tuple[Member, ...]
    counts: FloatArray
    groups: tuple[list[Group | None], ...]
    pieces: tuple[tuple[int, ...], ...]


def question_of(whole: Snapshot, release: Release) -> Question:
    """What a table asked. Raises what `ask` raises where this data version or program does not know it any more."""
    return ask(
        whole,
        get_metric(release.metric),
        release.filters,
        release.scope,
        by=release.by,
        parameters=dict(release.parameters),
        as_of=release.as_of,
        with_excluded=False,
    )


def counted_sides(question: Question) -> tuple[Count, ...]:
    """The numerator, and the denominator where it counts records of the same groups; none unless rows add up."""
    metric = question.metric
    sides = [metric.numerator]
    if metric.denominator is not None and not set(metric.total_over) & set(question.by):
        sides.append(metric.denominator)
    if not _adds_up(metric.numerator):
        return ()
    return tuple(side for side in sides if isinstance(side, Count) and _adds_up(side))


def _adds_up(side: Counted) -> bool:
    return isinstance(side, Count) and not side.distinct and side.at_least is None and side.divide_by == 1


def parts_of(whole: Snapshot, members: Sequence[Member], most: int) -> Parts:
    """Cut the records of one table that the members count; drops members from the end until there are `most` parts."""
    conditions: dict[str, ColumnElement[bool]] = {}
    for member in members:
        conditions.setdefault(member.condition, and_(true(), *_conditions(member)))
    inside = [and_(*_limits(member)) for member in members]
    names = {column.name: column for member in members for column in member.columns}
    columns: list[ColumnElement[Any]] = [
        *(case((limits, 1), else_=0).label(f"in_{place}") for place, limits in enumerate(inside)),
        *(case((one, 1), else_=0).label(f"is_{number}") for number, one in enumerate(conditions.values())),
        *names.values(),
    ]
    table = members[0].side.table
    rows = scoped(select(*columns).where(or_(*inside)), table, Scope.everything(), "found")
    each = rows.statement.subquery("each_record")
    keys = list(each.c)
    grouped: Select[Any] = select(*keys, func.count().label("records")).group_by(*keys)
    found = run(whole, rows.outside(grouped)).to_pylist()
    kept = tuple(members)
    while True:
        parts = _cut(found, kept, list(conditions))
        if len(parts.counts) <= most or len(kept) == 1:
            return parts
        kept = kept[:-1]


def _cut(rows: Sequence[dict[str, Any]], members: tuple[Member, ...], conditions: list[str]) -> Parts:
    met_by = [conditions.index(member.condition) for member in members]
    counts: dict[tuple[tuple[Group | None, ...], tuple[bool, ...]], int] = {}
    for row in rows:
        place = tuple(_group(row, number, member) for number, member in enumerate(members))
        met = tuple(bool(row[f"is_{number}"]) for number in range(len(conditions)))
        if any(group is not None and met[one] for group, one in zip(place, met_by, strict=True)):
            counts[place, met] = counts.get((place, met), 0) + int(row["records"])
    groups = tuple(
        [place[number] if met[one] else None for place, met in counts] for number, one in enumerate(met_by)
    )
    pieces: dict[tuple[int, tuple[Group | None, ...]], list[int]] = {}
    for part, (place, met) in enumerate(counts):
        for number in sorted({one for one in met_by if met[one]}):
            pieces.setdefault((number, place), []).append(part)
    return Parts(
        members, np.array(list(counts.values()), dtype=np.float64), groups, tuple(map(tuple, pieces.values()))
    )


def _conditions(member: Member) -> list[ColumnElement[bool]]:
    universe = member.question.metric.universe
    return [*([] if universe is None else [universe]), *member.side.where]


def _limits(member: Member) -> list[ColumnElement[bool]]:
    question, side = member.question, member.side
    limits = list(where_of(question.metric, side, question.filters, question.units))
    allowed = sampling_allowed(side.table, question.filters)
    seen = question.scope.where(side.table, question.filters.side)
    return [*limits, seen] if allowed is None else [*limits, allowed, seen]


def _group(row: dict[str, Any], place: int, member: Member) -> Group | None:
    return tuple(row[column.name] for column in member.columns) if row[f"in_{place}"] else None
