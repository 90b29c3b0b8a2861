"""A query that runs too long is stopped; one that ended in time is left alone, and so is the next on its cursor."""

import duckdb
import pytest

from lib.data.time_limit import time_limit

ENDLESS = "SELECT sum(a.range * b.range % 7) FROM range(10000000) a, range(10000000) b"


def test_a_long_query_is_stopped() -> None:
    cursor = duckdb.connect().cursor()
    with pytest.raises(duckdb.InterruptException), time_limit(cursor, 0.3):
        cursor.execute(ENDLESS).fetchall()


def test_two_long_queries_are_both_stopped_one_after_the_other() -> None:
    for _ in range(2):
        test_a_long_query_is_stopped()


def test_a_short_query_is_left_alone_and_so_is_the_next() -> None:
    cursor = duckdb.connect().cursor()
    with time_limit(cursor, 0.05):
        assert cursor.execute("SELECT 1").fetchall() == [(1,)]
    rows = cursor.execute("SELECT sum(a.range % 7) FROM range(30000000) a").fetchall()
    assert rows == [(sum(range(7)) * (30000000 // 7) + sum(range(30000000 % 7)),)]
