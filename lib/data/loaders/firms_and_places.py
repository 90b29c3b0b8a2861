"""Places become reporting unit codes, firms become enterprise keys. On distinct values, never guessed."""

import hashlib
import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lib.data.loaders.divisions import Divisions
from lib.data.loaders.lookups import Lookups
from lib.data.loaders.notes import Notes
from lib.data.loaders.profiles import CreateUnits, Profile
from lib.data.loaders.targets import FIRMS, PLACES

_MARK: Final = "\x1f"
_KEY_LENGTH: Final = 200
_TEXT_LENGTH: Final = 128
_CODE_LENGTH: Final = 12
_FORGETS_AFTER: Final = 100_000
_ROLES: Final = re.compile(
    r"(被委托|受委托|委托|受托)(?:生产|加工)?(?:方|单位|企业|商)?(?:名称|地址)?\s*[:：]\s*(.*?)\s*(?=[;；,，\s]*(?:[被受]?委托|受托)[^:：]{0,8}[:：]|[;；]|$)",
    re.DOTALL,
)
#: Licences for food production (SC, formerly QS) and trade (JY); anything else may be shared by many firms.
_LICENCE: Final = r"^((SC|JY)?\d{14}|QS\d{12})$"
_NO_LICENCE: Final = r"^\W*(无|暂无|没有|不详|未知|不适用|未提供|未标注|未标示|见包装|N/?A|NULL|NONE)?\W*$"
Columns = dict[str, pa.Array]


class Places:
    """Fills ``<prefix>_code`` and ``<prefix>_text`` from the parts a profile maps."""

    def __init__(self, profile: Profile, lookups: Lookups, notes: Notes) -> None:
        self._notes = notes
        self._table = profile.table
        self._rules = profile.places
        self._known = {unit.code for unit in lookups.units}
        self._finders = {
            prefix: Divisions(lookups.units, rule.within if (rule := profile.places.get(prefix)) else None)
            for prefix, _ in PLACES[profile.table]
        }
        self._memory: dict[tuple[str, str], str | None] = {}
        #: Units made for places of their own: code → (root, text), to be written with the records.
        self.created: dict[str, tuple[CreateUnits, str]] = {}

    def fill(self, columns: Columns, count: int) -> None:
        """Add code and text of every place to ``columns``; the parts leave it."""
        for prefix, meaning in PLACES[self._table]:
            parts = {name: columns.pop(f"{prefix}_{name}", None) for name in ("province", "city", "county")}
            address = columns.get(f"{prefix}_address")
            text = columns.get(f"{prefix}_text")
            given = columns.get(f"{prefix}_code")
            columns.pop(f"{prefix}_address", None)
            arrays = [*parts.values(), address, text, given]
            if all(array is None for array in arrays):
                continue
            filled = [_or_empty(array, count) for array in arrays]
            encoded = pc.binary_join_element_wise(*filled, _MARK).dictionary_encode()
            keys = encoded.dictionary.to_pylist()
            codes = [self._code(prefix, key, meaning) for key in keys]
            texts = [_place_text(key) for key in keys]
            columns[f"{prefix}_code"] = pa.array(codes, pa.string()).take(encoded.indices)
            columns[f"{prefix}_text"] = pa.array(texts, pa.string()).take(encoded.indices)

    def _code(self, prefix: str, key: str, meaning: str) -> str | None:
        if (prefix, key) not in self._memory:
            if len(self._memory) > _FORGETS_AFTER:
                self._memory.clear()
            code = self._found(prefix, key)
            self._memory[prefix, key] = code
            if code is None and (text := _place_text(key)):
                self._notes.count(f"{meaning}不在行政区划表中，代码留空、原文保留", text)
        return self._memory[prefix, key]

    def _found(self, prefix: str, key: str) -> str | None:
        province, city, county, address, text, given = key.split(_MARK)
        rule = self._rules.get(prefix)
        if given:
            return given if given in self._known else None
        if rule and rule.create:
            return self._create(rule.create, text or county or city or province)
        finder = self._finders[prefix]
        code = self._of_parts(prefix, province, city, county)
        is_deepest = bool(code and county)
        if address and not is_deepest and (code or not (province or city or county)):
            code = finder.deeper(code, address)
        return code or (finder.of_text(text) if text else None)

    def _of_parts(self, prefix: str, *parts: str) -> str | None:
        key = (prefix, _MARK.join(parts))
        if key not in self._memory:
            self._memory[key] = self._finders[prefix].of_parts(*parts)
        return self._memory[key]

    def _create(self, rule: CreateUnits, text: str) -> str | None:
        if not text:
            return None
        code = f"{rule.root_code}-{text}"
        if len(code) > _CODE_LENGTH or not code.isascii():
            room = _CODE_LENGTH - len(rule.root_code) - 1
            code = f"{rule.root_code}-{hashlib.sha256(text.encode()).hexdigest()[:room]}"
        self.created[code] = (rule, text)
        return code


