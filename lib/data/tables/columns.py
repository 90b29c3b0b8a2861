"""Columns that many record tables share, and the way a versioned table is made of them."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Integer, String, Table

from lib.data.tables.base import current_record_index, records_metadata, version_columns

#: Moments are text in Beijing time with their offset, e.g. 2025-03-31T23:30:00+08:00: every engine keeps them alike.
MOMENT_LENGTH = 25


def text(name: str, length: int, comment: str, *, needed: bool = False) -> Column[Any]:
    """A text column."""
    return Column(name, String(length), nullable=not needed, comment=comment)


def day(name: str, comment: str, *, needed: bool = False) -> Column[Any]:
    """A calendar day (Beijing time)."""
    return Column(name, Date, nullable=not needed, comment=comment)


def moment(name: str, comment: str, *, needed: bool = False) -> Column[Any]:
    """A moment in Beijing time; the loader turns other zones into it."""
    return Column(name, String(MOMENT_LENGTH), nullable=not needed, comment=comment, info={"kind": "moment"})


def whole(name: str, comment: str, *, needed: bool = False) -> Column[Any]:
    """A whole number."""
    return Column(name, Integer, nullable=not needed, comment=comment)


def quarter(name: str, comment: str, *, needed: bool = False) -> Column[Any]:
    """A quarter as a number: 20251 is the first of 2025."""
    return Column(name, Integer, nullable=not needed, comment=comment, info={"kind": "quarter"})


def number(name: str, comment: str, *, needed: bool = False) -> Column[Any]:
    """A number."""
    return Column(name, Float, nullable=not needed, comment=comment)


def truth(name: str, comment: str) -> Column[Any]:
    """Yes, no, or not stated."""
    return Column(name, Boolean, nullable=True, comment=comment)


def division(comment: str = "属地（责任所在的填报单位）") -> tuple[Column[Any], Column[Any]]:
    """The reporting unit where the duty lies: its code, and the words of the file."""
    return (
        Column(
            "division_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment=comment
        ),
        Column("division_text", String(128), nullable=True, comment="属地原文"),
    )


def enterprise(comment: str = "企业", *, needed: bool = True) -> Column[Any]:
    """Key of an enterprise (see the table ``enterprise``)."""
    return Column("enterprise_key", String(200), nullable=not needed, comment=comment)


def code_list(column: Column[Any], dimension: str) -> Column[Any]:
    """Limit a column to a list in ``code_value``, checked when a file is loaded; the list may grow."""
    column.info["code_list"] = dimension
    return column


def versioned_table(name: str, key: tuple[Column[Any], ...], *columns: Column[Any], comment: str) -> Table:
    """A versioned record table: source system and ``key`` identify a record within a data version."""
    source = Column("source", String(32), primary_key=True, comment="来源系统")
    for column in key:
        column.primary_key, column.nullable = True, False
    table = Table(name, records_metadata, source, *key, *columns, *version_columns(), comment=comment)
    current_record_index(table, *natural_key(table))
    return table


def natural_key(table: Table) -> tuple[str, ...]:
    """The columns that name a record, without the data version that brought it."""
    return tuple(column.name for column in table.primary_key.columns if column.name != "version_from")
