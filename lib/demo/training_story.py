"""Training and examinations (seed 002).

Published (Fuyang, "2023年以来"): 100-odd training sessions, 53 of them for 包保 cadres, cadres of all four levels
covered; more than 50 firms whose food safety director was examined by the city. Days, places and scores are made up.
"""

from datetime import date, timedelta
from typing import Final

from lib.data.tables.duties import exam, training, training_attendance
from lib.demo.cadre_roster import Roster
from lib.demo.findings import is_city
from lib.demo.loop_rows import Scene, spread_days
from lib.demo.scale import CITY

#: (year, sessions of the city for levels A and B, sessions in each of the first so many counties).
_CADRE_SESSIONS: Final = ((2023, 3, 10, 3), (2024, 1, 10, 1), (2025, 1, 8, 1))
CADRE_SESSIONS: Final = sum(city + counties * each for _, city, counties, each in _CADRE_SESSIONS)
SUPERVISORS, FIRMS = 32, 26
#: Firms examined by the city and by the counties.
CITY_FIRMS, COUNTY_FIRMS = 64, 240
_PASS_MARK: Final = 60
_ABSENT: Final = 0.12


def tell_training(scene: Scene, roster: Roster) -> None:
    """Training sessions with the posts that came, then examinations."""
    _cadres(scene, roster)
    since = date(2023, 2, 1)
    for count, audience, title in (
        (SUPERVISORS, "监管人员", "食品安全监管业务培训（演示）"),
        (FIRMS, "企业人员", "企业主体责任培训（演示）"),
    ):
        for position, day in enumerate(spread_days(scene, since, scene.as_of - timedelta(days=9), count)):
            codes = scene.codes_under(CITY[:4])
            division = codes[position % len(codes)]
            _session(scene, division, day, audience, title, level="县", persons=40 + 7 * (position % 6))
    _exams(scene, roster)


def _cadres(scene: Scene, roster: Roster) -> None:
    trained: set[str] = set()
    counties = scene.codes_under(CITY[:4])
    for year, city, places, each in _CADRE_SESSIONS:
        for number in range(city):
            _cadre_session(scene, roster, trained, CITY, date(year, 2 + 2 * number, 20))
        for number in range(each):
            for position, code in enumerate(counties[:places]):
                day = date(year, 9, 3) if year == 2024 else date(year, 3 + 2 * number, 6)
                _cadre_session(scene, roster, trained, code, day + timedelta(days=2 * position))


def _cadre_session(scene: Scene, roster: Roster, trained: set[str], division: str, day: date) -> None:
    """Everybody new comes; of those trained before, some stay away."""
    generator = scene.stream(f"training {division} {day}")
    day = scene.workday(day)
    levels = "AB" if division == CITY else "BCD"
    present = [
        post.number
        for post in roster.posts
        if post.level in levels
        and is_city(post.division)
        and (division in (CITY, post.division))
        and post.since <= day
        and (post.until is None or day <= post.until)
        and (post.number not in trained or generator.random() >= _ABSENT)
    ]
    level = "市、县" if division == CITY else "县、乡、村"
    number = _session(
        scene, division, day, "包保干部", "包保干部业务培训（演示）", level=level, persons=len(present)
    )
    for post in present:
        scene.book.add(training_attendance, training_no=number, post_no=post)
    trained.update(present)


def _session(
    scene: Scene, division: str, day: date, audience: str, title: str, *, level: str, persons: int
) -> str:
    number = scene.book.number("PX")
    scene.book.add(
        training,
        training_no=number,
        division_code=division,
        held_on=day,
        title=title,
        audience=audience,
        level=level,
        sessions=1,
        persons=persons,
    )
    return number


def _exams(scene: Scene, roster: Roster) -> None:
    """One director a firm; in one firm in ten a safety officer sits too."""
    generator = scene.stream("exams")
    subjects = [key for key in roster.subjects_of_city() if roster.bonds[key][0].post.level in "ABC"]
    chosen = [subjects[int(index)] for index in generator.permutation(len(subjects))]
    since, until = date(2023, 4, 3), scene.as_of - timedelta(days=14)
    plan = [("市级", key) for key in chosen[:CITY_FIRMS]]
    plan += [("县级", key) for key in chosen[CITY_FIRMS : CITY_FIRMS + COUNTY_FIRMS]]
    days = spread_days(scene, since, until, CITY_FIRMS)
    for position, (level, key) in enumerate(plan):
        for examinee in ("食品安全总监", "食品安全员")[: 1 + (position % 10 == 0)]:
            score = round(min(100.0, float(generator.normal(83, 10))), 1)
            scene.book.add(
                exam,
                exam_no=scene.book.number("CK"),
                enterprise_key=key,
                division_code=roster.bonds[key][0].division,
                held_on=days[position % len(days)],
                level=level,
                examinee=examinee,
                score=score,
                passed=score >= _PASS_MARK,
            )
