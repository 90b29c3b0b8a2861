"""Metrics of inspections and cases. Visits (家次) and firms (家) are two units."""

from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_

from lib.data.tables.snapshot import inspection
from lib.data.tables.snapshot_loop import enforcement_case, inspection_level
from lib.metrics.definitions.sampling import REVIEWED
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Sum, Unit

FUYANG: Final = "阜阳市落实食品安全“两个责任”通报（2023年以来）的报数口径"
GUANGDONG: Final = "广东省婴幼儿配方乳粉生产企业“一企一策”通报（2022年1月）的报数口径"
INNER_MONGOLIA: Final = "内蒙古自治区重点食品专项整治行动通报（2022年1月）：立案、责令整改、立行立改分类惩戒"
#: The cause a case carries when a firm did not meet its main responsibility.
MAIN_RESPONSIBILITY: Final = "未落实主体责任"

_INSPECTED: Final = inspection.c.enterprise_key.is_not(None)
_VISITS: Final = Count(
    table=inspection, date=inspection.c.inspected_on, where=(_INSPECTED,), unit=Unit.ENTERPRISE_VISIT
)
_TEN_THOUSAND: Final = Count(
    table=inspection,
    date=inspection.c.inspected_on,
    where=(_INSPECTED,),
    unit=Unit.TEN_THOUSAND_VISITS,
    divide_by=10_000,
)
_OFFICES: Final = Exclusion(
    id="offices", label="督查食安办、监管所", where=inspection.c.enterprise_key.is_(None)
)
_JOINT: Final = "三级联合"


def shared(basis: str, note: str, *more: str, places: tuple[str, ...] = PLACES) -> dict[str, Any]:
    """What metrics of one table share; tables of enforcement know no kind of sampling."""
    return {
        "basis": basis,
        "reviewed_on": REVIEWED,
        "direction": "neutral",
        "ignores": ("sampling",),
        "ignore_note": f"{note}，不分抽样性质",
        "dimensions": (*places, *PERIODS, *more),
    }


_BY_INSPECTION: Final = "按检查日期归入期间"
_CHECKS: Final = shared(FUYANG, _BY_INSPECTION, "kind", "team", "outcome", "enterprise", "campaign", "source")
_CASES: Final = shared(
    INNER_MONGOLIA,
    "按立案或处理日期归入期间",
    *("case_outcome", "policy", "cause", "case_origin", "supervised_level"),
    *("enterprise", "campaign", "source"),
)


def _checks(unit: Unit, *where: ColumnElement[bool]) -> Count:
    return Count(table=inspection, date=inspection.c.inspected_on, where=where, unit=unit)


def _cases(*where: ColumnElement[bool], day: Column[Any] | None = None) -> Count:
    column = enforcement_case.c.decided_on if day is None else day
    return Count(table=enforcement_case, date=column, where=where, unit=Unit.CASE)


def distinct(table: Table, day: str, column: str, unit: Unit, *where: ColumnElement[bool]) -> Count:
    """Different values of a column, by one of the days of its table."""
    return Count(table=table, date=table.c[day], where=where, distinct=(table.c[column],), unit=unit)


