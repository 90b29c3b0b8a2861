"""From chunks of files to chunks of records: one mapper per load, one plan per sheet."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.bulk import arrow_type
from lib.data.loaders.bad_rows import BadRows
from lib.data.loaders.chunks import Chunk, RejectSink, Sheet
from lib.data.loaders.columns import ColumnPlan, plan_columns
from lib.data.loaders.firms_and_places import Firms, Places
from lib.data.loaders.headers import wanted_headers
from lib.data.loaders.items import ITEM_SCHEMA, cell_items, row_items
from lib.data.loaders.lookups import Lookups
from lib.data.loaders.notes import Notes
from lib.data.loaders.profiles import Profile
from lib.data.loaders.rows import RowSelection
from lib.data.loaders.targets import FIRMS, NUMBERS, PLACES, TABLES, targets

#: Columns of the loader's own, beside those of the record table.
ROW_ID: Final = "row_id"
#: Texts that may differ between the rows of one sample.
FREE_TEXT: Final = frozenset({"remark"})
_MIXER: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Mapped:
    """One chunk as records: good rows only, and the keys of samples that have a bad row."""

    records: pa.Table
    items: pa.Table
    firms: list[pa.Table]
    spoiled: pa.Array
    rows_read: int
    rows_rejected: int


class Mapper:
    """Maps the chunks of all files of a load."""

    def __init__(self, profile: Profile, lookups: Lookups, reject: RejectSink, notes: Notes) -> None:
        self.profile = profile
        self.lookups = lookups
        self.notes = notes
        self.places = Places(profile, lookups, notes)
        self.rows = RowPlaces()
        self.rows_filtered = 0
        self._reject = reject
        self._firms = Firms(profile)
        self._sheet: Sheet | None = None
        self._selection: RowSelection | None = None
        self._plans: dict[str, ColumnPlan] = {}
        self.schema = record_schema(profile)

    def wanted(self, sheet: Sheet) -> list[int]:
        """Positions of the columns of a sheet that the profile reads; unread ones are noted."""
        found = {sheet.match.position(names) for names, _ in wanted_headers(self.profile)}
        if sheet.match.unknown:
            self.notes.say(f"{sheet.file}：未读取的列 {'、'.join(sheet.match.unknown)}")
        return sorted(position for position in found if position is not None)

    def map(self, chunk: Chunk) -> Mapped:
        """Records, items and firms of a chunk. Bad rows are listed and left out."""
        if self._sheet is not chunk.sheet or self._selection is None:
            self._sheet = chunk.sheet
            self._selection = RowSelection(self.profile, chunk.sheet, self._reject)
            self._plans = plan_columns(self.profile, chunk.sheet, self.notes, self.lookups.code_lists)
        before = self._selection.filtered
        chunk = self._selection.prepare(chunk)
        self.rows_filtered += self._selection.filtered - before
        count = len(chunk.rows)
        bad = BadRows(chunk, self._reject)
        columns = {name: plan.apply(chunk, bad) for name, plan in self._plans.items()}
        self._firms.split_consignor(columns)
        self.places.fill(columns, count)
        row_ids = self.rows.add(chunk)
        firms = self._firms.fill(columns, row_ids)
        return self._assembled(chunk, columns, firms, bad, pa.array(row_ids))

    def _assembled(
        self,
        chunk: Chunk,
        columns: dict[str, pa.Array],
        firms: list[pa.Table],
        bad: BadRows,
        row_ids: pa.Array,
    ) -> Mapped:
        count = len(chunk.rows)
        sample_no = columns[NUMBERS[self.profile.table]]
        if self.profile.rows == "item":
            items = row_items(columns, row_ids, sample_no, self.lookups)
        else:
            items = cell_items(chunk, self.profile, (row_ids, sample_no), bad, self.lookups)
        bad.send()
        self._derive(columns, count)
        arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in self.schema]
        arrays[0] = row_ids
        records = pa.table(dict(zip(self.schema.names, arrays, strict=True)), schema=self.schema)
        records = records.filter(pa.array(self._first_of_same(chunk) | bad.mask))
        if not bad.mask.any():
            return Mapped(records, items, firms, sample_no[:0], count, 0)
        good = pa.array(~bad.mask)
        firms = [
            firm.filter(pc.is_in(pc.divide(firm.column("position"), 2), value_set=row_ids.filter(good)))
            for firm in firms
        ]
        kept = pc.is_in(items.column(ROW_ID), value_set=row_ids.filter(good))
        spoiled = sample_no.filter(pa.array(bad.mask)).drop_null().unique()
        records = records.filter(pc.is_in(records.column(ROW_ID), value_set=row_ids.filter(good)))
        return Mapped(records, items.filter(kept), firms, spoiled, count, int(bad.mask.sum()))

    def _first_of_same(self, chunk: Chunk) -> np.ndarray:
        """One of the rows of a chunk that are the same, the one ``on_conflict`` prefers; items in rows aside."""
        mixed = np.zeros(len(chunk.rows), dtype=np.uint64)
        known = targets(self.profile.table)
        codes = [
            plan.codes
            for name, plan in self._plans.items()
            if plan.codes is not None and known[name].part_of != "item" and name not in FREE_TEXT
        ]
        rule = self.profile.items
        if rule and (position := chunk.sheet.match.position(rule.from_)) is not None:
            encoded = chunk.columns[position].dictionary_encode()
            codes.append(encoded.indices.to_numpy(zero_copy_only=False))
        for code in codes:
            mixed = (mixed ^ code.astype(np.uint64)) * _MIXER
            mixed ^= mixed >> np.uint64(29)
        step = -1 if self.profile.on_conflict == "last" else 1
        first = np.zeros(len(chunk.rows), dtype=bool)
        first[np.unique(mixed[::step], return_index=True)[1]] = True
        return first[::step]

    def _derive(self, columns: dict[str, pa.Array], count: int) -> None:
        columns["source"] = pa.array([self.profile.source] * count, pa.string())
        if self.profile.table != "sample":
            return
        columns["listing"] = pa.array([self.profile.listing] * count, pa.string())
        if "is_online" in columns:
            columns["is_online"] = pc.fill_null(columns["is_online"], False)
        self._derive_category(columns)
        if "produced_on" in columns and "produced_text" in columns:
            # A spreadsheet's day number says nothing to a reader; the day it means does.
            serial = pc.match_substring_regex(columns["produced_text"], r"^\d{5}(\.\d+)?$")
            known = pc.and_(pc.fill_null(serial, False), pc.is_valid(columns["produced_on"]))
            day = pc.cast(columns["produced_on"], pa.string())
            columns["produced_text"] = pc.if_else(known, day, columns["produced_text"])

    def _derive_category(self, columns: dict[str, pa.Array]) -> None:
        finders = [("category_text", self.lookups.category)]
        finders += [(f"subcategory_{level}", self.lookups.category_of_subcategory) for level in (4, 3, 2)]
        found = []
        for name, finder in finders:
            if name in columns:
                encoded = columns[name].dictionary_encode()
                texts = encoded.dictionary.to_pylist()
                codes = [finder(text) for text in texts]
                found.append(pa.array(codes, pa.string()).take(encoded.indices))
                if name == "category_text":
                    for text, code in zip(texts, codes, strict=True):
                        if code is None:
                            self.notes.say(f"食品大类“{text}”不在类别表中，代码留空、原文保留")
        if found:
            columns["category_code"] = pc.coalesce(*found)


class RowPlaces:
    """Where every row came from: running row ids and the file, sheet and row number behind them."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._chunks: list[tuple[Sheet, np.ndarray]] = []
        self._next = 0

    def add(self, chunk: Chunk) -> np.ndarray:
        """Row ids of the rows of a chunk."""
        count = len(chunk.rows)
        self._firsts.append(self._next)
        self._chunks.append((chunk.sheet, chunk.rows.astype(np.int32)))
        self._next += count
        return np.arange(self._next - count, self._next, dtype=np.int64)

    def where(self, row_id: int) -> tuple[Sheet, int]:
        """Sheet and row number behind a row id."""
        index = int(np.searchsorted(self._firsts, row_id, side="right")) - 1
        # Chunks without rows share their first id with the next one; searchsorted gives the last, which has rows.
        sheet, rows = self._chunks[index]
        return sheet, int(rows[row_id - self._firsts[index]])


