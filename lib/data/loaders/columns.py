"""Column rules applied to a chunk, on distinct values: a million rows cost what their different cells cost."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.loaders.bad_rows import BadRows
from lib.data.loaders.checks import code_list_check, credit_code_check, is_foreign, pattern_check
from lib.data.loaders.chunks import Chunk, Sheet
from lib.data.loaders.dates import BadValue
from lib.data.loaders.encodings import is_unicode
from lib.data.loaders.notes import Notes
from lib.data.loaders.profiles import ColumnRule, Profile
from lib.data.loaders.targets import NEEDED, Target, targets
from lib.data.loaders.values import ALLOWED, Convert, converter, typing

#: Texts that need a closer look than "plain": formulas, errors, control characters, line breaks, lost digits.
_SUSPECT: Final = r"^[=#]|[\x00-\x1f\x{FFFD}]|^\d+(\.\d+)?[eE]\+?\d+$"
_ARROW: Final[dict[str, pa.DataType]] = {
    "text": pa.string(),
    "date": pa.date32(),
    "moment": pa.string(),
    "quarter": pa.int32(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "number": pa.float64(),
    "truth": pa.bool_(),
}
_FORGETS_AFTER: Final = 50_000


@dataclass
class ColumnPlan:
    """One target column of one sheet: where its cells stand and how they convert."""

    target: Target
    rule: ColumnRule
    positions: list[int | None]
    convert: Convert
    typing: Convert
    plain: bool
    required: bool
    truths: pa.Array
    empty: pa.Array
    encoding: str | None
    memory: dict[str, Any] = field(default_factory=dict)
    #: Which distinct cell each row of the last chunk had; nothing for a constant.
    codes: np.ndarray | None = None

    def text(self, chunk: Chunk) -> pa.Array | None:
        """The cells this column is made of, before conversion; nothing for a constant or an absent column."""
        arrays = [chunk.columns[position] for position in self.positions if position is not None]
        if not arrays:
            return None
        if self.rule.first_of:
            blanked = [
                pc.if_else(pc.is_in(array, value_set=self.empty), pa.scalar(None, pa.string()), array)
                for array in arrays
            ]
            return pc.fill_null(pc.coalesce(*blanked), "")
        if self.rule.flags:
            return self._flagged(chunk)
        if self.rule.join:
            return self._joined(arrays)
        return arrays[0]

    def _joined(self, arrays: list[pa.Array]) -> pa.Array:
        """Cells joined by the separator; empty ones are left out, except where the result is only a digest."""
        if self.rule.digest:
            blank = pc.equal(pc.binary_join_element_wise(*arrays, ""), "")
            joined = pc.binary_join_element_wise(*arrays, self.rule.separator)
            return _digested(pc.if_else(blank, pa.scalar("", pa.string()), joined))
        joined = pa.array([""] * len(arrays[0]), pa.string())
        for array in arrays:
            longer = pc.binary_join_element_wise(joined, array, self.rule.separator)
            longer = pc.if_else(pc.equal(joined, ""), array, longer)
            joined = pc.if_else(pc.is_in(array, value_set=self.empty), joined, longer)
        return joined

    def _flagged(self, chunk: Chunk) -> pa.Array:
        """Names of the columns that say yes, joined by 、."""
        named = pa.array([""] * len(chunk.rows), pa.string())
        for position in self.positions:
            if position is not None:
                label = chunk.sheet.header[position].strip().rstrip("*").split("：")[-1].split(":")[-1]
                longer = pc.binary_join_element_wise(named, pa.scalar(label), "、")
                says_yes = pc.is_in(chunk.columns[position], value_set=self.truths)
                named = pc.if_else(says_yes, longer, named)
        return pc.utf8_ltrim(named, "、")

    def apply(self, chunk: Chunk, bad: BadRows) -> pa.Array:
        """The typed column of a chunk; rows that cannot be converted are marked in ``bad`` and listed."""
        text = self.text(chunk)
        if text is None:
            column = self._constant(len(chunk.rows))
        else:
            encoded = text.dictionary_encode()
            self.codes = encoded.indices.to_numpy(zero_copy_only=False)
            values, mistakes = self._distinct(encoded.dictionary)
            column = self._defaulted(values.take(encoded.indices))
            if mistakes:
                bad.mark_codes(self.place(chunk), text, encoded.indices, mistakes)
        if self.required:
            bad.mark_missing(self.place(chunk), column)
        return column

    def place(self, chunk: Chunk) -> str:
        """How the column is called in messages: its header in the file."""
        header = chunk.sheet.header
        named = [header[position].strip() for position in self.positions if position is not None]
        return "+".join(named) or self.target.meaning

    def _constant(self, count: int) -> pa.Array:
        text = self.rule.value if self.rule.value is not None else self.rule.default
        value = None if text is None else self.typing(text)
        return pa.array([value] * count, _ARROW[self.target.kind])

    def _defaulted(self, column: pa.Array) -> pa.Array:
        if self.rule.default is None or not column.null_count:
            return column
        return pc.fill_null(column, pa.scalar(self.typing(self.rule.default), column.type))

    def _distinct(self, texts: pa.Array) -> tuple[pa.Array, dict[int, str]]:
        if self.plain:
            return self._plain_texts(texts)
        mistakes: dict[int, str] = {}
        values = [self._one(text, index, mistakes) for index, text in enumerate(texts.to_pylist())]
        return pa.array(values, _ARROW[self.target.kind]), mistakes

    def _plain_texts(self, texts: pa.Array) -> tuple[pa.Array, dict[int, str]]:
        """Text without mapping: only suspicious cells are looked at one by one."""
        values = pc.if_else(pc.is_in(texts, value_set=self.empty), pa.scalar(None, pa.string()), texts)
        suspect = pc.match_substring_regex(texts, _SUSPECT)
        if self.target.length is not None:
            suspect = pc.or_(suspect, pc.greater(pc.utf8_length(texts), self.target.length))
        if self.encoding:
            suspect = pc.or_(suspect, pc.match_substring_regex(texts, "[^\\x00-\\x7f]"))
        if not pc.any(suspect).as_py():
            return values, {}
        listed, mistakes = values.to_pylist(), dict[int, str]()
        for index in np.flatnonzero(suspect.to_numpy(zero_copy_only=False)).tolist():
            listed[index] = self._one(texts[index].as_py(), index, mistakes)
        return pa.array(listed, pa.string()), mistakes

    def _one(self, text: str, index: int, mistakes: dict[int, str]) -> Any:
        if text == "":
            return None
        if text not in self.memory:
            if len(self.memory) > _FORGETS_AFTER:
                self.memory.clear()
            self.memory[text] = self._outcome(text)
        outcome = self.memory[text]
        if isinstance(outcome, BadValue):
            mistakes[index] = str(outcome)
            return None
        return outcome

    def _outcome(self, text: str) -> Any:
        if self.encoding and is_foreign(text, self.encoding):
            return BadValue(f"这一格像是 UTF-8，而文件按 {self.encoding} 读取：文件混有两种编码")
        try:
            return self.convert(text)
        except BadValue as mistake:
            return mistake


def plan_columns(
    profile: Profile, sheet: Sheet, notes: Notes, code_lists: Mapping[str, Collection[str]]
) -> dict[str, ColumnPlan]:
    """The plans of all target columns of a profile for one sheet."""
    known = targets(profile.table)
    encoding = None if sheet.encoding is None or is_unicode(sheet.encoding) else sheet.encoding
    plans = {}
    for name, rule in profile.columns.items():
        target = known[name]
        convert = converter(target, rule, profile.values)
        if name.endswith("_credit_code"):
            convert = credit_code_check(convert, profile.on_bad_credit_code, notes)
        if target.code_list is not None:
            convert = code_list_check(convert, target.code_list, code_lists)
        if rule.pattern:
            convert = pattern_check(convert, rule, notes, name)
        positions = [sheet.match.position(names) for names in rule.headers]
        empty = pa.array(["", *profile.values.empty, *rule.empty], pa.string())
        required = rule.required or name in NEEDED[profile.table]
        plans[name] = ColumnPlan(
            target,
            rule,
            positions,
            convert,
            typing(target, rule, profile.values),
            _is_plain(target, rule),
            required,
            pa.array(profile.values.true, pa.string()),
            empty,
            encoding,
        )
    return plans


def _is_plain(target: Target, rule: ColumnRule) -> bool:
    worked = (
        rule.map
        or rule.contains
        or rule.patterns
        or rule.ranges
        or rule.extract
        or rule.pattern
        or rule.filled
    )
    limited = target.name in ALLOWED or target.allowed or target.code_list
    special = limited or target.name == "item_verdict" or target.name.endswith("_credit_code")
    return target.kind == "text" and not worked and not special


def _digested(texts: pa.Array) -> pa.Array:
    digests = [text and hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts.to_pylist()]
    return pa.array(digests, pa.string())
