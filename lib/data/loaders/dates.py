"""Dates as they stand in real tables: ISO, dotted, Chinese, eight digits, Excel serial numbers."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

#: Day 0 of Excel's 1900 calendar, which counts a 29 February 1900 that never was: right from 1900-03-01 on.
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_SERIAL: Final = re.compile(r"^\d{5}(\.\d+)?$")
_FIRST_SERIAL, _LAST_SERIAL = 32874, 73050  # 1990-01-01 and 2099-12-31
_YEAR_FIRST: Final = re.compile(
    r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]\s*\d{1,2}[:时].*)?$"
)
_DIGITS: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:\d{6})?$")
_FIRST_YEAR, _LAST_YEAR = 1980, 2099


class BadValue(ValueError):
    """A cell that cannot be what its column needs; ``str()`` is the reason in Chinese."""


def parse_date(text: str, formats: Sequence[str] = (), *, excel_dates: bool = True) -> date:
    """The day a cell means. ``formats`` (strptime) are tried first; the built-in forms all start with the year.

    Raises ``BadValue`` for anything else, and for days that do not exist.
    """
    for form in formats:
        try:
            return _plausible(datetime.strptime(text, form).date())  # noqa: DTZ007 (a day has no zone)
        except ValueError as error:
            if isinstance(error, BadValue):
                raise
    if excel_dates and _SERIAL.match(text):
        return _of_serial(text)
    found = _YEAR_FIRST.match(text) or _DIGITS.match(text)
    if not found:
        raise BadValue(_unreadable(formats))
    year, month, day = (int(part) for part in found.groups()[:3])
    try:
        return _plausible(date(year, month, day))
    except BadValue:
        raise
    except ValueError as error:
        raise BadValue("没有这一天，请核对更正") from error


def _of_serial(text: str) -> date:
    days = int(float(text))
    if not _FIRST_SERIAL <= days <= _LAST_SERIAL:
        raise BadValue("数字不在 Excel 日期的合理范围（1990—2099 年）")
    return _EXCEL_EPOCH + timedelta(days=days)


def _plausible(day: date) -> date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadValue(f"年份 {day.year} 不在 {_FIRST_YEAR}—{_LAST_YEAR} 之间")
    return day


def _unreadable(formats: Sequence[str]) -> str:
    more = f"，或方案所写的 {'、'.join(formats)}" if formats else ""
    return f"不是可识别的日期（可用 2025-01-02、2025.1.2、2025年1月2日、20250102{more}）"
