"""Result tables and rows as an Excel workbook: every cell typed, so that no program guesses.

Texts are cells of text (identifiers keep all their digits and leading zeros, nothing runs as a formula), numbers are
numbers, dates are dates, missing is an empty cell. One sheet of data; further sheets only if the caller gives them.
"""

import io
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lib.export.csv import ExportError, Frame, as_table

#: Rows of one sheet, header included: a limit of the file format.
SHEET_ROWS: Final = 1_048_576
CELL_CHARACTERS: Final = 32_767


def workbook_bytes(
    table: Frame,
    text_columns: Sequence[str] = (),
    *,
    sheet: str = "数据",
    more_sheets: Mapping[str, Frame] | None = None,
) -> bytes:
    """The table as a workbook. Raises `ExportError` when rows or a cell exceed what the format can hold."""
    buffer = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": True,
    }
    with Workbook(buffer, options) as workbook:
        formats = {
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "head": workbook.add_format({"bold": True}),
        }
        _fill(workbook.add_worksheet(sheet), as_table(table), text_columns, formats)
        for name, frame in (more_sheets or {}).items():
            _fill(workbook.add_worksheet(name), as_table(frame), (), formats)
    return buffer.getvalue()


def _fill(sheet: Worksheet, table: pa.Table, text_columns: Sequence[str], formats: Mapping[str, Any]) -> None:
    if table.num_rows >= SHEET_ROWS:
        raise ExportError(
            f"共 {table.num_rows:,} 行，超过工作表上限 {SHEET_ROWS - 1:,} 行；请改用 CSV 或缩小范围"
        )
    unknown = [name for name in text_columns if name not in table.column_names]
    if unknown:
        raise ExportError(f"文本列“{'、'.join(unknown)}”不在表中；表中有：{'、'.join(table.column_names)}")
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.column_names):
        sheet.write_string(0, column, name, formats["head"])
    texts = [name in text_columns for name in table.column_names]
    row = 0
    for batch in table.to_batches(max_chunksize=8_192):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            for column, value in enumerate(values):
                _write(
                    sheet, row, column, str(value) if texts[column] and value is not None else value, formats
                )


def _write(sheet: Worksheet, row: int, column: int, value: Any, formats: Mapping[str, Any]) -> None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否")
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, str):
        if len(value) > CELL_CHARACTERS:
            raise ExportError(f"第 {row + 1} 行第 {column + 1} 列文字超过 {CELL_CHARACTERS:,} 字；请改用 CSV")
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)
