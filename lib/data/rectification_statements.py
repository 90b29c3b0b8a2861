"""From the event log of rectification items to rounds and states, with the reason of every 纸面整改."""

from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    true,
)

from lib.data.disposal_statements import workday_by_number, workday_number
from lib.data.event_sequence import ASSISTED, ENDS, IMPROVED, RECTIFIED, VERIFIED
from lib.data.loop_statements import Filling, filling_of
from lib.data.snapshot_statements import ordered, period_columns
from lib.data.tables import rectification, snapshot
from lib.data.tables import snapshot_loop as loop
from lib.data.tables.rectification import REVISIT, STAGES, TRANSFERRED, WITHDRAWN

RECURRENCE_DAYS: Final = 365


def item_base(incoming: FromClause) -> Select[Any]:
    """Items with districts, enterprise and due day, before anything that comes from events."""
    filling = Filling(loop.rectification_item, incoming)
    filling.take_places()
    own = incoming.c
    number, due = workday_number.alias("found_number"), workday_by_number.alias("due_day")
    filling.join(number, number.c.day == own.found_on)
    filling.join(due, due.c.number == number.c.number + own.due_days)
    counted = case(
        (own.due_unit == "workday", due.c.day),
        (own.due_unit == "day", own.found_on + own.due_days),
        else_=null(),
    )
    filling.values["due_on"] = func.coalesce(own.due_on, cast(counted, Date))
    columns = [
        filling.values[column.name].label(column.name) if column.name in filling.values else own[column.name]
        for column in loop.rectification_item.columns
        if column.name in filling.values or column.name in rectification.rectification_item.c
    ]
    return select(*columns).select_from(filling.source)


