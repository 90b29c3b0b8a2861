"""Formulas and error values in XLSX, which a reader of values would not see.

calamine hands out the value a spreadsheet cached, and an empty text for an error or a formula never computed. The
sheet's XML says which cells those are, so it is scanned once.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final
from xml.etree import ElementTree

from lib.data.loaders.chunks import Reading, Sheet
from lib.data.loaders.errors import LoadRefused, Reject

_BLOCK: Final = 4 << 20
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL: Final = re.compile(
    rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d+)"([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)', re.DOTALL
)
#: What a piece of XML with a formula or an error value contains; plain search is far quicker than a pattern.
_SIGNS: Final = (b"<f>", b"<f ", b":f>", b":f ", b't="e"')
#: Cells listed per column; the rest of a column of formulas is the same finding again.
_LISTED: Final = 20
_MEND: Final = "；请在表格软件中把该列复制后“选择性粘贴—数值”，再载入"


def reject_formulas(
    path: Path, sheet: Sheet, needed: list[int], reading: Reading, *, first_cell: tuple[int, int]
) -> None:
    """List formula cells and error values of the columns that are read, and refuse the file if there are any.

    ``first_cell`` is the row of the header (from 1) and the column (from 0) in which the sheet's content begins.
    """
    if not zipfile.is_zipfile(path):
        return
    header_row, left = first_cell
    counts: Counter[int] = Counter()
    for letters, row, is_error, text in _troubled_cells(path, sheet.name or ""):
        column = _column_number(letters) - left
        if row <= header_row or column not in needed:
            continue
        if not is_error and reading.profile.file.formulas == "cached" and text is not None:
            continue
        counts[column] += 1
        if counts[column] <= _LISTED:
            kind = "单元格是错误值" if is_error else "单元格是公式，不是数值"
            reading.reject(Reject(sheet.file, sheet.name, row, sheet.header[column], text, kind + _MEND))
    if counts:
        # Such a cell reads as what was cached or as nothing, so that no row of the sheet can be trusted.
        named = "、".join(f"“{sheet.header[column]}”" for column in sorted(counts))
        reason = f"列{named}有 {counts.total()} 个单元格是公式或错误值，整个文件不载入{_MEND}"
        raise LoadRefused(f"文件 {sheet.file}，工作表“{sheet.name}”：{reason}")


def _troubled_cells(path: Path, title: str) -> Iterator[tuple[str, int, bool, str | None]]:
    """(column letters, row, is an error value, cached text) of every formula or error cell of a sheet."""
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, title)
        if part is None:
            return
        with archive.open(part) as stream:
            for block in _cell_blocks(stream):
                if any(sign in block for sign in _SIGNS):
                    for found in _CELL.finditer(block):
                        yield from _trouble(found)


def _trouble(found: re.Match[bytes]) -> Iterator[tuple[str, int, bool, str | None]]:
    letters, row, _, content = found.groups()
    is_error = b't="e"' in found.group(0)[: found.group(0).index(b">")]
    is_formula = content is not None and re.search(rb"<(?:\w+:)?f[\s>/]", content) is not None
    if not (is_error or is_formula):
        return
    cached = re.search(rb"<(?:\w+:)?v>([^<]*)</", content or b"")
    yield letters.decode(), int(row), is_error, cached[1].decode("utf-8") if cached and cached[1] else None


def _cell_blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """The XML in pieces that end after a whole row."""
    left = b""
    while block := stream.read(_BLOCK):
        left += block
        end = left.rfind(b"</row>")
        end = left.rfind(b":row>") if end < 0 else end
        if end >= 0:
            yield left[: end + 6]
            left = left[end + 6 :]
    yield left


def _sheet_part(archive: zipfile.ZipFile, title: str) -> str | None:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    for sheet in workbook.iter(f"{_MAIN}sheet"):
        if sheet.get("name") == title:
            target = targets.get(sheet.get(_RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            return part if part in names else None
    return None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