def mapped_columns(profile: Profile) -> set[str]:
    """Record columns a profile fills; the others keep what is recorded."""
    table = TABLES[profile.table]
    stored = {column.name for column in table.columns}
    named = set(profile.columns) & stored
    named |= {"source"} | ({"listing"} if profile.table == "sample" else set())
    for prefix, _ in PLACES[profile.table]:
        if any(
            name.startswith(f"{prefix}_") and name in targets(profile.table)
            for name in _place_names(profile, prefix)
        ):
            named |= {f"{prefix}_code", f"{prefix}_text"}
    named |= {f"{prefix}_key" for prefix, _, _ in FIRMS[profile.table] if f"{prefix}_name" in profile.columns}
    if profile.table == "sample":
        named |= _derived_names(profile)
    return named


def _place_names(profile: Profile, prefix: str) -> set[str]:
    parts = ("province", "city", "county", "address", "text", "code")
    return {f"{prefix}_{part}" for part in parts} & set(profile.columns)


def _derived_names(profile: Profile) -> set[str]:
    names = set()
    if {"category_text", "subcategory_2", "subcategory_3", "subcategory_4"} & set(profile.columns):
        names.add("category_code")
    rule = profile.firms.get("producer")
    if rule and rule.split_consignor:
        names.add("consignor_name")
    if profile.conclusion_from_items:
        names.add("conclusion")
    if profile.rows == "item" and profile.listing == "full":
        names.add("tested_items")
    return names


def record_schema(profile: Profile) -> pa.Schema:
    """Arrow schema of staged records: row id first, then the stored columns the profile fills."""
    table = TABLES[profile.table]
    mapped = mapped_columns(profile)
    fields = [(column.name, arrow_type(column)) for column in table.columns if column.name in mapped]
    return pa.schema([(ROW_ID, pa.int64()), *fields])


__all__ = [
    "FREE_TEXT",
    "ITEM_SCHEMA",
    "ROW_ID",
    "Mapped",
    "Mapper",
    "RowPlaces",
    "mapped_columns",
    "record_schema",
]
