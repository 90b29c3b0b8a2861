"""Bulk transport between Arrow and the record database, in batches, on the driver."""

import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar, Union

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Float,
    Integer,
    Select,
    Table,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
)

Item = TypeVar("Item")
Batch = Union[pa.RecordBatch, pa.Table]  # noqa: UP007 (pyarrow is untyped: `|` on it is no type)
_READ_ROWS = 20_480


class UnknownCode(ValueError):
    """A bulk row refers to a code that its reference table does not hold."""


def bulk_insert(connection: Connection, table: Table, batches: Iterable[Batch]) -> int:
    """Insert Arrow batches whose column names are columns of ``table``; return the number of rows.

    SQLite takes ``executemany`` on the driver, PostgreSQL takes COPY. Everything happens in the caller's
    transaction. References are checked per batch on the distinct values, which is as strict as row by row and
    much quicker; raises ``UnknownCode`` naming them.
    """
    write = _copy if connection.dialect.name == "postgresql" else _execute_many
    known = {**_known_codes(connection, table), **_allowed_values(table)}
    total = 0
    with _indexed_afterwards(connection, table):
        for batch in batches:
            if batch.num_rows:
                _check_codes(table, batch, known)
                total += write(connection, table, batch)
    return total


@contextmanager
def _indexed_afterwards(connection: Connection, table: Table) -> Iterator[None]:
    """Build the indexes of an empty table once it is filled: sorting once costs less than a million insertions.

    They are dropped and made in the caller's transaction, so that no one ever sees the table without them.
    """
    is_empty = connection.execute(select(literal(1)).select_from(table).limit(1)).first() is None
    indexes = sorted(table.indexes, key=lambda index: str(index.name)) if is_empty else []
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _known_codes(connection: Connection, table: Table) -> dict[str, pa.Array]:
    known = {}
    for column in table.columns:
        for key in column.foreign_keys:
            values = connection.execute(select(key.column)).scalars().all()
            known[column.name] = pa.array(values, arrow_type(key.column))
    return known


def _allowed_values(table: Table) -> dict[str, pa.Array]:
    return {c.name: pa.array(c.info["allowed"], pa.string()) for c in table.columns if "allowed" in c.info}


def _check_codes(table: Table, batch: Batch, known: dict[str, pa.Array]) -> None:
    for name in set(known) & set(batch.schema.names):
        values = pc.drop_null(pc.unique(batch.column(batch.schema.get_field_index(name))))
        strange = values.filter(pc.invert(pc.is_in(pc.cast(values, known[name].type), known[name])))
        if len(strange):
            raise UnknownCode(
                f"{table.name}.{name}：代码表中没有 {'、'.join(map(str, strange.to_pylist()[:5]))}"
            )


def _execute_many(connection: Connection, table: Table, batch: Batch) -> int:
    # The driver looks up an adapter for every None it binds, which costs more than the rest of the row: columns
    # without a value are left out, and a gap in a text travels as empty text (records hold none).
    columns = {name: batch.column(number) for number, name in enumerate(batch.schema.names)}
    columns = {name: values for name, values in columns.items() if values.null_count < batch.num_rows}
    # A value that is the same in every row is written into the statement instead of bound to each.
    constants = {name: value for name, values in columns.items() if (value := _constant(values)) is not None}
    if len(constants) == len(columns):
        constants = {}
    travelling = {name: _sqlite_values(values) for name, values in columns.items() if name not in constants}
    gaps = {name for name, values in columns.items() if values.null_count and _is_text_in_sqlite(values)}
    parameters: dict[str, ColumnElement[Any]] = {
        name: func.nullif(bindparam(name, None), literal_column("''"))
        if name in gaps
        else bindparam(name, None)
        for name in travelling
    }
    written = {name: literal(value, literal_execute=True) for name, value in constants.items()}
    statement = insert(table).values({**parameters, **written})
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    cursor = connection.connection.cursor()
    try:
        ordered = (travelling[name] for name in compiled.positiontup or ())
        cursor.executemany(str(compiled), zip(*ordered, strict=True))  # type: ignore[arg-type]
    finally:
        cursor.close()
    return batch.num_rows


def _constant(column: pa.Array | pa.ChunkedArray) -> Any:
    """The one value of a column as SQLite keeps it; nothing if there are several, or it does not go into a text."""
    is_number = pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)
    if column.null_count or not (is_number or _is_text_in_sqlite(column)):
        return None
    if column[0] != column[-1] or not pc.all(pc.equal(column, column[0])).as_py():
        return None
    value = _sqlite_values(column[:1] if isinstance(column, pa.Array) else column.slice(0, 1))[0]
    return value if is_number or value.isprintable() else None


def _is_text_in_sqlite(column: pa.Array | pa.ChunkedArray) -> bool:
    return pa.types.is_string(column.type) or pa.types.is_date(column.type)


def _sqlite_values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    # SQLite keeps dates as text and truth as 0/1; Arrow converts whole columns at once.
    if pa.types.is_boolean(column.type):
        column = pc.cast(column, pa.int8())
    if not _is_text_in_sqlite(column):
        return column.to_pylist()
    texts = pc.fill_null(pc.cast(column, pa.string()), "")
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return texts.to_numpy(zero_copy_only=False).tolist()


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
) -> Iterator[Batch]:
    """Stream a SELECT of committed rows as Arrow batches typed after ``columns`` (the statement's, in order)."""
    schema = pa.schema([pa.field(column.name, arrow_type(column)) for column in columns])
    if connection.dialect.name == "sqlite":
        return _read_sqlite(connection, statement, schema)
    return _read_cursor(connection, statement, schema)


def _read_sqlite(connection: Connection, statement: Select[Any], schema: pa.Schema) -> Iterator[Batch]:
    # On the driver's own cursor: rows of the transaction the caller reads in, without an object per row and value more.
    # Never through a second SQLite library in this process: closing its file would drop the locks of the first one.
    text = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text)
        while rows := cursor.fetchmany(_READ_ROWS):
            columns = zip(*rows, strict=True)
            arrays = [_from_sqlite(values, field.type) for values, field in zip(columns, schema, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    finally:
        cursor.close()


def _from_sqlite(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):
        return pc.cast(pa.array(values, pa.string()), kind)
    if pa.types.is_boolean(kind):
        return pc.cast(pa.array(values, pa.int8()), kind)
    return pa.array(values, kind)


def _read_cursor(connection: Connection, statement: Select[Any], schema: pa.Schema) -> Iterator[Batch]:
    streaming = connection.execution_options(stream_results=True, max_row_buffer=_READ_ROWS)
    for rows in streaming.execute(statement).partitions(_READ_ROWS):
        columns = zip(*rows, strict=True)
        yield pa.RecordBatch.from_arrays(
            [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)],
            schema=schema,
        )


def prefetched(items: Iterator[Item], ahead: int = 1) -> Iterator[Item]:
    """The same items, made ``ahead`` of time in a thread of their own (no item may be ``None``)."""
    with ThreadPoolExecutor(max_workers=1) as worker:
        coming = deque(worker.submit(next, items, None) for _ in range(ahead))
        while (item := coming.popleft().result()) is not None:
            coming.append(worker.submit(next, items, None))
            yield item


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
