"""Metrics of what went wrong in rectification: closed on paper, again unqualified, reopened; and of visits again.

纸面整改 is a closing whose first ground was no proper verification on site, or after which the same item of the same
producer was unqualified within 365 days. Every closing counts, also one that was reopened later.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, func, not_, or_

from lib.data.tables.snapshot_loop import rectification_event, rectification_item, rectification_round
from lib.metrics.definitions.rectification import CURRENT, DIMENSIONS, ENDED, VERIFIED, items, shared
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Unit

_EVENT_DIMENSIONS: Final = (*PLACES, *PERIODS, "loop_stage", "origin", "enterprise", "source")

_r = rectification_round.c
_CLAIMED: Final = _r.claimed_on <= AS_OF
_PAPER: Final = or_(
    _r.closing_defect.is_not(None), and_(_r.recurred_on.is_not(None), _r.recurred_on <= AS_OF)
)
_RECURRENCE_KNOWN: Final = and_(_CLAIMED, _r.recurrence_until.is_not(None), _r.recurrence_until <= AS_OF)


def _claims(*where: ColumnElement[bool]) -> Count:
    return Count(
        table=rectification_round, date=_r.claimed_on, where=(_CLAIMED, *where), unit=Unit.RECTIFICATION_ITEM
    )


_BY_CLAIM: Final = shared("按称已办结的日期归入期间，每办结一次计一项，不分抽样性质")
_BY_REVISIT: Final = shared(
    "按应回访日期归入期间，不分抽样性质", (*PLACES, "origin", "owner_post", "enterprise", "source")
)
_item = rectification_item.c
_REVISIT_DUE: Final = and_(_item.revisit_due_on <= AS_OF, _item.ended_on.is_(None))


def _revisits(*where: ColumnElement[bool]) -> Count:
    return Count(
        table=rectification_item,
        date=_item.revisit_due_on,
        where=(_REVISIT_DUE, *where),
        unit=Unit.RECTIFICATION_ITEM,
    )


_ADVISED: Final = _r.suggestion_no.is_not(None)


METRICS: Final = (
    Metric(
        id="paper_rectification",
        name="纸面整改项数",
        description="期间内称已办结、而未经合规现场验证或365天内同一项目再次不合格的整改项数，每办结一次计一项。",
        direction="lower",
        numerator=_claims(_PAPER),
        **{**_BY_CLAIM, "dimensions": (*DIMENSIONS, "closing_defect")},
    ),
    Metric(
        id="paper_rectification_rate",
        name="纸面整改率",
        description="纸面整改项数÷称已办结的整改项数；办结的首个依据不合规或365天内复发的为纸面整改。",
        direction="lower",
        numerator=_claims(_PAPER),
        denominator=_claims(),
        note="办结不满365天的复发尚未可知，近期的纸面整改率只会上升。",
        **_BY_CLAIM,
    ),
    Metric(
        id="rectification_recurrence_rate",
        name="整改后复发率",
        description="办结后365天内同一企业同一项目再次不合格的整改项数÷办结已满365天的整改项数；只含对应不合格项目的。",
        direction="lower",
        numerator=_claims(_RECURRENCE_KNOWN, _r.recurred_on.is_not(None)),
        denominator=_claims(_RECURRENCE_KNOWN),
        excluded=(
            Exclusion(
                id="immature",
                label="办结未满365天",
                where=and_(_CLAIMED, _r.recurrence_until.is_not(None), _r.recurrence_until > AS_OF),
            ),
            Exclusion(
                id="no_item",
                label="没有对应的不合格项目",
                where=and_(_CLAIMED, _r.recurrence_until.is_(None)),
            ),
        ),
        note="未再抽样不等于没有复发。",
        **_BY_CLAIM,
    ),
    Metric(
        id="rectification_reopened",
        name="重开整改项数",
        description="期间内发现、办结后至少重开一次的整改项数；一项重开两次只计一项。",
        direction="lower",
        numerator=Count(
            table=rectification_round,
            date=_r.found_on,
            where=(CURRENT, _r.round > 1),
            unit=Unit.RECTIFICATION_ITEM,
        ),
        **shared(),
    ),
    Metric(
        id="rectification_reopened_rate",
        name="整改重开率",
        description="重开过的整改项数÷全部整改项数；移送、撤回的也计入分母。",
        direction="lower",
        numerator=items(_r.round > 1),
        denominator=items(),
        **shared(),
    ),
    Metric(
        id="revisit_rate",
        name="回访完成率",
        description="已回访的整改项数÷应回访日期已到的整改项数；移送、撤回的两侧都不计。",
        direction="higher",
        numerator=_revisits(_item.revisited_on <= AS_OF),
        denominator=_revisits(),
        **_BY_REVISIT,
    ),
    Metric(
        id="revisits_due",
        name="应回访整改项数",
        description="期间内应回访日期已到的整改项数；移送、撤回的不计。",
        direction="neutral",
        numerator=_revisits(),
        **_BY_REVISIT,
    ),
    Metric(
        id="advice_done_rate",
        name="建议落实率（现场验证）",
        description="对应整改建议、已现场验证的整改项数÷对应整改建议的整改项数；以整改项计，不是建议条数。",
        direction="higher",
        numerator=items(_ADVISED, VERIFIED),
        denominator=items(_ADVISED, not_(ENDED)),
        **shared(dimensions=(*PLACES, *PERIODS, "enterprise", "source")),
    ),
    Metric(
        id="rectification_events",
        name="闭环记录条数",
        description="期间内发生的整改事件条数，按发生日期（北京时间）计。",
        direction="neutral",
        numerator=Count(table=rectification_event, date=rectification_event.c.happened_on, unit=Unit.ENTRY),
        **shared("按事件发生日期（北京时间）归入期间，不分抽样性质", _EVENT_DIMENSIONS),
    ),
    Metric(
        id="rectification_order_faults",
        name="顺序不符的闭环记录",
        description="期间内发生、与闭环顺序不符的事件条数，如未整改先验证。",
        direction="lower",
        numerator=Count(
            table=rectification_event,
            date=rectification_event.c.happened_on,
            where=(rectification_event.c.order_fault.is_not(None),),
            unit=Unit.ENTRY,
        ),
        **shared("按事件发生日期（北京时间）归入期间，不分抽样性质", _EVENT_DIMENSIONS),
    ),
    Metric(
        id="loop_stages",
        name="闭环环节数",
        description="期间内有记录的闭环环节个数，按发现、帮扶、整改、验证、提升五环计。",
        direction="neutral",
        numerator=Count(
            table=rectification_event,
            date=rectification_event.c.happened_on,
            where=(func.coalesce(rectification_event.c.stage_number, 0) > 0,),
            distinct=(rectification_event.c.stage,),
            unit=Unit.PIECE,
        ),
        **shared("按事件发生日期（北京时间）归入期间，不分抽样性质", (*PLACES, *PERIODS, "origin", "source")),
    ),
)