def round_base(items: FromClause, events: FromClause, as_of: date) -> Select[Any]:
    """Rounds of every item with what happened in them up to ``as_of``; an item without events has one empty round."""
    event = events.c
    clean = and_(event.stage == VERIFIED, event.is_claim, event.closing_defect.is_(None))

    def first(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.min(event.day).filter(condition)

    gathered = (
        select(
            *(event.source, event.item_no, event.round),
            func.min(event.day).label("opened_on"),
            first(event.stage == ASSISTED).label("assisted_on"),
            first(event.stage == RECTIFIED).label("rectified_on"),
            first(event.is_claim).label("claimed_on"),
            first(clean).label("verified_on"),
            func.arg_min(event.rectified_before, event.position).filter(clean).label("verified_rectified_on"),
            first(event.stage == IMPROVED).label("improved_on"),
            first(event.stage == REVISIT).label("revisited_on"),
            first(event.stage.in_(ENDS)).label("ended_on"),
            func.arg_min(event.stage, event.position).filter(event.stage.in_(ENDS)).label("ended_as"),
            # arg_min passes over missing values: a clean first claim must not take the defect of a later one.
            func.nullif(
                func.arg_min(func.coalesce(event.closing_defect, ""), event.position).filter(event.is_claim),
                "",
            ).label("closing_defect"),
        )
        .where(event.day <= as_of)
        .group_by(event.source, event.item_no, event.round)
        .subquery("gathered")
    )
    item, found = items.c, gathered.c
    joined = items.outerjoin(gathered, and_(found.source == item.source, found.item_no == item.item_no))
    number = func.coalesce(found.round, 1)
    started = case((number == 1, item.found_on), else_=found.opened_on)
    kept = [column for column in items.c if column.name in loop.rectification_round.c]
    dates = [
        column
        for column in found
        if column.name not in ("source", "item_no", "round", "opened_on", *items.c.keys())
    ]
    started_rounds = select(
        *kept, *dates, number.label("round"), cast(started, Date).label("started_on")
    ).select_from(joined)
    rounds = started_rounds.subquery("started_rounds")
    following = func.lead(rounds.c.started_on).over(
        partition_by=(rounds.c.source, rounds.c.item_no), order_by=rounds.c.round
    )
    return select(rounds, following.label("reopened_on"))


def round_with_recurrence(rounds: FromClause) -> Select[Any]:
    """Rounds with the first unqualified sample of the same product and item within a year of the claim."""
    own, failing = rounds.c, snapshot.failing_item
    again = and_(
        failing.c.producer_key == own.enterprise_key,
        failing.c.item_name == own.failing_item_name,
        failing.c.verdict == "unqualified",
        failing.c.supervision_verdict == "unqualified",
        failing.c.sampled_on > own.claimed_on,
        failing.c.sampled_on <= own.claimed_on + RECURRENCE_DAYS,
    )
    key = (own.source, own.item_no, own.round)
    found = (
        select(*key, func.min(failing.c.sampled_on).label("recurred_on"))
        .select_from(rounds.join(failing, again))
        .group_by(*key)
        .subquery("again")
    )
    same = and_(*(found.c[column.name] == column for column in key))
    until = case(
        (own.failing_item_name.is_not(None), cast(own.claimed_on + RECURRENCE_DAYS, Date)), else_=null()
    )
    reason = func.coalesce(own.closing_defect, case((found.c.recurred_on.is_not(None), "复发"), else_=null()))
    return select(
        *rounds.c,
        until.label("recurrence_until"),
        found.c.recurred_on,
        reason.label("paper_reason"),
    ).select_from(rounds.outerjoin(found, same))


def select_rounds(rounds: FromClause) -> Select[Any]:
    """Rows of ``rectification_round``; its main day is the day the item was found, also after a reopening."""
    values = {
        **period_columns(rounds.c.found_on),
        **period_columns(rounds.c.claimed_on, "claimed_"),
        **period_columns(rounds.c.verified_on, "verified_"),
    }
    return select(*ordered(loop.rectification_round, values, rounds)).select_from(rounds)


def select_items(items: FromClause, rounds: FromClause, events: FromClause, as_of: date) -> Select[Any]:
    """Rows of ``rectification_item``: the current round on ``as_of`` and how often it went wrong."""
    key = (rounds.c.source, rounds.c.item_no)
    counts = (
        select(
            *key,
            func.max(rounds.c.round).label("rounds"),
            func.count(rounds.c.paper_reason).label("paper_closings"),
            func.max(case((rounds.c.round > 1, rounds.c.started_on), else_=null())).label("reopened_on"),
        )
        .group_by(*key)
        .subquery("counts")
    )
    fault_key = (events.c.source, events.c.item_no)
    faults = select(*fault_key, func.count(events.c.order_fault).label("order_faults")).group_by(*fault_key)
    faulty = faults.subquery("faulty")
    current = rounds.alias("current")
    source = (
        items.join(counts, _same_item(items, counts))
        .join(current, and_(_same_item(items, current), current.c.round == counts.c.rounds))
        .outerjoin(faulty, _same_item(items, faulty))
    )
    values: dict[str, Any] = {
        column.name: column
        for column in current.c
        if column.name not in items.c and column.name != "reopened_on"
    }
    values.update(
        rounds=counts.c.rounds,
        paper_closings=counts.c.paper_closings,
        reopened_on=counts.c.reopened_on,
        reopened_count=counts.c.rounds - 1,
        order_faults=func.coalesce(faulty.c.order_faults, 0),
        state=_state(current.c, as_of),
        is_overdue=func.coalesce(and_(_is_open(current.c), current.c.due_on < as_of), false()),
        **period_columns(items.c.found_on),
        **period_columns(items.c.due_on, "due_"),
        **period_columns(current.c.verified_on, "verified_"),
        **period_columns(current.c.claimed_on, "claimed_"),
    )
    return select(*ordered(loop.rectification_item, values, items)).select_from(source)


def _is_open(row: Any) -> ColumnElement[bool]:
    return and_(row.verified_on.is_(None), row.ended_on.is_(None))


def _state(row: Any, as_of: date) -> ColumnElement[Any]:
    """Verified counts unless it was ended before; what is only claimed or reported is 自报完成, also when overdue."""
    verified = and_(row.verified_on.is_not(None), func.coalesce(row.verified_on <= row.ended_on, true()))
    reported = or_(row.rectified_on.is_not(None), row.claimed_on.is_not(None))
    begun = or_(row.assisted_on.is_not(None), row.due_on.is_(None))
    return case(
        (verified, "已验证"),
        (row.ended_as == TRANSFERRED, "已移送"),
        (row.ended_as == WITHDRAWN, "已撤回"),
        (reported, "自报完成"),
        (row.due_on < as_of, "逾期"),
        (begun, "进行中"),
        else_="未到期",
    )


def select_events(events: FromClause) -> Select[Any]:
    """Rows of ``rectification_event``, with enterprise and districts of their item."""
    filling = filling_of(loop.rectification_event, events)
    filling.take_from_parent(loop.rectification_item, "item_no")
    number = case({stage: number for number, stage in enumerate(STAGES, start=1)}, value=events.c.stage)
    filling.values["stage_number"] = number
    return filling.select()


def _same_item(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.c.source == other.c.source, one.c.item_no == other.c.item_no)
