"""Failing items of a chunk: one per row, or several joined in one cell."""

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.loaders.bad_rows import BadRows
from lib.data.loaders.chunks import Chunk
from lib.data.loaders.dates import BadValue
from lib.data.loaders.lookups import Lookups
from lib.data.loaders.profiles import ItemRule, Profile
from lib.data.loaders.targets import item_columns
from lib.data.loaders.values import checked_text
from lib.data.tables.sampling import failing_item

Columns = dict[str, pa.Array]
ITEM_SCHEMA: Final = pa.schema(
    [
        ("row_id", pa.int64()),
        *((name, pa.string()) for name in ("sample_no", "item_name", "verdict", "group_code")),
        *((name, pa.string()) for name in ("measured_value", "measured_unit", "limit_value", "standard")),
    ]
)
_NAME_LENGTH: Final = failing_item.c.item_name.type.length  # type: ignore[attr-defined]


def row_items(columns: Columns, row_ids: pa.Array, sample_no: pa.Array, lookups: Lookups) -> pa.Table:
    """Items of a file with one item per row; the item columns leave ``columns``."""
    count = len(row_ids)
    found = {
        stored: columns.pop(name, pa.nulls(count, pa.string())) for name, stored in item_columns().items()
    }
    return _finished({"row_id": row_ids, "sample_no": sample_no, **found}, lookups)


def cell_items(
    chunk: Chunk,
    profile: Profile,
    rows: tuple[pa.Array, pa.Array],
    bad: BadRows,
    lookups: Lookups,
) -> pa.Table:
    """Items joined in one cell, as ``[items]`` says. ``rows`` are row ids and sample numbers."""
    row_ids, sample_no = rows
    rule = profile.items
    position = chunk.sheet.match.position(rule.from_) if rule else None
    if rule is None or position is None:
        return ITEM_SCHEMA.empty_table()
    encoded = chunk.columns[position].dictionary_encode()
    split = [_split(text, rule, profile.values.empty) for text in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    reasons = {code: found for code, found in enumerate(split) if isinstance(found, str)}
    if reasons:
        place = chunk.sheet.header[position].strip()
        bad.mark_codes(place, chunk.columns[position], encoded.indices, reasons)
    lists = [found if isinstance(found, list) else [] for found in split]
    lengths = np.array([len(found) for found in lists], dtype=np.int64)
    repeated = np.repeat(np.arange(len(codes)), lengths[codes])
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]) if len(lengths) else np.zeros(0, dtype=np.int64)
    starts = np.repeat(offsets[codes], lengths[codes])
    within = np.arange(len(repeated)) - np.repeat(np.cumsum(lengths[codes]) - lengths[codes], lengths[codes])
    flat = [item for found in lists for item in found]
    chosen = pa.array(starts + within)
    stored = item_columns()
    columns = {
        stored[part]: pa.array([item[number] for item in flat], pa.string()).take(chosen)
        for number, part in enumerate(rule.parts)
    }
    index = pa.array(repeated)
    return _finished({"row_id": row_ids.take(index), "sample_no": sample_no.take(index), **columns}, lookups)


def _finished(columns: Columns, lookups: Lookups) -> pa.Table:
    count = len(columns["row_id"])
    name = columns["item_name"]
    encoded = name.dictionary_encode()
    groups = [None if text is None else lookups.item_group(text) for text in encoded.dictionary.to_pylist()]
    columns["group_code"] = pa.array(groups, pa.string()).take(encoded.indices)
    verdict = columns.get("verdict")
    columns["verdict"] = (
        pa.array(["unqualified"] * count, pa.string()) if verdict is None else pc.fill_null(verdict, "")
    )
    arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in ITEM_SCHEMA]
    return pa.table(dict(zip(ITEM_SCHEMA.names, arrays, strict=True))).filter(pc.is_valid(name))


def _split(text: str, rule: ItemRule, empty: list[str]) -> list[list[str | None]] | str:
    """The items of a cell, each as its parts; or why the cell cannot be split."""
    try:
        text = checked_text(text)
    except BadValue as mistake:
        return str(mistake)
    if text in ("", *empty):
        return []
    items: dict[tuple[str | None, ...], None] = {}
    for piece in re.split("|".join(map(re.escape, rule.item_separators)) or r"(?!)", text):
        if not piece.strip():
            continue
        parts = _parts(piece, rule)
        if len(parts) > len(rule.parts):
            return f"一个项目有 {len(parts)} 段，方案只写了 {len(rule.parts)} 段（{'、'.join(rule.parts)}）"
        if not parts[0]:
            return "项目名称为空"
        if len(parts[0]) > _NAME_LENGTH:
            return f"项目名称超过 {_NAME_LENGTH} 个字符"
        filled = [None if not part or part in empty else part for part in parts[1:]]
        items[(parts[0], *filled, *[None] * (len(rule.parts) - len(parts)))] = None
    return [list(item) for item in items]


def _parts(piece: str, rule: ItemRule) -> list[str]:
    if len(rule.parts) == 1:
        return [piece.strip()]
    ordered = sorted(rule.part_separators, key=len, reverse=True)
    return [part.strip() for part in re.split("|".join(map(re.escape, ordered)), piece)]
