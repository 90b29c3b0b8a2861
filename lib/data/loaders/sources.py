"""Files as they arrive: what kind each is, and archives unpacked under guard.

An archive is refused before it fills the disk: by the number of its entries, by the size it declares, by how far
it is compressed, and again while it is unpacked, because what it declares may be a lie.
"""

import fnmatch
import gzip
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Literal

from lib.data.loaders.errors import LoadRefused, refuse_file

Kind = Literal["csv", "workbook", "json"]

MAX_UNPACKED_BYTES: Final = 4 * 1024**3
MAX_ENTRIES: Final = 2_000
#: Deflate reaches about 1030:1 on zeros; real tables stay below 100:1. Small files are not judged by the ratio.
MAX_RATIO: Final = 200
RATIO_FROM_BYTES: Final = 20 * 1024**2
_READABLE: Final = {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".json"}
_ARCHIVES: Final = {".zip", ".rar", ".7z", ".gz", ".tar"}
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Source:
    """One readable file: where it lies and how it is called in messages."""

    path: Path
    name: str
    kind: Kind


def open_sources(path: Path, members: str, folder: Path) -> Iterator[Source]:
    """The readable files in ``path``: itself, or the members of an archive unpacked into ``folder``.

    Raises ``LoadRefused`` for a missing, empty, unreadable or suspicious file.
    """
    if path.is_dir():
        raise LoadRefused(f"{path} 是文件夹；请写出其中的文件，或打成 ZIP")
    if not path.is_file():
        raise LoadRefused(f"找不到文件 {path}，请核对路径和文件名")
    if not os.access(path, os.R_OK):
        raise refuse_file(path.name, "没有读取权限；请改文件的权限，或换有权限的账号")
    if path.stat().st_size == 0:
        raise refuse_file(path.name, "文件是空的（0 字节）")
    head = _head(path)
    if head.startswith(b"PK") and not _is_workbook(path):
        yield from _unpack_zip(path, members, folder)
    elif head.startswith(b"\x1f\x8b"):
        yield _unpack_gzip(path, folder)
    else:
        yield Source(path, path.name, _kind(path, head))


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(512)


def _kind(path: Path, head: bytes) -> Kind:
    if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return "workbook"
    if head.startswith(b"%PDF"):
        raise refuse_file(path.name, "这是 PDF 文件；请向发布单位索取表格，或另存为 CSV、XLSX")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if path.suffix.lower() == ".json" or text.startswith((b"{", b"[{", b"[\n")):
        return "json"
    return "csv"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            is_workbook = any(name.startswith("xl/") for name in names)
            if is_workbook:
                _guard(path.name, path.stat().st_size, archive.infolist())
            return is_workbook
    except zipfile.BadZipFile as error:
        raise refuse_file(path.name, "压缩包或工作簿已损坏，请重新下载或另存后再载入") from error


def _guard(name: str, packed: int, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise refuse_file(name, f"压缩包内有 {len(entries)} 个文件，超过上限 {MAX_ENTRIES} 个")
    _guard_size(name, packed, unpacked)


def _guard_size(name: str, packed: int, unpacked: int) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise refuse_file(name, f"解压后超过上限 {MAX_UNPACKED_BYTES // 1024**2} MB，未载入")
    if unpacked > RATIO_FROM_BYTES and unpacked > packed * MAX_RATIO:
        raise refuse_file(
            name,
            f"压缩比异常（{packed / 1024**2:.1f} MB 解压为 {unpacked / 1024**2:.0f} MB 以上），疑似压缩炸弹，未载入",
        )


def _unpack_zip(path: Path, members: str, folder: Path) -> Iterator[Source]:
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _guard(path.name, path.stat().st_size, entries)
        chosen = [
            (entry, name) for entry in entries if _is_wanted(path.name, name := _entry_name(entry), members)
        ]
        if not chosen:
            raise refuse_file(path.name, "压缩包里没有可读的表格（CSV、XLSX、XLS、JSON）")
        for number, (entry, name) in enumerate(chosen):
            target = folder / f"{number}{PurePosixPath(name).suffix.lower()}"
            _unpack_entry(archive, entry, target, f"{path.name}!{name}")
            if target.stat().st_size == 0:
                raise refuse_file(f"{path.name}!{name}", "文件是空的（0 字节）")
            if target.suffix in (".xlsx", ".xlsm"):
                _is_workbook(target)
            yield Source(target, f"{path.name}!{name}", _kind(target, _head(target)))
            target.unlink()


def _unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str) -> None:
    if entry.flag_bits & 0x1:
        raise refuse_file(name, "压缩包有密码，请先解压")
    try:
        with archive.open(entry) as packed, target.open("wb") as unpacked:
            _copy_guarded(packed, unpacked, entry.compress_size, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise refuse_file(name, f"压缩包内的文件损坏或压缩方式不受支持（{error}）") from error


def _copy_guarded(packed: Any, unpacked: IO[bytes], packed_size: int, name: str) -> None:
    total = 0
    while block := packed.read(_BLOCK):
        total += len(block)
        _guard_size(name, packed_size, total)
        unpacked.write(block)


def _unpack_gzip(path: Path, folder: Path) -> Source:
    inner = path.stem if path.suffix.lower() == ".gz" else path.name
    target = folder / f"unpacked{Path(inner).suffix.lower()}"
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as unpacked:
            _copy_guarded(packed, unpacked, path.stat().st_size, path.name)
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise refuse_file(path.name, "gzip 文件已损坏，请重新下载") from error
    return Source(target, path.name, _kind(target, _head(target)))


def _entry_name(entry: zipfile.ZipInfo) -> str:
    # Archives made by Chinese Windows name their files in GBK without saying so; zipfile then shows cp437.
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return entry.filename


def _is_wanted(archive: str, name: str, members: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    if (
        path.name.startswith((".", "~$"))
        or "__MACOSX" in path.parts
        or not fnmatch.fnmatch(path.name, members)
    ):
        return False
    if path.suffix.lower() in _ARCHIVES:
        raise refuse_file(f"{archive}!{name}", "压缩包里还有压缩包，请先解压")
    return path.suffix.lower() in _READABLE
