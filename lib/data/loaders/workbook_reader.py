"""XLSX and legacy XLS through calamine: every visible sheet that has the profile's header."""

from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum, load_workbook

from lib.data.loaders.cells import canonical_text
from lib.data.loaders.chunks import Chunk, Chunks, Reading, Sheet
from lib.data.loaders.encodings import header_missing
from lib.data.loaders.errors import LoadRefused, refuse_file
from lib.data.loaders.formula_cells import reject_formulas
from lib.data.loaders.headers import find_header
from lib.data.loaders.profiles import Profile

_ROWS = 20_000


def read_workbook(path: Path, name: str, reading: Reading) -> Chunks:
    """Chunks of a workbook. Sheets without the header are named in a warning; none with it refuses the file."""
    profile = reading.profile
    workbook = _open(path, name)
    refusals: list[LoadRefused] = []
    taken = 0
    for title in _chosen_sheets(workbook, name, profile):
        found = _open_sheet(workbook, title, name, profile)
        if isinstance(found, LoadRefused):
            refusals.append(found)
            continue
        taken += 1
        content, header_index, sheet = found
        needed = reading.wanted(sheet)
        left = content.start[1] if content.start else 0
        reject_formulas(path, sheet, needed, reading, first_cell=(header_index + 1, left))
        yield from _chunks(
            content, header_index, sheet, needed, is_continued=profile.continuation is not None
        )
    if not taken:
        raise refusals[0]
    for refusal in refusals:
        reading.warn(f"未载入：{refusal}")


def _open(path: Path, name: str) -> CalamineWorkbook:
    try:
        return load_workbook(path)
    except CalamineError as error:
        raise refuse_file(name, f"不是可读的工作簿，或有打开密码（{error}）") from error


def _chosen_sheets(workbook: CalamineWorkbook, name: str, profile: Profile) -> list[str]:
    visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    missing = [title for title in profile.file.sheets if title not in workbook.sheet_names]
    if missing:
        raise refuse_file(
            name, f"没有工作表“{'、'.join(missing)}”；文件中有：{'、'.join(workbook.sheet_names)}"
        )
    if not visible and not profile.file.sheets:
        raise refuse_file(name, "工作簿里没有可见的工作表")
    return profile.file.sheets or visible


def _open_sheet(
    workbook: CalamineWorkbook, title: str, name: str, profile: Profile
) -> tuple[CalamineSheet, int, Sheet] | LoadRefused:
    try:
        content = workbook.get_sheet_by_name(title)
    except CalamineError as error:
        raise refuse_file(name, f"无法读取（{error}）", sheet=title) from error
    if content.start is None:
        return refuse_file(name, "工作表是空的", sheet=title)
    rows = [
        [canonical_text(cell) for cell in row]
        for row in islice(content.iter_rows(), profile.file.header_search_rows)
    ]
    index, match = find_header(rows, profile)
    if not match.fits:
        return header_missing(name, title, index, match)
    return content, index, Sheet(name, title, tuple(rows[index]), match)


def _chunks(
    content: CalamineSheet, header_index: int, sheet: Sheet, needed: list[int], *, is_continued: bool
) -> Chunks:
    rows = islice(content.iter_rows(), header_index + 1, None)
    # Where continuation rows are declared, the empty cells under a merged one are exactly that.
    merged = {} if is_continued else _merged_fill(content)
    first = header_index + 2
    while block := list(islice(rows, _ROWS)):
        columns = list(zip(*block, strict=True))
        arrays = {index: _text_column(columns[index]) for index in needed}
        chunk = Chunk(sheet, np.arange(first, first + len(block)), arrays)
        yield _fill_merged(chunk, merged) if merged else chunk
        first += len(block)


def _text_column(values: tuple[Any, ...]) -> pa.Array:
    return pa.array([cell if type(cell) is str else canonical_text(cell) for cell in values], pa.string())


def _merged_fill(content: CalamineSheet) -> dict[int, list[tuple[int, int, str]]]:
    """Cells merged downwards in the data: column → (first row, last row, text), rows counted from 1."""
    left = content.start[1] if content.start else 0
    tall = [
        (top, side, bottom)
        for (top, side), (bottom, right) in content.merged_cell_ranges or []
        if bottom > top and side == right
    ]
    if not tall:
        return {}
    firsts = {(top, side) for top, side, _ in tall}
    texts = {
        (row, column + left): canonical_text(cells[column])
        for row, cells in enumerate(content.iter_rows())
        if any((row, column + left) in firsts for column in range(len(cells)))
        for column in range(len(cells))
    }
    filled: dict[int, list[tuple[int, int, str]]] = {}
    for top, side, bottom in tall:
        if text := texts.get((top, side), ""):
            filled.setdefault(side - left, []).append((top + 1, bottom + 1, text))
    return filled


def _fill_merged(chunk: Chunk, merged: dict[int, list[tuple[int, int, str]]]) -> Chunk:
    columns = dict(chunk.columns)
    first, last = int(chunk.rows[0]), int(chunk.rows[-1])
    for column in columns.keys() & merged.keys():
        values = columns[column].to_pylist()
        for top, bottom, text in merged[column]:
            for row in range(max(top, first), min(bottom, last) + 1):
                values[row - first] = values[row - first] or text
        columns[column] = pa.array(values, pa.string())
    return Chunk(chunk.sheet, chunk.rows, columns)
