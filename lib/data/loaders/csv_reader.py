"""Delimited text, streamed: pyarrow parses, rows keep the numbers a spreadsheet shows."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv

from lib.data.bulk import prefetched
from lib.data.loaders.chunks import CHUNK_ROWS, Chunk, Chunks, Reading, Sheet
from lib.data.loaders.encodings import TextLayout, Utf8Stream, text_layout
from lib.data.loaders.errors import Reject, refuse_file
from lib.data.loaders.profiles import Profile

_BLOCK: Final = 1 << 20


def read_csv(path: Path, name: str, reading: Reading) -> Chunks:
    """Chunks of one delimited text file; rows with too many or too few cells go to ``reading.reject``."""
    layout = text_layout(path, name, reading.profile)
    sheet = Sheet(name, None, layout.header, layout.match, layout.encoding)
    needed = reading.wanted(sheet)
    bad_rows: list[int] = []
    bad_texts: list[str] = []

    def on_invalid(row: Any) -> str:
        bad_rows.append(row.number)
        bad_texts.append(row.text)
        reading.reject(
            Reject(
                name,
                None,
                row.number,
                None,
                row.text[:60],
                f"该行有 {row.actual_columns} 格，表头有 {row.expected_columns} 格",
            )
        )
        return "skip"

    with _open_stream(path, layout) as stream:
        reader = pyarrow.csv.open_csv(stream, **_options(layout, reading.profile, needed, on_invalid))
        yield from _chunks(prefetched(iter(reader)), sheet, needed, layout.header_row, bad_rows)
    if reading.profile.rows == "item" and bad_texts:
        reading.spoil(_spoiled_samples(bad_texts, sheet, reading.profile))


def _spoiled_samples(texts: list[str], sheet: Sheet, profile: Profile) -> list[str]:
    """Numbers of the samples that unreadable rows belong to. Raises ``LoadRefused`` if one cannot be told.

    The cells of such a row may be shifted, so every cell that looks like a sample number counts as one.
    """
    rule = profile.columns["sample_no"]
    position = sheet.match.position(rule.from_)
    # A continuation row below an unreadable one would go to the wrong sample.
    is_told = position is not None and rule.pattern is not None and profile.continuation is None
    looks_right = re.compile(rule.pattern or r"(?!)").fullmatch
    numbers: list[str] = []
    for row in csv.reader(texts, delimiter=profile.file.delimiter):
        cells = [cell.strip() for cell in row]
        is_told = (
            is_told and position is not None and bool(looks_right("".join(cells[position : position + 1])))
        )
        numbers += [cell for cell in cells if looks_right(cell)]
    if not is_told:
        reason = "有格数不对的行，看不出属于哪个样品，不能只载入其余的行；请先改正文件"
        raise refuse_file(sheet.file, reason)
    return numbers


def _open_stream(path: Path, layout: TextLayout) -> Any:
    # Closed by the caller's `with`; a byte order mark is dropped by pyarrow itself.
    stream = path.open("rb")
    return (
        stream
        if layout.encoding.replace("_", "-").lower() == "utf-8"
        else Utf8Stream(stream, layout.encoding)
    )


def _options(layout: TextLayout, profile: Profile, needed: list[int], on_invalid: Any) -> dict[str, Any]:
    names = [str(index) for index in range(len(layout.header))]
    return {
        "read_options": pyarrow.csv.ReadOptions(
            column_names=names, skip_rows=layout.lines_before_data, block_size=_BLOCK, use_threads=False
        ),
        "parse_options": pyarrow.csv.ParseOptions(
            delimiter=profile.file.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=on_invalid,
        ),
        "convert_options": pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=[str(index) for index in needed],
            strings_can_be_null=False,
        ),
    }


def _chunks(
    batches: Iterator[pa.RecordBatch], sheet: Sheet, needed: list[int], header_row: int, bad_rows: list[int]
) -> Chunks:
    next_row = header_row + 1
    waiting: list[pa.RecordBatch] = []
    try:
        for batch in batches:
            waiting.append(batch)
            if sum(part.num_rows for part in waiting) >= CHUNK_ROWS:
                chunk = _chunk(waiting, sheet, needed, next_row, bad_rows)
                next_row = int(chunk.rows[-1]) + 1
                waiting = []
                yield chunk
    except pa.ArrowInvalid as error:
        raise refuse_file(sheet.file, f"第 {next_row} 行之后无法解析为 CSV（{error}）") from error
    if waiting and sum(part.num_rows for part in waiting):
        yield _chunk(waiting, sheet, needed, next_row, bad_rows)


def _chunk(
    batches: list[pa.RecordBatch], sheet: Sheet, needed: list[int], first: int, bad_rows: list[int]
) -> Chunk:
    table = pa.Table.from_batches(batches).combine_chunks()
    columns = {index: table.column(str(index)).chunk(0) for index in needed}
    return Chunk(sheet, _row_numbers(first, table.num_rows, bad_rows), columns)


def _row_numbers(first: int, count: int, bad_rows: list[int]) -> np.ndarray:
    """Numbers of the ``count`` good rows from ``first`` on, stepping over the bad ones."""
    skipped = [row for row in bad_rows if row >= first]
    numbers = np.arange(first, first + count + len(skipped))
    if skipped:
        numbers = numbers[~np.isin(numbers, skipped)]
    return numbers[:count]
