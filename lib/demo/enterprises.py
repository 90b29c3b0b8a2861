"""Enterprises of the demo: producers near and far, shops and caterers. All are made up and say so in their names."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from lib.demo.credit_codes import credit_code, production_licence
from lib.demo.districts import Districts
from lib.demo.foods import CELLS, PROCESSED
from lib.demo.places import BUSINESS_PLACES, PLACE_INDEX
from lib.demo.scale import Scale
from lib.demo.streams import pick, stream

#: Producers of each processed cell in a sampled county, and elsewhere in all.
PRODUCERS_PER_CELL = 3
OUTSIDE_PRODUCERS_PER_CELL = 24
#: Provinces outside the reporting units (their producers have no division code, only the name).
OTHER_PROVINCES = ("河南省", "山东省", "江苏省", "浙江省", "湖北省", "河北省", "四川省", "福建省")
#: Cells whose producers all lie outside the reporting units: the demo's own infant-formula plants are only those of
#: ``weekly_sampling``.
FAR_CELLS = ("29", "30")
RISK_GRADES = ("A级", "B级", "C级", "D级")
RISK_GRADE_SHARE = (0.35, 0.42, 0.18, 0.05)


@dataclass
class Register:
    """Every enterprise by number; ``division`` is a unit index, -1 for provinces without a code."""

    divisions: Districts
    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    licences: list[str | None] = field(default_factory=list)
    division: list[int] = field(default_factory=list)
    province: list[str | None] = field(default_factory=list)
    place: list[int] = field(default_factory=list)

    def add(
        self, name: str, division: int, *, category: str = "", place: int = -1, province: str = ""
    ) -> int:
        """Add one enterprise and return its number; ``category`` gives a producer its licence number."""
        number = len(self.keys)
        code = self.divisions.codes[division] if division >= 0 else "000000"
        self.keys.append(credit_code(code, number))
        self.names.append(f"{name}（演示）")
        self.licences.append(production_licence(category, code, number) if category else None)
        self.division.append(division)
        self.province.append(province or None)
        self.place.append(place)
        return number

    def table(self, version: int, seed: int) -> pa.Table:
        """Rows of the records table ``enterprise``."""
        generator = stream(seed, "risk grade")
        grades = pick(generator, np.array(RISK_GRADE_SHARE), len(self.keys))
        codes, names = self.divisions.codes, self.divisions.names
        return pa.table(
            {
                "enterprise_key": self.keys,
                "name": self.names,
                "credit_code": self.keys,
                "licence_no": pa.array(self.licences, pa.string()),
                "division_code": pa.array([codes[unit] if unit >= 0 else None for unit in self.division]),
                "address": [
                    f"{names[unit] if unit >= 0 else province}演示路{number}号"
                    for number, (unit, province) in enumerate(zip(self.division, self.province, strict=True))
                ],
                "risk_grade": pa.array(
                    [
                        RISK_GRADES[grade] if licence else None
                        for grade, licence in zip(grades, self.licences, strict=True)
                    ],
                    pa.string(),
                ),
                "version_from": pa.array(np.full(len(self.keys), version, dtype=np.int32)),
            }
        )


@dataclass(frozen=True)
class Pools:
    """Where the numbers of each pool begin and how many there are, by unit and cell or business group.

    ``place``: sampling place of each enterprise, -1 for producers.
    """

    register: Register
    producer_start: np.ndarray
    producer_count: np.ndarray
    outside_start: np.ndarray
    outside_count: np.ndarray
    business_start: np.ndarray
    business_count: np.ndarray
    place: np.ndarray


def build_pools(districts: Districts, scale: Scale, seed: int) -> Pools:
    """Make every enterprise of the random part of the demo."""
    register = Register(districts)
    units = len(districts.codes)
    producers = np.zeros((2, units, len(CELLS)), dtype=np.int32)
    for unit in np.flatnonzero(districts.weight > 0):
        for cell in _producing_cells():
            producers[0, unit, cell] = len(register.keys)
            producers[1, unit, cell] = PRODUCERS_PER_CELL
            _add_producers(register, int(unit), cell)
    outside = np.zeros((2, len(CELLS)), dtype=np.int32)
    generator = stream(seed, "outside producers")
    for cell in (index for index, item in enumerate(CELLS) if item.block == PROCESSED):
        outside[:, cell] = len(register.keys), OUTSIDE_PRODUCERS_PER_CELL
        _add_outside(register, cell, districts, generator)
    businesses = _add_businesses(register, districts, scale, stream(seed, "businesses"))
    place = np.array(register.place, dtype=np.int32)
    return Pools(
        register,
        producer_start=producers[0],
        producer_count=producers[1],
        outside_start=outside[0],
        outside_count=outside[1],
        business_start=businesses[0],
        business_count=businesses[1],
        place=place,
    )


def _producing_cells() -> list[int]:
    return [
        index for index, cell in enumerate(CELLS) if cell.block == PROCESSED and cell.code not in FAR_CELLS
    ]


def short_name(name: str) -> str:
    """District name without its last word, for made-up names: 太和县 → 太和."""
    return name[:-1] if len(name) > 2 and name[-1] in "区县市旗" else name


def _add_producers(register: Register, unit: int, cell: int) -> None:
    place = short_name(register.divisions.names[unit])
    for number in range(1, PRODUCERS_PER_CELL + 1):
        register.add(f"示例{place}{CELLS[cell].label}{number:03d}厂", unit, category=CELLS[cell].code)


def _add_outside(register: Register, cell: int, districts: Districts, generator: np.random.Generator) -> None:
    """Producers elsewhere: four in five in units that take no samples here (if any), the rest in other provinces."""
    elsewhere = np.flatnonzero(districts.weight == 0)
    if not len(elsewhere):
        elsewhere = np.arange(len(districts.codes))
    is_far = CELLS[cell].code in FAR_CELLS
    for number in range(1, OUTSIDE_PRODUCERS_PER_CELL + 1):
        if is_far or number % 5 == 0:
            province = OTHER_PROVINCES[int(generator.integers(len(OTHER_PROVINCES)))]
            register.add(f"示例{province[:-1]}{CELLS[cell].label}{number:03d}厂", -1, province=province)
        else:
            unit = int(elsewhere[generator.integers(len(elsewhere))])
            name = short_name(districts.names[unit])
            register.add(f"示例{name}{CELLS[cell].label}外{number:03d}厂", unit, category=CELLS[cell].code)


def _add_businesses(
    register: Register, districts: Districts, scale: Scale, generator: np.random.Generator
) -> np.ndarray:
    """Shops and caterers of each county; returns (start, count) by unit and group."""
    shares = (0.35, 0.32, 0.33)
    pools = np.zeros((2, len(districts.codes), len(BUSINESS_PLACES)), dtype=np.int32)
    for unit in np.flatnonzero(districts.weight > 0):
        county = short_name(districts.names[unit])
        total = districts.weight[unit] * scale.batches_per_year * scale.units_per_batch
        for group, places in enumerate(BUSINESS_PLACES):
            count = max(6, round(total * shares[group]))
            pools[:, unit, group] = len(register.keys), count
            names = tuple(places)
            drawn = pick(generator, np.array([weight for _, weight in places.values()]), count)
            for number, index in enumerate(drawn, start=1):
                label = places[names[index]][0]
                register.add(f"示例{county}{label}{number:04d}", int(unit), place=PLACE_INDEX[names[index]])
    return pools
