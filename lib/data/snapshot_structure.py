"""Whether a snapshot file has every table and column this program reads: an older program published fewer."""

from typing import Final

import duckdb
from sqlalchemy import Column, MetaData, String, Table, select

from lib.data.duckdb_statements import execute
from lib.data.tables.base import snapshot_metadata

_columns: Final = Table(
    "columns",
    MetaData(),
    *(Column(name, String) for name in ("table_catalog", "table_name", "column_name")),
    schema="information_schema",
)


def lacking_tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[str]:
    """Tables of the catalogue of snapshot tables that ``catalog`` lacks, or that lack a column; sorted."""
    query = select(_columns.c.table_name, _columns.c.column_name).where(_columns.c.table_catalog == catalog)
    present = set(execute(connection, query).fetchall())
    return sorted(
        table.name
        for table in snapshot_metadata.sorted_tables
        if any((table.name, column.name) not in present for column in table.columns)
    )
