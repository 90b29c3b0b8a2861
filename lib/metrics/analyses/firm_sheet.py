"""One firm's sheet: visits, who came, problems, suggestions, items with their events, and samples; all days known.

Every list is the rows behind a metric of that firm, read within the reader's scope, so that a firm of another district
has empty lists.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd
from sqlalchemy import select

from lib.data.filters import ALL_SAMPLING, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot_loop import rectification_item
from lib.metrics.analyses.rectification_rows import rows_of
from lib.metrics.registry import get_metric
from lib.metrics.rows import rows_behind
from lib.metrics.source import scoped

#: List → the metric whose rows it shows.
LISTS: Final = {
    "visits": "clinic_visits",
    "participants": "clinic_participants",
    "problems": "clinic_problems",
    "suggestions": "clinic_suggestions",
    "events": "rectification_events",
}
_FIRST_DAY: Final = date(1990, 1, 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class FirmSheet:
    """`lists`: those of `LISTS` and `items`, the columns of the snapshot tables, days as timestamps; `samples`: those
    of `sample`, with `after` (sampled after the first visit). `visited_on`: the first visit, missing without one.
    """

    enterprise: str
    name: str
    lists: dict[str, pd.DataFrame]
    samples: pd.DataFrame
    visited_on: pd.Timestamp | None


def firm_sheet(snapshot: Snapshot, enterprise: str, scope: Scope) -> FirmSheet:
    """Everything known of one firm up to the day of the snapshot. Seven queries."""
    everything = Filters(start=_FIRST_DAY, end=snapshot.as_of)

    def rows(metric_id: str, filters: Filters, dimension: str) -> pd.DataFrame:
        found = rows_behind(
            snapshot, get_metric(metric_id), filters, scope, group={dimension: enterprise}
        ).rows()
        return found.to_pandas(date_as_object=False)

    lists = {name: rows(metric_id, everything, "enterprise") for name, metric_id in LISTS.items()}
    lists["items"] = _items(snapshot, enterprise, scope)
    made = everything.with_(side="made", sampling=(ALL_SAMPLING,))
    samples = rows("batches_sampled", made, "producer")
    visits = lists["visits"]["visited_on"]
    visited_on = visits.min() if len(visits) else None
    after = samples["sampled_on"] > visited_on if visited_on is not None else False
    return FirmSheet(
        enterprise=enterprise,
        name=_name(enterprise, lists, samples),
        lists=lists,
        samples=samples.assign(after=after),
        visited_on=visited_on,
    )


def _items(snapshot: Snapshot, enterprise: str, scope: Scope) -> pd.DataFrame:
    """The firm's items in their present round, with their state on the day of the snapshot."""
    table = rectification_item
    statement = select(*table.c).where(table.c.enterprise_key == enterprise)
    statement = statement.order_by(table.c.found_on, table.c.source, table.c.item_no)
    return rows_of(snapshot, scoped(statement, table, scope, "found"))


def _name(enterprise: str, lists: dict[str, pd.DataFrame], samples: pd.DataFrame) -> str:
    named = [frame["enterprise_name"] for frame in lists.values()] + [samples["producer_name"]]
    words = pd.concat(named, ignore_index=True).dropna()
    return str(words.iloc[-1]) if len(words) else enterprise
