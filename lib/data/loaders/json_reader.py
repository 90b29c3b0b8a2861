"""JSON: a list of records, found by the path the profile names."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lib.data.loaders.cells import canonical_text
from lib.data.loaders.chunks import CHUNK_ROWS, Chunk, Chunks, Reading, Sheet
from lib.data.loaders.encodings import header_missing
from lib.data.loaders.errors import refuse_file
from lib.data.loaders.headers import match


def read_json(path: Path, name: str, reading: Reading) -> Chunks:
    """Chunks of the records in a JSON file. The row number is the position in the list, from 1."""
    profile = reading.profile
    records = _records(_parsed(path, name), name, profile.file.records)
    header = tuple(dict.fromkeys(key for record in records for key in record))
    found = match(header, profile)
    if not found.fits:
        raise header_missing(name, profile.file.records or None, 0, found)
    sheet = Sheet(name, profile.file.records or None, header, found)
    needed = reading.wanted(sheet)
    for first in range(0, len(records), CHUNK_ROWS):
        part = records[first : first + CHUNK_ROWS]
        columns = {
            index: pa.array([canonical_text(record.get(header[index])) for record in part], pa.string())
            for index in needed
        }
        yield Chunk(sheet, np.arange(first + 1, first + 1 + len(part)), columns)


def _parsed(path: Path, name: str) -> Any:
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise refuse_file(name, f"JSON 须为 UTF-8 编码；第 {error.start + 1} 个字节有误") from error
    except json.JSONDecodeError as error:
        raise refuse_file(
            name, f"不是正确的 JSON（第 {error.colno} 列：{error.msg}）", row=error.lineno
        ) from error


def _records(content: Any, name: str, path: str) -> list[dict[str, Any]]:
    for step in filter(None, path.split(".")):
        if not isinstance(content, dict) or step not in content:
            keys = "、".join(content) if isinstance(content, dict) else "（不是对象）"
            raise refuse_file(name, f"JSON 中没有 file.records 所指的“{path}”；此处有：{keys}")
        content = content[step]
    if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
        raise refuse_file(
            name, 'JSON 的记录须是对象的列表；请在方案的 file.records 写出它的路径，例如 "data.items"'
        )
    if not content:
        raise refuse_file(name, "JSON 的记录列表是空的")
    return content
