"""The infant-formula facts of seed 001 in Guangdong, 2021.

Published (中国市场监管新闻网, 2022-01-27): four producers, sampled every week; 280 finished batches and 20 batches of
raw material and semi-finished product in 2021, all qualified. The even split over producers and weeks is made up.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pyarrow as pa

from lib.demo.batches import Batches, fixed_batches, joined
from lib.demo.calibration import PURPOSES
from lib.demo.districts import Districts
from lib.demo.enterprises import Register, short_name
from lib.demo.foods import CELL_BY_LABEL
from lib.demo.places import MATERIAL_PLACES, MATERIALS, PLACE_INDEX, PRODUCTION
from lib.demo.streams import stream
from lib.demo.volume import day_number

COUNTIES: Final = ("440106", "440306", "440604", "440703")
FINISHED_EACH, MONITORED_EACH = 70, 5
#: The first Monday of 2021 to the last day; 1–3 January belong to the last week of 2020.
DUTY: Final = (date(2021, 1, 4), date(2021, 12, 31))


def weekly_rows(
    register: Register, districts: Districts, calendar: dict[date, bool], seed: int
) -> tuple[Batches, pa.Table]:
    """The 300 batches and the sampling duties (columns of ``sampling_duty`` but the version)."""
    generator = stream(seed, "weekly sampling")
    weeks = _weeks(calendar)
    companies, parts = [], []
    for number, code in enumerate(COUNTIES):
        unit = districts.index[code]
        name = f"示例{short_name(districts.names[unit])}婴配乳粉{number + 1:02d}厂"
        company = register.add(name, unit, category="29")
        companies.append((company, code))
        once = np.array([days[int(generator.integers(len(days)))] for days in weeks])
        more = generator.choice(np.concatenate(weeks), FINISHED_EACH - len(weeks))
        monitored = generator.choice(np.concatenate(weeks), MONITORED_EACH)
        parts.append(_rows(np.concatenate([once, more]), unit, company, "监督抽检", np.array(["成品"])))
        parts.append(_rows(monitored, unit, company, "风险监测", np.array(["原料"] * 3 + ["半成品"] * 2)))
    duties = pa.table(
        {
            "enterprise_key": [register.keys[company] for company, _ in companies],
            "start_on": [DUTY[0]] * len(companies),
            "end_on": [DUTY[1]] * len(companies),
            "frequency": ["weekly"] * len(companies),
            "division_code": [code for _, code in companies],
        }
    )
    return joined(*parts), duties


def _weeks(calendar: dict[date, bool]) -> list[np.ndarray]:
    """Working days of every week of the duty period, as day numbers."""
    weeks: dict[date, list[int]] = {}
    day = DUTY[0]
    while day <= DUTY[1]:
        if calendar[day]:
            weeks.setdefault(day - timedelta(days=day.weekday()), []).append(day_number(day))
        day += timedelta(days=1)
    return [np.array(days) for days in weeks.values()]


def _rows(days: np.ndarray, unit: int, company: int, purpose: str, materials: np.ndarray) -> Batches:
    material = np.array([MATERIALS.index(name) for name in np.resize(materials, len(days))])
    places = [PLACE_INDEX[MATERIAL_PLACES.get(MATERIALS[index], "成品库（已检区）")] for index in material]
    return fixed_batches(
        len(days),
        sampled=days,
        unit=unit,
        cell=CELL_BY_LABEL["婴配食品"],
        food=0,
        stage=PRODUCTION,
        place=np.array(places),
        material=material,
        purpose=PURPOSES.index(purpose),
        tier=1,
        kind=0,
        sampled_unit=company,
        producer=company,
        laboratory=0,
        fixed_result=0,
    )
