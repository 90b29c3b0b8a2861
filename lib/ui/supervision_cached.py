"""What the page of 包保督导 shows of one quarter, computed once for each set of filters."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from lib.data.filters import Filters
from lib.metrics.analyses import duty_lists
from lib.metrics.analyses.district_record import DistrictRecord, district_record
from lib.ui import cached

ListName = Literal["tasks", "reminders", "gaps", "holders"]
_MAKERS = {
    "tasks": duty_lists.task_list,
    "reminders": duty_lists.reminder_list,
    "gaps": duty_lists.gap_list,
    "holders": duty_lists.holder_history,
}


@dataclass(frozen=True)
class QuarterList:
    """A list of the quarter as its analysis describes it."""

    frame: pd.DataFrame
    as_of: date
    notes: tuple[str, ...]


@cached.few
def quarter_list(source: cached.Source, name: ListName, quarter: int, filters: Filters) -> QuarterList:
    """One of the lists of the quarter."""
    found = _MAKERS[name](source.open(), quarter, filters, source.scope)
    return QuarterList(found.frame, found.as_of, found.notes)


@cached.kept
def cockpit(source: cached.Source, quarter: int, filters: Filters, by: str) -> QuarterList:
    """Counts of the quarter by level or district, the total last."""
    found = duty_lists.quarter_cockpit(source.open(), quarter, filters, source.scope, by=by)
    return QuarterList(found.frame, found.as_of, found.notes)


@cached.kept
def districts(source: cached.Source, metric_id: str, filters: Filters) -> DistrictRecord:
    """One rate of the quarter by county."""
    return district_record(source.open(), filters, source.scope, metric_ids=(metric_id,))


@cached.kept
def quarters(source: cached.Source, filters: Filters) -> tuple[int, ...]:
    """Quarters with duties, the newest first. Only the district of the filters counts."""
    everything = filters.with_(start=date(1990, 1, 1), end=date(2100, 12, 31))
    found = cached.result(source, "supervision_due", everything, ("due_quarter",)).frame["due_quarter"]
    return tuple(sorted((int(one) for one in found.dropna()), reverse=True))
