"""The staging area of a load: a temporary DuckDB file in which rows become records and conflicts show.

Nothing of value lives here; it is removed with its folder, and a killed load leaves at most a file in the system's
folder for temporary files.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    CreateTableAs,
    Date,
    Float,
    FromClause,
    Integer,
    MetaData,
    Select,
    SelectBase,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.schema import CreateTable

from lib.data.duckdb_statements import execute
from lib.data.loaders.mapping import FREE_TEXT, ITEM_SCHEMA, ROW_ID, Mapped

MEMORY_LIMIT: Final = "320MB"
BATCH_ROWS: Final = 20_000
_ROWS_PER_COMMIT: Final = 122_880
FAILING: Final = ("unqualified", "problem")
FIRM_SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("enterprise_key", "name", "credit_code", "licence_no", "address")),
        ("division_code", pa.string()),
        ("position", pa.int64()),
    ]
)


def core_table(name: str, schema: pa.Schema, *more: Column[Any]) -> Table:
    """A Core table of the columns of an Arrow schema."""
    return Table(name, MetaData(), *(Column(field.name, _sql_type(field.type)) for field in schema), *more)


def _sql_type(kind: pa.DataType) -> Any:
    if pa.types.is_int64(kind):
        return BigInteger
    if pa.types.is_integer(kind):
        return Integer
    if pa.types.is_floating(kind):
        return Float
    if pa.types.is_boolean(kind):
        return Boolean
    return Date if pa.types.is_date(kind) else String


class Staging:
    """Rows of a load, staged by ``add`` and then settled by ``settle`` (see ``conflicts``)."""

    def __init__(self, folder: Path, schema: pa.Schema, key: Sequence[str], *, by_item: bool) -> None:
        self.connection = duckdb.connect(
            str(folder / "staging.duckdb"),
            config={
                "memory_limit": MEMORY_LIMIT,
                # Chunks are small: a second thread and compressed columns cost more than they give.
                "threads": 1,
                "force_compression": "uncompressed",
                "temp_directory": str(folder / "spill"),
                "preserve_insertion_order": "false",
            },
        )
        self.key = tuple(name for name in key if name != "source")
        self.by_item = by_item
        self.schema = schema
        self.record = core_table("staged_record", schema, Column("digest", BigInteger))
        self.item = core_table("staged_item", ITEM_SCHEMA, Column("digest", BigInteger))
        self.firm = core_table("staged_firm", FIRM_SCHEMA)
        self.spoiled = Table("spoiled", MetaData(), Column("sample_no", String))
        self.chosen = Table("chosen", MetaData(), Column(ROW_ID, BigInteger))
        for table in (self.record, self.item, self.firm, self.spoiled, self.chosen):
            self.create(table)
        self.rows_staged = 0
        self._rows_open = 0
        self.connection.begin()

    def finish(self) -> None:
        """Every chunk is staged: now the rows can be read on any cursor."""
        self.connection.commit()

    def _commit_now_and_then(self, rows: int) -> None:
        # Whole row groups go to the file once instead of through its log; what is open stays in memory.
        self._rows_open += rows
        if self._rows_open >= _ROWS_PER_COMMIT:
            self.connection.commit()
            self.connection.begin()
            self._rows_open = 0

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def create(self, table: Table) -> None:
        """Create a Core table."""
        execute(self.connection, CreateTable(table))

    def add(self, mapped: Mapped) -> None:
        """Stage one chunk."""
        compared = [name for name in self.schema.names if name != ROW_ID and name not in FREE_TEXT]
        incoming = core_table("incoming", self.schema)
        self.rows_staged += mapped.rows_read - mapped.rows_rejected
        if mapped.records.num_rows:
            self._insert(self.record, mapped.records, select(incoming, _digest(incoming, compared)))
        if mapped.items.num_rows:
            arriving = core_table("incoming", ITEM_SCHEMA)
            content = [name for name in ITEM_SCHEMA.names if name not in (ROW_ID, "sample_no", "item_name")]
            self._insert(self.item, mapped.items, select(arriving, _digest(arriving, content)))
        if len(mapped.spoiled):
            self.spoil(mapped.spoiled.to_pylist())
        for firms in mapped.firms:
            self._add_firms(firms)
        self._commit_now_and_then(mapped.rows_read)

    def spoil(self, numbers: list[str]) -> None:
        """Note samples that have a bad row, so that none of their rows is loaded."""
        rows = pa.table({"sample_no": pa.array(numbers, pa.string())})
        self._insert(self.spoiled, rows, select(core_table("incoming", rows.schema)))

    def _add_firms(self, firms: pa.Table) -> None:
        if not firms.num_rows:
            return
        incoming = core_table("incoming", firms.schema)
        rows = last_filled(incoming, FIRM_SCHEMA.names)
        self._insert(self.firm, firms, rows)

    def _insert(self, table: Table, rows: pa.Table, query: Select[Any]) -> None:
        self.connection.register("incoming", rows)
        execute(self.connection, insert(table).from_select([column.name for column in table.columns], query))
        self.connection.unregister("incoming")

    def fill(self, table: Table, rows: Iterable[pa.Table]) -> None:
        """Create ``table`` and fill it with Arrow tables of the same columns."""
        self.create(table)
        for part in rows:
            self._insert(table, part, select(core_table("incoming", part.schema)))

    def keep(self, name: str, query: SelectBase) -> FromClause:
        """A table of the result of a query that several others need."""
        kept = CreateTableAs(query, name)
        execute(self.connection, kept)
        return kept.table

    def rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return execute(self.connection, query).fetchall()

    def value(self, query: Select[Any]) -> Any:
        """The one value of a result."""
        return self.rows(query)[0][0]

    def stream(self, query: Select[Any], rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """A large result in batches, on a cursor of its own."""
        cursor = self.connection.cursor()
        try:
            yield from execute(cursor, query).to_arrow_reader(rows)
        finally:
            cursor.close()

    def run(self, query: Any) -> None:
        """Run a statement without result."""
        execute(self.connection, query)

    def drop_samples(self, numbers: Select[Any]) -> None:
        """Leave out every row of some samples."""
        self.run(delete(self.item).where(self.item.c.sample_no.in_(numbers)))
        self.run(delete(self.record).where(self.record.c.sample_no.in_(numbers)))


def last_filled(firm: Table, names: Sequence[str]) -> Select[Any]:
    """One row per enterprise: of every column the last value that is not empty, by position in the load."""
    columns: list[Any] = []
    for name in names:
        if name == "enterprise_key":
            columns.append(firm.c[name])
        elif name == "position":
            columns.append(func.max(firm.c.position).label(name))
        else:
            columns.append(func.arg_max(firm.c[name], firm.c.position).label(name))
    return select(*columns).group_by(firm.c.enterprise_key)


def _digest(table: Table, names: Sequence[str]) -> Any:
    # DuckDB's hash is an unsigned 64-bit number; one bit less fits a BIGINT.
    return func.hash(*(table.c[name] for name in names)).op(">>")(1).label("digest")
