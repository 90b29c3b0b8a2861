"""The campaign of seed 003 in Inner Mongolia, and the city's yearly special campaigns.

Published (2022-04, regional bureau): 4 August 2021 to 25 January 2022, six product categories, 15 teams, 587 producers
inspected, 340 batches, 53 of them unqualified in 抽检监测, 23 producers suspected of offences. Everything
else about these rows is made up.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from lib.demo.batches import LABORATORIES, Batches, fixed_batches
from lib.demo.calibration import KINDS, PURPOSES
from lib.demo.districts import Districts
from lib.demo.enterprises import Register, short_name
from lib.demo.foods import CELL_BY_LABEL, CELLS
from lib.demo.places import PLACE_INDEX, PRODUCTION
from lib.demo.scale import SOURCE
from lib.demo.streams import stream
from lib.demo.volume import day_number

CODE: Final = "150000-2021-01"
NAME: Final = "重点食品生产企业行业排查与靶向抽检（演示）"
DIVISION: Final = "150000"
START, END = date(2021, 8, 4), date(2022, 1, 25)
#: Category as listed by the campaign → product cell and the food sampled (name, second-level class).
CATEGORIES: Final = {
    "乳制品": ("乳制品", "灭菌乳"),
    "肉制品": ("肉制品", "酱卤肉"),
    "含乳固态成型制品": ("糖果", "奶糖"),
    "酱油": ("调味品", "酱油"),
    "食醋": ("调味品", "食醋"),
    "食用植物油": ("食用油", "菜籽油"),
}
TEAMS, FIRMS, SAMPLES, SUSPECTED = 15, 587, 340, 23
#: Results of the 53 adverse batches: unqualified, problem, both; supervision and monitoring together are 53.
ADVERSE: Final = {1: 36, 2: 12, 3: 5}
OUTCOMES: Final = {"涉嫌违法": SUSPECTED, "责令整改": 208, "立行立改": 161, "未发现问题": 195}

#: The city's own campaigns by quarter (made up).
CITY_CAMPAIGNS: Final = ("元旦春节食品", "校园及端午食品", "月饼及夏季食品", "秋冬火锅食品")


class Campaigns:
    """Number of each campaign code, filled as batches name them."""

    def __init__(self) -> None:
        self.codes: list[str] = [CODE]
        self.rows: list[tuple[str, str, str, str, date, date]] = [
            (CODE, NAME, "靶向抽检", DIVISION, START, END)
        ]

    def special(self, division: str, year: int, quarter: int) -> int:
        """Number of the special campaign of a division and quarter (0–3)."""
        code = f"{division}-{year}-{quarter + 1:02d}专项"
        if code not in self.codes:
            first = date(year, 3 * quarter + 1, 1)
            last = date(year + quarter // 3, (3 * quarter + 3) % 12 + 1, 1) - timedelta(days=1)
            name = f"{year}年{CITY_CAMPAIGNS[quarter]}专项抽检（演示）"
            self.codes.append(code)
            self.rows.append((code, name, "专项抽检", division, first, last))
        return self.codes.index(code)

    def table(self, version: int) -> pa.Table:
        """Rows of the records table ``campaign``."""
        names = ("campaign_code", "name", "kind", "division_code", "start_on", "end_on")
        columns = dict(zip(names, zip(*self.rows, strict=True), strict=True))
        return pa.table({**columns, "version_from": pa.array([version] * len(self.rows), pa.int32())})


def categories_table(version: int) -> pa.Table:
    """Rows of the records table ``campaign_category``."""
    return pa.table(
        {
            "campaign_code": [CODE] * len(CATEGORIES),
            "category_label": list(CATEGORIES),
            "version_from": pa.array([version] * len(CATEGORIES), pa.int32()),
        }
    )


def campaign_rows(
    register: Register, districts: Districts, calendar: dict[date, bool], seed: int
) -> tuple[Batches, pa.Table]:
    """The 340 batches and the 587 inspections (columns of ``inspection`` but the version)."""
    generator = stream(seed, "campaign of 2021")
    units = [unit for unit, code in enumerate(districts.codes) if code.startswith(DIVISION[:2])]
    labels = list(CATEGORIES)
    firms = []
    for number in range(FIRMS):
        unit, label = units[int(generator.integers(len(units)))], labels[number % len(labels)]
        cell = CELL_BY_LABEL[CATEGORIES[label][0]]
        name = f"示例{short_name(districts.names[unit])}{label}{number + 1:03d}厂"
        firms.append((register.add(name, unit, category=CELLS[cell].code), unit, label))
    span = [START + timedelta(days=number) for number in range((END - START).days + 1)]
    working = np.array([day_number(day) for day in span if calendar[day]])
    inspected = np.sort(generator.choice(working, FIRMS))
    inspected[0], inspected[-1] = working[0], working[-1]
    inspections = _inspections(register, districts, firms, inspected, generator)
    return _samples(firms, inspected, generator), inspections


def _samples(
    firms: list[tuple[int, int, str]], inspected: np.ndarray, generator: np.random.Generator
) -> Batches:
    chosen = np.sort(generator.choice(FIRMS, SAMPLES, replace=False))
    results = np.zeros(SAMPLES, dtype=int)
    order = generator.permutation(SAMPLES)
    start = 0
    for result, count in ADVERSE.items():
        results[order[start : start + count]] = result
        start += count
    cells = np.array([CELL_BY_LABEL[CATEGORIES[firms[number][2]][0]] for number in chosen])
    foods = [
        [food for food, _ in CELLS[cell].foods].index(CATEGORIES[firms[number][2]][1])
        for number, cell in zip(chosen, cells, strict=True)
    ]
    company = np.array([firms[number][0] for number in chosen])
    return fixed_batches(
        SAMPLES,
        sampled=inspected[chosen],
        unit=np.array([firms[number][1] for number in chosen]),
        cell=cells,
        food=np.array(foods),
        stage=PRODUCTION,
        place=PLACE_INDEX["成品库（已检区）"],
        material=0,
        purpose=PURPOSES.index("抽检监测"),
        tier=1,
        kind=KINDS.index("靶向"),
        campaign=0,
        sampled_unit=company,
        producer=company,
        laboratory=generator.integers(LABORATORIES, size=SAMPLES),
        fixed_result=results,
    )


def _inspections(
    register: Register,
    districts: Districts,
    firms: list[tuple[int, int, str]],
    inspected: np.ndarray,
    generator: np.random.Generator,
) -> pa.Table:
    outcomes = [name for name, count in OUTCOMES.items() for _ in range(count)]
    mixed = generator.permutation(FIRMS)
    return pa.table(
        {
            "source": [SOURCE] * FIRMS,
            "inspection_no": [f"DEMOJC{number + 1:06d}" for number in range(FIRMS)],
            "campaign_code": [CODE] * FIRMS,
            "enterprise_key": [register.keys[company] for company, _, _ in firms],
            "division_code": [districts.codes[unit] for _, unit, _ in firms],
            "inspected_on": pa.array(inspected.astype(np.int32)).cast(pa.date32()),
            "team": [f"第{number % TEAMS + 1}工作组" for number in range(FIRMS)],
            "outcome": [outcomes[number] for number in mixed],
            "kind": ["专项检查"] * FIRMS,
            "levels": ["省"] * FIRMS,
            "is_covert": [True] * FIRMS,
            "problems": pa.array([_problems(outcomes[number]) for number in mixed], pa.int32()),
        }
    )


def _problems(outcome: str) -> int:
    """Problems noted in an inspection by its outcome (made up)."""
    return {"涉嫌违法": 4, "责令整改": 3, "立行立改": 1}.get(outcome, 0)
