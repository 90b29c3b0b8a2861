"""The day the data of a load reach to: the last day on which something happened, in any of its rows."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Date, case, cast, desc, func, select

from lib.data.loaders.chunks import Sheet
from lib.data.loaders.mapping import ROW_ID
from lib.data.loaders.notes import Notes
from lib.data.loaders.staging import Staging

#: Days on which something happened; days on which something is due or valid to say nothing about it.
_DAYS: Final = (
    *("sampled_on", "received_on", "reported_on", "submitted_on", "notice_on"),
    *("started_on", "finished_on", "rechecked_on"),
    *("inspected_on", "visited_on", "found_on", "held_on", "decided_on", "closed_on", "transferred_on"),
    *("triggered_on", "sent_on", "answered_on", "corrected_on", "published_on", "recognised_on"),
    "known_as_of",
)
_MOMENTS: Final = ("happened_at", "done_at", "sent_at")


#: A single record this many days after all others is taken for a typing error until someone says otherwise.
_ALONE_DAYS: Final = 31
#: How many such records are looked past, and how many others there must be to compare with.
_ALONE_AT_MOST: Final = 3
_OTHERS_AT_LEAST: Final = 2


def reached(
    staging: Staging,
    where: Callable[[int], tuple[Sheet, int]],
    notes: Notes,
    before: date | None,
    today: date,
) -> date:
    """The day the data of a load reach to; without dates ``before``, the day reached so far, or ``today``.

    Days after ``today`` do not count, nor does a single record far after all others; a note names the row of each.
    """
    late = _last_records(staging, 1, after=today)
    for day, row_id in late:
        notes.say(
            f"有晚于今天（{today}）的日期，例如 {_place(where, row_id)}的 {day}：不作为数据截至日，请核对"
        )
    lasts = _last_records(staging, _ALONE_AT_MOST + _OTHERS_AT_LEAST, until=today)
    while len(lasts) > _OTHERS_AT_LEAST and _is_alone(lasts[0][0], lasts[1][0], before):
        (day, row_id), (rest, _), *_ = lasts
        notes.say(
            f"{_place(where, row_id)}的日期 {day} 比其余各行最晚的 {rest} 晚 {(day - rest).days} 天：疑为误填，"
            f"数据截至日不取它，请核对；若属实，载入时写 --as-of {day}"
        )
        lasts = lasts[1:]
    if lasts:
        return lasts[0][0]
    return today if late else min(before or today, today)


def _is_alone(day: date, rest: date, before: date | None) -> bool:
    nearest = max(rest, before) if before and before <= day else rest
    return (day - nearest).days > _ALONE_DAYS


def _last_records(
    staging: Staging, count: int, *, until: date | None = None, after: date | None = None
) -> list[tuple[date, int]]:
    """The last records, each with its last day and one of its rows: the latest first."""
    record = staging.record
    days: list[ColumnElement[Any]] = [record.c[name] for name in _DAYS if name in record.c]
    days += [cast(func.left(record.c[name], 10), Date) for name in _MOMENTS if name in record.c]
    if until is not None:
        days = [case((day <= until, day)) for day in days]
    if not days:
        return []
    # The greatest of several days and nothing is the greatest of the days.
    last = func.greatest(*days) if len(days) > 1 else days[0]
    key = [record.c[name] for name in staging.key]
    latest = func.max(last).label("latest")
    query = select(latest, func.arg_max(record.c[ROW_ID], last)).group_by(*key)
    query = query.having(latest.is_not(None) if after is None else latest > after)
    found = staging.rows(query.order_by(desc("latest")).limit(count))
    return [(day, row_id) for day, row_id in found]


def _place(where: Callable[[int], tuple[Sheet, int]], row_id: int) -> str:
    sheet, row = where(row_id)
    return f"{sheet.file}{f'“{sheet.name}”' if sheet.name else ''}第 {row} 行"
