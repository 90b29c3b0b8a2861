"""What a snapshot holds for a metric: the days its records span and the values its filters may take."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lib.data.filters import ALL_SAMPLING, SAMPLING_KINDS, SIDE_NAMES
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot import campaign, sample
from lib.metrics.metric import Metric
from lib.metrics.source import run, scoped
from lib.metrics.tables import ReadableTable


def data_range(snapshot: Snapshot, metric: Metric, scope: Scope) -> tuple[date, date]:
    """First and last day of the records a metric counts; the year of the as-of day where there are none."""
    side = metric.numerator
    if side.date is not None:
        columns: list[ColumnElement[Any]] = [
            func.min(side.date).label("first"),
            func.max(side.date).label("last"),
        ]
        statement = select(*columns)
        found = run(snapshot, scoped(statement, side.table, scope, metric.fixed_side or "found")).to_pylist()[
            0
        ]
        if found["first"] is not None:
            return found["first"], found["last"]
    return snapshot.as_of.replace(month=1, day=1), snapshot.as_of


def table_range(snapshot: Snapshot, taken: ReadableTable, scope: Scope) -> tuple[date, date]:
    """First and last day of the records of a table; the year of the as-of day where there is none."""
    if taken.day is not None:
        columns: list[ColumnElement[Any]] = [
            func.min(taken.day).label("first"),
            func.max(taken.day).label("last"),
        ]
        found = run(snapshot, scoped(select(*columns), taken.table, scope, "found")).to_pylist()[0]
        if found["first"] is not None:
            return found["first"], found["last"]
    return snapshot.as_of.replace(month=1, day=1), snapshot.as_of


def filter_values(snapshot: Snapshot, field: str, scope: Scope) -> dict[str, str]:
    """What a filter may be set to: stored value → Chinese name."""
    if field == "district":
        return {unit.code: unit.name for unit in snapshot.units}
    if field == "category":
        return {category.code: category.name for category in snapshot.categories}
    if field == "sampling":
        return {kind: kind for kind in (*SAMPLING_KINDS, ALL_SAMPLING)}
    if field == "side":
        return {str(side): name for side, name in SIDE_NAMES.items()}
    if field == "campaign":
        return _campaigns(snapshot, scope)
    column = sample.c[field]
    statement = select(column).where(column.is_not(None)).distinct().order_by(column)
    values = run(snapshot, scoped(statement, sample, scope, "found"))[field].to_pylist()
    return {value: value for value in values}


def _campaigns(snapshot: Snapshot, scope: Scope) -> dict[str, str]:
    statement = select(campaign.c.campaign_code, campaign.c.name).order_by(campaign.c.campaign_code)
    rows = run(snapshot, scoped(statement, campaign, scope, "found")).to_pylist()
    return {row["campaign_code"]: row["name"] or row["campaign_code"] for row in rows}
