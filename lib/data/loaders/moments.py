"""Moments and quarters as they stand in real tables: 2025-03-31T23:30:00+08:00 in Beijing time, 20251."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Final

from lib.data.loaders.dates import BadValue, parse_date

#: China has kept one time without summer time since 1992.
BEIJING: Final = timezone(timedelta(hours=8))
_CLOCK: Final = re.compile(
    r"^(?P<day>\d{4}\D{1,2}\d{1,2}\D{1,2}\d{1,2}日?)[T\s]\s*(?P<hour>\d{1,2})[:时](?P<minute>\d{1,2})"
    r"(?:[:分](?P<second>\d{1,2})?秒?(?:\.\d+)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?$"
)
_QUARTER: Final = re.compile(r"^(\d{4})\s*年?\s*[-/.]?\s*[Qq第]?\s*([1-4一二三四])\s*季?度?$")
_SERIAL: Final = re.compile(r"^\d{5}\.\d+$")


def parse_moment(text: str, formats: Sequence[str] = (), *, excel_dates: bool = True) -> str:
    """The moment a cell means, as text in Beijing time. Without a zone it is Beijing time, without a clock midnight.

    ``formats`` (strptime) are tried first. Raises ``BadValue``.
    """
    given = next((moment for form in formats if (moment := _of_format(text, form))), None)
    if given is not None:
        return _written(given)
    if excel_dates and _SERIAL.match(text):
        seconds = round(float(f"0.{text.partition('.')[2]}") * 86_400)
        return _written(datetime.combine(parse_date(text), time()) + timedelta(seconds=seconds))
    found = _CLOCK.match(text)
    if found is None and re.search(r"[T\s]\s*\d+[:时]", text):
        raise BadValue("不是 2025-03-31 23:30 这样的时刻")
    if found is None:
        return _written(datetime.combine(parse_date(text, excel_dates=excel_dates), time()))
    day = parse_date(found["day"])
    try:
        clock = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    except ValueError as error:
        raise BadValue("没有这个时刻") from error
    moment = datetime.combine(day, clock)
    return _written(moment.replace(tzinfo=_zone(found["zone"])) if found["zone"] else moment)


def _of_format(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 (Beijing time is added where there is no zone)
    except ValueError:
        return None


def parse_quarter(text: str) -> int:
    """The quarter a cell means (20251, 2025Q1, 2025年第一季度) as 20251. Raises ``BadValue``."""
    found = _QUARTER.match(text)
    if found is None:
        raise BadValue("不是 20251、2025Q1 或 2025年第1季度 这样的季度")
    number = "一二三四".find(found[2]) + 1 or int(found[2])
    return int(found[1]) * 10 + number


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if text[0] == "-" else away)


def _written(moment: datetime) -> str:
    in_beijing = moment.astimezone(BEIJING) if moment.tzinfo else moment.replace(tzinfo=BEIJING)
    return in_beijing.isoformat(timespec="seconds")
