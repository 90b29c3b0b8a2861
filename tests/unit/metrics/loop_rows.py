"""Rows of the closed loop for the metric layer, written by hand: one call, one row."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.unit.metrics.conftest import period_columns, place_columns

_numbers: Iterator[int] = iter(range(10**9))


def _placed(county: str | None, day: date | None) -> dict[str, Any]:
    return {**place_columns(county), **place_columns(county, "made_"), **period_columns(day)}


def round_row(found: date, *, county: str | None = "341202", **given: Any) -> dict[str, Any]:
    """An open item in its first round."""
    number = next(_numbers)
    return {
        "source": "test",
        "item_no": f"I{number:06d}",
        "round": 1,
        "enterprise_key": "E1",
        "enterprise_name": "甲食品厂",
        "origin": "流动诊所",
        "owner_post": "监管所所长",
        "found_on": found,
        "started_on": found,
        **_placed(county, found),
        **period_columns(given.get("claimed_on"), "claimed_"),
        **period_columns(given.get("verified_on"), "verified_"),
        **given,
    }


def verified_row(found: date, verified: date, **given: Any) -> dict[str, Any]:
    """An item verified on site that day, reported done the same day."""
    days = {"rectified_on": verified, "claimed_on": verified, "verified_on": verified}
    return round_row(found, **{**days, **given})


def duty_row(due: date, done: date | None = None, *, county: str = "341202", **given: Any) -> dict[str, Any]:
    """A duty of the quarter of its due day, held by a township post unless said."""
    quarter = period_columns(due)["quarter"]
    done_quarter = period_columns(done)["quarter"]
    return {
        "source": "test",
        "duty_no": f"D{next(_numbers):06d}",
        "enterprise_key": f"S{next(_numbers):06d}",
        "enterprise_name": "乙商店",
        "due_quarter": quarter,
        "due_on": due,
        "done_on": done,
        "done_at": None if done is None else f"{done.isoformat()}T12:00:00+08:00",
        "holder_post_no": "P1",
        "holder_post": "镇长",
        "binding_level": "C",
        "binding_no": "B1",
        "has_gap": False,
        "changed_hands": False,
        "done_quarter": done_quarter,
        "is_done_in_quarter": done is not None and done_quarter == quarter,
        "state": "未到期",
        **_placed(county, due),
        **given,
    }


def producer_row(
    key: str, second: date | None, *, county: str = "341202", year: int = 2024, **given: Any
) -> dict[str, Any]:
    """A producer with two unqualified batches in a year (one where `second` is None)."""
    first = second or date(year, 1, 10)
    return {
        "enterprise_key": key,
        "enterprise_name": f"{key}厂",
        "sampled_year": first.year,
        "batches": 5,
        "unqualified_batches": 1 if second is None else 2,
        "first_unqualified_on": first,
        "second_unqualified_on": second,
        "visited_on": None,
        "followed_from": given.get("visited_on") or second,
        **_placed(county, first),
        **given,
    }


def failure_rows(*producers: dict[str, Any], then: date | None = None) -> list[dict[str, Any]]:
    """The unqualified batches of producers: the first two on their own days, every later one on the day `then`."""
    rows = []
    for one in producers:
        days = (one["first_unqualified_on"], one["second_unqualified_on"])
        for number in range(1, one["unqualified_batches"] + 1):
            day = days[number - 1] if number <= 2 else (then or days[1])
            rows.append({**one, **period_columns(day), "number": number, "reached_on": day})
    return rows


def visit_row(key: str, day: date, *, county: str = "341202", **given: Any) -> dict[str, Any]:
    """A visit of the mobile clinic."""
    return {
        "source": "test",
        "visit_no": f"V{next(_numbers):06d}",
        "enterprise_key": key,
        "enterprise_name": f"{key}厂",
        "visited_on": day,
        **_placed(county, day),
        **given,
    }
