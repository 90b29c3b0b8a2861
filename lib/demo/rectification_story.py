"""Rectification items beside the clinic: how each district goes round the loop, cleanly or on paper.

All shares are assumed. One county closes on paper (``PAPER_COUNTY``), the slow county of ``disposal`` is slow here
too; everybody else behaves alike, and a few items anywhere are reopened, transferred, withdrawn or forgotten.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from lib.demo.disposal import SLOW_COUNTY
from lib.demo.findings import Finding, is_city
from lib.demo.item_events import FIRM, ItemWriter, Origin, Term, station, supervisor, verifier
from lib.demo.loop_rows import Scene

PAPER_COUNTY: Final = "341226"


@dataclass(frozen=True)
class Conduct:
    """Shares of items closed on paper and left at a self-report, and how long things take against the usual."""

    paper: float = 0.04
    self_reported: float = 0.03
    pace: float = 1.0


_CONDUCT: Final = {
    PAPER_COUNTY: Conduct(paper=0.42, self_reported=0.14),
    SLOW_COUNTY: Conduct(paper=0.05, self_reported=0.05, pace=1.9),
}
USUAL: Final = Conduct()
_ENDED, _FORGOTTEN, _FAILED_FIRST, _REOPENED_CLEAN, _REOPENED_PAPER = 0.015, 0.012, 0.08, 0.02, 0.30
#: How an item is closed on paper, and how often.
_PAPER_WAYS: Final = {"销号": 0.35, "同一岗位": 0.25, "未到现场": 0.2, "缺少证据": 0.15, "未整改": 0.05}
#: Where items come from and the days allowed; 15 working days after an inspection, else 30 days.
_INSPECTION_TERM: Final = Term(15, "workday")
_DISPOSAL_TERM: Final = Term(30)


@dataclass(frozen=True)
class OrderedFix:
    """An inspection, interview or visit after which a firm has to put something right."""

    firm: str
    division: str
    kind: str
    number: str
    day: date


@dataclass(frozen=True)
class Trigger:
    """What calls for a letter: kind, number there, day, place, and the firm if there is one."""

    kind: str
    number: str
    day: date
    division: str
    firm: str | None


class Course:
    """Takes items round the loop; one random stream, so that order decides the rows."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.writer = ItemWriter(scene)
        self.generator = scene.stream("rectification")
        self.forgotten: list[Trigger] = []

    def after_finding(self, finding: Finding) -> None:
        """The item of one unqualified batch."""
        found = self.scene.workday(finding.reported_on + timedelta(days=self._days(4)))
        if found <= self.scene.as_of:
            origin = Origin("核查处置", finding.sample_no, finding.items[0] if finding.items else None)
            self._run(finding.firm, finding.division, origin, found, _DISPOSAL_TERM)

    def after_order(self, fix: OrderedFix) -> None:
        """The item of an inspection or the like."""
        self._run(fix.firm, fix.division, Origin(fix.kind, fix.number), fix.day, _INSPECTION_TERM)

    def _run(self, firm: str, division: str, origin: Origin, found: date, term: Term) -> None:
        has_revisit = self._happens(0.3)
        revisit = found + timedelta(days=120) if has_revisit else None
        item = self.writer.item(firm, division, origin, found_on=found, term=term, revisit_on=revisit)
        self.writer.event(
            item, "发现", found, supervisor(self.scene, division), on_site=True, has_evidence=True
        )
        conduct = _CONDUCT.get(division, USUAL)
        if self._happens(_ENDED):
            stage = "移送" if self._happens(0.5) else "撤回"
            day = self.scene.workday(found + timedelta(days=6 + self._days(20)))
            self.writer.event(item, stage, day, supervisor(self.scene, division))
            return
        if self._happens(_FORGOTTEN * conduct.pace):
            overdue = found + timedelta(days=term.days + 15)
            self.forgotten.append(Trigger("整改逾期", item, overdue, division, firm))
        else:
            self._close(item, division, found, conduct)
        if has_revisit and self._happens(0.8):
            assert revisit is not None
            day = self.scene.workday(revisit + timedelta(days=self._days(20)))
            self.writer.event(item, "回访", day, verifier(self.scene, division), on_site=True)

    def _close(self, item: str, division: str, found: date, conduct: Conduct) -> None:
        rectified = found + timedelta(days=max(1, round(conduct.pace * self.generator.lognormal(2.3, 0.55))))
        draw = self.generator.random()
        if draw < conduct.paper:
            self._on_paper(item, division, rectified)
        elif draw < conduct.paper + conduct.self_reported:
            self._report(item, rectified)
        else:
            self._cleanly(item, division, rectified, conduct.pace)

    def _report(self, item: str, day: date) -> None:
        """The firm's own report; on the last evening of a quarter it comes shortly before midnight."""
        last_evening = (day + timedelta(days=1)).day == 1 and day.month % 3 == 0
        at = (23, 30) if last_evening else None
        self.writer.event(item, "整改", day, FIRM, has_evidence=True, at=at)

    def _cleanly(self, item: str, division: str, rectified: date, pace: float) -> date:
        checker = verifier(self.scene, division)
        if self._happens(0.25):
            self.writer.event(item, "帮扶", rectified, station(self.scene, division), on_site=True)
        self._report(item, rectified)
        day = self._after(rectified, pace)
        if self._happens(_FAILED_FIRST):
            self.writer.event(item, "验证", day, checker, on_site=True, passed=False, has_evidence=True)
            self._report(item, day + timedelta(days=5))
            day = self._after(day + timedelta(days=5), pace)
        self.writer.event(item, "验证", day, checker, on_site=True, passed=True, has_evidence=True)
        struck = self.scene.workday(day + timedelta(days=self._days(3)))
        self.writer.event(item, "销号", struck, supervisor(self.scene, division))
        if self._happens(0.35):
            self.writer.event(item, "提升", struck + timedelta(days=8 + self._days(20)), FIRM)
        if self._happens(_REOPENED_CLEAN):
            self._reopen(item, division, struck + timedelta(days=40 + self._days(90)))
        return struck

    def _after(self, day: date, pace: float) -> date:
        return self.scene.workday(day + timedelta(days=1 + round(pace * self.generator.gamma(2.0, 3.0))))

    def _reopen(self, item: str, division: str, day: date) -> None:
        """Opened again after a revisit, then put right properly and not opened a third time."""
        day = self.scene.workday(day)
        checker = verifier(self.scene, division)
        self.writer.event(item, "重开", day, checker, on_site=True)
        self._report(item, day + timedelta(days=9))
        verified = self.scene.workday(day + timedelta(days=12))
        self.writer.event(item, "验证", verified, checker, on_site=True, passed=True, has_evidence=True)
        self.writer.event(item, "销号", verified, supervisor(self.scene, division))

    def _on_paper(self, item: str, division: str, rectified: date) -> None:
        """Closed without a clean verification, half of the time in the last days of a quarter."""
        ways = list(_PAPER_WAYS)
        way = ways[int(self.generator.choice(len(ways), p=np.array(list(_PAPER_WAYS.values()))))]
        day = self._after(rectified, 1.0)
        if self._happens(0.5):
            day = max(day, quarter_end(day) - timedelta(days=self._days(4)))
        local, write = station(self.scene, division), self.writer.event
        if way == "同一岗位":
            write(item, "整改", rectified, local, has_evidence=True)
            write(item, "验证", day, local, on_site=True, passed=True, has_evidence=True)
        elif way != "未整改":
            self._report(item, rectified)
        if way in ("未到现场", "缺少证据"):
            seen = way == "缺少证据"
            write(item, "验证", day, local, on_site=seen, passed=True, has_evidence=not seen)
        if way == "未整改":
            write(item, "验证", day, local, on_site=True, passed=True, has_evidence=True)
        write(item, "销号", day, local)
        if self._happens(_REOPENED_PAPER):
            self._reopen(item, division, day + timedelta(days=60 + self._days(120)))

    def _happens(self, share: float) -> bool:
        return bool(self.generator.random() < share)

    def _days(self, below: int) -> int:
        return int(self.generator.integers(below))


def quarter_end(day: date) -> date:
    """Last day of the quarter."""
    month = 3 * ((day.month - 1) // 3) + 3
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def tell_rectification(scene: Scene, orders: list[OrderedFix], clinic: tuple[str, ...]) -> list[Trigger]:
    """Items of all findings kept and of the orders given; returns those nobody ever dealt with.

    The producers of the clinic have the clinic's items only: it took over whatever else was asked of them.
    """
    course = Course(scene)
    for finding in scene.findings.rows:
        if finding.firm not in clinic:
            course.after_finding(finding)
    for fix in orders:
        if fix.firm not in clinic:
            course.after_order(fix)
    return [trigger for trigger in course.forgotten if is_city(trigger.division)]
