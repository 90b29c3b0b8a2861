"""What is recorded now about the keys of a load, fetched into the staging area for comparison."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, Table, select

from lib.data.bulk import arrow_type
from lib.data.loaders.staging import Staging, core_table

_KEYS_AT_ONCE: Final = 2_000


class CurrentRecords:
    """Fetches current records by key from the record database into the staging area."""

    def __init__(self, records: Connection, staging: Staging) -> None:
        self._records = records
        self._staging = staging

    def fetch(
        self, table: Table, key: str, keys: Select[Any], where: Sequence[ColumnElement[bool]] = ()
    ) -> Table | None:
        """Copy the current records of ``table`` whose ``key`` is in ``keys`` (a staging query); return where to.

        Returns nothing if no current record meets ``where`` at all: then everything in the load is new.
        """
        every = select(table).where(table.c.version_to.is_(None), *where)
        if self._records.execute(every.limit(1)).first() is None:
            return None
        schema = pa.schema([pa.field(column.name, arrow_type(column)) for column in table.columns])
        found = core_table(f"current_{table.name}", schema)
        self._staging.fill(found, self._parts(every, table.c[key], keys, schema))
        return found

    def _parts(
        self, every: Select[Any], key: ColumnElement[Any], keys: Select[Any], schema: pa.Schema
    ) -> Iterator[pa.Table]:
        for batch in self._staging.stream(keys, _KEYS_AT_ONCE):
            wanted = batch.column(0).to_pylist()
            for start in range(0, len(wanted), _KEYS_AT_ONCE):
                part = wanted[start : start + _KEYS_AT_ONCE]
                rows = self._records.execute(every.where(key.in_(part))).fetchall()
                if rows:
                    columns = zip(*rows, strict=True)
                    arrays = [
                        pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)
                    ]
                    yield pa.Table.from_arrays(arrays, schema=schema)
