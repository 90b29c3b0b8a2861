"""Metrics of the duties of cadres (包保督导): due, done, late, reminded, trained.

One subject in one quarter is one 户次. Days and quarters are those of Beijing. A duty whose due day has not passed is
not late; a duty nobody held on the due day (a gap) stays due and is counted apart.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, not_, or_

from lib.data.tables.snapshot_loop import supervision_duty
from lib.metrics.definitions.sampling import REVIEWED
from lib.metrics.dimensions import PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Parameter, Sum, Unit, parameter_value

BASIS: Final = "食品安全“两个责任”包保督导机制；阜阳市（2023年以来）季初提示、季末提醒的做法"
BY_DUE: Final = "按应完成日期归入期间，不分抽样性质"
_DIMENSIONS: Final = (*PLACES, "quarter", "due_quarter", "binding_level", "holder", "enterprise", "source")

_d = supervision_duty.c
DONE: Final = and_(_d.done_on.is_not(None), _d.done_on <= AS_OF)
ON_TIME: Final = and_(DONE, _d.done_on <= _d.due_on)
PASSED: Final = _d.due_on < AS_OF
#: A reminder went to someone whose duty was not done yet.
REMINDED: Final = and_(
    _d.reminded_on.is_not(None),
    _d.reminded_on <= AS_OF,
    or_(_d.done_on.is_(None), _d.done_on >= _d.reminded_on),
)
_NEVER_REMINDED: Final = and_(or_(_d.reminded_on.is_(None), _d.reminded_on > AS_OF), PASSED, not_(ON_TIME))
_DAYS: Final = Parameter(name="days", label="提醒后天数不超过", default=7)
_LIMIT: Final = _d.reminded_on + parameter_value("days")
_PROBLEMS_STATED: Final = _d.problems_rectified.is_not(None)


def shared(note: str = BY_DUE, dimensions: tuple[str, ...] = _DIMENSIONS) -> dict[str, Any]:
    """What metrics of one table share; tables of duties know no kind of sampling."""
    return {
        "basis": BASIS,
        "reviewed_on": REVIEWED,
        "ignores": ("sampling",),
        "ignore_note": note,
        "dimensions": dimensions,
    }


def duties(*where: ColumnElement[bool]) -> Count:
    """Duties by the day they are due."""
    return Count(table=supervision_duty, date=_d.due_on, where=where, unit=Unit.HOUSEHOLD_QUARTER)


def _problems(column: Any, *where: ColumnElement[bool]) -> Sum:
    return Sum(table=supervision_duty, date=_d.due_on, column=column, where=(DONE, *where), unit=Unit.PIECE)


def _count(
    metric_id: str, name: str, description: str, direction: Any, *where: ColumnElement[bool]
) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        description=description,
        direction=direction,
        numerator=duties(*where),
        **shared(),
    )


_COUNTS: Final = (
    _count("supervision_due", "应督导户次", "期间内应完成的包保督导户次，一户一个季度为一户次。", "neutral"),
    _count(
        "supervision_done", "已督导户次", "期间内应完成、至截至日已督导的户次，含逾期督导的。", "higher", DONE
    ),
    _count("supervision_on_time", "按期督导户次", "在应完成日期及以前督导的户次。", "higher", ON_TIME),
    _count(
        "supervision_late",
        "逾期督导户次",
        "应完成日期之后才督导的户次；尚未督导的不在内。",
        "lower",
        DONE,
        _d.done_on > _d.due_on,
    ),
    _count(
        "supervision_overdue",
        "到期未督导户次",
        "应完成日期已过、至截至日仍未督导的户次；未到期的不计。",
        "lower",
        PASSED,
        not_(DONE),
    ),
    _count(
        "supervision_waiting",
        "待督导户次",
        "期间内应完成、至截至日尚未督导的户次，含未到期的。",
        "neutral",
        not_(DONE),
    ),
    _count(
        "supervision_gaps",
        "包保空档户次",
        "应完成日没有包保岗位的户次；仍计入应督导。",
        "lower",
        _d.has_gap.is_(True),
    ),
    _count(
        "supervision_changed_hands",
        "季度内换人户次",
        "应督导季度内包保岗位有变动的户次；以应完成日的岗位为准。",
        "neutral",
        _d.changed_hands.is_(True),
    ),
    _count(
        "supervision_reminded",
        "被提醒的未督导户次",
        "季末提醒发出时仍未督导的户次；一户次提醒多次只计一次。",
        "neutral",
        REMINDED,
    ),
)

_RATES: Final = (
    Metric(
        id="supervision_completion_rate",
        name="包保督导完成率",
        description="在应督导季度内督导的户次÷应督导户次；未到期的也在分母，季度未结束时只表示进度。",
        direction="higher",
        numerator=duties(DONE, _d.is_done_in_quarter.is_(True)),
        denominator=duties(),
        **shared(),
    ),
    Metric(
        id="supervision_on_time_rate",
        name="包保督导按期完成率",
        description="按期督导的户次÷应完成日期已过的户次；未到期的两侧都不计，提前督导的也一样。",
        direction="higher",
        # Not those done early: a running quarter would stand at 100 % as long as nobody can be late.
        numerator=duties(PASSED, ON_TIME),
        denominator=duties(PASSED),
        excluded=(Exclusion(id="not_due", label="未到期（含提前督导的）", where=_d.due_on >= AS_OF),),
        **shared(),
    ),
    Metric(
        id="binding_coverage",
        name="包保覆盖率",
        description="应完成日有岗位包保的户次÷应督导户次；没有包保关系或岗位已离任的为空档。",
        direction="higher",
        numerator=duties(_d.has_gap.is_(False)),
        denominator=duties(),
        **shared(),
    ),
    Metric(
        id="supervision_reminded_rate",
        name="季末提醒覆盖率",
        description="季末提醒发出时未督导的户次÷应提醒户次（上述户次与到期未按期督导而从未提醒的户次之和）。",
        direction="higher",
        numerator=duties(REMINDED),
        denominator=duties(or_(REMINDED, _NEVER_REMINDED)),
        note="没有提醒而按期督导的不需要提醒，不在分母。",
        **shared(),
    ),
    Metric(
        id="supervision_done_after_reminder_rate",
        name="提醒后按天数完成率",
        description="提醒后规定天数内督导的户次÷被提醒且天数已到或已督导的户次。",
        direction="higher",
        numerator=duties(REMINDED, DONE, _d.done_on <= _LIMIT),
        denominator=duties(REMINDED, or_(DONE, _LIMIT <= AS_OF)),
        parameters=(_DAYS,),
        excluded=(
            Exclusion(id="waiting", label="提醒后天数未到", where=and_(REMINDED, not_(DONE), _LIMIT > AS_OF)),
        ),
        **shared(),
    ),
    Metric(
        id="supervision_problem_rectification_rate",
        name="督导问题整改率（自报）",
        description="包保督导自报已整改问题个数÷同批督导发现问题个数；未经现场验证，没有报整改数的督导两侧都不计。",
        direction="higher",
        numerator=_problems(_d.problems_rectified, _PROBLEMS_STATED),
        denominator=_problems(_d.problems_found, _PROBLEMS_STATED),
        interval="none",
        excluded=(
            Exclusion(
                id="not_stated", label="未报整改数的督导", where=and_(DONE, _d.problems_rectified.is_(None))
            ),
        ),
        note="问题在同一次督导内相关，不给区间。",
        **shared(),
    ),
)

_OTHERS: Final = (
    Metric(
        id="supervision_problems",
        name="督导发现问题数",
        description="期间内应完成且已督导的包保督导发现的问题个数。",
        direction="neutral",
        numerator=_problems(_d.problems_found),
        **shared(),
    ),
)

METRICS: Final = (*_COUNTS, *_RATES, *_OTHERS)
