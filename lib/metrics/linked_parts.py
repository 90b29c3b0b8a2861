"""The finest parts of records that several tables tell apart: one query for each kind of record they count."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, distinct, func, or_, select, true

from lib.data.duckdb_statements import literal_text
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import ask
from lib.metrics.metric import Count, Counted
from lib.metrics.predicates import sampling_allowed, where_of
from lib.metrics.question import Question, key_columns
from lib.metrics.registry import get_metric
from lib.metrics.releases import Group, Release
from lib.metrics.source import Scoped, run, scoped
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
    def places(self) -> tuple[int, ...]:
        """Which parts of a group of the table this side is split by: a total is not split by all."""
        shared = self.question.shared_by(self.side)
        return tuple(place for place, name in enumerate(self.question.by) if name in shared)

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        """The columns that the side is split by."""
        return key_columns(self.question.shared_by(self.side), self.side)


@dataclass(frozen=True, eq=False)
class Parts:
    """How many records each part holds; `groups`: for each member the group of every part, None outside of it.

    `pieces`: what subtracting tables may give: for each condition, and for each condition without another (done, less
    done on time), the parts of one place in all tables.
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
    """The numerator, and the denominator where it counts records too; none unless rows of the numerator add up."""
    sides = question.metric.sides
    return (
        tuple(side for side in sides if isinstance(side, Count) and _adds_up(side))
        if _adds_up(sides[0])
        else ()
    )


def _adds_up(side: Counted) -> bool:
    return isinstance(side, Count) and not side.distinct and side.at_least is None and side.divide_by == 1


def parts_of(whole: Snapshot, members: Sequence[Member], most: int) -> Parts:
    """Cut the records of one table that the members count; leaves out tables that make more than `most` parts.

    How many parts there are is asked first: many tables over millions of records would not fit into memory. The first
    table stays in any case; of the others each that still fits.
    """
    kept = list(members)
    if _number_of_parts(whole, kept) > most:
        first, *others = dict.fromkeys(member.table for member in members)
        tables = {first}
        for table in others:
            more = [member for member in members if member.table in tables | {table}]
            tables |= {table} if _number_of_parts(whole, more) <= most else set()
        kept = [member for member in members if member.table in tables]
    each = _records(kept)
    keys = list(each.statement.subquery("each_record").c)
    grouped: Select[Any] = select(*keys, func.count().label("records")).group_by(*keys)
    return _cut(run(whole, each.outside(grouped)).to_pylist(), tuple(kept))


def _number_of_parts(whole: Snapshot, members: Sequence[Member]) -> int:
    each = _records(members)
    number = select(func.count(distinct(func.hash(*each.statement.subquery("each_record").c))))
    return int(run(whole, each.outside(number)).column(0)[0].as_py())


def _records(members: Sequence[Member]) -> Scoped:
    """For every record the conditions it meets and the group it is in, member by member."""
    columns: list[ColumnElement[Any]] = []
    inside = [and_(*_limits(member)) for member in members]
    for place, (member, limits) in enumerate(zip(members, inside, strict=True)):
        columns.append(case((limits, 1), else_=0).label(f"in_{place}"))
        columns += [
            case((limits, column)).label(f"key_{place}_{number}")
            for number, column in enumerate(member.columns)
        ]
    conditions = {member.condition: and_(true(), *_conditions(member)) for member in members}
    columns += [
        case((one, 1), else_=0).label(f"is_{number}") for number, one in enumerate(conditions.values())
    ]
    return scoped(select(*columns).where(or_(*inside)), members[0].side.table, Scope.everything(), "found")


def _cut(rows: Sequence[dict[str, Any]], members: tuple[Member, ...]) -> Parts:
    conditions = list(dict.fromkeys(member.condition for member in members))
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
    pairs = list(permutations(range(len(conditions)), 2))
    pieces: dict[tuple[int, int, tuple[Group | None, ...]], list[int]] = {}
    for part, (place, met) in enumerate(counts):
        for number in sorted({one for one in met_by if met[one]}):
            pieces.setdefault((number, number, place), []).append(part)
        for number, without in pairs:
            if met[number] and not met[without]:
                pieces.setdefault((number, without, place), []).append(part)
    lines = tuple(dict.fromkeys(map(tuple, pieces.values())))
    return Parts(members, np.array(list(counts.values()), dtype=np.float64), groups, lines)


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
    if not row[f"in_{place}"]:
        return None
    return tuple(row[f"key_{place}_{number}"] for number in range(len(member.places)))
