"""Rows of one snapshot table that answer a question: counted, and taken in a stable order however many they are.

A sort of a million wide rows would fill the memory of the server. The rows are therefore fetched day by day (some
days at once), each part sorted by itself; the parts one behind the other are the whole in its order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import ColumnElement, Date, Select, Table, func, select

from lib.data.filters import Side
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import FACT_TABLES, enterprise
from lib.metrics.row_columns import read
from lib.metrics.row_order import ROW_ORDER
from lib.metrics.source import Scoped, run, run_code_list, scoped, stream

#: Rows sorted at once; a single day may hold more.
_PART_ROWS: Final = 25_000


@dataclass(frozen=True)
class RowSource:
    """Rows of `table` under `predicates`, as far as the scope sees them on `side`; `sentence` says so in Chinese."""

    snapshot: Snapshot
    table: Table
    predicates: tuple[ColumnElement[bool], ...]
    scope: Scope
    side: Side
    sentence: str

    def count(self) -> int:
        """How many rows there are, counted by the database."""
        columns: list[ColumnElement[Any]] = [func.count().label("rows")]
        return int(self._run(select(*columns).select_from(self.table))["rows"][0].as_py())

    def first(self, limit: int, names: Sequence[str]) -> pa.Table:
        """The first rows with the columns asked for."""
        return self._run(self._ordered(names).limit(limit))

    def rows(self, limit: int | None = None, offset: int = 0) -> pa.Table:
        """The rows with every column of their table: all of them at once, or a page of `limit` after `offset`."""
        return self._run(self._ordered(self.table.columns.keys()).limit(limit).offset(offset or None))

    def batches(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """All rows in their order with the columns asked for, one batch at a time."""
        statement = self._ordered(names)
        for part in self._parts():
            yield from self._stream(statement if part is None else statement.where(part))

    def _ordered(self, names: Sequence[str]) -> Select[Any]:
        order = [self.table.c[name].asc().nulls_last() for name in ROW_ORDER[self.table.name]]
        return select(*(read(self.table.c[name]) for name in names)).order_by(*order)

    def _parts(self) -> Iterator[ColumnElement[bool] | None]:
        """Conditions that cut the rows into parts by the first column of their order; None: all at once."""
        first = self.table.c[ROW_ORDER[self.table.name][0]]
        if not isinstance(first.type, Date):
            yield None
            return
        columns: list[ColumnElement[Any]] = [first.label("day"), func.count().label("rows")]
        counted = select(*columns).group_by(first).order_by(first.asc().nulls_last())
        days: list[Any] = []
        rows = 0
        for line in self._run(counted).to_pylist():
            if line["day"] is None or (days and rows + line["rows"] > _PART_ROWS):
                if days:
                    yield first.between(days[0], days[-1])
                days, rows = [], 0
            if line["day"] is None:
                yield first.is_(None)
            else:
                days.append(line["day"])
                rows += line["rows"]
        if days:
            yield first.between(days[0], days[-1])

    def _run(self, statement: Select[Any]) -> pa.Table:
        asked = self._asked(statement)
        return run(self.snapshot, asked) if isinstance(asked, Scoped) else run_code_list(self.snapshot, asked)

    def _stream(self, statement: Select[Any]) -> Iterator[pa.RecordBatch]:
        asked = self._asked(statement)
        if isinstance(asked, Scoped):
            return stream(self.snapshot, asked)
        return iter(run_code_list(self.snapshot, asked).to_batches())

    def _asked(self, statement: Select[Any]) -> Scoped | Select[Any]:
        """With the reader's districts, except for code lists, which have none."""
        whole = statement.where(*self.predicates)
        if self.table in FACT_TABLES or self.table is enterprise:
            return scoped(whole, self.table, self.scope, self.side)
        return whole
