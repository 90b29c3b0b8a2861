"""Bulk transport between Arrow and the record database, in batches, on the driver."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg import sql
from sqlalchemy import BigInteger, Boolean, Column, Connection, Date, Float, Integer, Select, Table, insert

Batch = pa.RecordBatch | pa.Table
_READ_ROWS = 50_000


def bulk_insert(connection: Connection, table: Table, batches: Iterable[Batch]) -> int:
    """Insert Arrow batches whose column names are columns of ``table``; return the number of rows.

    SQLite takes ``executemany`` on the driver, PostgreSQL takes COPY. Everything happens in the caller's
    transaction.
    """
    write = _copy if connection.dialect.name == "postgresql" else _execute_many
    return sum(write(connection, table, batch) for batch in batches if batch.num_rows)


def _execute_many(connection: Connection, table: Table, batch: Batch) -> int:
    names = batch.schema.names
    statement = insert(table).compile(dialect=connection.dialect, column_keys=names)
    order = statement.positiontup or names
    columns = [_sqlite_values(batch.column(batch.schema.get_field_index(name))) for name in order]
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(str(statement), zip(*columns, strict=True))
    finally:
        cursor.close()
    return batch.num_rows


def _sqlite_values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    # SQLite keeps dates as text and truth as 0/1; Arrow converts whole columns at once.
    if pa.types.is_date(column.type):
        column = pc.cast(column, pa.string())
    elif pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int8())
    return column.to_pylist()


def _copy(connection: Connection, table: Table, batch: Batch) -> int:
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(batch, buffer, pyarrow.csv.WriteOptions(include_header=False))
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, batch.schema.names))
    )
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
        copy.write(buffer.getvalue())
    return batch.num_rows


def read_batches(
    connection: Connection, statement: Select[Any], columns: Sequence[Column[Any]]
) -> Iterator[pa.RecordBatch]:
    """Stream a SELECT as Arrow batches typed after ``columns`` (the statement's columns, in order)."""
    schema = pa.schema([pa.field(column.name, arrow_type(column)) for column in columns])
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    raw = connection.connection
    cursor = raw.cursor("bamai_stream") if connection.dialect.name == "postgresql" else raw.cursor()  # type: ignore[call-arg]
    try:
        cursor.execute(str(compiled))
        while rows := cursor.fetchmany(_READ_ROWS):
            arrays = [
                _arrow_array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), schema, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    finally:
        cursor.close()


def _arrow_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    first = next((value for value in values if value is not None), None)
    if pa.types.is_date(kind) and isinstance(first, str):
        return pc.cast(pa.array(values, pa.string()), kind)
    if pa.types.is_boolean(kind) and isinstance(first, int):
        return pc.cast(pa.array(values, pa.int8()), kind)
    return pa.array(values, kind)


def arrow_type(column: Column[Any]) -> pa.DataType:
    """Arrow type of a table column; everything that is not a number, a date or a truth value is text."""
    kinds: list[tuple[Any, pa.DataType]] = [
        (Boolean, pa.bool_()),
        (BigInteger, pa.int64()),
        (Integer, pa.int32()),
        (Float, pa.float64()),
        (Date, pa.date32()),
    ]
    return next((arrow for kind, arrow in kinds if isinstance(column.type, kind)), pa.string())
