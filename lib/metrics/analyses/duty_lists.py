"""The quarter of 包保督导: cockpit, task list, reminder list, who held what. Posts, never names.

A duty belongs to its due quarter; what was done is judged by the day in Beijing, as published. One query a list.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Table, select

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.data.tables.snapshot_loop import binding, supervision_duty
from lib.metrics.analyses.rectification_rows import named, rows_of
from lib.metrics.dimensions import DIMENSIONS
from lib.metrics.predicates import district
from lib.metrics.source import scoped
from lib.stats.intervals import wilson

_TASK: Final = (
    *("source", "duty_no", "enterprise_key", "enterprise_name", "division", "division_name"),
    *("binding_level", "holder_post_no", "holder_post", "due_on", "has_gap", "changed_hands"),
)
GAP: Final = "空档（无人包保）"


@dataclass(frozen=True, kw_only=True, eq=False)
class DutyList:
    """`frame` is described by the function that made it; `quarter` like 20251."""

    quarter: int
    as_of: date
    frame: pd.DataFrame
    notes: tuple[str, ...]


def quarter_days(quarter: int) -> tuple[date, date]:
    """First and last day of a quarter like 20251. Raises ValueError for another number."""
    year, number = divmod(quarter, 10)
    if not (1 <= number <= 4 and 1900 <= year <= 2999):
        raise ValueError(f"季度“{quarter}”应写成年份加一位季度，如 20251")
    following = date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)
    return date(year, number * 3 - 2, 1), following - timedelta(days=1)


def quarter_cockpit(
    snapshot: Snapshot,
    quarter: int,
    filters: Filters,
    scope: Scope,
    *,
    by: str = "binding_level",
    as_of: date | None = None,
) -> DutyList:
    """By level or `division`: group, group_name, due, done, on_time, late, overdue, not_due, gaps, problems,
    rate (done ÷ due), lower, upper; the total comes last under the group “合计”.
    """
    duties = _duties(snapshot, quarter, filters, scope, as_of)
    groups = duties.frame.groupby(by, dropna=False, sort=True)
    rows = [_cockpit_row(code, group, by) for code, group in groups]
    rows.append({"group": None, "group_name": "合计", **_counts(duties.frame)})
    note = f"一户一个季度为一户次；空档仍计入应督导。{_note_outside(duties)}"
    return _list(duties, pd.DataFrame(rows), note)


def task_list(
    snapshot: Snapshot, quarter: int, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> DutyList:
    """Start of the quarter: every duty with its post, by district, level, post: the columns of `_TASK`."""
    duties = _duties(snapshot, quarter, filters, scope, as_of)
    return _list(duties, _ordered(duties.frame)[list(_TASK)], "岗位以应完成日有效的包保关系为准。")


def reminder_list(
    snapshot: Snapshot, quarter: int, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> DutyList:
    """End of the quarter: duties not done by the as-of day: `_TASK`, reminded_on, days_left (negative: late)."""
    duties = _duties(snapshot, quarter, filters, scope, as_of)
    waiting = duties.frame[~duties.frame["done"]]
    today = pd.Timestamp(duties.as_of)
    waiting = waiting.assign(
        days_left=(waiting["due_on"] - today).dt.days,
        reminded_on=waiting["reminded_on"].where(waiting["reminded_on"] <= today),
    )
    frame = _ordered(waiting)[[*_TASK, "reminded_on", "days_left"]]
    return _list(duties, frame, f"截至{duties.as_of.isoformat()}尚未督导的；已督导的不再提醒。")


def holder_history(
    snapshot: Snapshot, quarter: int, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> DutyList:
    """Who held each subject during the quarter: enterprise_key, enterprise_name, division, division_name, post_no,
    post, binding_level, from_on, to_on (within the quarter), left_on (post given up before its end), is_holder (on
    the due day). A subject nobody held has one row with the post “空档（无人包保）”.
    """
    duties = _duties(snapshot, quarter, filters, scope, as_of)
    first, last = (pd.Timestamp(day) for day in quarter_days(quarter))
    held = _rows(snapshot, binding, filters, scope)
    ends = held[["valid_to", "left_on"]].min(axis=1).fillna(last)
    held = held.assign(
        from_on=held["valid_from"].where(held["valid_from"] >= first, first),
        to_on=ends.where(ends <= last, last),
    )
    held = held[(held["from_on"] <= held["to_on"]) & (held["to_on"] >= first)]
    subjects = duties.frame[
        ["source", "enterprise_key", "enterprise_name", "division", "division_name", "binding_no"]
    ]
    columns = [
        *("source", "enterprise_key", "binding_no", "post_no"),
        *("post", "binding_level", "from_on", "to_on"),
    ]
    frame = subjects.rename(columns={"binding_no": "due_binding"}).merge(
        held[[*columns, "left_on"]], on=["source", "enterprise_key"], how="left"
    )
    frame = frame.assign(
        is_holder=frame["binding_no"].notna() & (frame["binding_no"] == frame["due_binding"]),
        left_on=frame["left_on"].where(frame["left_on"] < last),
        post=frame["post"].fillna(frame["post_no"]).fillna(GAP),
    )
    order = ["division", "enterprise_key", "from_on", "binding_no"]
    frame = frame.sort_values(order, na_position="last", ignore_index=True)
    return _list(duties, frame.drop(columns=["due_binding"]), "岗位离任后，其包保关系视为终止。")


def gap_list(
    snapshot: Snapshot, quarter: int, filters: Filters, scope: Scope, *, as_of: date | None = None
) -> DutyList:
    """Duties nobody held on the due day: the columns of `_TASK`."""
    duties = _duties(snapshot, quarter, filters, scope, as_of)
    gaps = duties.frame[duties.frame["has_gap"].astype(bool)]
    return _list(duties, _ordered(gaps)[list(_TASK)], "应完成日没有有效包保关系，或包保岗位已离任。")


def _duties(snapshot: Snapshot, quarter: int, filters: Filters, scope: Scope, as_of: date | None) -> DutyList:
    quarter_days(quarter)
    day = as_of or snapshot.as_of
    frame = _rows(snapshot, supervision_duty, filters, scope, supervision_duty.c.due_quarter == quarter)
    today = pd.Timestamp(day)
    done = frame["done_on"].notna() & (frame["done_on"] <= today)
    frame = frame.assign(
        done=done,
        on_time=done & (frame["done_on"] <= frame["due_on"]),
        late=done & (frame["done_on"] > frame["due_on"]),
        overdue=~done & (frame["due_on"] < today),
    )
    return DutyList(quarter=quarter, as_of=day, frame=named(frame, snapshot), notes=())


def _rows(
    snapshot: Snapshot, table: Table, filters: Filters, scope: Scope, *where: ColumnElement[bool]
) -> pd.DataFrame:
    predicates = list(where)
    if filters.district is not None:
        predicates.append(district(table, filters.district, filters.side, snapshot.units))
    if filters.source:
        predicates.append(table.c.source.in_(filters.source))
    return rows_of(snapshot, scoped(select(*table.c).where(*predicates), table, scope, filters.side))


def _list(duties: DutyList, frame: pd.DataFrame, note: str) -> DutyList:
    label = DIMENSIONS["quarter"].label(duties.quarter, {})
    return DutyList(quarter=duties.quarter, as_of=duties.as_of, frame=frame, notes=(f"{label}；{note}",))


def _note_outside(duties: DutyList) -> str:
    """Metrics count by the due day, the cockpit by the due quarter: say where the two differ."""
    first, last = (pd.Timestamp(day) for day in quarter_days(duties.quarter))
    outside = int((~duties.frame["due_on"].between(first, last)).sum())
    return (
        f"其中{outside}户次的应完成日期不在本季度之内，按应完成日期计的各项数字不含这些。" if outside else ""
    )


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    filled = frame.assign(holder_post=frame["holder_post"].fillna(frame["holder_post_no"]).fillna(GAP))
    order = ["division", "binding_level", "holder_post", "source", "duty_no"]
    return filled.sort_values(order, na_position="last", ignore_index=True)


def _cockpit_row(code: Any, group: pd.DataFrame, by: str) -> dict[str, Any]:
    missing = bool(pd.isna(code))
    name = (
        group["division_name"].iloc[0]
        if by == "division"
        else DIMENSIONS[by].label(None if missing else code, {})
    )
    return {"group": None if missing else code, "group_name": name, **_counts(group)}


def _counts(group: pd.DataFrame) -> dict[str, Any]:
    due, done = len(group), int(group["done"].sum())
    lower, upper = wilson([done], [due])
    return {
        "due": due,
        "done": done,
        **{name: int(group[name].sum()) for name in ("on_time", "late", "overdue")},
        "not_due": due - done - int(group["overdue"].sum()),
        "gaps": int(group["has_gap"].sum()),
        "problems": int(group.loc[group["done"], "problems_found"].fillna(0).sum()),
        "rate": done / due if due else None,
        "lower": float(lower[0]) if due else None,
        "upper": float(upper[0]) if due else None,
    }
