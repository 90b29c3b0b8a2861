"""Periods a reader may pick: years, quarters and months up to the last complete month of a data version."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

YEAR: Final = "按年"
QUARTER: Final = "按季"
MONTH: Final = "按月"
CUSTOM: Final = "自定义"
PERIOD_KINDS: Final = (YEAR, QUARTER, MONTH, CUSTOM)


@dataclass(frozen=True, order=True)
class Period:
    """Both days included."""

    start: date
    end: date
    label: str = ""

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        return self.start, self.end


def last_complete_month_end(as_of: date) -> date:
    """Last day of the last month that ``as_of`` covers whole."""
    following = as_of + timedelta(days=1)
    return following.replace(day=1) - timedelta(days=1)


def default_period(as_of: date, final_end: date | None) -> Period:
    """The year up to its last month with complete results; last year's where this one has no such month yet.

    ``final_end`` is the last day of that month; without any the calendar decides: up to the last complete month.
    """
    end = final_end or last_complete_month_end(as_of)
    return Period(date(end.year, 1, 1), end)


def periods(kind: str, first_year: int, as_of: date, final_end: date | None = None) -> tuple[Period, ...]:
    """The periods of a kind, newest first, from ``first_year`` to the one that ``as_of`` lies in.

    The newest one is cut at ``as_of``, the running year at its last complete month: part of a month has part of
    its results only. Periods that reach beyond ``final_end`` say that they are provisional, and the year it lies in
    is listed up to it as well. Raises ``KeyError`` for a kind without a list (``CUSTOM``).
    """
    months, label = _LISTED[kind]
    found = []
    for year in range(as_of.year, first_year - 1, -1):
        for number in range(12 // months, 0, -1):
            start = date(year, (number - 1) * months + 1, 1)
            if start > as_of:
                continue
            whole = _cut(start, _end(start, months), as_of, label(year, number))
            if kind == YEAR and final_end is not None and start <= final_end < whole.end:
                found.append(Period(start, final_end, f"{year}年（截至{final_end.month}月，结果已齐）"))
            found.append(_marked(whole, final_end))
    return tuple(found)


def _marked(period: Period, final_end: date | None) -> Period:
    if final_end is None or period.end <= final_end:
        return period
    words = period.label.removesuffix("）") + "，" if period.label.endswith("）") else f"{period.label}（"
    return Period(period.start, period.end, f"{words}含暂定）")


def kind_of(start: date, end: date, first_year: int, as_of: date, final_end: date | None = None) -> str:
    """Which list of periods holds these two days."""
    for kind in _LISTED:
        if any(period.days == (start, end) for period in periods(kind, first_year, as_of, final_end)):
            return kind
    return CUSTOM


def period_around(
    kind: str, day: date, first_year: int, as_of: date, final_end: date | None = None
) -> Period:
    """The period of a kind that ``day`` lies in, or the nearest one."""
    listed = periods(kind, first_year, as_of, final_end)
    started = [period for period in listed if period.start <= day]
    return started[0] if started else listed[-1]


def _end(start: date, months: int) -> date:
    following = start.month + months
    year, month = (start.year + 1, 1) if following > 12 else (start.year, following)
    return date(year, month, 1) - timedelta(days=1)


def _cut(start: date, end: date, as_of: date, label: str) -> Period:
    if end <= as_of:
        return Period(start, end, label)
    complete = last_complete_month_end(as_of)
    if complete > start:
        return Period(start, complete, f"{label}（截至{complete.month}月）")
    return Period(start, as_of, f"{label}（截至{as_of.month}月{as_of.day}日）")


#: Kind → months it spans and its label.
_LISTED: Final[dict[str, tuple[int, Callable[[int, int], str]]]] = {
    YEAR: (12, lambda year, _: f"{year}年"),
    QUARTER: (3, lambda year, number: f"{year}年第{number}季度"),
    MONTH: (1, lambda year, number: f"{year}年{number}月"),
}
