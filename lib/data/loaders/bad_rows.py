"""Rows of a chunk that cannot be taken: marked, and listed with row, column, value and reason."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.loaders.chunks import Chunk, RejectSink
from lib.data.loaders.errors import Reject


class BadRows:
    """The bad rows of one chunk. ``mask`` is true where a row has at least one finding."""

    def __init__(self, chunk: Chunk, reject: RejectSink) -> None:
        self.mask = np.zeros(len(chunk.rows), dtype=bool)
        self._chunk = chunk
        self._reject = reject
        self._found: list[tuple[int, Reject]] = []

    def mark(self, row: int, column: str, value: str | None, reason: str) -> None:
        """One finding; ``row`` counts within the chunk."""
        self.mask[row] = True
        sheet = self._chunk.sheet
        place = Reject(sheet.file, sheet.name, int(self._chunk.rows[row]), column, value, reason)
        self._found.append((row, place))

    def send(self) -> None:
        """Hand on all findings in the order of the rows."""
        for _, found in sorted(self._found, key=lambda finding: finding[0]):
            self._reject(found)
        self._found.clear()

    def mark_codes(self, column: str, texts: pa.Array, codes: pa.Array, reasons: Mapping[int, str]) -> None:
        """Findings by distinct value: ``reasons`` says why the value behind a dictionary code is wrong."""
        numbers = codes.to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(np.isin(numbers, list(reasons))).tolist():
            self.mark(row, column, texts[row].as_py(), reasons[int(numbers[row])])

    def mark_missing(self, column: str, values: pa.Array) -> None:
        """Rows without a value, unless the row is bad already."""
        if not values.null_count:
            return
        missing = pc.is_null(values).to_numpy(zero_copy_only=False) & ~self.mask
        for row in np.flatnonzero(missing).tolist():
            self.mark(row, column, None, "必填而为空")