class Firms:
    """Fills ``<prefix>_key`` and collects the enterprises behind the keys."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def split_consignor(self, columns: Columns) -> None:
        """ "委托方：甲；受托方：乙" names two firms: 乙 made it, 甲 ordered it."""
        rule = self._profile.firms.get("producer")
        if not (rule and rule.split_consignor):
            return
        for name in ("producer_name", "producer_address", "producer_division_address"):
            if name not in columns:
                continue
            encoded = columns[name].dictionary_encode()
            pairs = [consignor_and_maker(text) for text in encoded.dictionary.to_pylist()]
            makers = pa.array([maker for _, maker in pairs], pa.string())
            columns[name] = makers.take(encoded.indices)
            if name == "producer_name" and any(consignor for consignor, _ in pairs):
                consignors = pa.array([consignor for consignor, _ in pairs], pa.string()).take(
                    encoded.indices
                )
                given = columns.get("consignor_name")
                columns["consignor_name"] = consignors if given is None else pc.coalesce(given, consignors)

    def fill(self, columns: Columns, row_ids: np.ndarray) -> list[pa.Table]:
        """Add the firm keys to ``columns``; return one table of enterprises per kind of firm.

        ``position`` orders all mentions of a load: twice the row id, the producer after the sampled unit.
        """
        count, found = len(row_ids), []
        for number, (prefix, _, place) in enumerate(FIRMS[self._profile.table]):
            parts = {
                part: columns.get(f"{prefix}_{part}")
                for part in ("name", "credit_code", "licence_no", "address")
            }
            for part in ("credit_code", "licence_no", "address"):
                columns.pop(f"{prefix}_{part}", None)
            if parts["name"] is None:
                continue
            if parts["licence_no"] is not None:
                parts["licence_no"] = _plain_licence(parts["licence_no"])
            key = self._key(prefix, parts, count)
            columns[f"{prefix}_key"] = key
            firm = {
                "enterprise_key": key,
                **{part: _or_null(array, count) for part, array in parts.items()},
                "division_code": _or_null(columns.get(f"{place}_code"), count),
                "position": pa.array(row_ids * 2 + number),
            }
            found.append(pa.table(firm).filter(pc.is_valid(key)))
        return found

    def _key(self, prefix: str, parts: dict[str, pa.Array | None], count: int) -> pa.Array:
        rule = self._profile.firms.get(prefix)
        name = _plain(_or_null(parts["name"], count))
        address = _plain(_or_null(parts["address"], count))
        if rule and rule.key:
            plain = {
                **{part: _or_null(array, count) for part, array in parts.items()},
                "name": name,
                "address": address,
            }
            key = _joined([plain[part] for part in rule.key])
        else:
            licence = _or_null(parts["licence_no"], count)
            is_one = pc.match_substring_regex(licence, _LICENCE)
            known = pc.if_else(is_one, licence, pa.scalar(None, pa.string()))
            key = pc.coalesce(_or_null(parts["credit_code"], count), known, _joined([name, address]))
        return pc.if_else(pc.is_valid(name), _shortened(key), pa.scalar(None, pa.string()))


def consignor_and_maker(text: str | None) -> tuple[str | None, str | None]:
    """The firm that ordered and the firm that made, of a cell that may name both."""
    if not text or "托" not in text:
        return None, text
    roles = {"委托" if role == "委托" else "受托": name for role, name in _ROLES.findall(text)}
    maker = roles.get("受托") or roles.get("委托")
    consignor = roles.get("委托") if "受托" in roles else None
    return (consignor or None, maker) if maker else (None, text)


def _place_text(key: str) -> str | None:
    province, city, county, address, text, given = key.split(_MARK)
    return (text or province + city + county or address or given)[:_TEXT_LENGTH] or None


def _plain(array: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.utf8_normalize(array, form="NFKC"), r"\s+", "")


def _plain_licence(array: pa.Array) -> pa.Array:
    """Licence numbers in one way of writing; words in their place (不适用, 无, ——) are none."""
    plain = pc.utf8_upper(_plain(array))
    return pc.if_else(pc.match_substring_regex(plain, _NO_LICENCE), pa.scalar(None, pa.string()), plain)


def _joined(parts: list[pa.Array]) -> pa.Array:
    # Not null_handling="skip": pyarrow 26 drops the rows in which every part is null.
    filled = [pc.fill_null(part, "") for part in parts]
    return pc.utf8_trim(pc.binary_join_element_wise(*filled, "|"), "|")


def _shortened(key: pa.Array) -> pa.Array:
    too_long = pc.greater(pc.utf8_length(key), _KEY_LENGTH)
    if not pc.any(too_long).as_py():
        return key
    return pa.array(
        [
            text
            if text is None or len(text) <= _KEY_LENGTH
            else f"{text[:120]}#{hashlib.sha256(text.encode()).hexdigest()[:24]}"
            for text in key.to_pylist()
        ],
        pa.string(),
    )


def _or_empty(array: pa.Array | None, count: int) -> pa.Array:
    return pa.array([""] * count, pa.string()) if array is None else pc.fill_null(array, "")


def _or_null(array: pa.Array | None, count: int) -> pa.Array:
    return pa.nulls(count, pa.string()) if array is None else array
