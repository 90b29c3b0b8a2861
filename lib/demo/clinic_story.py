"""The mobile clinic of 2025 (流动诊所): the twelve producers of ``repeat_offenders`` and what became of them.

Published (中国质量新闻网, Fuyang, November 2025; to the end of August): 12 producers, 36 experts and 24 disposal staff
in person-visits, 58 problems, 61 suggestions, 10 producers finished, 2 still at it. Everything else is made up.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lib.data.tables.clinic import (
    clinic_participant,
    clinic_problem,
    clinic_suggestion,
    clinic_visit,
    problem_suggestion,
)
from lib.demo.findings import Finding
from lib.demo.item_events import FIRM, Actor, ItemWriter, Origin, Term, verifier
from lib.demo.loop_rows import Scene
from lib.demo.repeat_offenders import OFFENDERS

#: Problems and suggestions of each producer: 58 and 61.
PROBLEMS: Final = (5, 4, 5, 6, 4, 5, 6, 5, 4, 5, 4, 5)
SUGGESTIONS: Final = (5, 5, 5, 6, 4, 6, 6, 5, 5, 5, 4, 5)
#: Problems by diagnosis area (made up).
AREAS: Final = {"工艺流程设计": 17, "出厂检验规程": 16, "产品控制设定": 14, "原辅料供应链": 11}
#: The two producers still rectifying at the end of August; both were visited twice.
OPEN: Final = (3, 11)
#: The producer whose item was opened again and verified a second time, before the end of August.
REOPENED: Final = 0
#: Experts and disposal staff of each visit: twelve first visits, then the two second ones.
EXPERTS: Final = (3, 2, 3, 3, 2, 3, 3, 2, 3, 2, 3, 3, 2, 2)
HANDLERS: Final = (2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2, 2, 2, 1)
SECOND_VISIT_AFTER: Final = 18
LATE_FINISH: Final = date(2025, 9, 26)
_TEAM: Final = Actor("食品安全专家组", "阜阳市市场监督管理局流动诊所", "市")
_TERM: Final = Term(30)


@dataclass(frozen=True)
class _Visit:
    number: str
    firm: int
    key: str
    day: date


def tell_clinic(scene: Scene, firms: tuple[str, ...]) -> None:
    """Visits, participants, problems, suggestions and items of the twelve; ``firms``: their keys in order."""
    if not firms or any(len(_failures(scene, key)) < 2 for key in firms):
        return  # a reduced scale that begins later than their unqualified batches
    visits = _visits(scene, firms)
    for visit, experts, handlers in zip(visits, EXPERTS, HANDLERS, strict=True):
        _write_visit(scene, visit, experts, handlers)
    order = scene.stream("clinic areas").permutation(sum(AREAS.values()))
    areas = [name for name, count in AREAS.items() for _ in range(count)]
    pool = [areas[index] for index in order]
    for firm, key in enumerate(firms):
        own = [visit for visit in visits if visit.firm == firm]
        failing = [name for row in _failures(scene, key) for name in row.items]
        problems = _problems(scene, own, [pool.pop() for _ in range(PROBLEMS[firm])], failing)
        _write_suggestions(scene, own, problems, failing)


def _failures(scene: Scene, key: str) -> list[Finding]:
    rows = [row for row in scene.findings.rows if row.producer == key and row.sampled_on.year == 2025]
    return sorted(rows, key=lambda row: row.sampled_on)


def _visits(scene: Scene, firms: tuple[str, ...]) -> list[_Visit]:
    """First visits some days after the report of the second unqualified batch, then second visits."""
    generator = scene.stream("clinic visits")
    days = []
    for key in firms:
        second = _failures(scene, key)[1]
        days.append(scene.workday(second.reported_on + timedelta(days=3 + int(generator.integers(10)))))
    again = [(firm, scene.workday(days[firm] + timedelta(days=SECOND_VISIT_AFTER))) for firm in OPEN]
    plan = [*enumerate(days), *again]
    return [_Visit(scene.book.number("ZS"), firm, firms[firm], day) for firm, day in plan]


def _write_visit(scene: Scene, visit: _Visit, experts: int, handlers: int) -> None:
    county = OFFENDERS[visit.firm][0]
    scene.book.add(
        clinic_visit,
        visit_no=visit.number,
        enterprise_key=visit.key,
        division_code=county,
        visited_on=visit.day,
        organiser="阜阳市市场监督管理局食品抽检岗",
        rooms="生产车间、原料库、检验室",
        reason="2025年抽检两批次及以上不合格",
    )
    units = {
        "专家": ("食品安全专家", "市食品安全专家库（演示）", experts),
        "核查处置": ("核查处置岗", "阜阳市市场监督管理局", handlers),
        "属地监管": ("食品监管岗", f"{scene.name_of(county)}市场监督管理局", 2),
    }
    numbered = [(role, post, unit) for role, (post, unit, count) in units.items() for _ in range(count)]
    for number, (role, post, unit) in enumerate(numbered, start=1):
        scene.book.add(
            clinic_participant,
            visit_no=visit.number,
            participant_no=f"{number:02d}",
            role=role,
            post=post,
            organisation=unit,
        )


def _problems(scene: Scene, visits: list[_Visit], areas: list[str], failing: list[str]) -> list[str]:
    """Problem numbers; the last problem of a producer visited twice was found on the second visit."""
    numbers = []
    for position, area in enumerate(areas):
        visit = visits[-1] if position == len(areas) - 1 else visits[0]
        number = scene.book.number("WT")
        scene.book.add(
            clinic_problem,
            problem_no=number,
            visit_no=visit.number,
            area=area,
            description=f"{area}方面的不足（演示）",
            failing_item_name=failing[position % len(failing)],
            shared_kind="共性" if position % 3 == 0 else "个性",
        )
        numbers.append(number)
    return numbers


def _write_suggestions(scene: Scene, visits: list[_Visit], problems: list[str], failing: list[str]) -> None:
    """Suggestions, their links (n to m) and one rectification item for each suggestion."""
    firm, count = visits[0].firm, SUGGESTIONS[visits[0].firm]
    for position in range(count):
        last = position == count - 1
        visit = visits[-1] if last else visits[0]
        number = scene.book.number("JY")
        scene.book.add(
            clinic_suggestion,
            suggestion_no=number,
            visit_no=visit.number,
            description=f"第{position + 1}条整改建议（演示）",
        )
        # The last suggestion answers the last problem, so that both belong to one visit.
        own = len(problems) - 1 if last else position % len(problems)
        linked = {own, 1} if position == 0 else {own}
        for problem in sorted(linked):
            scene.book.add(problem_suggestion, problem_no=problems[problem], suggestion_no=number)
        origin = Origin("流动诊所", visit.number, failing[position % len(failing)], problems[own], number)
        _Item(ItemWriter(scene), visit, origin, OFFENDERS[firm][0]).tell(position, count)


@dataclass(frozen=True)
class _Item:
    """One item of the clinic on its way round the loop."""

    writer: ItemWriter
    visit: _Visit
    origin: Origin
    county: str

    def tell(self, position: int, count: int) -> None:
        """Write the item and its events; the last two items of an open producer stay open at the end of August."""
        scene, day = self.writer.scene, self.visit.day
        verified = scene.workday(day + timedelta(days=14 + 3 * (position + self.visit.firm % 4)))
        revisit = verified + timedelta(days=45)
        item = self.writer.item(
            self.visit.key, self.county, self.origin, found_on=day, term=_TERM, revisit_on=revisit
        )
        self.writer.event(item, "发现", day, _TEAM, on_site=True, has_evidence=True)
        self.writer.event(item, "帮扶", day, _TEAM, on_site=True, has_evidence=True)
        rectified = verified - timedelta(days=4)
        if self.visit.firm in OPEN and position >= count - 2:
            self._leave_open(item, rectified, is_last=position == count - 1)
            return
        self._close(item, rectified, verified, position)
        if self.visit.firm == REOPENED and position == 1:
            again = scene.workday(verified + timedelta(days=5))
            self.writer.event(item, "重开", again, verifier(scene, self.county), on_site=True)
            self._close(item, again + timedelta(days=5), scene.workday(again + timedelta(days=8)), position)

    def _close(self, item: str, rectified: date, verified: date, position: int) -> None:
        scene, write = self.writer.scene, self.writer.event
        checker = verifier(scene, self.county)
        if position == 2 and self.visit.firm % 3 == 0:
            failed = scene.workday(rectified - timedelta(days=5))
            write(item, "整改", failed - timedelta(days=2), FIRM, has_evidence=True)
            write(item, "验证", failed, checker, on_site=True, passed=False, has_evidence=True)
        write(item, "整改", rectified, FIRM, has_evidence=True)
        write(item, "验证", verified, checker, on_site=True, passed=True, has_evidence=True)
        write(item, "销号", verified, checker)
        if position % 2 == 0:
            write(item, "提升", verified + timedelta(days=12), FIRM, has_evidence=True)
        if position % 4 != 3:
            revisit = scene.workday(verified + timedelta(days=40))
            write(item, "回访", revisit, checker, on_site=True, has_evidence=True)

    def _leave_open(self, item: str, rectified: date, *, is_last: bool) -> None:
        """One producer finishes in September; the other reported one item itself and has not begun the last."""
        checker = verifier(self.writer.scene, self.county)
        finishes = self.visit.firm == OPEN[0]
        if finishes or not is_last:
            self.writer.event(item, "整改", rectified, FIRM, has_evidence=True)
        if finishes:
            self.writer.event(
                item, "验证", LATE_FINISH, checker, on_site=True, passed=True, has_evidence=True
            )
            self.writer.event(item, "销号", LATE_FINISH, checker)
