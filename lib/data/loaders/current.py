"""What is recorded now about the keys of a load, fetched into the staging area for comparison."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, Table, select

from lib.data.bulk import arrow_type
from lib.data.loaders.staging import Staging, core_table

_KEYS_AT_ONCE: Final = 2_000


def fetch_current(
    records: Connection,
    table: Table,
    name: str,
    where: Sequence[ColumnElement[bool]],
    key: str,
    staging: Staging,
    keys: Select[Any],
) -> Table | None:
    """Copy the current records whose ``key`` is in ``keys`` (a staging query) into staging table ``name``.

    Returns nothing if no record meets ``where`` at all: then everything in the load is new.
    """
    schema = pa.schema([(column.name, arrow_type(column)) for column in table.columns])
    is_current = [table.c.version_to.is_(None), *where]
    if records.execute(select(table.c[key]).where(*is_current).limit(1)).first() is None:
        return None
    found = core_table(name, schema)
    staging.fill(found, _batches(records, table, schema, is_current, key, staging, keys))
    return found


def _batches(
    records: Connection,
    table: Table,
    schema: pa.Schema,
    is_current: Sequence[ColumnElement[bool]],
    key: str,
    staging: Staging,
    keys: Select[Any],
) -> Iterator[pa.Table]:
    for batch in staging.stream(keys, _KEYS_AT_ONCE):
        wanted = batch.column(0).to_pylist()
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            part = wanted[start : start + _KEYS_AT_ONCE]
            rows = records.execute(select(table).where(*is_current, table.c[key].in_(part))).fetchall()
            if rows:
                columns = zip(*rows, strict=True)
                arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
                yield pa.Table.from_arrays(arrays, schema=schema)
