"""The order of the loop 发现—帮扶—整改—验证—提升: what is wrong with an event, given those before it.

An item is completed by its first clean verification: passed, on site, with evidence, by a post that is named and is not
the one that rectified it, and after it was rectified. It is claimed closed by the first passed verification, striking
off or 提升, clean or not; what comes after 移送 or 撤回 claims nothing. 重开 begins a new round only after a
closing or an end; before one it is a fault of order and changes nothing. The rules stand here once: publishing derives
states from them, the loader asks which events break them.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
)

from lib.data.loop_statements import beijing
from lib.data.tables.rectification import REOPENED, REVISIT, STAGES, STRUCK_OFF, TRANSFERRED, WITHDRAWN

FOUND, ASSISTED, RECTIFIED, VERIFIED, IMPROVED = STAGES
ENDS: Final = (TRANSFERRED, WITHDRAWN)
#: How events of the same moment follow each other.
_SAME_MOMENT: Final = (
    *(FOUND, ASSISTED, RECTIFIED, VERIFIED, STRUCK_OFF, IMPROVED, REVISIT),
    *(TRANSFERRED, WITHDRAWN, REOPENED),
)
FAULT_NAMES: Final = (
    "未整改先验证",
    "未验证即销号",
    "未验证先提升",
    "发现晚于其他环节",
    "移送或撤回后又有事件",
    "未办结先重开",
)


def sequence(events: FromClause) -> Select[Any]:
    """Events with their moment, position, round, and what is wrong with them.

    ``events`` has the columns of the record table. Added: ``moment``, ``day``, ``position`` in the item,
    ``round``, ``is_claim``, ``order_fault``, ``closing_defect``, ``rectified_before`` (day of the last 整改 before).
    """
    rounds = _rounds(events)
    event = rounds.c
    item_round = (event.source, event.item_no, event.round)
    upto: dict[str, Any] = {"partition_by": item_round, "order_by": event.position, "rows": (None, 0)}
    before: dict[str, Any] = {**upto, "rows": (None, -1)}
    rectified = event.stage == RECTIFIED
    passed = and_(event.stage == VERIFIED, event.passed.is_(True))
    looked = select(
        rounds,
        func.count().filter(rectified).over(**upto).label("rectifications"),
        func.count().filter(passed).over(**before).label("passes_before"),
        func.count().filter(event.stage.in_(ENDS)).over(**before).label("ends_before"),
        func.count().over(**before).label("events_before"),
        # arg_max passes over missing values: a rectifier who is not named must not hide behind one before.
        func.arg_max(func.coalesce(event.actor_post, ""), event.position)
        .filter(rectified)
        .over(**upto)
        .label("rectifier_post"),
        func.arg_max(event.unit, event.position).filter(rectified).over(**upto).label("rectifier_unit"),
        func.max(event.day).filter(rectified).over(**upto).label("rectified_before"),
        func.coalesce(or_(passed, event.stage.in_((STRUCK_OFF, IMPROVED))), false()).label("closes"),
    ).subquery("looked")
    judged = select(
        looked,
        _order_fault(looked).label("order_fault"),
        and_(looked.c.closes, looked.c.ends_before == 0).label("is_claim"),
    ).subquery("judged")
    return select(judged, _closing_defect(judged).label("closing_defect"))


def _rounds(events: FromClause) -> Any:
    own = events.c
    moment = beijing(own.happened_at)
    rank = case({stage: number for number, stage in enumerate(_SAME_MOMENT)}, value=own.stage)
    placed = select(
        events,
        moment.label("moment"),
        cast(moment, Date).label("day"),
        func.coalesce(own.actor_unit, "").label("unit"),
        func.row_number()
        .over(partition_by=(own.source, own.item_no), order_by=(moment, rank, own.event_no))
        .label("position"),
    ).subquery("placed")
    item = (placed.c.source, placed.c.item_no)
    passed = and_(placed.c.stage == VERIFIED, placed.c.passed.is_(True))
    ended = func.coalesce(or_(passed, placed.c.stage.in_((STRUCK_OFF, IMPROVED, *ENDS))), false())
    turning = or_(ended, placed.c.stage == REOPENED)
    before: dict[str, Any] = {"partition_by": item, "order_by": placed.c.position, "rows": (None, -1)}
    # Only what was closed or ended since it was opened last can be opened again.
    known = select(
        placed, func.arg_max(ended, placed.c.position).filter(turning).over(**before).label("was_closed")
    ).subquery("known")
    opens = and_(known.c.stage == REOPENED, known.c.was_closed.is_(True))
    number = (
        func.count()
        .filter(opens)
        .over(
            partition_by=(known.c.source, known.c.item_no),
            order_by=known.c.position,
            rows=(None, 0),
        )
        + 1
    )
    return select(known, cast(number, Integer).label("round")).subquery("rounds")


def _order_fault(looked: Any) -> ColumnElement[Any]:
    row = looked.c
    no_rectification, no_pass, late_found, after_end, nothing_closed = (
        and_(row.stage == VERIFIED, row.rectifications == 0),
        row.passes_before == 0,
        and_(row.stage == FOUND, row.events_before > 0),
        row.ends_before > 0,
        and_(row.stage == REOPENED, row.was_closed.is_not(True)),
    )
    return case(
        (no_rectification, FAULT_NAMES[0]),
        (and_(row.stage == STRUCK_OFF, no_pass), FAULT_NAMES[1]),
        (and_(row.stage == IMPROVED, no_pass), FAULT_NAMES[2]),
        (late_found, FAULT_NAMES[3]),
        (after_end, FAULT_NAMES[4]),
        (nothing_closed, FAULT_NAMES[5]),
        else_=null(),
    )


def _closing_defect(judged: Any) -> ColumnElement[Any]:
    row = judged.c
    verified = row.stage == VERIFIED
    post = func.coalesce(row.actor_post, "")
    # A unit that is not stated tells no two posts apart.
    same_unit = or_(row.unit == row.rectifier_unit, row.unit == "", row.rectifier_unit == "")
    return case(
        (row.is_claim.is_(False), null()),
        (row.order_fault.in_(FAULT_NAMES[:3]), row.order_fault),
        (and_(verified, row.on_site.is_not(True)), "未到现场"),
        (and_(verified, func.coalesce(row.evidence, "") == ""), "缺少证据"),
        (and_(verified, post == ""), "未写明验证岗位"),
        (and_(verified, post == row.rectifier_post, same_unit), "整改与验证同一岗位"),
        else_=null(),
    )
