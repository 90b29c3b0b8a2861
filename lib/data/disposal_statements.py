"""How the snapshot table of disposal sides is filled: due dates from statutory limits and the workday calendar."""

from typing import Any

from sqlalchemy import Column, Date, Integer, Select, Table, cast, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from lib.data.snapshot_statements import lookup_metadata, ordered, period_columns, place_columns, unit_path
from lib.data.tables import snapshot

#: Every calendar day with the number of workdays up to and including it; `due` is the day that number is reached.
workday_number = Table("workday_number", lookup_metadata, Column("day", Date), Column("number", Integer))
workday_by_number = Table(
    "workday_by_number", lookup_metadata, Column("number", Integer), Column("day", Date)
)

UNMATCHED_SAMPLE = {
    # A disposal record whose sample was never loaded still counts as disposal; these are the values it must have had.
    "purpose": "监督抽检",
    "sampling_kind": "常规",
    "result_state": "concluded",
    "listing": "unqualified",
}


def select_disposals(
    incoming: Table, start_limit: tuple[int, str], finish_limit: tuple[int, str]
) -> Select[Any]:
    """Disposal sides with due dates; the place is the disposing authority, the made side is the producer's.

    A limit is (value, unit) with unit ``workday`` or ``day``; days under objection or re-inspection extend the finish.
    """
    sample, authority = snapshot.sample, unit_path.alias("authority")
    received = workday_number.alias("received_number")
    start_day = workday_by_number.alias("start_day")
    finish_day = workday_by_number.alias("finish_day")
    values: dict[str, Any] = {column.name: column for column in sample.columns}
    values.update({name: func.coalesce(sample.c[name], text) for name, text in UNMATCHED_SAMPLE.items()})
    values.update(place_columns(authority, "found"))
    values.update({name: incoming.c[name] for name in incoming.c.keys() if name in snapshot.disposal.c})  # noqa: SIM118
    values.update(period_columns(incoming.c.received_on, "received_"))
    pause = func.coalesce(incoming.c.paused_days, 0)
    values["start_due_on"] = _due(incoming.c.received_on, start_limit, start_day, literal(0))
    values["finish_due_on"] = _due(incoming.c.received_on, finish_limit, finish_day, pause)
    source = (
        incoming.outerjoin(
            sample, (sample.c.source == incoming.c.source) & (sample.c.sample_no == incoming.c.sample_no)
        )
        .outerjoin(authority, authority.c.code == incoming.c.authority_code)
        .outerjoin(received, received.c.day == incoming.c.received_on)
        .outerjoin(start_day, start_day.c.number == received.c.number + start_limit[0])
        .outerjoin(finish_day, finish_day.c.number == received.c.number + finish_limit[0])
    )
    return select(*ordered(snapshot.disposal, values, incoming)).select_from(source)


def _due(day: Any, limit: tuple[int, str], by_number: Any, pause: Any) -> ColumnElement[Any]:
    value, unit = limit
    if unit == "workday":
        return cast(by_number.c.day + pause, Date)
    if unit == "day":
        return cast(day + value + pause, Date)
    raise ValueError(f"a disposal limit counts workdays or days, not {unit!r}")
