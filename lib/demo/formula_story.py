"""The duties around infant formula in Guangdong (seed 001), beside the weekly sampling of 2021.

Published (中国市场监管新闻网, 2022-01-27): four producers under one or two joint inspections of three levels a year,
one or more collective interviews of all producers of special food a year, self-reports of four years in a row all
received and their problems all put right, 200 000 posters and leaflets, flying checks drawn at random in all
21 cities, 535 demonstration shops of at least three kinds. Days, counties and numbers of problems are made up.
"""

from datetime import date, timedelta
from typing import Final

from lib.data.tables.enforcement import interview, interview_attendance, interview_enterprise, self_report
from lib.data.tables.reported import demonstration_shop, publicity
from lib.data.tables.sampling import inspection
from lib.demo.enterprises import short_name
from lib.demo.loop_rows import Scene, spread_days
from lib.demo.rectification_story import OrderedFix
from lib.demo.weekly_sampling import COUNTIES

PROVINCE: Final = "440000"
YEARS: Final = (2018, 2019, 2020, 2021)
SHOPS: Final = 535
SHOP_KINDS: Final = ("母婴店", "商超", "药店")
POSTERS, LEAFLETS = 60_000, 140_000
CITIES: Final = 21


def tell_formula(scene: Scene, firms: tuple[str, ...]) -> list[OrderedFix]:
    """All rows of the story but sampling; ``firms``: keys in the order of ``weekly_sampling.COUNTIES``."""
    places = dict(zip(firms, COUNTIES, strict=True))
    orders = _joint_inspections(scene, places)
    for year in YEARS:
        _self_reports(scene, places, year)
        for month in (4, 11)[: 1 + year % 2]:
            _collective_interview(scene, places, scene.workday(date(year, month, 16)))
    _publicity(scene)
    cities = _cities(scene)
    _shops(scene, cities)
    _flying_checks(scene, cities)
    return orders


def _joint_inspections(scene: Scene, places: dict[str, str]) -> list[OrderedFix]:
    """One or two of each producer and year; what was found in 2021 becomes items."""
    orders = []
    for year in YEARS:
        for position, (key, county) in enumerate(places.items()):
            for visit in range(1 + (year + position) % 2):
                day = scene.workday(date(year, 5 + 4 * visit, 11 + position))
                number = scene.book.number("LH")
                scene.book.add(
                    inspection,
                    inspection_no=number,
                    enterprise_key=key,
                    division_code=county,
                    inspected_on=day,
                    kind="三级联合",
                    levels="省、市、县",
                    is_covert=False,
                    problems=1 + position,
                    outcome="责令整改",
                )
                if year == YEARS[-1]:
                    orders.append(OrderedFix(key, county, "监督检查", number, day))
    return orders


def _self_reports(scene: Scene, places: dict[str, str], year: int) -> None:
    for position, (key, county) in enumerate(places.items()):
        found = 3 + (year + position) % 4
        scene.book.add(
            self_report,
            report_no=scene.book.number("ZC"),
            enterprise_key=key,
            division_code=county,
            report_year=year,
            due_on=date(year, 12, 31),
            received_on=scene.workday(date(year, 12, 2 + 4 * position)),
            problems_found=found,
            problems_rectified=found,
        )


def _collective_interview(scene: Scene, places: dict[str, str], day: date) -> None:
    number = scene.book.number("YT")
    scene.book.add(
        interview,
        interview_no=number,
        division_code=PROVINCE,
        held_on=day,
        mode="现场",
        level="省",
        scope="全省特食集体",
        kind="集体",
        reason="通报监督检查、抽检监测和体系自查情况",
        commitments="落实食品安全主体责任（演示）",
    )
    for level, persons in (("省", 8), ("市", 21), ("企业", 64)):
        scene.book.add(interview_attendance, interview_no=number, attendee_level=level, persons=persons)
    for key, county in places.items():
        scene.book.add(interview_enterprise, interview_no=number, enterprise_key=key, division_code=county)


def _publicity(scene: Scene) -> None:
    for kind, copies in (("海报", POSTERS), ("单张", LEAFLETS)):
        scene.book.add(
            publicity,
            publicity_no=scene.book.number("XC"),
            division_code=PROVINCE,
            published_on=date(2021, 6, 17),
            kind=kind,
            title=f"婴配乳粉宣传{kind}（演示）",
            copies=copies,
        )


def _cities(scene: Scene) -> list[str]:
    """One county-level unit of each city of the province (cities without counties stand for themselves)."""
    first: dict[str, str] = {}
    for code in scene.world.districts.codes:
        if code.startswith(PROVINCE[:2]):
            first.setdefault(code[:4], code)
    return list(first.values())


def _shops(scene: Scene, cities: list[str]) -> None:
    days = spread_days(scene, date(2021, 3, 1), date(2021, 12, 30), SHOPS)
    for number, day in enumerate(days):
        city, kind = cities[number % len(cities)], SHOP_KINDS[number % 7 % len(SHOP_KINDS)]
        scene.book.add(
            demonstration_shop,
            shop_no=scene.book.number("SF"),
            division_code=city,
            name=f"示例{short_name(scene.name_of(city))}{kind}示范店{number + 1:03d}（演示）",
            kind=kind,
            recognised_on=day,
        )


def _flying_checks(scene: Scene, cities: list[str]) -> None:
    """Two sellers of special food in every city."""
    register = scene.world.pools.register
    for number, code in enumerate(cities * 2):
        unit = scene.world.districts.index[code]
        seller = register.add(f"示例{short_name(scene.name_of(code))}特食店{number + 1:03d}", unit)
        scene.book.add(
            inspection,
            inspection_no=scene.book.number("SJF"),
            enterprise_key=register.keys[seller],
            division_code=code,
            inspected_on=scene.workday(date(2021, 7, 5) + timedelta(days=2 * number)),
            kind="双随机",
            levels="省",
            is_covert=False,
            problems=number % 3,
            outcome="立行立改" if number % 3 else "未发现问题",
        )
