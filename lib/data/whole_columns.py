"""Reading a record table column by column: SQLite joins the values of many rows to one text, Arrow takes it apart.

A row read through the driver costs one object per value and holds up every other thread meanwhile; a joined column
costs one object per some thousand rows. Everything stays on the caller's connection and in its transaction.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    LargeBinary,
    Select,
    Table,
    cast,
    func,
    literal_column,
    select,
)

from lib.data.bulk import Batch, arrow_type, read_batches

#: Few enough that no joined column comes near SQLite's limit of a thousand million bytes.
_ROWS_AT_ONCE: Final = 10_240
#: Control characters that no loaded text holds; a text that does is noticed by the number of pieces.
_BETWEEN: Final = "\x1f"
_MISSING: Final = "\x1e"
_ROWID: Final[ColumnElement[int]] = literal_column("rowid")


def read_table(
    connection: Connection,
    table: Table,
    columns: Sequence[Column[Any]],
    where: Sequence[ColumnElement[bool]] = (),
) -> Iterator[Batch]:
    """Stream ``columns`` of the rows of ``table`` that meet ``where`` as Arrow batches typed after the columns."""
    # As text a number with a fraction would lose its last digits.
    has_fractions = any(isinstance(column.type, Float) for column in columns)
    if connection.dialect.name != "sqlite" or has_fractions:
        return read_batches(connection, select(*columns).where(*where), columns)
    return _read_ranges(connection, table, columns, where)


def _read_ranges(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], where: Sequence[ColumnElement[bool]]
) -> Iterator[Batch]:
    ends = select(func.coalesce(func.min(_ROWID), 0), func.coalesce(func.max(_ROWID), -1))
    first, last = connection.execute(ends.select_from(table)).one()
    joined = _Joined(columns)
    for low in range(first, last + 1, _ROWS_AT_ONCE):
        limits = [*where, _ROWID.between(low, low + _ROWS_AT_ONCE - 1)]
        batch = joined.read(connection, table, limits)
        if batch is None:
            yield from read_batches(connection, select(*columns).where(*limits), columns)
        elif batch.num_rows:
            yield batch


class _Joined:
    """Reads ranges of one table; remembers which columns have gaps."""

    def __init__(self, columns: Sequence[Column[Any]]) -> None:
        self._columns = columns
        self._with_gaps: set[str] = set()

    def read(
        self, connection: Connection, table: Table, limits: Sequence[ColumnElement[bool]]
    ) -> pa.RecordBatch | None:
        """The rows within ``limits``; nothing if one of their texts holds the mark between values."""
        count, *answers = connection.execute(self._statement(table, limits)).one()
        filled, texts = answers[::2], answers[1::2]
        gaps = {c.name for c, n in zip(self._columns, filled, strict=True) if 0 < n < count}
        if gaps - self._with_gaps:
            self._with_gaps |= gaps
            return self.read(connection, table, limits)
        arrays = []
        for column, present, text in zip(self._columns, filled, texts, strict=True):
            array = pa.nulls(count, pa.string()) if not present else _taken_apart(text or b"")
            if len(array) != count:
                return None
            if present < count:
                array = pc.if_else(pc.equal(array, _MISSING), pa.scalar(None, pa.string()), array)
            arrays.append(_typed(array, arrow_type(column)))
        return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in self._columns])

    def _statement(self, table: Table, limits: Sequence[ColumnElement[bool]]) -> Select[Any]:
        parts: list[ColumnElement[Any]] = [func.count()]
        for column in self._columns:
            value: ColumnElement[Any] = column
            if column.name in self._with_gaps:
                value = func.coalesce(column, _MISSING)
            parts += [func.count(column), cast(func.group_concat(value, _BETWEEN), LargeBinary)]
        return select(*parts).select_from(table).where(*limits)


def _taken_apart(text: bytes) -> pa.Array:
    ends = np.array([0, len(text)], dtype=np.int32)
    whole = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(ends), pa.py_buffer(text)])
    return pc.split_pattern(whole, _BETWEEN).flatten()


def _typed(texts: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):
        return pc.cast(pc.cast(texts, pa.int8()), kind)
    return pc.cast(texts, kind)
