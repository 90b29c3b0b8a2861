"""Inspections in the city since 2023 (seed 002): visits to firms, and the covert rounds of the food safety office.

Published (Fuyang, "2023年以来"): 73 000 visits (家次) to producers and sellers, 53 offices and stations inspected
covertly, 199 bound subjects spot-checked, 10 cases for not meeting the main responsibility. The demo counts up to its
own as-of day; kinds, results and days are made up. Covert rounds are rows of their own beside the 73 000.
"""

from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from lib.data.tables.sampling import inspection
from lib.demo.cadre_roster import Roster
from lib.demo.loop_rows import Scene, spread_days
from lib.demo.office_story import SINCE
from lib.demo.rectification_story import OrderedFix, Trigger
from lib.demo.scale import CITY, SOURCE
from lib.demo.streams import pick
from lib.demo.tables import days, take
from lib.demo.volume import day_number

VISITS: Final = 73_000
OFFICES, SUBJECTS = 53, 199
#: Kind → share and levels taking part.
_KINDS: Final = {
    "日常检查": (0.79, "县"),
    "双随机": (0.12, "市、县"),
    "专项检查": (0.06, "市、县"),
    "飞行检查": (0.02, "市"),
    "体系检查": (0.01, "市、县"),
}
#: Result → share and problems noted. The suspected offences become the cases of ``enforcement_story``.
RESULTS: Final = {
    "未发现问题": (0.882, 0),
    "立行立改": (0.091, 1),
    "责令整改": (0.0262, 3),
    "涉嫌违法": (0.0008, 4),
}
#: How much oftener a producer is visited than a shop.
_PRODUCER_WEIGHT: Final = 3.0


def tell_inspections(
    scene: Scene, roster: Roster
) -> tuple[list[OrderedFix], list[OrderedFix], list[Trigger]]:
    """(visits whose firm must put things right, visits with suspected offences, covert checks with problems)."""
    block = _visits(scene)
    scene.book.add_block(inspection, block)
    outcomes = block["outcome"].to_pylist()
    ordered = _orders(block, [at for at, outcome in enumerate(outcomes) if outcome == "责令整改"])
    suspected = _orders(block, [at for at, outcome in enumerate(outcomes) if outcome == "涉嫌违法"])
    return ordered, suspected, _covert_offices(scene) + _covert_subjects(scene, roster)


def _visits(scene: Scene) -> pa.Table:
    generator = scene.stream("inspections")
    register, districts = scene.world.pools.register, scene.world.districts
    division = np.array(register.division, dtype=np.int32)
    is_here = np.isin(division, [districts.index[code] for code in scene.codes_under(CITY[:4])])
    firms = np.flatnonzero(is_here)
    weight = np.where(
        np.array([register.licences[firm] is not None for firm in firms]), _PRODUCER_WEIGHT, 1.0
    )
    chosen = firms[pick(generator, weight, VISITS)]
    working = [SINCE + timedelta(days=number) for number in range((scene.as_of - SINCE).days + 1)]
    working = [day for day in working if scene.calendar[day]]
    visited = np.sort(generator.choice(np.array([day_number(day) for day in working]), VISITS))
    kind = pick(generator, np.array([share for share, _ in _KINDS.values()]), VISITS)
    result = pick(generator, np.array([share for share, _ in RESULTS.values()]), VISITS)
    noted = np.array([problems for _, problems in RESULTS.values()])[result]
    keys, codes = pa.array(register.keys, pa.string()), pa.array(districts.codes, pa.string())
    return pa.table(
        {
            "source": take([SOURCE], np.zeros(VISITS, dtype=np.int32)),
            "inspection_no": [f"DEMORC{number:06d}" for number in range(1, VISITS + 1)],
            "enterprise_key": keys.take(pa.array(chosen)),
            "division_code": codes.take(pa.array(division[chosen])),
            "inspected_on": days(visited),
            "kind": take(list(_KINDS), kind),
            "levels": take([levels for _, levels in _KINDS.values()], kind),
            "is_covert": pa.array(np.zeros(VISITS, dtype=bool)),
            "outcome": take(list(RESULTS), result),
            "problems": pa.array(noted.astype(np.int32)),
        }
    )


def _orders(block: pa.Table, positions: list[int]) -> list[OrderedFix]:
    rows: list[dict[str, Any]] = block.take(pa.array(positions, pa.int64())).to_pylist()
    return [
        OrderedFix(
            row["enterprise_key"], row["division_code"], "监督检查", row["inspection_no"], row["inspected_on"]
        )
        for row in rows
    ]


def _covert_offices(scene: Scene) -> list[Trigger]:
    """Every office once: food safety offices of counties and townships, market supervision stations."""
    counties = scene.codes_under(CITY[:4])
    found = []
    for number, day in enumerate(
        spread_days(scene, date(2023, 3, 1), scene.as_of - timedelta(days=20), OFFICES)
    ):
        code, turn = counties[number % len(counties)], number // len(counties)
        place = scene.name_of(code)
        name, kind = (
            (f"{place}食安办", "食安办")
            if turn == 0
            else (f"{place}第{turn}乡镇食安办", "食安办")
            if turn % 2
            else (f"{place}第{turn}市场监管所", "市场监管所")
        )
        noted = number * 5 % 4
        inspection_no = _covert(scene, code, day, noted, office_name=f"{name}（演示）", office_kind=kind)
        if noted:
            found.append(Trigger("暗访发现问题", inspection_no, day, code, None))
    return found


def _covert_subjects(scene: Scene, roster: Roster) -> list[Trigger]:
    """Every subject once, spread over the counties."""
    subjects = roster.subjects_of_city()
    order = scene.stream("covert checks").permutation(len(subjects))[:SUBJECTS]
    spread = spread_days(scene, date(2023, 3, 1), scene.as_of - timedelta(days=20), SUBJECTS)
    found = []
    for number, (index, day) in enumerate(zip(order, spread, strict=True)):
        key = subjects[int(index)]
        noted = number * 7 % 5 // 2
        division = roster.bonds[key][0].division
        inspection_no = _covert(scene, division, day, noted, enterprise_key=key)
        if noted:
            found.append(Trigger("暗访发现问题", inspection_no, day, division, key))
    return found


def _covert(scene: Scene, code: str, day: date, noted: int, **whom: str) -> str:
    number = scene.book.number("AF")
    scene.book.add(
        inspection,
        inspection_no=number,
        division_code=code,
        inspected_on=day,
        kind="下沉暗访",
        levels="市",
        is_covert=True,
        team=f"第{1 + day.month % 4}暗访组",
        outcome="立行立改" if noted else "未发现问题",
        problems=noted,
        **whom,
    )
    return number
