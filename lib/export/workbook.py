"""Result tables and rows as an Excel workbook: every cell typed, so that no program guesses.

Texts are cells of text (identifiers keep all their digits and leading zeros, nothing runs as a formula), numbers are
numbers, dates are dates, missing is an empty cell. The rows go through a temporary file, never whole through memory.
"""

import math
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lib.export.csv import ExportError, Frame, as_table

#: Rows of one sheet, header included: a limit of the file format.
SHEET_ROWS: Final = 1_048_576
CELL_CHARACTERS: Final = 32_767
#: A workbook of more sheets takes minutes to write and to open.
MOST_SHEETS: Final = 3
_SHEET, _NOTE = "数据", "分表说明"
_PIECE: Final = 1 << 20
_OPTIONS: Final = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def workbook_bytes(table: Frame, text_columns: Sequence[str] = ()) -> bytes:
    """The table as a workbook. Raises `ExportError` when rows or a cell exceed what the format can hold."""
    whole = as_table(table)
    pieces = workbook_pieces([whole], whole.schema, text_columns, row_count=whole.num_rows)
    return b"".join(pieces)


def workbook_pieces(
    batches: Iterable[Frame],
    schema: pa.Schema,
    text_columns: Sequence[str] = (),
    *,
    row_count: int,
    created: date | None = None,
) -> Iterator[bytes]:
    """The workbook in pieces, once it is written whole. `created` is its date: same data, same file.

    More rows than a sheet holds go on further sheets, with a sheet that says so. Raises `ExportError` for too many.
    """
    unknown = [name for name in text_columns if name not in schema.names]
    if unknown:
        raise ExportError(f"文本列“{'、'.join(unknown)}”不在表中；表中有：{'、'.join(schema.names)}")
    sheets = max(1, -(-row_count // (SHEET_ROWS - 1)))
    if sheets > MOST_SHEETS:
        raise ExportError(
            f"共 {row_count:,} 行，超过 {MOST_SHEETS} 张工作表的上限 {MOST_SHEETS * (SHEET_ROWS - 1):,} 行；"
            "请改用 CSV 或 Parquet，或缩小范围"
        )
    with tempfile.TemporaryDirectory(prefix="bamai-xlsx-") as folder:
        path = Path(folder, "data.xlsx")
        with Workbook(str(path), {**_OPTIONS, "tmpdir": folder}) as workbook:
            workbook.set_properties(
                {"created": datetime.combine(created or date(2000, 1, 1), datetime.min.time())}
            )
            _Writer(workbook, schema.names, text_columns, row_count, sheets).write(batches)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


class _Writer:
    """Rows on one sheet after the other."""

    def __init__(
        self,
        workbook: Workbook,
        names: Sequence[str],
        text_columns: Sequence[str],
        row_count: int,
        sheets: int,
    ) -> None:
        self.workbook = workbook
        self.names = names
        self.texts = [name in text_columns for name in names]
        self.sheets = sheets
        self.written = 0
        self.formats = {
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "head": workbook.add_format({"bold": True}),
        }
        if sheets > 1:
            note = workbook.add_worksheet(_NOTE)
            note.write_string(0, 0, f"共 {row_count:,} 行，超过一张工作表的上限，依次分为 {sheets} 张：")
            for number in range(sheets):
                first, last = number * (SHEET_ROWS - 1) + 1, min((number + 1) * (SHEET_ROWS - 1), row_count)
                note.write_string(number + 1, 0, f"{_SHEET}{number + 1}：第 {first:,}—{last:,} 行")

    def write(self, batches: Iterable[Frame]) -> None:
        sheet = self._next_sheet()
        for batch in batches:
            for part in as_table(batch).to_batches(max_chunksize=8_192):
                for values in zip(*(column.to_pylist() for column in part.columns), strict=True):
                    if self.written and self.written % (SHEET_ROWS - 1) == 0:
                        sheet = self._next_sheet()
                    self._row(sheet, values)

    def _next_sheet(self) -> Worksheet:
        number = self.written // (SHEET_ROWS - 1) + 1
        sheet = self.workbook.add_worksheet(_SHEET if self.sheets == 1 else f"{_SHEET}{number}")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(self.names):
            sheet.write_string(0, column, name, self.formats["head"])
        return sheet

    def _row(self, sheet: Worksheet, values: Sequence[Any]) -> None:
        row = self.written % (SHEET_ROWS - 1) + 1
        for column, value in enumerate(values):
            as_text = self.texts[column] and value is not None and not isinstance(value, str)
            _write(sheet, row, column, _code(value) if as_text else value, self.formats)
        self.written += 1


def _code(value: Any) -> Any:
    """A code that came as a number: as the whole number it is; what is missing stays missing."""
    if isinstance(value, float):
        return value if math.isnan(value) else f"{value:.0f}"
    return str(value)


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
