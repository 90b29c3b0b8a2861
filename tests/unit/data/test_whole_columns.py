"""Columns read as one text give the rows that were written: gaps, empty texts, marks and all."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Boolean, Column, Date, Engine, Float, Integer, MetaData, String, Table, create_engine

from lib.data import whole_columns
from lib.data.whole_columns import read_table

TABLE = Table(
    "thing",
    MetaData(),
    Column("number", String, primary_key=True),
    Column("name", String),
    Column("day", Date),
    Column("is_good", Boolean),
    Column("count", Integer),
)
SHARES = Table("share", MetaData(), Column("number", String, primary_key=True), Column("share", Float))
NAMES = ("甲", None, "", '乙 "一"\n二', ",;|", "\u3000", None)


def things() -> list[dict[str, Any]]:
    """Rows with a gap in every column but the key; the last column has nothing but gaps at first."""
    return [
        {
            "number": f"N{row}",
            "name": name,
            "day": None if row == 2 else date(1999 + row, 2, 28),
            "is_good": (True, False, None)[row % 3],
            "count": None if row < 5 else -row,
        }
        for row, name in enumerate(NAMES)
    ]


@pytest.fixture
def filled() -> Engine:
    engine = create_engine("sqlite://")
    TABLE.create(engine)
    with engine.begin() as connection:
        connection.execute(TABLE.insert(), things())
    return engine


def read(engine: Engine, table: Table, *where: Any) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        batches = list(read_table(connection, table, list(table.columns), where))
    return pa.Table.from_batches(batches).to_pylist() if batches else []


@pytest.mark.parametrize("rows_at_once", [1, 2, 3, 7, 1000])
def test_rows_come_back_as_they_went_in(
    filled: Engine, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_columns, "_ROWS_AT_ONCE", rows_at_once)
    assert read(filled, TABLE) == things()


def test_only_rows_that_are_asked_for(filled: Engine) -> None:
    expected = [row for row in things() if row["count"] is None]
    assert read(filled, TABLE, TABLE.c["count"].is_(None)) == expected


def test_deleted_rows_leave_holes_between_the_others(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_columns, "_ROWS_AT_ONCE", 2)
    with filled.begin() as connection:
        connection.execute(TABLE.delete().where(TABLE.c.number.not_in(["N0", "N6"])))
    assert [row["number"] for row in read(filled, TABLE)] == ["N0", "N6"]


def test_a_text_with_the_mark_between_values_stays_whole(filled: Engine) -> None:
    strange = {"number": "N9", "name": "前\x1f后", "day": None, "is_good": None, "count": 1}
    with filled.begin() as connection:
        connection.execute(TABLE.insert(), strange)
    assert read(filled, TABLE) == [*things(), strange]


def test_an_empty_table_has_no_rows() -> None:
    engine = create_engine("sqlite://")
    TABLE.create(engine)
    assert read(engine, TABLE) == []


def test_a_fraction_keeps_its_last_digit() -> None:
    engine = create_engine("sqlite://")
    SHARES.create(engine)
    with engine.begin() as connection:
        connection.execute(SHARES.insert(), {"number": "a", "share": 0.1 + 0.2})
    assert read(engine, SHARES) == [{"number": "a", "share": 0.30000000000000004}]
