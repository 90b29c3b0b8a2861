"""The day the data of a load reach to: the last day on which something happened, in any of its rows."""

from datetime import date
from typing import Final

from sqlalchemy import func, select

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


def last_days(staging: Staging) -> list[date]:
    """The last day of every column that names one. A moment is text that starts with its day."""
    record = staging.record
    names = [name for name in (*_DAYS, *_MOMENTS) if name in record.c]
    lasts = staging.rows(select(*(func.max(record.c[name]) for name in names)))[0] if names else ()
    return [date.fromisoformat(last[:10]) if isinstance(last, str) else last for last in lasts if last]
