"""Result tables and rows as CSV: UTF-8 with byte order mark, CRLF, RFC 4180, data only.

- Text is always quoted and numbers never are: that is how a CSV tells identifiers from figures, and a parser reads back
  exactly what was stored (18-digit codes, leading zeros, line breaks inside a cell).
- Missing is an empty cell; an empty text is a quoted empty cell. There are no comment lines and no total lines.
- A text that a spreadsheet would run as a formula gets an apostrophe in front (`lib/data/spreadsheet_cells.py`).
  Numbers are never touched, negative ones neither.
- Programs that guess types when a CSV is opened by a double click may still show long digits as 9.1E+17; the file
  of `lib/export/workbook.py` types its cells and is the one for them.
"""

import codecs
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from lib.data.filters import Filters
from lib.data.spreadsheet_cells import DANGEROUS, FORMULA_STARTS, neutralised
from lib.metrics.metric import Metric

Frame: TypeAlias = "pa.Table | pa.RecordBatch | pd.DataFrame"

_FIRST_BYTES: Final = pa.array(sorted({start.encode()[:1] for start in (*FORMULA_STARTS, "'")}), pa.binary())
_OPTIONS: Final = {"batch_size": 32_768, "eol": "\r\n", "quoting_style": "needed"}
_UNSAFE_IN_NAMES: Final = re.compile(r"[^\w（）()、·.-]+")


class ExportError(ValueError):
    """A table cannot be written faithfully; the message (Chinese) names the column and the mend."""


def csv_bytes(table: Frame, text_columns: Sequence[str] = ()) -> bytes:
    """The whole table as one file. `text_columns` are written as text whatever their type (codes, numbers as names)."""
    whole = as_table(table)
    return b"".join(csv_chunks([whole], text_columns, schema=whole.schema))


def csv_chunks(
    batches: Iterable[Frame], text_columns: Sequence[str] = (), *, schema: pa.Schema | None = None
) -> Iterator[bytes]:
    """The same file piece by piece: byte order mark and header first, then one piece per batch.

    `schema` lets a file without any batch have its header. Raises `ExportError` for a column it does not have, and
    for infinite numbers.
    """
    header_written = False
    for batch in batches:
        table = as_table(batch)
        if not header_written:
            yield _header(table.column_names)
            header_written = True
        if table.num_rows:
            yield _rows(table, text_columns)
    if not header_written:
        if schema is None:
            raise ExportError("没有数据也没有列定义，无法生成文件；请给出列定义")
        yield _header(schema.names)


def as_table(table: Frame) -> pa.Table:
    """An Arrow table; a pandas frame loses its index, and NaN becomes missing."""
    if isinstance(table, pa.RecordBatch):
        return pa.Table.from_batches([table])
    if isinstance(table, pd.DataFrame):
        return pa.Table.from_pandas(table.reset_index(drop=True), preserve_index=False)
    return table


def _header(names: Sequence[str]) -> bytes:
    cells = ",".join('"' + neutralised(name).replace('"', '""') + '"' for name in names)
    return codecs.BOM_UTF8 + cells.encode() + b"\r\n"


def _rows(table: pa.Table, text_columns: Sequence[str]) -> bytes:
    plain = written(table, text_columns)
    buffer = io.BytesIO()
    arrow_csv.write_csv(plain, buffer, arrow_csv.WriteOptions(include_header=False, **_OPTIONS))
    return buffer.getvalue()


def written(table: pa.Table, text_columns: Sequence[str]) -> pa.Table:
    """The table as it is written: texts neutralised, dates and truth values in words, NaN missing."""
    unknown = [name for name in text_columns if name not in table.column_names]
    if unknown:
        raise ExportError(f"文本列“{'、'.join(unknown)}”不在表中；表中有：{'、'.join(table.column_names)}")
    columns = [
        _column(name, table.column(position), name in text_columns)
        for position, name in enumerate(table.column_names)
    ]
    return pa.table(columns, names=table.column_names)


def _column(name: str, values: pa.ChunkedArray, as_text: bool) -> pa.ChunkedArray:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _column(name, values.cast(kind.value_type), as_text)
    if pa.types.is_floating(kind):
        values = _finite(name, values)
        return _text(_whole(name, values)) if as_text else values
    if pa.types.is_boolean(kind):
        return pc.if_else(values, "是", "否")
    if pa.types.is_timestamp(kind):
        whole_seconds = values.cast(pa.timestamp("s", kind.tz), safe=False)
        return pc.strftime(whole_seconds, format="%Y-%m-%d %H:%M:%S")
    if as_text or pa.types.is_null(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _text(values)
    if not (pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_date(kind)):
        raise ExportError(f"“{name}”列的类型 {kind} 不能写入文件；请先转换为文本或数字")
    return values


def _finite(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pc.any(pc.is_inf(values)).as_py():
        raise ExportError(f"“{name}”列含无穷大，不能写入文件；请先改为缺失")
    return pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)


def _whole(name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Codes that pandas turned into floats because some are missing, as the whole numbers they were."""
    if pc.any(
        pc.or_(pc.not_equal(pc.floor(values), values), pc.greater_equal(pc.abs(values), 2**53))
    ).as_py():
        raise ExportError(f"“{name}”列是编号却存成了小数或超长数字，已失去精度；请改为文本再导出")
    return values.cast(pa.int64())


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = values.cast(pa.string())
    # One look at the first bytes spares most columns the regular expression; it may suspect too many, never too few.
    if not pc.any(pc.is_in(pc.binary_slice(texts.cast(pa.binary()), 0, 1), _FIRST_BYTES)).as_py():
        return texts
    dangerous = pc.match_substring_regex(texts, DANGEROUS)
    return pc.if_else(dangerous, pc.binary_join_element_wise("'", texts, ""), texts)


def digest(content: bytes | Iterable[bytes]) -> str:
    """SHA-256 of a file, whole or in pieces, in lower-case hexadecimal."""
    total = hashlib.sha256()
    for piece in [content] if isinstance(content, bytes) else content:
        total.update(piece)
    return total.hexdigest()


def file_name(
    metric: Metric | str, filters: Filters | None, version: int, *, suffix: str = "csv", mark: str = ""
) -> str:
    """What it is, which period, `mark` if any, which data version: 抽检不合格率_20250101-20250831_v000042.csv.

    Without filters it is about no period.
    """
    if version < 0:
        raise ExportError(f"数据版本号不能是 {version}")
    name = metric if isinstance(metric, str) else metric.name
    safe = _UNSAFE_IN_NAMES.sub("_", name).strip("._-")[:60] or "数据"
    period = f"{filters.start:%Y%m%d}-{filters.end:%Y%m%d}" if filters else ""
    return "_".join(part for part in (safe, period, mark, f"v{version:06d}.{suffix}") if part)
