"""From place texts to reporting units: names of province, city and county, or an address. Never a guess."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_SUFFIXES: Final = (
    *("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "自治县", "自治旗"),
    *("省", "市", "地区", "盟", "县", "区", "旗"),
)
#: Places that say nothing about which unit is meant.
_NEUTRAL: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "中国"})
#: Names of all provinces, short form: an address that starts with one of another province is not ours.
PROVINCES: Final = (
    *(
        "北京",
        "天津",
        "河北",
        "山西",
        "内蒙古",
        "辽宁",
        "吉林",
        "黑龙江",
        "上海",
        "江苏",
        "浙江",
        "安徽",
        "福建",
    ),
    *("江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏"),
    *("陕西", "甘肃", "青海", "宁夏", "新疆", "台湾", "香港", "澳门"),
)
#: 北京路, 四川北路, 天津道: a place's name on a street sign says nothing about where the street is.
_STREET: Final = re.compile(r"[东西南北中]?(路|大?街|大?道|巷)")


@dataclass(frozen=True)
class Unit:
    """A reporting unit of the reference list."""

    code: str
    name: str
    level: int
    parent_code: str | None


class Divisions:
    """Finds the reporting unit a place text means, within a subtree if one is given."""

    def __init__(self, units: Iterable[Unit], within: str | None = None) -> None:
        self._units = {unit.code: unit for unit in units}
        self._within = within if within in self._units else None
        self._by_name: dict[str, list[Unit]] = defaultdict(list)
        for unit in self._units.values():
            for name in {unit.name, short_name(unit.name)}:
                self._by_name[name].append(unit)
        self._address_names = _alternatives(unit.name for unit in self._units.values() if len(unit.name) > 1)

    def of_parts(self, province: str | None, city: str | None, county: str | None) -> str | None:
        """Code of the deepest part that is known; nothing as soon as one part contradicts or is unknown above."""
        place = self._units.get(self._within) if self._within else None
        found: str | None = None
        for level, text in ((1, province), (2, city), (3, county)):
            name = _plain(text)
            if not name or name in _NEUTRAL:
                continue
            unit = self._one(name, level, place)
            if unit is None:
                # An unknown county in a known city is still in that city; an unknown province or city is elsewhere.
                return found if level == 3 else None
            place, found = unit, unit.code
        return found

    def of_text(self, text: str) -> str | None:
        """Code of one text: a unit code, a name, or an address."""
        name = _plain(text)
        if name in self._units:
            return name
        named = [unit for unit in self._by_name.get(name, ()) if self._inside(unit, self._within)]
        if len(named) == 1:
            return named[0].code
        return self.of_address(name)

    def deeper(self, code: str | None, address: str) -> str | None:
        """Code of an address if it lies within ``code`` (or anywhere, if there is none); else ``code``."""
        found = self.of_address(address)
        if found and self._inside(self._units[found], code):
            return found
        return code

    def of_address(self, text: str) -> str | None:
        """Code of the deepest unit an address names, walking down from its province or city."""
        address = _plain(text)
        place = self._units.get(self._within) if self._within else None
        start = self._start(address)
        if start is False:
            return None
        anchored = start if isinstance(start, Unit) else place
        found: Unit | None = start if isinstance(start, Unit) else None
        for match in self._address_names.finditer(address):
            if _STREET.match(address, match.end()):
                continue
            unit = self._one(match.group(), None, anchored)
            if unit is not None and (anchored is not None or unit.level < 3):
                anchored = found = unit
        return found.code if found and self._inside(found, self._within) else None

    def _start(self, address: str) -> "Unit | bool":
        """The unit an address begins with; ``False`` if it begins with a province that is not in the list."""
        for province in PROVINCES:
            if address.startswith(province) and not _STREET.match(address, len(province)):
                units = [unit for unit in self._by_name.get(province, ()) if unit.level == 1]
                return units[0] if units else False
        return True

    def _one(self, name: str, level: int | None, place: Unit | None) -> Unit | None:
        candidates = [
            unit
            for unit in self._by_name.get(name, ())
            if (level is None or unit.level == level or (level == 2 and unit.level == 1))
            and self._inside(unit, place.code if place else None)
        ]
        exact = [unit for unit in candidates if unit.name == name]
        candidates = exact or candidates
        return candidates[0] if len(candidates) == 1 else None

    def _inside(self, unit: Unit, root: str | None) -> bool:
        if root is None:
            return True
        step: Unit | None = unit
        while step is not None:
            if step.code == root:
                return True
            step = self._units.get(step.parent_code or "")
        return False


def short_name(name: str) -> str:
    """A name without its administrative suffix, if at least two characters stay (阜阳市 → 阜阳, 太和县 → 太和)."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def _plain(text: str | None) -> str:
    return "".join(unicodedata.normalize("NFKC", text or "").split())


def _alternatives(names: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
