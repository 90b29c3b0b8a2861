"""Small lookup rows computed from reference records: paths of units, numbered workdays, weeks that are due."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

_WEEK: Final = timedelta(days=7)


def unit_paths(units: list[dict[str, Any]]) -> list[tuple[str, str | None, str | None, str | None]]:
    """Province, city and county of every reporting unit; a city has no county, a township has its county's."""
    by_code = {unit["code"]: unit for unit in units}
    paths = []
    for unit in units:
        levels: dict[int, str] = {}
        step: dict[str, Any] | None = unit
        while step is not None:
            levels[step["level"]] = step["code"]
            step = by_code.get(step["parent_code"])
        paths.append((unit["code"], levels.get(1), levels.get(2), levels.get(3)))
    return paths


def workday_numbers(days: list[tuple[date, bool]]) -> tuple[list[tuple[date, int]], list[tuple[int, date]]]:
    """Running number of workdays per day, and the day on which each number is reached."""
    numbers, first_days, count = [], [], 0
    for day, is_workday in days:
        if is_workday:
            count += 1
            first_days.append((count, day))
        numbers.append((day, count))
    return numbers, first_days


def due_weeks(duty: dict[str, Any]) -> Iterator[tuple[str, str | None, date]]:
    """Mondays of the weeks that lie wholly or partly in a weekly sampling duty."""
    if duty["frequency"] != "weekly":
        raise ValueError(f"unknown sampling frequency {duty['frequency']!r} of {duty['enterprise_key']}")
    monday = duty["start_on"] - timedelta(days=duty["start_on"].weekday())
    while monday <= duty["end_on"]:
        yield duty["enterprise_key"], duty["division_code"], monday
        monday += _WEEK
