"""Metrics of cadre posts, bindings, prompts and reminders of 包保督导. Posts are counted, never persons."""

from typing import Final

from sqlalchemy import ColumnElement, and_, or_

from lib.data.tables.snapshot_loop import binding, cadre_post, exam, supervision_notice
from lib.metrics.definitions.duties import shared
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import AS_OF, Count, Metric, Unit

_NOTICE_DIMENSIONS: Final = (*PLACES, *PERIODS, "due_quarter", "channel", "binding_level", "source")
_POST_DIMENSIONS: Final = (*PLACES, "binding_level", "source")

_ACTIVE_POST: Final = and_(
    cadre_post.c.valid_from <= AS_OF,
    or_(cadre_post.c.valid_to.is_(None), cadre_post.c.valid_to >= AS_OF),
)
_ACTIVE_BINDING: Final = and_(
    binding.c.valid_from <= AS_OF, or_(binding.c.valid_to.is_(None), binding.c.valid_to >= AS_OF)
)
_AS_OF_DAY: Final = shared("只看截至日在任或有效的，不受期间限制，不分抽样性质", _POST_DIMENSIONS)
_BY_SENT: Final = shared("按发出日期（北京时间）归入期间，不分抽样性质", _NOTICE_DIMENSIONS)


def _notices(kind: str) -> Count:
    return Count(
        table=supervision_notice,
        date=supervision_notice.c.sent_on,
        where=(supervision_notice.c.kind == kind,),
        unit=Unit.TIME,
    )


def _posts(*where: ColumnElement[bool]) -> Count:
    return Count(table=cadre_post, date=None, where=(_ACTIVE_POST, *where), unit=Unit.PIECE)


METRICS: Final = (
    Metric(
        id="supervision_prompts",
        name="季初提示次数",
        description="期间内发出的包保督导季初提示次数。",
        direction="neutral",
        numerator=_notices("季初提示"),
        **_BY_SENT,
    ),
    Metric(
        id="supervision_reminders",
        name="季末提醒次数",
        description="期间内发出的包保督导季末提醒次数，一户次提醒两回计两次。",
        direction="neutral",
        numerator=_notices("季末提醒"),
        **_BY_SENT,
    ),
    Metric(
        id="bound_subjects",
        name="包保主体数",
        description="截至日有有效包保关系的主体户数，同一主体只计一户。",
        direction="neutral",
        numerator=Count(
            table=binding,
            date=None,
            where=(_ACTIVE_BINDING,),
            distinct=(binding.c.enterprise_key,),
            unit=Unit.HOUSEHOLD,
        ),
        **_AS_OF_DAY,
    ),
    Metric(
        id="cadre_posts",
        name="在任包保岗位数",
        description="截至日在任的包保干部岗位个数，只计岗位，不计人名。",
        direction="neutral",
        numerator=_posts(),
        **_AS_OF_DAY,
    ),
    Metric(
        id="cadre_training_coverage",
        name="包保干部培训覆盖率",
        description="至截至日参加过培训的在任包保岗位个数÷在任包保岗位个数。",
        direction="higher",
        numerator=_posts(cadre_post.c.trained_on.is_not(None), cadre_post.c.trained_on <= AS_OF),
        denominator=_posts(),
        **_AS_OF_DAY,
    ),
    Metric(
        id="exam_coverage",
        name="抽考企业与包保主体之比",
        description="期间内被抽考企业家数÷截至日有效包保主体家数；被抽考的不限于包保主体，可以超过100%。",
        direction="higher",
        numerator=Count(
            table=exam, date=exam.c.held_on, distinct=(exam.c.enterprise_key,), unit=Unit.ENTERPRISE
        ),
        denominator=Count(
            table=binding,
            date=None,
            where=(_ACTIVE_BINDING,),
            distinct=(binding.c.enterprise_key,),
            unit=Unit.ENTERPRISE,
        ),
        interval="none",
        **shared("抽考按抽考日期归入期间，包保主体只看截至日，不分抽样性质", (*PLACES, "source")),
    ),
)
