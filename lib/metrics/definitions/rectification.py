"""Metrics of rectification (整改闭环). Completed is verified on site; what is only reported done is shown apart.

An item counts in the round it is in on the as-of day: after a reopening what was verified before no longer counts.
Items that were transferred or withdrawn have ended and are no completions. Item (项) is the unit, whatever it stems
from: problems (个) and suggestions (条) have counts of their own.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, not_, or_

from lib.data.tables.snapshot_loop import rectification_round
from lib.metrics.definitions.sampling import REVIEWED
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Unit

BASIS: Final = "阜阳市食品安全流动诊所（2025年11月报道）：五环闭环，清单化管理、销号式推进，杜绝纸面整改"
BY_FOUND: Final = "按发现日期归入期间，不分抽样性质"
DIMENSIONS: Final = (*PLACES, *PERIODS, "origin", "owner_post", "enterprise", "source")

_r = rectification_round.c
#: The round an item is in on the as-of day.
CURRENT: Final = and_(
    _r.found_on <= AS_OF,
    _r.started_on <= AS_OF,
    or_(_r.reopened_on.is_(None), _r.reopened_on > AS_OF),
)
VERIFIED: Final = and_(
    _r.verified_on.is_not(None),
    _r.verified_on <= AS_OF,
    or_(_r.ended_on.is_(None), _r.verified_on <= _r.ended_on),
)
ENDED: Final = and_(_r.ended_on.is_not(None), _r.ended_on <= AS_OF, not_(VERIFIED))
OPEN: Final = and_(not_(VERIFIED), not_(ENDED))
REPORTED: Final = or_(
    and_(_r.rectified_on.is_not(None), _r.rectified_on <= AS_OF),
    and_(_r.claimed_on.is_not(None), _r.claimed_on <= AS_OF),
)
OVERDUE: Final = and_(OPEN, _r.due_on.is_not(None), _r.due_on < AS_OF)

#: Items that ended without completion.
GONE: Final = Exclusion(id="ended", label="移送或撤回", where=and_(CURRENT, ENDED))


def items(*where: ColumnElement[bool]) -> Count:
    """Items by the day they were found, each in its round of the as-of day."""
    return Count(
        table=rectification_round, date=_r.found_on, where=(CURRENT, *where), unit=Unit.RECTIFICATION_ITEM
    )


def shared(note: str = BY_FOUND, dimensions: tuple[str, ...] = DIMENSIONS) -> dict[str, Any]:
    """What metrics of one table share; tables of the loop know no kind of sampling."""
    return {
        "basis": BASIS,
        "reviewed_on": REVIEWED,
        "ignores": ("sampling",),
        "ignore_note": note,
        "dimensions": dimensions,
    }


def _count(
    metric_id: str, name: str, description: str, direction: Any, *where: ColumnElement[bool]
) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        description=description,
        direction=direction,
        numerator=items(*where),
        **shared(),
    )


#: Not those verified early: they would make a young cohort, whose other items are not due yet, look finished.
_DUE: Final = and_(not_(ENDED), _r.due_on < AS_OF)
_ON_TIME_LEFT_OUT: Final = (
    GONE,
    Exclusion(
        id="not_due", label="未到期（含提前验证的）", where=and_(CURRENT, not_(ENDED), _r.due_on >= AS_OF)
    ),
    Exclusion(
        id="no_due_date",
        label="没有整改期限",
        where=and_(CURRENT, not_(ENDED), _r.due_on.is_(None), _r.due_days.is_(None)),
    ),
    Exclusion(
        id="no_calendar",
        label="工作日历未覆盖",
        where=and_(CURRENT, not_(ENDED), _r.due_on.is_(None), _r.due_days.is_not(None)),
    ),
)

METRICS: Final = (
    _count(
        "rectification_items",
        "整改项数",
        "期间内发现的整改项数；含已验证、自报完成、进行中以及移送、撤回的。",
        "neutral",
    ),
    _count(
        "rectification_verified",
        "完成整改（现场验证）项数",
        "期间内发现、已由现场验证通过的整改项数；验证须到现场、有证据、写明岗位且非整改岗位、在整改之后。",
        "neutral",
        VERIFIED,
    ),
    _count(
        "rectification_self_reported",
        "自报完成项数",
        "期间内发现、企业已报整改或已销号而尚无合规现场验证的整改项数；不算完成。",
        "neutral",
        OPEN,
        REPORTED,
    ),
    _count(
        "rectification_in_progress",
        "整改中项数",
        "期间内发现、未验证也未自报完成的整改项数；移送、撤回的不计。",
        "neutral",
        OPEN,
        not_(REPORTED),
    ),
    _count(
        "rectification_open",
        "未完成整改项数",
        "期间内发现、尚未现场验证的整改项数，含自报完成的；移送、撤回的不计。",
        "lower",
        OPEN,
    ),
    _count(
        "rectification_overdue",
        "逾期未完成整改项数",
        "整改期限已过而尚未现场验证的整改项数，含自报完成的；未到期和没有期限的不计。",
        "lower",
        OVERDUE,
    ),
    _count(
        "rectification_ended",
        "移送或撤回项数",
        "期间内发现、以移送或撤回结束的整改项数；不算完成。",
        "neutral",
        ENDED,
    ),
    Metric(
        id="rectification_completion_rate",
        name="整改完成率（现场验证）",
        description="已现场验证的整改项数÷全部整改项数，含未到期的；移送、撤回的两侧都不计。",
        direction="higher",
        numerator=items(VERIFIED),
        denominator=items(not_(ENDED)),
        excluded=(GONE,),
        **shared(),
    ),
    Metric(
        id="rectification_rate",
        name="到期整改率（现场验证）",
        description="已现场验证的整改项数÷期限已过的整改项数；未到期的两侧都不计，提前验证的也一样。",
        direction="higher",
        numerator=items(VERIFIED, _DUE),
        denominator=items(_DUE),
        excluded=_ON_TIME_LEFT_OUT,
        **shared(),
    ),
    Metric(
        id="rectification_on_time_rate",
        name="整改按时验证率",
        description="在期限内现场验证的整改项数÷期限已过的整改项数；未到期的两侧都不计，提前验证的也一样。",
        direction="higher",
        numerator=items(VERIFIED, _DUE, _r.verified_on <= _r.due_on),
        denominator=items(_DUE),
        excluded=_ON_TIME_LEFT_OUT,
        **shared(),
    ),
)
