"""Metrics of disposal (核查处置), counted in sides: an unqualified batch has up to two, often in two districts.

Time limits depend on the day the data are seen from: a side younger than its limit is not late. Limits and their
legal source are in `data/reference/statutory_limits.csv` (D01, D03); due dates are worked out when a version is
published.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_, func, not_

from lib.data.filters import ALL_SAMPLING
from lib.data.tables.snapshot import disposal, sample
from lib.metrics.definitions.sampling import DIMENSIONS as SAMPLE_DIMENSIONS
from lib.metrics.definitions.sampling import REVIEWED, batches
from lib.metrics.dimensions import MADE_PLACES, PERIODS, PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Unit

DIMENSIONS: Final = (
    *("side", *PLACES, *MADE_PLACES, *PERIODS),
    *("category", "stage", "purpose", "tier", "sampling", "campaign", "source"),
)
ORDER: Final = "《食品安全抽样检验管理办法》（总局令第15号，2022年修正）"
_ALL: Final = (ALL_SAMPLING,)

_NOT_VOIDED = disposal.c.result_state != "voided"
#: A re-inspection turned the sample to qualified. A problem of its monitoring items still has to be followed up.
_CLEARED = and_(
    disposal.c.supervision_verdict == "qualified", disposal.c.monitoring_verdict.is_distinct_from("problem")
)
LIVE = and_(_NOT_VOIDED, func.coalesce(_CLEARED, False).is_(False))
STARTED = and_(disposal.c.started_on.is_not(None), disposal.c.started_on <= AS_OF)
FINISHED = and_(disposal.c.finished_on.is_not(None), disposal.c.finished_on <= AS_OF)
START_PASSED = disposal.c.start_due_on < AS_OF
FINISH_PASSED = disposal.c.finish_due_on < AS_OF
VERIFIED = and_(disposal.c.recheck_passed.is_(True), disposal.c.rechecked_on <= AS_OF)

VOIDED = Exclusion(id="voided", label="结果作废（异议认可）", where=disposal.c.result_state == "voided")
#: Sides on which nothing has to be done any more.
NEEDLESS = (
    VOIDED,
    Exclusion(id="cleared", label="样品判定合格（含复检改判）", where=and_(_NOT_VOIDED, _CLEARED)),
)


def sides(*where: ColumnElement[bool]) -> Count:
    """Disposal sides by the day the report was received; sides of voided or cleared results need none."""
    return Count(table=disposal, date=disposal.c.received_on, where=(LIVE, *where), unit=Unit.CASE)


def _left_out(id_: str, label: str, *where: ColumnElement[bool]) -> Exclusion:
    return Exclusion(id=id_, label=label, where=and_(LIVE, *where))


METRICS: Final = (
    Metric(
        id="disposal_started_on_time_rate",
        name="核查处置按时启动率",
        description="在时限内启动的处置环节÷启动时限已过的处置环节；未到时限的，启动了的也不计入，以免只见早不见迟。",
        direction="higher",
        numerator=sides(STARTED, START_PASSED, disposal.c.started_on <= disposal.c.start_due_on),
        denominator=sides(START_PASSED),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}第四十二条“及时启动”；5个工作日为信息系统预警线，可在时限设置中调整",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(
            *NEEDLESS,
            _left_out("not_due", "启动时限未到", disposal.c.start_due_on >= AS_OF),
            _left_out("no_due_date", "无法推算时限", disposal.c.start_due_on.is_(None)),
        ),
    ),
    Metric(
        id="disposal_completion_rate",
        name="核查处置完成率",
        description="已填报完成的处置环节÷收到的全部处置环节，含未到时限的；是否经现场复查另见复查通过率。",
        direction="higher",
        numerator=sides(FINISHED),
        denominator=sides(),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}第四十五条；常州市（2018年）、深圳市（2021年）考核指标名称",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=NEEDLESS,
    ),
    Metric(
        id="disposal_on_time_rate",
        name="核查处置按时完成率",
        description="在时限内完成的处置环节÷完成时限已过的处置环节；未到时限的，完成了的也不计入，以免只见早不见迟。",
        direction="higher",
        numerator=sides(FINISHED, FINISH_PASSED, disposal.c.finished_on <= disposal.c.finish_due_on),
        denominator=sides(FINISH_PASSED),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}第四十五条；90日为信息系统所用时限，异议复检期间顺延；深圳市考核指标",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(
            *NEEDLESS,
            _left_out("not_due", "完成时限未到", disposal.c.finish_due_on >= AS_OF),
            _left_out("no_due_date", "无法推算时限", disposal.c.finish_due_on.is_(None)),
        ),
    ),
    Metric(
        id="disposal_open",
        name="在办核查处置",
        description="已收到报告、尚未完成的处置环节件数。",
        direction="neutral",
        numerator=sides(not_(FINISHED)),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}第四十五条",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=NEEDLESS,
    ),
    Metric(
        id="disposal_overdue",
        name="核查处置完成超期数",
        description="完成时限已过而尚未完成的处置环节件数；未到时限的不计。",
        direction="lower",
        numerator=sides(not_(FINISHED), FINISH_PASSED),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}第四十五条；国家系统省级节点“超期统计”以90日为线",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(
            *NEEDLESS,
            _left_out("no_due_date", "无法推算时限", not_(FINISHED), disposal.c.finish_due_on.is_(None)),
        ),
    ),
    Metric(
        id="disposal_start_overdue",
        name="核查处置启动超期数",
        description="启动时限已过而尚未启动的处置环节件数；未到时限的不计。",
        direction="lower",
        numerator=sides(not_(STARTED), not_(FINISHED), START_PASSED),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}第四十二条；5个工作日为信息系统预警线",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(
            *NEEDLESS,
            _left_out("no_due_date", "无法推算时限", not_(STARTED), disposal.c.start_due_on.is_(None)),
        ),
    ),
    Metric(
        id="disposal_verified_rate",
        name="整改复查通过率",
        description="已完成且经现场复查合格的处置环节÷已填报完成的处置环节；其余没有复查合格的记录（未复查或复查不合格）。",
        direction="higher",
        numerator=sides(FINISHED, VERIFIED),
        denominator=sides(FINISHED),
        dimensions=DIMENSIONS,
        basis="核查处置填报表的整改复查栏；阜阳市流动诊所（2025年11月）以现场核实作为销号条件",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=NEEDLESS,
    ),
    Metric(
        id="case_filed_rate",
        name="立案率",
        description="行政立案的处置环节÷已完成且填明是否立案的处置环节。",
        direction="neutral",
        numerator=sides(FINISHED, disposal.c.case_filed.is_(True)),
        denominator=sides(FINISHED, disposal.c.case_filed.is_not(None)),
        dimensions=DIMENSIONS,
        basis=f"{ORDER}核查处置一章；国家系统省级节点的立案数",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(
            *NEEDLESS,
            _left_out("not_finished", "未完成", not_(FINISHED)),
            _left_out("not_stated", "已完成但未填是否立案", FINISHED, disposal.c.case_filed.is_(None)),
        ),
    ),
    Metric(
        id="cause_found_rate",
        name="原因排查完成率",
        description="填明原因类别的生产环节处置÷已完成的生产环节处置。",
        direction="higher",
        numerator=sides(FINISHED, disposal.c.side == "生产", disposal.c.cause.is_not(None)),
        denominator=sides(FINISHED, disposal.c.side == "生产"),
        dimensions=tuple(name for name in DIMENSIONS if name != "side"),
        basis="核查处置填报表的原因排查栏；闭环监管的一步",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(*NEEDLESS, _left_out("not_finished", "未完成", disposal.c.side == "生产", not_(FINISHED))),
    ),
    Metric(
        id="reinspection_reversal_rate",
        name="复检改判率",
        description="复检合格批次÷已出复检结论批次（复检合格与复检不合格之和）。",
        direction="lower",
        numerator=batches(sample.c.objection_status == "复检合格"),
        denominator=batches(sample.c.objection_status.in_(("复检合格", "复检不合格"))),
        dimensions=SAMPLE_DIMENSIONS,
        basis="《食品安全法》第八十八条；《食品安全抽样检验管理办法》第三十条至第三十五条",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(Exclusion(id="reinspection", label="复检中", where=sample.c.objection_status == "复检中"),),
    ),
    Metric(
        id="objection_upheld_rate",
        name="异议认可率",
        description="异议认可批次÷已作异议决定批次（认可与不认可之和）。",
        direction="lower",
        numerator=batches(sample.c.objection_status == "异议认可"),
        denominator=batches(sample.c.objection_status.in_(("异议认可", "异议不认可"))),
        dimensions=SAMPLE_DIMENSIONS,
        basis="《食品安全抽样检验管理办法》第三十七条至第三十九条",
        reviewed_on=REVIEWED,
        default_sampling=_ALL,
        excluded=(
            Exclusion(id="objection", label="异议处置中", where=sample.c.objection_status == "异议处置中"),
            Exclusion(id="late", label="逾期异议", where=sample.c.objection_status == "逾期异议"),
        ),
    ),
)
