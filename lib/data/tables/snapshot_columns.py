"""Columns that snapshot tables share: where it was (districts) and when (year, quarter, month)."""

from typing import Any, Final

from sqlalchemy import Column, Date, Integer, SmallInteger, String, Table

from lib.data.tables.base import snapshot_metadata

#: Place columns by side: found here (被抽样单位所在地) and made here (生产企业所在地).
PLACE_COLUMNS: Final[dict[str, tuple[str, str, str]]] = {
    "found": ("province_code", "city_code", "county_code"),
    "made": ("made_province_code", "made_city_code", "made_county_code"),
}
_NOT_PUBLISHED: Final = frozenset({"version_from", "version_to", "division_code"})


def places() -> tuple[Column[Any], ...]:
    """Province, city and county of both sides."""
    return tuple(Column(name, String) for side in PLACE_COLUMNS.values() for name in side)


def periods(prefix: str = "", meaning: str = "") -> tuple[Column[Any], ...]:
    """Year, quarter (20251) and month (202501) of a day."""
    return (
        Column(f"{prefix}year", SmallInteger, comment=f"{meaning}年"),
        Column(f"{prefix}quarter", Integer, comment=f"{meaning}季度，如 20251"),
        Column(f"{prefix}month", Integer, comment=f"{meaning}月份，如 202501"),
    )


def published(record: Table, *more: Column[Any]) -> Table:
    """Snapshot table of a record table: its columns, a day for every moment, periods, places, and ``more``.

    The periods are those of the main day (see ``lib.data.loop_statements``); the code of the duty's unit becomes
    places, both sides alike; an enterprise comes with its name.
    """
    columns: list[Column[Any]] = []
    for column in record.columns:
        if column.name in _NOT_PUBLISHED:
            continue
        columns.append(Column(column.name, _plain(column), nullable=column.nullable, comment=column.comment))
        if column.info.get("kind") == "moment":
            columns.append(Column(day_of(column.name), Date, comment=f"{column.comment}的日期"))
        if column.name == "enterprise_key":
            columns.append(Column("enterprise_name", String, comment="企业名称"))
    return Table(
        record.name, snapshot_metadata, *columns, *more, *periods(), *places(), comment=record.comment
    )


def day_of(moment: str) -> str:
    """Name of the day column of a moment column: happened_at → happened_on."""
    return f"{moment.removesuffix('_at')}_on"


def _plain(column: Column[Any]) -> Any:
    return String if isinstance(column.type, String) else type(column.type)
