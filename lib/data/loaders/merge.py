"""Staged records against recorded ones: what is new, what changed, what stays; written as one data version."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    Table,
    and_,
    bindparam,
    case,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from lib.data.bulk import arrow_type, bulk_insert, prefetched
from lib.data.loaders.staging import Staging
from lib.data.tables.reference import reporting_unit

_VERSION: Final = ("version_from", "version_to")
_STATE: Final = "state"
_UPDATES_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class TableCounts:
    """What a load does to one table, in records. ``closed``: no longer listed, ended without a successor."""

    new: int = 0
    superseded: int = 0
    unchanged: int = 0
    closed: int = 0

    @property
    def changes(self) -> int:
        """Records that differ from before."""
        return self.new + self.superseded + self.closed


@dataclass(frozen=True)
class TablePlan:
    """How one table changes: ``rows`` has its columns as they should be, as they are (``old_…``), and ``known``."""

    table: Table
    key: tuple[str, ...]
    rows: Subquery
    current: Table | None
    closing: Select[Any] | None = None

    def states(self) -> Subquery:
        """``rows`` with the state of each: new, changed or same."""
        if self.current is None:
            return select(self.rows, literal("new").label(_STATE)).subquery()
        differs = or_(
            false(),
            *(
                self.rows.c[name].is_distinct_from(self.rows.c[f"old_{name}"])
                for name in stored_columns(self.table)
                if name not in self.key
            ),
        )
        state = case((self.rows.c.known.is_(None), "new"), (differs, "changed"), else_="same")
        return select(self.rows, state.label(_STATE)).subquery()


def stored_columns(table: Table) -> list[str]:
    """Columns of a versioned table without its version columns."""
    return [column.name for column in table.columns if column.name not in _VERSION]


def count_changes(staging: Staging, plan: TablePlan) -> TableCounts:
    """Count the states of a plan."""
    states = plan.states()
    counted = dict(staging.rows(select(states.c[_STATE], func.count()).group_by(states.c[_STATE])))
    closed = (
        0
        if plan.closing is None
        else staging.value(select(func.count()).select_from(plan.closing.subquery()))
    )
    return TableCounts(counted.get("new", 0), counted.get("changed", 0), counted.get("same", 0), closed)


def write_changes(
    staging: Staging, records: Connection, plan: TablePlan, counts: TableCounts, version: int
) -> None:
    """End what is replaced or no longer listed, then insert what is new or changed, as data version ``version``."""
    states = plan.states()
    if counts.superseded:
        changed = select(*(states.c[name] for name in plan.key)).where(states.c[_STATE] == "changed")
        _end(staging, records, plan, changed, version)
    if counts.closed and plan.closing is not None:
        _end(staging, records, plan, plan.closing, version)
    if counts.new or counts.superseded:
        names = stored_columns(plan.table)
        query = select(*(states.c[name] for name in names)).where(states.c[_STATE] != "same")
        rows = prefetched(_versioned(staging.stream(query), plan.table, version))
        bulk_insert(records, plan.table, rows)


def _versioned(batches: Iterator[pa.RecordBatch], table: Table, version: int) -> Iterator[pa.Table]:
    for batch in batches:
        typed = [batch.column(name).cast(arrow_type(table.c[name])) for name in batch.schema.names]
        numbers = pa.array([version] * batch.num_rows, pa.int32())
        yield pa.Table.from_arrays([*typed, numbers], names=[*batch.schema.names, "version_from"])


def _end(staging: Staging, records: Connection, plan: TablePlan, keys: Select[Any], version: int) -> None:
    table = plan.table
    same = [table.c[name] == bindparam(f"key_{name}") for name in plan.key]
    statement = update(table).where(*same, table.c.version_to.is_(None)).values(version_to=version)
    rows = iter(staging.rows(keys))
    while part := list(islice(rows, _UPDATES_AT_ONCE)):
        records.execute(
            statement,
            [{f"key_{name}": value for name, value in zip(plan.key, row, strict=True)} for row in part],
        )


def insert_units(records: Connection, created: dict[str, tuple[Any, str]], source: str) -> int:
    """Insert the reporting units a profile makes itself, unless they are there; return how many are new."""
    wanted: dict[str, dict[str, Any]] = {}
    for code, (rule, text) in sorted(created.items()):
        wanted[rule.root_code] = _unit(rule.root_code, rule.root_name, 2, None, source)
        wanted[code] = _unit(code, rule.name.format(value=text), 3, rule.root_code, source)
    missing = missing_units(records, wanted)
    roots = [unit for unit in missing if unit["parent_code"] is None]
    for units in (roots, [unit for unit in missing if unit["parent_code"] is not None]):
        if units:
            records.execute(insert(reporting_unit), units)
    return len(missing)


def missing_units(records: Connection, wanted: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of ``wanted`` that are not recorded."""
    present = set(
        records.execute(
            select(reporting_unit.c.code).where(reporting_unit.c.code.in_(list(wanted)))
        ).scalars()
    )
    return [unit for code, unit in wanted.items() if code not in present]


def _unit(code: str, name: str, level: int, parent: str | None, source: str) -> dict[str, Any]:
    return {
        "code": code,
        "name": name[:64],
        "level": level,
        "parent_code": parent,
        "kind": "administrative",
        "source": source,
    }


def join_current(staged: Any, current: Table | None, key: tuple[str, ...]) -> Any:
    """``staged`` with its current record beside it, where there is one."""
    if current is None:
        return staged
    return staged.outerjoin(current, and_(*(staged.c[name] == current.c[name] for name in key)))


def labelled(
    table: Table, merged: dict[str, ColumnElement[Any]], current: Table | None, key: tuple[str, ...]
) -> list[ColumnElement[Any]]:
    """The columns of a plan's rows: the merged values and, if there are current records, the old ones beside."""
    columns: list[ColumnElement[Any]] = [merged[name].label(name) for name in stored_columns(table)]
    if current is not None:
        columns += [current.c[name].label(f"old_{name}") for name in stored_columns(table)]
        columns.append(current.c[key[-1]].label("known"))
    return columns
