"""The same content in every format, piece by piece: nothing holds a whole file in memory.

A failure in the middle is raised out of the iterator: whoever hands out the pieces must break off, so that no reader
takes a part for the whole. Every format writes the same values under the same headings; only CSV puts an apostrophe
in front of a text that a spreadsheet would run (see `lib/export/csv.py`).
"""

import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from lib.export.content import Content
from lib.export.csv import csv_chunks
from lib.export.workbook import workbook_pieces

Form = Literal["csv", "xlsx", "parquet", "json", "package"]
#: Rows of one group of a Parquet file; what a reader loads at once.
_GROUP_ROWS: Final = 65_536


def csv_pieces(content: Content) -> Iterator[bytes]:
    """UTF-8 with byte order mark, CRLF, RFC 4180."""
    return csv_chunks(content.checked_tables(), content.text_headings, schema=content.schema)


def xlsx_pieces(content: Content) -> Iterator[bytes]:
    """A workbook with typed cells; more rows than a sheet holds go on further sheets, and a sheet says so."""
    return workbook_pieces(
        content.checked_tables(),
        content.schema,
        content.text_headings,
        row_count=content.row_count,
        created=content.as_of,
    )


def parquet_pieces(content: Content) -> Iterator[bytes]:
    """Apache Parquet, compressed by zstd; title, filters, as-of day and version in its metadata."""
    texts = set(content.text_headings)
    schema = pa.schema(
        [pa.field(field.name, _parquet_type(field, texts)) for field in content.schema],
        metadata={name: str(value) for name, value in head(content).items()},
    )
    sink = _Sink()
    writer = pq.ParquetWriter(sink, schema, compression="zstd")
    for table in content.checked_tables():
        writer.write_table(table.cast(schema), row_group_size=_GROUP_ROWS)
        yield sink.taken()
    writer.close()
    yield sink.taken()


def json_pieces(content: Content) -> Iterator[bytes]:
    """One JSON document: what it takes to quote the data, then ``rows``, one object on each line."""
    yield json.dumps(head(content), ensure_ascii=False, allow_nan=False)[:-1].encode() + b', "rows": ['
    separator = b"\n"
    for table in content.checked_tables():
        lines = (
            json.dumps(row, ensure_ascii=False, allow_nan=False)
            for row in _plain_rows(table, set(content.text_headings))
        )
        if text := ",\n".join(lines):
            yield separator + text.encode()
            separator = b",\n"
    yield b"\n]}\n"


def head(content: Content) -> dict[str, Any]:
    """What it takes to quote the data: subject, title, filter sentence, as-of day, version, number of rows."""
    return {
        **content.subject,
        "title": content.title,
        "sentence": content.sentence,
        "as_of": content.as_of.isoformat(),
        "version": content.version,
        "is_synthetic": content.is_synthetic,
        "row_count": content.row_count,
        "notes": list(content.notes),
    }


WRITERS: Final[Mapping[str, Callable[[Content], Iterator[bytes]]]] = {
    "csv": csv_pieces,
    "xlsx": xlsx_pieces,
    "parquet": parquet_pieces,
    "json": json_pieces,
}
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json; charset=utf-8",
    "package": "application/zip",
}
SUFFIXES: Final[Mapping[str, str]] = {**dict(zip(WRITERS, WRITERS, strict=True)), "package": "zip"}


class _Sink(io.RawIOBase):
    """A file to write to that hands on what was written and forgets it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole


def _parquet_type(field: pa.Field, texts: set[str]) -> pa.DataType:
    return pa.string() if field.name in texts or pa.types.is_null(field.type) else field.type


def _plain_rows(table: pa.Table, texts: set[str]) -> Iterator[dict[str, Any]]:
    columns = [
        [_plain(value, name in texts) for value in table.column(name).to_pylist()]
        for name in table.column_names
    ]
    for values in zip(*columns, strict=True):
        yield dict(zip(table.column_names, values, strict=True))


def _plain(value: Any, as_text: bool) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if as_text:
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
