"""Which encoding a text file has: the first of the profile's list that reads the header and every byte."""

import codecs
import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from lib.data.loaders.errors import LoadRefused, refuse_file
from lib.data.loaders.headers import HeaderMatch, find_header
from lib.data.loaders.profiles import Profile

_HEAD_BYTES: Final = 1 << 20
_BLOCK: Final = 4 << 20
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class TextLayout:
    """How to read a delimited text: encoding, physical lines before the data, the header and where it stands."""

    encoding: str
    lines_before_data: int
    header_row: int
    header: tuple[str, ...]
    match: HeaderMatch


def python_codec(encoding: str) -> str:
    """Codec that drops a byte order mark."""
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding


def is_unicode(encoding: str) -> bool:
    """Whether an encoding, under any of its names (UTF-8, utf8, utf-8-sig, utf-16 …), is one of Unicode."""
    return codecs.lookup(encoding).name.startswith("utf")


def text_layout(path: Path, name: str, profile: Profile) -> TextLayout:
    """Find encoding and header of a delimited text file. Raises ``LoadRefused`` naming row and byte."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    refusals: list[LoadRefused] = []
    for encoding in _candidates(head, profile.file.encodings):
        try:
            layout = _layout(head, name, encoding, profile)
            quotes = _check_every_byte(path, name, encoding)
        except LoadRefused as refusal:
            refusals.append(refusal)
        else:
            if quotes % 2:
                raise refuse_file(name, "双引号不成对，无法分辨单元格的边界；请用表格软件重新另存为 CSV")
            return layout
    # The refusal that got furthest says most: a bad byte far down beats a header that was not found.
    raise max(refusals, key=lambda refusal: refusal.rejects[0].row or 0)


def _candidates(head: bytes, encodings: list[str]) -> list[str]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return [encoding]
    return encodings


def _layout(head: bytes, name: str, encoding: str, profile: Profile) -> TextLayout:
    decoder = codecs.getincrementaldecoder(python_codec(encoding))()
    try:
        text = decoder.decode(head, final=len(head) < _HEAD_BYTES)
    except UnicodeDecodeError as error:
        raise _bad_byte(name, encoding, head[: error.start], head[error.start]) from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=profile.file.delimiter)
    rows: list[list[str]] = []
    ends: list[int] = []
    for row in reader:
        rows.append(row)
        ends.append(reader.line_num)
        if len(rows) >= profile.file.header_search_rows:
            break
    if not rows:
        raise refuse_file(name, "文件是空的")
    index, match = find_header(rows, profile)
    if not match.fits:
        raise header_missing(name, None, index, match)
    return TextLayout(encoding, ends[index], index + 1, tuple(rows[index]), match)


def header_missing(name: str, sheet: str | None, index: int, match: HeaderMatch) -> LoadRefused:
    """The refusal of a file whose header row lacks columns that the profile reads, or has ones it forbids."""
    if not match.missing:
        named = "、".join(match.forbidden)
        return refuse_file(
            name,
            f"表头中有列 {named}，这种表格不应该有（方案 file.forbidden_headers）。请核对导入方案是否选错",
            sheet=sheet,
            row=index + 1,
        )
    found = f"；最接近的是第 {index + 1} 行" if match.positions else ""
    more = f"等 {len(match.missing)} 列" if len(match.missing) > 8 else ""
    return refuse_file(
        name,
        f"找不到表头：缺少列 {'、'.join(match.missing[:8])}{more}{found}。请核对文件与导入方案是否对应",
        sheet=sheet,
    )


def _check_every_byte(path: Path, name: str, encoding: str) -> int:
    """Decode the whole file; return the number of its double quotes."""
    decoder = codecs.getincrementaldecoder(python_codec(encoding))()
    # A byte of a two-byte character may look like a quote: ≤ is 22 64.
    is_wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    lines = quotes = 0
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                bad = error.object[error.start]
                before = block[: max(0, error.start - pending)]
                raise _bad_byte(name, encoding, before, bad, lines) from error
            if not block:
                break
            if is_wide:
                lines, quotes = lines + text.count("\n"), quotes + text.count('"')
            else:
                lines, quotes = lines + block.count(b"\n"), quotes + block.count(b'"')
    return quotes


def _bad_byte(name: str, encoding: str, before: bytes, value: int, lines: int = 0) -> LoadRefused:
    row = lines + before.count(b"\n") + 1
    return refuse_file(
        name, f"字节 0x{value:02X} 不是 {encoding} 编码；请核对文件编码，或文件中混有两种编码", row=row
    )


def file_digest(paths: list[Path], extra: bytes) -> str:
    """SHA-256 over the content of the files and ``extra`` (the profile)."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    digest.update(extra)
    return digest.hexdigest()


class Utf8Stream(io.RawIOBase):
    """A text file of another encoding, read as UTF-8 bytes."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(python_codec(encoding))()
        self._left = b""
        self._ended = False

    def readable(self) -> bool:
        """This stream can only be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes of UTF-8."""
        while not self._ended and (size < 0 or len(self._left) < size):
            block = self._stream.read(_BLOCK)
            self._ended = not block
            self._left += self._decoder.decode(block, final=not block).encode("utf-8")
        size = len(self._left) if size < 0 else size
        wanted, self._left = self._left[:size], self._left[size:]
        return wanted

    def close(self) -> None:
        """Close the file below."""
        self._stream.close()
        super().close()
