"""Metrics of the mobile clinic (流动诊所): who was helped, by whom, what was found, who has put it right.

Firms (家), visits (家次), persons sent (人次), problems (个) and suggestions (条) are five units. Who should
have been helped, and whether it did any good, is in `clinic_outcome`.
"""

from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, or_

from lib.data.tables.snapshot_loop import (
    clinic_enterprise,
    clinic_participant,
    clinic_problem,
    clinic_suggestion,
    clinic_visit,
)
from lib.metrics.definitions.sampling import REVIEWED
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import AS_OF, Count, Metric, Unit

BASIS: Final = "阜阳市食品安全流动诊所（2025年11月报道）的报数口径"
BY_VISIT: Final = "按上门日期归入期间，不分抽样性质"
_VISIT_DIMENSIONS: Final = (*PLACES, *PERIODS, "enterprise", "source")
_FINISHED: Final = and_(
    clinic_enterprise.c.finished_on.is_not(None), clinic_enterprise.c.finished_on <= AS_OF
)


def shared(note: str, dimensions: tuple[str, ...]) -> dict[str, Any]:
    """What metrics of one table share; tables of the clinic know no kind of sampling."""
    return {
        "basis": BASIS,
        "reviewed_on": REVIEWED,
        "ignores": ("sampling",),
        "ignore_note": note,
        "dimensions": dimensions,
    }


_VISITS = shared(BY_VISIT, _VISIT_DIMENSIONS)
_MEANS = shared(BY_VISIT, (*PLACES, *PERIODS, "source"))


def _rows(table: Table, unit: Unit, *where: ColumnElement[bool]) -> Count:
    return Count(table=table, date=table.c.visited_on, where=where, unit=unit)


def firms(table: Table, day: Column[Any], *where: ColumnElement[bool]) -> Count:
    """Different firms in the rows of a table, by one of its days."""
    return Count(table=table, date=day, where=where, distinct=(table.c.enterprise_key,), unit=Unit.ENTERPRISE)


_HELPED: Final = firms(clinic_visit, clinic_visit.c.visited_on)
_EXPERT = clinic_participant.c.role == "专家"
_HANDLER = clinic_participant.c.role == "核查处置"


def _mean(metric_id: str, name: str, description: str, numerator: Count) -> Metric:
    return Metric(
        id=metric_id,
        name=name,
        description=description,
        direction="neutral",
        numerator=numerator,
        denominator=_HELPED,
        per=(numerator.unit, Unit.ENTERPRISE),
        interval="none",
        note="两个合计之比，不是各家平均数的平均。",
        **_MEANS,
    )


METRICS: Final = (
    Metric(
        id="clinic_assisted",
        name="流动诊所帮扶企业数",
        description="期间内至少接受一次流动诊所上门的企业家数；各组家数不可相加。",
        direction="neutral",
        numerator=_HELPED,
        **_VISITS,
    ),
    Metric(
        id="clinic_visits",
        name="流动诊所上门家次",
        description="期间内流动诊所上门的家次数；同一企业上门两次计两家次。",
        direction="neutral",
        numerator=_rows(clinic_visit, Unit.ENTERPRISE_VISIT),
        **_VISITS,
    ),
    Metric(
        id="clinic_participants",
        name="流动诊所参加人次",
        description="期间内各次上门参加人员的人次数，含各种身份；同一人参加两次计两人次。",
        direction="neutral",
        numerator=_rows(clinic_participant, Unit.PERSON_VISIT),
        **{**_VISITS, "dimensions": (*_VISIT_DIMENSIONS, "role")},
    ),
    Metric(
        id="clinic_experts",
        name="派出专家人次",
        description="期间内各次上门身份为专家的人次数。",
        direction="neutral",
        numerator=_rows(clinic_participant, Unit.PERSON_VISIT, _EXPERT),
        **_VISITS,
    ),
    Metric(
        id="clinic_handlers",
        name="派出核查处置人员人次",
        description="期间内各次上门身份为核查处置人员的人次数。",
        direction="neutral",
        numerator=_rows(clinic_participant, Unit.PERSON_VISIT, _HANDLER),
        **_VISITS,
    ),
    Metric(
        id="clinic_problems",
        name="流动诊所发现问题数",
        description="期间内各次上门发现的问题个数；与建议是多对多，条数不必相等。",
        direction="neutral",
        numerator=_rows(clinic_problem, Unit.PIECE),
        **{**_VISITS, "dimensions": (*_VISIT_DIMENSIONS, "area", "shared_kind")},
    ),
    Metric(
        id="clinic_suggestions",
        name="流动诊所整改建议数",
        description="期间内各次上门提出的整改建议条数；与问题是多对多，个数不必相等。",
        direction="neutral",
        numerator=_rows(clinic_suggestion, Unit.ENTRY),
        **_VISITS,
    ),
    _mean(
        "clinic_experts_per_enterprise",
        "每家派出专家人次",
        "派出专家人次÷帮扶企业家数。",
        _rows(clinic_participant, Unit.PERSON_VISIT, _EXPERT),
    ),
    _mean(
        "clinic_handlers_per_enterprise",
        "每家派出核查处置人员人次",
        "派出核查处置人员人次÷帮扶企业家数。",
        _rows(clinic_participant, Unit.PERSON_VISIT, _HANDLER),
    ),
    _mean(
        "clinic_problems_per_enterprise",
        "每家发现问题数",
        "流动诊所发现问题个数÷帮扶企业家数。",
        _rows(clinic_problem, Unit.PIECE),
    ),
    _mean(
        "clinic_suggestions_per_enterprise",
        "每家整改建议数",
        "流动诊所整改建议条数÷帮扶企业家数。",
        _rows(clinic_suggestion, Unit.ENTRY),
    ),
    Metric(
        id="clinic_finished",
        name="完成整改的帮扶企业数",
        description="期间内首次上门、全部整改项都经现场验证的帮扶企业家数；移送、撤回的整改项不计。",
        direction="neutral",
        numerator=firms(clinic_enterprise, clinic_enterprise.c.visited_on, _FINISHED),
        **shared(BY_VISIT, (*PLACES, *PERIODS, "enterprise")),
    ),
    Metric(
        id="clinic_rectifying",
        name="正在整改的帮扶企业数",
        description="期间内首次上门、尚有整改项未经现场验证或没有整改项的帮扶企业家数。",
        direction="neutral",
        numerator=firms(
            clinic_enterprise,
            clinic_enterprise.c.visited_on,
            clinic_enterprise.c.visited_on <= AS_OF,
            or_(clinic_enterprise.c.finished_on.is_(None), clinic_enterprise.c.finished_on > AS_OF),
        ),
        **shared(BY_VISIT, (*PLACES, *PERIODS, "enterprise")),
    ),
    Metric(
        id="clinic_completion_rate",
        name="帮扶企业整改完成率",
        description="完成整改的帮扶企业家数÷帮扶企业家数；完成指全部整改项经现场验证，自报完成不算。",
        direction="higher",
        numerator=firms(clinic_enterprise, clinic_enterprise.c.visited_on, _FINISHED),
        denominator=firms(
            clinic_enterprise, clinic_enterprise.c.visited_on, clinic_enterprise.c.visited_on <= AS_OF
        ),
        **shared(BY_VISIT, (*PLACES, *PERIODS, "enterprise")),
    ),
)
