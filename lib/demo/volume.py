"""How many batches are sampled on which day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection, select

from lib.data.tables.reference import workday
from lib.demo.calibration import QUARTER_SHARE
from lib.demo.scale import Scale

EPOCH = date(1970, 1, 1)
#: Samples taken on a day off, against a working day (assumed).
DAY_OFF_WEIGHT = 0.08


def day_number(day: date) -> int:
    """Days since 1970-01-01, the storage of an Arrow date."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Month:
    """One month: its days as day numbers, whether each is a working day, and the batches to sample."""

    year: int
    month: int
    days: np.ndarray
    is_workday: np.ndarray
    batches: int

    @property
    def quarter(self) -> int:
        """Quarter index, 0–3."""
        return (self.month - 1) // 3

    def weights(self) -> np.ndarray:
        """Weight of each day."""
        return np.where(self.is_workday, 1.0, DAY_OFF_WEIGHT)


def workdays(connection: Connection) -> dict[date, bool]:
    """The reference calendar: day → whether it is a working day."""
    rows = connection.execute(select(workday.c.day, workday.c.is_workday).order_by(workday.c.day))
    return {row.day: bool(row.is_workday) for row in rows}


def months(scale: Scale, calendar: dict[date, bool]) -> Iterator[Month]:
    """The months from ``scale.first_day`` to ``scale.as_of`` in order."""
    year, month = scale.first_day.year, scale.first_day.month
    while (year, month) <= (scale.as_of.year, scale.as_of.month):
        yield _month(scale, calendar, year, month)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _month(scale: Scale, calendar: dict[date, bool], year: int, month: int) -> Month:
    quarter = (month - 1) // 3
    first = 3 * quarter + 1
    of_quarter = {number: _weight(calendar, year, number) for number in range(first, first + 3)}
    share = QUARTER_SHARE[quarter] * of_quarter[month] / sum(of_quarter.values())
    days = [day for day in _days(year, month) if scale.first_day <= day <= scale.as_of]
    return Month(
        year,
        month,
        np.array([day_number(day) for day in days], dtype=np.int32),
        np.array([calendar[day] for day in days]),
        round(scale.batches_per_year * share),
    )


def _weight(calendar: dict[date, bool], year: int, month: int) -> float:
    return sum(1.0 if calendar[day] else DAY_OFF_WEIGHT for day in _days(year, month))


def _days(year: int, month: int) -> list[date]:
    day, days = date(year, month, 1), []
    while day.month == month:
        days.append(day)
        day += timedelta(days=1)
    return days
