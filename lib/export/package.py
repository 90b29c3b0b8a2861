"""A package (ZIP): the data, 数据字典.csv, 说明.txt and the descriptor datapackage.json.

The descriptor follows Frictionless Data Package, version 1: https://specs.frictionlessdata.io/data-package/ .
The archive goes through a temporary file that is gone afterwards, also after a failure; the same data of the same
version give the same bytes.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

from lib.export.content import Content
from lib.export.csv import csv_chunks, digest
from lib.export.dictionary import dictionary
from lib.export.formats import csv_pieces
from lib.metrics.row_columns import FileColumn

DATA, DICTIONARY, NOTE, DESCRIPTOR = "数据.csv", "数据字典.csv", "说明.txt", "datapackage.json"
_PIECE: Final = 1 << 20
_TYPES: Final[dict[str, dict[str, Any]]] = {
    "文本": {"type": "string"},
    "整数": {"type": "integer"},
    "小数": {"type": "number"},
    "日期": {"type": "date", "format": "default"},
    "时间": {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
    "是/否": {"type": "boolean", "trueValues": ["是"], "falseValues": ["否"]},
}
_DIALECT: Final = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}


def package_pieces(content: Content) -> Iterator[bytes]:
    """The archive in pieces, once it is whole. Raises `ExportError` when the rows are not as many as counted."""
    with tempfile.TemporaryFile(prefix="bamai-package-") as file:
        _write(file, content)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(file: IO[bytes], content: Content) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        meanings = dictionary(content.columns)
        files = {
            DATA: _added(archive, DATA, csv_pieces(content)),
            DICTIONARY: _added(archive, DICTIONARY, csv_chunks([meanings], list(meanings.columns))),
        }
        descriptor = json.dumps(_descriptor(content, files), ensure_ascii=False, indent=2) + "\n"
        files[DESCRIPTOR] = _added(archive, DESCRIPTOR, [descriptor.encode()])
        _added(archive, NOTE, [note(content, {name: sum_ for name, (sum_, _) in files.items()})])


def _added(archive: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write one file of the archive; its SHA-256 and its size in bytes."""
    size = 0

    def written() -> Iterator[bytes]:
        nonlocal size
        # Sizes are not known beforehand; opened by name, an entry carries no time of day.
        with archive.open(name, "w", force_zip64=True) as entry:
            for piece in pieces:
                entry.write(piece)
                size += len(piece)
                yield piece

    return digest(written()), size


def note(content: Content, sums: dict[str, str]) -> bytes:
    """说明.txt: everything it takes to quote the data and to prove that they are whole. UTF-8 with BOM, CRLF."""
    synthetic = ["演示数据（合成），不代表真实情况"] if content.is_synthetic else []
    lines = [
        content.title,
        "",
        content.sentence,
        *content.definitions,
        f"数据截至：{content.as_of.isoformat()}；数据版本：{content.version}",
        f"行数：{content.row_count:,}（不含标题行）",
        *synthetic,
        *content.notes,
        "",
        "空白表示缺失，不是零。文本列加引号，数字不加；以 = + - @ 等开头的文本前加一个撇号（'），以免被当作公式执行。",
        "各列含义、单位和来源见数据字典.csv；机器可读的说明见 datapackage.json。",
        "",
        "各文件的 SHA-256：",
        *(f"{sum_}  {name}" for name, sum_ in sums.items()),
    ]
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _descriptor(content: Content, files: dict[str, tuple[str, int]]) -> dict[str, Any]:
    identifier = str(content.subject.get("metric") or content.subject.get("table"))
    texts = [FileColumn(name, name, "文本", "", name, "") for name in dictionary(content.columns).columns]
    return {
        "profile": "tabular-data-package",
        "name": f"{identifier}-v{content.version}",
        "title": content.title,
        "description": "\n".join((content.sentence, *content.definitions, *content.notes)),
        "version": str(content.version),
        "as_of": content.as_of.isoformat(),
        "is_synthetic": content.is_synthetic,
        "resources": [
            {**_resource("data", DATA, content.columns, files[DATA]), "row_count": content.row_count},
            _resource("dictionary", DICTIONARY, texts, files[DICTIONARY]),
        ],
    }


def _resource(
    name: str, path: str, columns: Iterable[FileColumn], written: tuple[str, int]
) -> dict[str, Any]:
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": written[1],
        "hash": f"sha256:{written[0]}",
        "dialect": _DIALECT,
        "schema": {"fields": [_field(column) for column in columns], "missingValues": [""]},
    }


def _field(column: FileColumn) -> dict[str, Any]:
    return {
        "name": column.heading,
        **_TYPES[column.kind],
        "title": column.heading,
        "description": column.meaning,
        **({"unit": column.unit} if column.unit else {}),
    }
