"""Metrics of who is eligible for the mobile clinic, who got it, and what came after.

Eligible is a producer with at least k unqualified batches in one sampling year; it comes from the samples, never from
the visits, so that coverage is missing, not 100 %, where samples are not known. What came after counts only producers
followed for the whole time, beside the producers that were as eligible and got no help.
"""

from typing import Final

from sqlalchemy import ColumnElement, and_

from lib.data.tables.snapshot_loop import producer_failure, producer_year
from lib.metrics.definitions.clinic import firms, shared
from lib.metrics.dimensions import PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Parameter, parameter_value

FOLLOW_UP_DAYS: Final = 365
BY_ELIGIBLE: Final = "按达到该批次数之日归入期间，地区按生产企业所在地，各类抽样都计"
BY_FOLLOW_UP: Final = (
    "按随访起点（帮扶企业为上门日，未帮扶企业为达到两批次之日）归入期间，地区按生产企业所在地，各类抽样都计"
)

_FIRM_DIMENSIONS: Final = (*PLACES, "enterprise")
_K: Final = Parameter(name="k", label="不合格批次不少于", default=2, minimum=2)

#: The k-th unqualified batch of the year, by its own day: batches after the period or the as-of day do not count.
ELIGIBLE: Final = and_(
    producer_failure.c.number == parameter_value("k"), producer_failure.c.reached_on <= AS_OF
)
#: Eligible before follow-up starts: a firm visited after its first batch had not reached two.
_FOLLOWED: Final = and_(
    producer_year.c.second_unqualified_on.is_not(None),
    producer_year.c.second_unqualified_on <= producer_year.c.followed_from,
)
MATURE: Final = and_(_FOLLOWED, producer_year.c.followed_from + FOLLOW_UP_DAYS <= AS_OF)
ASSISTED: Final = producer_year.c.visited_on.is_not(None)
_WITHIN: Final = producer_year.c.followed_from + FOLLOW_UP_DAYS

_ELIGIBLE = shared(BY_ELIGIBLE, (*PLACES, "year", "enterprise"))
_FOLLOW_UP = shared(BY_FOLLOW_UP, _FIRM_DIMENSIONS)


def _eligible(*where: ColumnElement[bool]) -> Count:
    return firms(producer_failure, producer_failure.c.reached_on, ELIGIBLE, *where)


def _followed(*where: ColumnElement[bool]) -> Count:
    """Firms, not their sampling years: one visit follows two years in which a firm was unqualified twice."""
    return firms(producer_year, producer_year.c.followed_from, MATURE, *where)


def _outcome(metric_id: str, name: str, description: str, helped: bool, again: bool) -> Metric:
    column = producer_year.c.next_unqualified_on if again else producer_year.c.next_sampled_on
    group = ASSISTED if helped else producer_year.c.visited_on.is_(None)
    immature = and_(_FOLLOWED, group, producer_year.c.followed_from + FOLLOW_UP_DAYS > AS_OF)
    return Metric(
        id=metric_id,
        name=name,
        description=description,
        direction="lower" if again else "higher",
        numerator=_followed(group, column.is_not(None), column <= _WITHIN),
        denominator=_followed(group),
        excluded=(Exclusion(id="immature", label="随访未满365天", where=immature),),
        note="两批次不合格有偶然成分，不帮扶也会回落（向均值回归）：须与未帮扶的同类企业比较；未再抽样不等于合格。",
        **_FOLLOW_UP,
    )


METRICS: Final = (
    Metric(
        id="clinic_eligible",
        name="符合帮扶条件的生产企业",
        description="同一抽样年度不合格批次达到 k 批次及以上的标称生产企业家数；以第 k 批不合格的抽样日期为达到之日。",
        direction="neutral",
        numerator=_eligible(),
        parameters=(_K,),
        **_ELIGIBLE,
    ),
    Metric(
        id="clinic_assisted_eligible",
        name="符合条件且已帮扶的生产企业",
        description="同一抽样年度不合格批次达到 k 批次及以上、且已接受流动诊所上门的生产企业家数。",
        direction="neutral",
        numerator=_eligible(producer_failure.c.visited_on <= AS_OF),
        parameters=(_K,),
        **_ELIGIBLE,
    ),
    Metric(
        id="clinic_coverage",
        name="流动诊所帮扶覆盖率",
        description="符合条件且已帮扶的生产企业家数÷符合帮扶条件的生产企业家数；没有抽样数据的无法判断，不作100%。",
        direction="higher",
        numerator=_eligible(producer_failure.c.visited_on <= AS_OF),
        denominator=_eligible(),
        parameters=(_K,),
        **_ELIGIBLE,
    ),
    _outcome(
        "recurrence_rate",
        "帮扶后365天再次不合格率",
        "帮扶后365天内再次不合格的企业家数÷随访满365天的帮扶企业家数；只含帮扶前已达到两批次不合格的企业。",
        helped=True,
        again=True,
    ),
    _outcome(
        "recurrence_rate_unassisted",
        "未帮扶企业365天再次不合格率",
        "达到两批次后365天内再次不合格的企业家数÷随访满365天而未帮扶的同类企业家数。",
        helped=False,
        again=True,
    ),
    _outcome(
        "resampled_rate",
        "帮扶后365天再抽样覆盖率",
        "帮扶后365天内再次被抽样的企业家数÷随访满365天的帮扶企业家数；未再抽样的不能当作合格。",
        helped=True,
        again=False,
    ),
    _outcome(
        "resampled_rate_unassisted",
        "未帮扶企业365天再抽样覆盖率",
        "达到两批次后365天内再次被抽样的企业家数÷随访满365天而未帮扶的同类企业家数。",
        helped=False,
        again=False,
    ),
)
