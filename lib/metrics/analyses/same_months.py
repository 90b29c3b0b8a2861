"""Which months of a period can be compared with the same months a year before, and the words that say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import pandas as pd

from lib.data.filters import Filters
from lib.metrics.analyses.control import period_end
from lib.metrics.analyses.judgement import COMPLETE, completeness, numbers

_YEAR: Final = 100
_DECEMBER: Final = 12

State = Literal["final", "open", "absent"]


@dataclass(frozen=True, kw_only=True)
class SameMonths:
    """Months as codes (202502). `kept` are ended, have data and are complete in both years.

    The others: `open` and `absent` of the period itself, `open_before` and `absent_before` of the year before
    (their own codes); a month that fails in both years is in both.
    """

    filters: Filters
    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    open: tuple[int, ...]
    absent: tuple[int, ...]
    open_before: tuple[int, ...]
    absent_before: tuple[int, ...]

    @property
    def kept_before(self) -> tuple[int, ...]:
        """The compared months of the year before."""
        return tuple(month - _YEAR for month in self.kept)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Months of either year, as months of the period, that have ended or not but wait for results."""
        return tuple(sorted({*self.open, *(month + _YEAR for month in self.open_before)}))

    @property
    def final(self) -> tuple[int, ...]:
        """Ended months of the period with complete results, whatever the year before holds."""
        return tuple(m for m in months_of(self.filters) if m not in (*self.open, *self.absent))

    @property
    def compared(self) -> Filters | None:
        """The filters cut to the compared months; None where none is, or where months between are left out."""
        if len(_runs(self.kept)) != 1:
            return None
        first, last = (period_end(month, "month") for month in (self.kept[0], self.kept[-1]))
        start, end = max(self.filters.start, first.replace(day=1)), min(self.filters.end, last)
        return self.filters.with_(start=start, end=end)

    @property
    def period(self) -> str:
        """Words for the months compared: 2025年1—10月, 2025年1—2月、4—6月; the whole period where none is."""
        return months_text(self.filters, self.kept) if self.kept else self.filters.period_sentence()

    def notes(self) -> tuple[str, ...]:
        """Which months were left out of both years and why, and which were compared. Empty if all were."""
        earlier = self.filters.previous_year()
        reasons = (
            (self.filters, self.open, "尚未结束或结果未齐"),
            (earlier, self.open_before, "结果未齐"),
            (self.filters, self.absent, "没有可计入的数据"),
            (earlier, self.absent_before, "没有可计入的数据"),
        )
        said = [f"{months_text(asked, months)}{why}" for asked, months, why in reasons if months]
        if not said:
            return ()
        if not self.kept:
            return (f"{'；'.join(said)}。",)
        compared = f"比较的是{self.period}与{months_text(earlier, self.kept_before)}"
        return (f"{'；'.join(said)}；这些月份两年都未列入，{compared}。",)


def same_months(
    filters: Filters, now: pd.DataFrame, before: pd.DataFrame, as_of: date, complete_at: float = COMPLETE
) -> SameMonths:
    """Judge every month of the period, those without any row as well.

    `now` and `before` are result tables split by month, with what they left out; `as_of` is the day of the data.
    """
    months = months_of(filters)
    states, states_before = _states(now, complete_at), _states(before, complete_at)
    running = {month for month in months if period_end(month, "month") > as_of}

    def in_state(state: State) -> tuple[int, ...]:
        return tuple(m for m in months if m not in running and states.get(m, "absent") == state)

    def in_state_before(state: State) -> tuple[int, ...]:
        asked = (m - _YEAR for m in months if m not in running)
        return tuple(m for m in asked if states_before.get(m, "absent") == state)

    final_before = {month + _YEAR for month in in_state_before("final")}
    kept = tuple(month for month in in_state("final") if month in final_before)
    return SameMonths(
        filters=filters,
        kept=kept,
        left_out=tuple(month for month in months if month not in kept),
        open=tuple(sorted({*running, *in_state("open")})),
        absent=in_state("absent"),
        open_before=in_state_before("open"),
        absent_before=in_state_before("absent"),
    )


def months_of(filters: Filters) -> tuple[int, ...]:
    """Codes of all months the period touches."""
    first, last = (day.year * _DECEMBER + day.month - 1 for day in (filters.start, filters.end))
    return tuple(_code(number) for number in range(first, last + 1))


def days_with_data(filters: Filters, as_of: date) -> Filters | None:
    """The period cut at the day the data were taken; None if it begins later."""
    if filters.start > as_of:
        return None
    return filters.with_(end=min(filters.end, as_of))


def months_text(filters: Filters, months: tuple[int, ...]) -> str:
    """Months of the period in Chinese, runs drawn together, the first and last cut to the days asked for."""
    said = ""
    year_before = 0
    for first, last in _runs(months):
        start = max(filters.start, period_end(first, "month").replace(day=1))
        part = filters.with_(start=start, end=min(filters.end, period_end(last, "month")))
        words = part.period_sentence()
        said += f"、{words.removeprefix(f'{year_before}年')}" if said else words
        year_before = part.end.year
    return said


def _states(frame: pd.DataFrame, complete_at: float) -> Mapping[int, State]:
    dated = frame[frame["month"].notna()]
    # NaN (nothing to wait for) compares as not below the limit.
    is_open = completeness(dated) < complete_at
    tested = np.nan_to_num(numbers(dated["denominator"])) > 0
    return {
        int(month): "open" if waits else "final" if counted else "absent"
        for month, waits, counted in zip(dated["month"], is_open, tested, strict=True)
    }


def _runs(months: tuple[int, ...]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for month in sorted(months):
        if runs and _number(month) == _number(runs[-1][1]) + 1:
            runs[-1] = (runs[-1][0], month)
        else:
            runs.append((month, month))
    return runs


def _number(code: int) -> int:
    return code // _YEAR * _DECEMBER + code % _YEAR - 1


def _code(number: int) -> int:
    return number // _DECEMBER * _YEAR + number % _DECEMBER + 1
