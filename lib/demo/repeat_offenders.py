"""The twelve producers of seed 000: two or more unqualified finished batches each, January to August 2025.

Source: 中国质量新闻网, Fuyang's mobile clinic, November 2025 ("12家两批次及以上不合格食品生产企业", to the end of
August). In the demo exactly these twelve reach two in that window; everybody else of the city stays below.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np

from lib.demo.batches import LABORATORIES, Batches, fixed_batches
from lib.demo.districts import Districts, city_units
from lib.demo.enterprises import Pools, Register, short_name
from lib.demo.foods import CELL_BY_LABEL, CELLS
from lib.demo.places import PLACE_INDEX, PRODUCTION
from lib.demo.scale import Scale
from lib.demo.streams import stream
from lib.demo.volume import day_number

WINDOW: Final = (date(2025, 1, 1), date(2025, 8, 31))
#: County, product and unqualified batches of each producer (made up; only the number of producers is published).
OFFENDERS: Final = (
    ("341202", "糕点", 3),
    ("341202", "豆制品", 2),
    ("341203", "淀粉制品", 2),
    ("341204", "蔬菜制品", 4),
    ("341221", "炒货坚果", 2),
    ("341221", "调味品", 2),
    ("341222", "蔬菜制品", 3),
    ("341222", "糕点", 2),
    ("341225", "酒类", 2),
    ("341226", "水果制品", 3),
    ("341226", "方便食品", 2),
    ("341282", "饮料", 4),
)
#: Two unqualified batches are sampled by this day, so that the clinic of summer 2025 can follow their reports.
SECOND_BY: Final = date(2025, 5, 30)
#: Producers that reach two only after the window, and have not been helped by the as-of day (made up).
LATER: Final = (
    ("341203", "糕点"),
    ("341204", "豆制品"),
    ("341221", "糕点"),
    ("341222", "调味品"),
    ("341225", "淀粉制品"),
    ("341226", "炒货坚果"),
)
LATER_WINDOW: Final = (date(2025, 9, 1), date(2025, 10, 14))
#: Qualified finished batches a year of each of them.
QUALIFIED_A_YEAR: Final = 6


def offender_batches(
    register: Register, districts: Districts, calendar: dict[date, bool], seed: int, scale: Scale
) -> Batches | None:
    """All fixed batches of the twelve producers, or nothing when the scale does not sample the city.

    The producers are numbered in the order of ``OFFENDERS``; those of ``LATER`` follow.
    """
    first_day, as_of = scale.first_day, scale.as_of
    if not districts.weight[districts.index[OFFENDERS[0][0]]]:
        return None
    generator = stream(seed, "repeat offenders")
    rows = []
    for number, (county, label, failures) in enumerate(OFFENDERS):
        unit, cell, company = _company(register, county, label, f"重点{number + 1:02d}")
        failing = _days(calendar, generator, WINDOW[0], SECOND_BY, 2)
        failing += _days(calendar, generator, SECOND_BY + timedelta(days=1), date(2025, 8, 8), failures - 2)
        rows += [(day, unit, cell, company, 1) for day in failing]
        for year in range(first_day.year, as_of.year + 1):
            start, end = max(first_day, date(year, 1, 1)), min(as_of, date(year, 12, 31))
            passing = _days(calendar, generator, start, end, QUALIFIED_A_YEAR * (end - start).days // 365 + 1)
            rows += [(day, unit, cell, company, 0) for day in passing]
    for number, (county, label) in enumerate(LATER):
        unit, cell, company = _company(register, county, label, f"新增{number + 1:02d}")
        failing = _days(calendar, generator, *LATER_WINDOW, 2)
        rows += [(day, unit, cell, company, 1) for day in failing]
    table = np.array([row for row in rows if row[0] >= day_number(first_day)])
    return _batches(table, generator)


def _company(register: Register, county: str, label: str, mark: str) -> tuple[int, int, int]:
    """(unit, cell, number) of a new producer."""
    unit, cell = register.divisions.index[county], CELL_BY_LABEL[label]
    name = f"示例{short_name(register.divisions.names[unit])}{label}{mark}厂"
    return unit, cell, register.add(name, unit, category=CELLS[cell].code)


def _batches(table: np.ndarray, generator: np.random.Generator) -> Batches:
    foods = np.array([len(cell.foods) for cell in CELLS])[table[:, 2]]
    return fixed_batches(
        len(table),
        sampled=table[:, 0],
        unit=table[:, 1],
        cell=table[:, 2],
        producer=table[:, 3],
        sampled_unit=table[:, 3],
        fixed_result=table[:, 4],
        food=(generator.random(len(table)) * foods).astype(int),
        laboratory=generator.integers(LABORATORIES, size=len(table)),
        stage=PRODUCTION,
        place=PLACE_INDEX["成品库（已检区）"],
        material=0,
        purpose=0,
        tier=2,
        kind=0,
    )


def _days(
    calendar: dict[date, bool], generator: np.random.Generator, start: date, end: date, count: int
) -> list[int]:
    span = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    working = [day_number(day) for day in span if calendar[day]]
    return sorted(generator.choice(working, size=min(count, len(working)), replace=False).tolist())


class OneFailureEach:
    """Keeps every other producer of the city at one unqualified batch within ``WINDOW``.

    A second failure goes to another producer of the same county and product, then to one elsewhere; a batch sampled
    at the producer, where neither is possible, passes.
    """

    def __init__(self, districts: Districts, pools: Pools) -> None:
        self.pools = pools
        self.is_city = city_units(districts)
        self.used: set[int] = set()
        self.window = tuple(day_number(day) for day in WINDOW)

    def apply(self, batches: Batches, fails: np.ndarray) -> None:
        """Change ``batches.producer`` (and the sampled unit at producers) and ``fails`` in place."""
        division = np.array(self.pools.register.division, dtype=np.int32)
        first, last = self.window
        concerned = fails & (batches.producer >= 0) & (batches.fixed_result < 0)
        concerned &= (batches.sampled >= first) & (batches.sampled <= last)
        concerned &= self.is_city[division[batches.producer]] & (division[batches.producer] >= 0)
        for row in np.flatnonzero(concerned):
            producer = int(batches.producer[row])
            if producer in self.used:
                self._move(batches, fails, int(row), int(division[producer]))
            else:
                self.used.add(producer)

    def _move(self, batches: Batches, fails: np.ndarray, row: int, unit: int) -> None:
        cell = batches.cell[row]
        start, count = self.pools.producer_start[unit, cell], self.pools.producer_count[unit, cell]
        free = [number for number in range(start, start + count) if number not in self.used]
        is_at_producer = batches.stage[row] == PRODUCTION
        if free:
            self.used.add(free[0])
            batches.producer[row] = free[0]
            if is_at_producer:
                batches.sampled_unit[row] = free[0]
        elif is_at_producer:
            fails[row] = False
        else:
            batches.producer[row] = self.pools.outside_start[cell]
