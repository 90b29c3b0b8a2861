"""A record database with reference tables, and a way to put a few records into it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine, Table

from lib.data.bulk import arrow_type, bulk_insert
from lib.data.database import exclusive_transaction
from lib.data.tables import sampling
from lib.data.versions import LoadCounts, record_version
from tests.records import prepared_engine

SAMPLE_DEFAULTS = {
    "source": "test",
    "purpose": "监督抽检",
    "sampling_kind": "常规",
    "result_state": "concluded",
    "listing": "full",
    "is_online": False,
}

Records = dict[Table, list[dict[str, Any]]]
PutVersion = Callable[[Records, date], int]


@pytest.fixture
def engine(record_url: str) -> Iterator[Engine]:
    """An upgraded record database with its reference tables."""
    made = prepared_engine(record_url)
    yield made
    made.dispose()


@pytest.fixture
def put_version(engine: Engine) -> PutVersion:
    """Write records as a new data version and return its number."""
    return partial(write_version, engine)


def write_version(engine: Engine, records: Records, as_of: date) -> int:
    """Write records as a new data version and return its number."""
    with exclusive_transaction(engine) as connection:
        version = record_version(
            connection,
            as_of=as_of,
            kind="load",
            profile="test",
            file_names=["a.csv"],
            file_digest="0" * 64,
            counts=LoadCounts(1, 1, 0, 0, 0),
            actor="tester",
            now=datetime(2025, 11, 1, 8, 30, tzinfo=UTC),
        )
        for table, rows in records.items():
            bulk_insert(connection, table, [as_batch(table, rows, version)])
    return version


def as_batch(table: Table, rows: list[dict[str, Any]], version: int) -> pa.Table:
    """Arrow table of records, with the defaults of a sample and the version that brings them."""
    defaults = SAMPLE_DEFAULTS if table is sampling.sample else {}
    filled = [{**defaults, **row, "version_from": version} for row in rows]
    names = sorted({name for row in filled for name in row})
    return pa.table(
        {name: pa.array([row.get(name) for row in filled], arrow_type(table.c[name])) for name in names}
    )
