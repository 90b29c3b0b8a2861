"""Workbooks read back with another library than the one that wrote them."""

import io
from datetime import date

import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from lib.export.csv import ExportError
from lib.export.workbook import workbook_bytes


def rows(content: bytes, sheet: str = "数据") -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet).to_python()


def test_identifiers_stay_texts_and_numbers_stay_numbers() -> None:
    table = pa.table(
        {
            "信用代码": ["913412007408123456", "0012"],
            "地区代码": [341202, None],
            "名称": ["=1+1", "http://例"],
            "批次": [-3, 4],
            "率": [float("nan"), 0.25],
            "日期": [date(2025, 1, 31), None],
            "网抽": [True, False],
        }
    )
    assert rows(workbook_bytes(table, ["地区代码"])) == [
        ["信用代码", "地区代码", "名称", "批次", "率", "日期", "网抽"],
        ["913412007408123456", "341202", "=1+1", -3.0, "", date(2025, 1, 31), "是"],
        ["0012", "", "http://例", 4.0, 0.25, "", "否"],
    ]


def test_what_the_format_cannot_hold_is_refused() -> None:
    with pytest.raises(ExportError, match="32,767"):
        workbook_bytes(pa.table({"名称": ["字" * 40_000]}))
    with pytest.raises(ExportError, match="3,145,725"):
        workbook_bytes(pa.table({"值": pa.nulls(3_145_726, pa.int8())}))
    with pytest.raises(ExportError, match="单位"):
        workbook_bytes(pa.table({"值": [1]}), ["单位"])
