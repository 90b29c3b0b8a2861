"""Metrics of enterprises: how many were sampled, how many failed repeatedly, whether weekly sampling was kept."""

from typing import Final

from sqlalchemy import ColumnElement, and_

from lib.data.filters import ALL_SAMPLING
from lib.data.tables.snapshot import sample, sampling_week
from lib.metrics.definitions.sampling import REVIEWED, UNQUALIFIED
from lib.metrics.dimensions import MADE_PLACES, PERIODS, PLACES, SAMPLE_KINDS
from lib.metrics.metric import Count, Exclusion, Metric, Parameter, Unit

_SAMPLED = (*PLACES, *MADE_PLACES, *PERIODS, *SAMPLE_KINDS, "laboratory")


def _weeks(*where: ColumnElement[bool]) -> Count:
    return Count(
        table=sampling_week,
        date=sampling_week.c.week_start_on,
        where=where,
        unit=Unit.ENTERPRISE_WEEK,
    )


METRICS: Final = (
    Metric(
        id="enterprises_sampled",
        name="被抽样单位数",
        description="期间内至少被抽样一次的被抽样单位家数；各组家数不可相加，同一单位可在多组出现。",
        direction="neutral",
        numerator=Count(
            table=sample,
            date=sample.c.sampled_on,
            distinct=(sample.c.sampled_unit_key,),
            unit=Unit.ENTERPRISE,
        ),
        dimensions=_SAMPLED,
        basis="国家系统省级节点“企业覆盖率统计”的被抽样单位数",
        reviewed_on=REVIEWED,
        excluded=(
            Exclusion(id="no_unit", label="未记被抽样单位的批次", where=sample.c.sampled_unit_key.is_(None)),
        ),
    ),
    Metric(
        id="producers_sampled",
        name="被抽到的生产企业数",
        description="期间内产品至少被抽样一次的标称生产企业家数；各组家数不可相加。",
        direction="neutral",
        numerator=Count(
            table=sample,
            date=sample.c.sampled_on,
            distinct=(sample.c.producer_key,),
            unit=Unit.ENTERPRISE,
        ),
        dimensions=_SAMPLED,
        basis="国家系统省级节点“企业覆盖率统计”；生产企业以标签标称为准",
        reviewed_on=REVIEWED,
        excluded=(
            Exclusion(id="no_producer", label="未标生产企业的批次", where=sample.c.producer_key.is_(None)),
        ),
    ),
    Metric(
        id="repeat_offenders",
        name="多批次不合格生产企业",
        description="期间内不合格批次达到 k 批次及以上的标称生产企业家数，地区按生产企业所在地，各类抽样都计。",
        direction="lower",
        numerator=Count(
            table=sample,
            date=sample.c.sampled_on,
            where=(UNQUALIFIED,),
            distinct=(sample.c.producer_key,),
            at_least="k",
            unit=Unit.ENTERPRISE,
        ),
        dimensions=(*MADE_PLACES, "year", "category", "stage", "source"),
        parameters=(Parameter(name="k", label="不合格批次不少于", default=2),),
        basis="阜阳市食品安全流动诊所帮扶对象（2025年11月）：抽检两批次及以上不合格的生产企业",
        reviewed_on=REVIEWED,
        default_sampling=(ALL_SAMPLING,),
        fixed_side="made",
        excluded=(
            Exclusion(
                id="no_producer",
                label="未标生产企业的不合格批次",
                where=and_(UNQUALIFIED, sample.c.producer_key.is_(None)),
            ),
        ),
    ),
    Metric(
        id="weekly_sampling_rate",
        name="周周抽检达成率",
        description="当周至少抽检一批次的家周÷应抽检的家周；一家企业一周为一家周。",
        direction="higher",
        numerator=_weeks(sampling_week.c.batches >= 1),
        denominator=_weeks(),
        dimensions=(*PLACES, *PERIODS, "enterprise"),
        basis="广东省婴幼儿配方乳粉生产企业“周周抽检”做法（2022年1月通报）",
        reviewed_on=REVIEWED,
        ignores=("sampling",),
        ignore_note="按周统计，不分抽样性质",
    ),
)
