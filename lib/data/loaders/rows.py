"""Which rows of a sheet are data: blank rows fall away, filters choose, continuation rows are filled from above."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.loaders.chunks import Chunk, RejectSink, Sheet
from lib.data.loaders.errors import Reject
from lib.data.loaders.profiles import Profile
from lib.data.loaders.targets import targets

#: Blanks at the ends of cells, full-width and invisible ones included.
BLANKS = " \t\r\n\u00a0\u3000\u200b\u200c\u200d\ufeff"


class RowSelection:
    """Prepares the chunks of one sheet in order; carries the last full row over to the next chunk."""

    def __init__(self, profile: Profile, sheet: Sheet, reject: RejectSink) -> None:
        self._profile = profile
        self._sheet = sheet
        self._reject = reject
        self._above: dict[int, str] = {}
        self._item_columns = _item_columns(profile, sheet)
        self.filtered = 0

    def prepare(self, chunk: Chunk) -> Chunk:
        """The data rows of a chunk, cells trimmed, continuation rows filled."""
        trimmed = {key: pc.utf8_trim(column, BLANKS) for key, column in chunk.columns.items()}
        chunk = Chunk(chunk.sheet, chunk.rows, trimmed)
        chunk = chunk.take(_any_filled(chunk))
        if self._profile.continuation:
            chunk = self._continue(chunk)
        for rule in self._profile.filters:
            position = self._sheet.match.position([rule.column])
            column = chunk.columns[position if position is not None else -1]
            kept = np.ones(len(chunk.rows), dtype=bool)
            if rule.keep:
                kept &= _is_in(column, rule.keep)
            if rule.drop:
                kept &= ~_is_in(column, rule.drop)
            self.filtered += int((~kept).sum())
            chunk = chunk.take(kept)
        return chunk

    def _continue(self, chunk: Chunk) -> Chunk:
        continues = self._continues(chunk)
        orphan = self._orphans(chunk, continues)
        if orphan.any():
            chunk, continues = chunk.take(~orphan), continues[~orphan]
        if not len(chunk.rows):
            return chunk
        base = np.maximum.accumulate(np.where(continues, -1, np.arange(len(continues))))
        columns = dict(chunk.columns)
        for key, column in columns.items():
            if key not in self._item_columns:
                columns[key] = self._filled(key, column, continues, base)
        self._above = {key: column[-1].as_py() for key, column in columns.items()}
        return Chunk(chunk.sheet, chunk.rows, columns)

    def _continues(self, chunk: Chunk) -> np.ndarray:
        continues = np.ones(len(chunk.rows), dtype=bool)
        empty = ["", *self._profile.values.empty]
        for name in self._profile.continuation.when_empty if self._profile.continuation else ():
            position = self._sheet.match.position([name])
            continues &= _is_in(chunk.columns[position if position is not None else -1], empty)
        return continues

    def _orphans(self, chunk: Chunk, continues: np.ndarray) -> np.ndarray:
        if self._above or not len(continues) or not continues[0]:
            return np.zeros(len(continues), dtype=bool)
        starts = np.flatnonzero(~continues)
        orphan = np.arange(len(continues)) < (starts[0] if len(starts) else len(continues))
        reason = "续行之前没有样品行，无法判断属于哪个样品"
        for row in chunk.rows[orphan]:
            self._reject(Reject(self._sheet.file, self._sheet.name, int(row), None, None, reason))
        return orphan

    def _filled(self, key: int, column: pa.Array, continues: np.ndarray, base: np.ndarray) -> pa.Array:
        above = column.take(pa.array(np.maximum(base, 0)))
        if (base < 0).any():
            above = pc.if_else(pa.array(base < 0), pa.scalar(self._above.get(key, "")), above)
        fill = pc.and_(pa.array(continues), pc.equal(column, ""))
        return pc.if_else(fill, above, column)


def _any_filled(chunk: Chunk) -> np.ndarray:
    filled = np.zeros(len(chunk.rows), dtype=bool)
    for column in chunk.columns.values():
        filled |= pc.not_equal(column, "").to_numpy(zero_copy_only=False)
    return filled


def _is_in(column: pa.Array, values: list[str]) -> np.ndarray:
    return pc.is_in(column, value_set=pa.array(values, pa.string())).to_numpy(zero_copy_only=False)


def _item_columns(profile: Profile, sheet: Sheet) -> set[int]:
    """Columns that only items read: they are never filled from the row above."""
    known = targets(profile.table)
    of_items: set[int | None] = set()
    of_records: set[int | None] = set()
    for name, rule in profile.columns.items():
        found = {sheet.match.position(names) for names in rule.headers}
        (of_items if known[name].part_of == "item" else of_records).update(found)
    if profile.items:
        of_items.add(sheet.match.position(profile.items.from_))
    return {position for position in of_items - of_records if position is not None}