_RESPONSIBILITY: Final = enforcement_case.c.cause == MAIN_RESPONSIBILITY
_FILED: Final = enforcement_case.c.outcome == "立案"
_SUPERVISED: Final = enforcement_case.c.supervised_level.is_not(None)
_INSPECTIONS: Final = (
    Metric(
        id="inspection_problems",
        name="检查发现问题数",
        description="期间内监督检查发现的问题个数；没有填报问题数的检查不在内。",
        numerator=Sum(
            table=inspection,
            date=inspection.c.inspected_on,
            column=inspection.c.problems,
            where=(inspection.c.problems.is_not(None),),
            unit=Unit.PIECE,
        ),
        **_CHECKS,
    ),
    Metric(
        id="inspection_problem_rate",
        name="检查发现问题率",
        description="发现问题的检查家次÷填报了问题数的检查家次。",
        numerator=_checks(Unit.ENTERPRISE_VISIT, _INSPECTED, inspection.c.problems > 0),
        denominator=_checks(Unit.ENTERPRISE_VISIT, _INSPECTED, inspection.c.problems.is_not(None)),
        excluded=(
            _OFFICES,
            Exclusion(
                id="not_stated",
                label="未填问题数的检查",
                where=and_(_INSPECTED, inspection.c.problems.is_(None)),
            ),
        ),
        **_CHECKS,
    ),
    Metric(
        id="joint_inspections",
        name="三级联合检查家次",
        description="期间内检查类型为三级联合的检查家次数；按企业和年分组可看每家每年几次。",
        numerator=_checks(Unit.ENTERPRISE_VISIT, _INSPECTED, inspection.c.kind == _JOINT),
        **_CHECKS | {"basis": GUANGDONG},
    ),
    Metric(
        id="joint_inspection_levels",
        name="联合检查参加层级数",
        description="期间内三级联合检查参加的层级个数，同一层级只计一次。",
        numerator=distinct(
            inspection_level, "inspected_on", "level", Unit.PIECE, inspection_level.c.kind == _JOINT
        ),
        **shared(GUANGDONG, _BY_INSPECTION, "level", "enterprise", "source"),
    ),
    Metric(
        id="offices_inspected_covertly",
        name="暗访督查的食安办和监管所",
        description="期间内暗访督查的食安办和市场监管所个数，按全称计，同一个只计一次。",
        numerator=distinct(
            inspection,
            "inspected_on",
            "office_name",
            Unit.PIECE,
            inspection.c.is_covert.is_(True),
            inspection.c.office_kind.in_(("食安办", "市场监管所")),
        ),
        **shared(FUYANG, _BY_INSPECTION, "office_kind", "source"),
    ),
    Metric(
        id="subjects_spot_checked",
        name="暗访抽查的包保主体",
        description="期间内暗访抽查的主体户数，同一主体只计一户；与督查的食安办、监管所个数是两种单位。",
        numerator=distinct(
            inspection,
            "inspected_on",
            "enterprise_key",
            Unit.HOUSEHOLD,
            inspection.c.is_covert.is_(True),
        ),
        **_CHECKS,
    ),
)

_CASE_METRICS: Final = (
    Metric(
        id="enforcement_cases",
        name="案件与处理件数",
        description="期间内立案、责令整改、立行立改等处理的件数。",
        numerator=_cases(),
        **_CASES,
    ),
    Metric(
        id="cases_filed",
        name="立案件数",
        description="期间内处理为立案的件数。",
        numerator=_cases(_FILED),
        **_CASES,
    ),
    Metric(
        id="responsibility_cases",
        name="未落实主体责任案件",
        description="期间内案由为未落实主体责任的案件件数。",
        numerator=_cases(_RESPONSIBILITY),
        **_CASES | {"basis": FUYANG},
    ),
    Metric(
        id="responsibility_case_yield",
        name="每万家次查处未落实主体责任案件",
        description="未落实主体责任案件件数÷检查家次（万家次）；分母是家次，不是企业数。",
        numerator=_cases(_RESPONSIBILITY),
        denominator=_TEN_THOUSAND,
        per=(Unit.CASE, Unit.TEN_THOUSAND_VISITS),
        interval="byar",
        **shared(FUYANG, "案件按处理日期、检查按检查日期归入期间", "source"),
    ),
    Metric(
        id="case_yield",
        name="每万家次立案件数",
        description="立案件数÷检查家次（万家次）；案件来源不限于检查。",
        numerator=_cases(_FILED),
        denominator=_TEN_THOUSAND,
        per=(Unit.CASE, Unit.TEN_THOUSAND_VISITS),
        interval="byar",
        **shared(FUYANG, "案件按立案日期、检查按检查日期归入期间", "source"),
    ),
    Metric(
        id="transfers_to_police",
        name="行刑衔接移送件数",
        description="期间内移送司法的案件件数。",
        numerator=_cases(enforcement_case.c.transferred_on <= AS_OF, day=enforcement_case.c.transferred_on),
        **{
            **shared(INNER_MONGOLIA, "按移送日期归入期间", "source"),
            "dimensions": (*PLACES, "cause", "campaign", "source"),
        },
    ),
    Metric(
        id="supervised_cases_closed_rate",
        name="督办案件办结率",
        description="已结案的督办案件件数÷督办案件件数，含督办期限未到的。",
        numerator=_cases(_SUPERVISED, enforcement_case.c.closed_on <= AS_OF),
        denominator=_cases(_SUPERVISED),
        **_CASES,
    ),
)

METRICS: Final = (*_INSPECTIONS, *_CASE_METRICS)
