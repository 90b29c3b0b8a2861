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


def round_dates() -> tuple[Column, ...]:
    """What happened in one round of an item: from found (or reopened) to closed (or reopened again)."""
    return (
        Column("assisted_on", Date, comment="帮扶日期（本轮首次）"),
        Column("rectified_on", Date, comment="整改（企业自报完成）日期（本轮首次）"),
        Column("claimed_on", Date, comment="称已办结的日期：首个验证通过、销号或提升，不论是否规范"),
        Column(
            "verified_on",
            Date,
            comment="完成日期：首个规范的现场验证（到现场、通过、有证据、写明岗位且非整改岗位、在整改之后）",
        ),
        Column("verified_rectified_on", Date, comment="该次验证之前最近一次整改的日期"),
        Column("improved_on", Date, comment="提升日期"),
        Column("revisited_on", Date, comment="首次回访日期"),
        Column("ended_on", Date, comment="移送或撤回日期（不算完成）"),
        Column("ended_as", String, comment="移送 / 撤回"),
        Column(
            "closing_defect",
            String,
            comment="办结时的缺陷，规范为空：未验证即销号 / 未整改先验证 / 未验证先提升 / 未到现场 / 缺少证据 / "
            "未写明验证岗位 / 整改与验证同一岗位",
        ),
        Column("recurrence_until", Date, comment="复发观察期止（称已办结后 365 天；没有不合格项目的为空）"),
        Column("recurred_on", Date, comment="复发日期：365 天内同一企业同一项目再次不合格的抽样日期"),
        Column("paper_reason", String, comment="纸面整改的原因：办结时的缺陷，否则“复发”；不是纸面整改为空"),
    )
