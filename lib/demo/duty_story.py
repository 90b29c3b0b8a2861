"""Quarterly supervision of every subject (包保督导), the prompt of each quarter, and the reminders at its end.

Published (Fuyang, "2023年以来"): a prompt at each quarter's beginning, reminders by telephone or message at its end to
those who have not been. The rest is assumed: most visits fall in the last weeks of a quarter, one county is late, and
in every past quarter one subject is visited at 23:30 of the last day and one at 00:30 of the day after.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from lib.data.tables.duties import supervision_duty, supervision_notice
from lib.demo.cadre_roster import START, Post, Roster
from lib.demo.findings import is_city
from lib.demo.loop_rows import Scene, moment
from lib.demo.office_story import SINCE
from lib.demo.rectification_story import OrderedFix, quarter_end
from lib.demo.scale import CITY

LATE_COUNTY: Final = "341282"
#: Share done within the quarter, and share done later of what was not, usual and in the late county.
_IN_TIME: Final = (0.965, 0.76)
_AFTERWARDS: Final = (0.6, 0.45)
#: Days before the end of a quarter on which reminders go out.
_REMIND_BEFORE: Final = 6
#: One problem in so many found on a visit is put on the rectification list.
_LISTED: Final = 12


@dataclass(frozen=True)
class Quarter:
    """One quarter with its first and last day."""

    first: date
    last: date

    @property
    def number(self) -> int:
        """20251 is the first quarter of 2025."""
        return self.first.year * 10 + (self.first.month + 2) // 3


def quarters(start: date, as_of: date) -> list[Quarter]:
    """Quarters from the one that begins on ``start`` to the one of the as-of day."""
    found, first = [], start
    while first <= as_of:
        last = quarter_end(first)
        found.append(Quarter(first, last))
        first = last + timedelta(days=1)
    return found


def tell_duties(scene: Scene, roster: Roster) -> list[OrderedFix]:
    """Duties, prompts and reminders; returns problems of visits that go on the rectification list."""
    generator = scene.stream("duties")
    orders: list[OrderedFix] = []
    subjects = list(roster.bonds)
    is_late = np.array([roster.bonds[key][0].division == LATE_COUNTY for key in subjects])
    for quarter in quarters(START, scene.as_of):
        done = _done_days(generator, is_late, quarter)
        if quarter.first >= SINCE:
            _prompt(scene, quarter)
        writer = _QuarterWriter(scene, roster, quarter, generator)
        boundary = [at for at, key in enumerate(subjects) if roster.bonds[key][0].post.level == "D"][:2]
        for position, key in enumerate(subjects):
            at = boundary.index(position) if position in boundary else -1
            writer.duty(key, int(done[position]), at)
        orders += writer.orders
    return orders


def _done_days(generator: np.random.Generator, is_late: np.ndarray, quarter: Quarter) -> np.ndarray:
    """Day of each visit counted from the first of the quarter; -1 never."""
    count, length = len(is_late), (quarter.last - quarter.first).days + 1
    rush = (generator.beta(2.6, 1.1, count) * length).astype(int)
    later = length + 1 + generator.exponential(14, count).astype(int)
    in_time = generator.random(count) < np.where(is_late, _IN_TIME[1], _IN_TIME[0])
    afterwards = generator.random(count) < np.where(is_late, _AFTERWARDS[1], _AFTERWARDS[0])
    return np.where(in_time, np.minimum(rush, length - 1), np.where(afterwards, later, -1))


def _prompt(scene: Scene, quarter: Quarter) -> None:
    day = scene.workday(quarter.first)
    scene.book.add(
        supervision_notice,
        notice_no=scene.book.number("TS"),
        kind="季初提示",
        division_code=CITY,
        due_quarter=quarter.number,
        sent_at=moment(day, 9, 0),
        channel="文件",
    )


class _QuarterWriter:
    """Writes the duties of one quarter."""

    def __init__(
        self, scene: Scene, roster: Roster, quarter: Quarter, generator: np.random.Generator
    ) -> None:
        self.scene, self.roster, self.quarter = scene, roster, quarter
        self.remind_on = quarter.last - timedelta(days=_REMIND_BEFORE)
        while not scene.calendar[self.remind_on]:
            self.remind_on -= timedelta(days=1)
        self.remind_at = moment(self.remind_on, 9, 30)
        self.has_reminders = quarter.first >= SINCE and self.remind_on <= scene.as_of
        self.problems = generator.poisson(0.3, len(roster.bonds))
        self.orders: list[OrderedFix] = []
        self.written = 0

    def duty(self, subject: str, done: int, boundary: int) -> None:
        """One duty; ``boundary`` 0 and 1 are the visits around midnight at the end of the quarter."""
        day = None if done < 0 else self.quarter.first + timedelta(days=done)
        at = (8 + self.written % 10, self.written * 7 % 60)
        if boundary >= 0:
            day = self.quarter.last + timedelta(days=boundary)
            at = ((23, 30), (0, 30))[boundary]
        day = day if day is not None and day <= self.scene.as_of else None
        division = self.roster.bonds[subject][0].division
        number = self._write(subject, division, day, at)
        is_open = day is None or moment(day, *at) > self.remind_at
        if is_open and self.has_reminders and is_city(division):
            self._remind(subject, division, number)

    def _write(self, subject: str, division: str, day: date | None, at: tuple[int, int]) -> str:
        number = self.scene.book.number("DD")
        holder = self._visitor(subject, day)
        found = int(self.problems[self.written]) if day else None
        self.written += 1
        self.scene.book.add(
            supervision_duty,
            duty_no=number,
            enterprise_key=subject,
            division_code=division,
            due_quarter=self.quarter.number,
            due_on=self.quarter.last,
            done_at=moment(day, *at) if day else None,
            done_post_no=holder.number if holder else None,
            problems_found=found,
            problems_rectified=max(0, found - (self.written % 9 == 0)) if found is not None else None,
        )
        if day and found and self.written % _LISTED == 0 and is_city(division):
            self.orders.append(OrderedFix(subject, division, "包保督导", number, self.scene.workday(day)))
        return number

    def _visitor(self, subject: str, day: date | None) -> Post | None:
        return self.roster.holder(subject, day) if day else None

    def _remind(self, subject: str, division: str, number: str) -> None:
        holder = self.roster.holder(subject, self.remind_on)
        self.scene.book.add(
            supervision_notice,
            notice_no=self.scene.book.number("TX"),
            kind="季末提醒",
            division_code=division,
            due_quarter=self.quarter.number,
            sent_at=self.remind_at,
            channel="短信" if self.written % 3 else "电话",
            duty_no=number,
            post_no=holder.number if holder else None,
        )
