"""Bulk transport in detail: values that repeat, and items made ahead of time."""

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Boolean, Column, Date, Engine, Float, Integer, MetaData, String, Table, select

from lib.data.bulk import bulk_insert, prefetched
from lib.data.database import record_engine

TABLE = Table(
    "thing",
    MetaData(),
    Column("number", String(8), primary_key=True),
    Column("name", String(64)),
    Column("day", Date),
    Column("is_good", Boolean),
    Column("count", Integer),
    Column("share", Float),
)
SAME = {
    "name": "it's 100 % “一” :name ? \\",
    "day": date(2024, 2, 29),
    "is_good": True,
    "count": -3,
    "share": 0.5,
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Any) -> Engine:
    if request.param == "sqlite":
        return record_engine(f"sqlite:///{tmp_path / 'records.db'}")
    return record_engine(request.getfixturevalue("postgresql_url"))


@pytest.mark.parametrize("differing", [None, *SAME])
def test_what_repeats_in_every_row_is_stored_in_every_row(
    empty_engine: Engine, differing: str | None
) -> None:
    other = {"name": "乙", "day": date(2025, 1, 1), "is_good": False, "count": 0, "share": 0.25}
    rows = [{"number": f"N{row}", **SAME} for row in range(3)]
    if differing:
        rows[1][differing] = other[differing]
    TABLE.create(empty_engine)
    with empty_engine.begin() as connection:
        assert bulk_insert(connection, TABLE, [pa.Table.from_pylist(rows)]) == 3
        assert [dict(row) for row in connection.execute(select(TABLE)).mappings()] == rows


def test_a_batch_of_one_row_is_stored(empty_engine: Engine) -> None:
    TABLE.create(empty_engine)
    with empty_engine.begin() as connection:
        bulk_insert(connection, TABLE, [pa.Table.from_pylist([{"number": "N1", **SAME}])])
        assert [dict(row) for row in connection.execute(select(TABLE)).mappings()] == [
            {"number": "N1", **SAME}
        ]


@pytest.mark.parametrize("ahead", [1, 3])
class TestPrefetched:
    """Order and errors are those of the items."""

    def test_every_item_in_order_and_in_one_other_thread(self, ahead: int) -> None:
        threads = set()

        def numbers() -> Iterator[int]:
            for number in range(1, 8):
                threads.add(threading.get_ident())
                yield number

        assert list(prefetched(numbers(), ahead)) == [1, 2, 3, 4, 5, 6, 7]
        assert len(threads) == 1
        assert threading.get_ident() not in threads

    def test_an_error_comes_after_the_items_before_it(self, ahead: int) -> None:
        def failing() -> Iterator[int]:
            yield 1
            yield 2
            raise ValueError("第三个")

        coming = prefetched(failing(), ahead)
        assert [next(coming), next(coming)] == [1, 2]
        with pytest.raises(ValueError, match="第三个"):
            next(coming)
