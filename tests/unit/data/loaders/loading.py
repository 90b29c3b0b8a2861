"""Loads as the tests make them, and what the records hold afterwards."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, select

from lib.data.loaders.load import load_files
from lib.data.loaders.report import LoadReport

TODAY = date(2025, 11, 1)
NOW = datetime(2025, 11, 1, 8, 0, tzinfo=UTC)

WORKBOOK_HEADER = (
    *(
        "序号",
        "标称生产企业名称",
        "标称生产企业地址",
        "被抽样单位名称",
        "被抽样单位地址",
        "样品名称",
        "规格型号",
    ),
    *("商标", "生产日期", "保质期", "不合格项目", "检验值", "标准值", "标签标注要求", "备注", "检验机构"),
    *("食品细类", "抽样编号", "备注"),
)

SMALL_PROFILE = """
name = "small"
title = "测试"
table = "sample"
source = "测试"

[columns.sample_no]
from = "编号"

[columns.sampled_on]
from = "抽样日期"

[columns.purpose]
value = "监督抽检"

[columns.sampling_kind]
value = "常规"

[columns.conclusion]
from = "结论"
map = { "合格" = "纯抽检合格样品", "不合格" = "纯抽检不合格样品" }
"""
SMALL_HEADER = ("编号", "抽样日期", "结论")


def load(engine: Engine, path: Path | Sequence[Path], profile: str | Path, **more: Any) -> LoadReport:
    files = [path] if isinstance(path, Path) else list(path)
    return load_files(engine, files, profile, actor="测试岗", today=TODAY, now=NOW, **more)


def current(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        rows = connection.execute(select(table).where(table.c.version_to.is_(None))).mappings()
        return sorted(
            (dict(row) for row in rows), key=lambda row: tuple(str(value) for value in row.values())
        )


def history(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        rows = connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
        return [dict(row) for row in rows]
