"""The list of what was not taken: all of it in a file beside the loaded one, the first of it in the report."""

import csv
import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Final, TextIO

from lib.data.loaders.errors import Reject
from lib.data.spreadsheet_cells import neutralised

SHOWN: Final = 50
_HEADER: Final = ("文件", "工作表", "行", "列", "值", "原因")


class RejectList:
    """Collects rejects: the first ``SHOWN`` in memory, every one in a scratch file."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch / "rejects.csv"
        self._stream: TextIO | None = None
        self._writer: Any = None
        self.first: list[Reject] = []
        self.count = 0
        self._lock = threading.Lock()

    def add(self, reject: Reject) -> None:
        """Note one reject; the thread that parses and the one that converts may both have one."""
        with self._lock:
            self._add(reject)

    def _add(self, reject: Reject) -> None:
        if self._stream is None:
            self._stream = self._scratch.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._stream)
            self._writer.writerow(_HEADER)
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(reject)
        cells = (reject.file, reject.sheet, reject.row, reject.column, reject.value, reject.reason)
        self._writer.writerow([_safe(cell) for cell in cells])

    def publish(self, loaded: Path) -> Path | None:
        """Put the list beside the loaded file as ``<file>.rejects.csv`` in one step; nothing if it is empty.

        A folder that cannot be written gets it in the folder for temporary files instead.
        """
        if self._stream is None:
            return None
        self._stream.close()
        name = f"{loaded.name}.rejects.csv"
        for folder in (loaded.parent, Path(tempfile.gettempdir())):
            if os.access(folder, os.W_OK):
                return _moved(self._scratch, folder / name)
        return None

    def close(self) -> None:
        """Close the scratch file."""
        if self._stream is not None:
            self._stream.close()


def _moved(scratch: Path, target: Path) -> Path:
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(scratch.read_bytes())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target


def _safe(cell: str | int | None) -> str:
    return "" if cell is None else neutralised(str(cell))
