"""Metrics of samples: how many, with which verdict. One row of `sample` is one batch.

不合格率 and 问题样品率 have two different denominators and are never added. Rows from lists that hold only failures
or only passes are counted in counts and left out of rates: a list of failures alone has no denominator.
"""

from datetime import date
from typing import Final

from sqlalchemy import and_, or_

from lib.data.filters import ALL_SAMPLING
from lib.data.tables.snapshot import population, sample
from lib.data.verdicts import STATE_NAMES
from lib.metrics.dimensions import ENTERPRISES, MADE_PLACES, PERIODS, PLACES, SAMPLE_KINDS
from lib.metrics.metric import Count, Exclusion, Metric, Sum, Unit

REVIEWED: Final = date(2026, 11, 22)
DIMENSIONS: Final = (*PLACES, *MADE_PLACES, *PERIODS, *SAMPLE_KINDS, *ENTERPRISES, "laboratory")
NOTICES: Final = "市场监管总局食品安全监督抽检情况通告（2022年第15号、2023年第12号、2024年第13号）"

FULL = sample.c.listing == "full"
UNQUALIFIED = sample.c.supervision_verdict == "unqualified"
PROBLEM = sample.c.monitoring_verdict == "problem"
CONCLUDED = sample.c.result_state == "concluded"
OPEN_STATES = [state for state in STATE_NAMES if state != "concluded"]

#: Samples without a result that counts, state by state.
WITHOUT_RESULT = tuple(
    Exclusion(id=state, label=STATE_NAMES[state], where=sample.c.result_state == state)
    for state in OPEN_STATES
)


def _left_out_of_rate(no_verdict: Exclusion) -> tuple[Exclusion, ...]:
    """Together with the denominator these add up to all batches sampled."""
    states = tuple(
        Exclusion(id=state.id, label=state.label, where=and_(FULL, state.where)) for state in WITHOUT_RESULT
    )
    listing = Exclusion(id="listing", label="只列不合格或只列合格的公布表", where=sample.c.listing != "full")
    return (*states, no_verdict, listing)


LEFT_OUT_OF_SUPERVISION = _left_out_of_rate(
    Exclusion(
        id="no_supervision_verdict",
        label="只有监测判定",
        where=and_(FULL, CONCLUDED, sample.c.supervision_verdict.is_(None)),
    )
)
LEFT_OUT_OF_MONITORING = _left_out_of_rate(
    Exclusion(
        id="no_monitoring_verdict",
        label="只有监督判定",
        where=and_(FULL, CONCLUDED, sample.c.monitoring_verdict.is_(None)),
    )
)
LEFT_OUT_OF_FINDING = _left_out_of_rate(
    Exclusion(
        id="no_verdict",
        label="没有判定",
        where=and_(
            FULL, CONCLUDED, sample.c.supervision_verdict.is_(None), sample.c.monitoring_verdict.is_(None)
        ),
    )
)


def batches(*where: object) -> Count:
    """Batches by sampling date that meet all the predicates."""
    return Count(table=sample, date=sample.c.sampled_on, where=where, unit=Unit.BATCH)  # type: ignore[arg-type]


SUPERVISED = batches(FULL, sample.c.supervision_verdict.is_not(None))

METRICS: Final = (
    Metric(
        id="batches_sampled",
        name="抽检批次",
        description="期间内抽取的样品批次数，按抽样日期计，含尚无结论的批次。",
        direction="neutral",
        numerator=batches(),
        dimensions=DIMENSIONS,
        basis=f"{NOTICES}首项数字；《食品安全抽样检验管理办法》（总局令第15号）",
        reviewed_on=REVIEWED,
    ),
    Metric(
        id="batches_tested",
        name="检验完成批次",
        description="期间内抽取且已有有效结论的样品批次数，按抽样日期计。",
        direction="neutral",
        numerator=batches(CONCLUDED),
        dimensions=DIMENSIONS,
        basis="国家食品安全抽样检验信息系统省级节点的检验数口径；异议、复检未结的不计入",
        reviewed_on=REVIEWED,
        excluded=WITHOUT_RESULT,
    ),
    Metric(
        id="unqualified_batches",
        name="不合格批次",
        description="期间内抽取、监督判定为不合格且结论有效的样品批次数；一批次多项不合格只计一次。",
        direction="lower",
        numerator=batches(UNQUALIFIED),
        dimensions=DIMENSIONS,
        basis=f"{NOTICES}；异议认可的不计，复检合格的计为合格（《食品安全抽样检验管理办法》复检和异议一章）",
        reviewed_on=REVIEWED,
        excluded=WITHOUT_RESULT,
    ),
    Metric(
        id="problem_batches",
        name="问题样品批次",
        description="期间内抽取、监测判定为问题样品的批次数；与不合格批次不相加。",
        direction="neutral",
        numerator=batches(PROBLEM),
        dimensions=DIMENSIONS,
        basis="《食品安全抽样检验管理办法》（总局令第15号）对风险监测的规定：监测结果称问题样品，不称不合格",
        reviewed_on=REVIEWED,
        excluded=WITHOUT_RESULT,
    ),
    Metric(
        id="finding_batches",
        name="发现问题批次",
        description="期间内抽取、监督判定为不合格或监测判定为问题样品的批次数；两种判定都有的只计一次。",
        direction="neutral",
        numerator=batches(or_(UNQUALIFIED, PROBLEM)),
        dimensions=DIMENSIONS,
        basis="专项行动通报把抽检与监测发现的批次合并报数；只用于发现数，不作不合格率的分子",
        reviewed_on=REVIEWED,
        excluded=WITHOUT_RESULT,
    ),
    Metric(
        id="unqualified_rate",
        name="监督抽检不合格率",
        description="监督判定不合格批次÷已出监督结论批次；不含监测判定、未出结论和异议复检未结的批次。",
        direction="lower",
        numerator=batches(FULL, UNQUALIFIED),
        denominator=SUPERVISED,
        dimensions=DIMENSIONS,
        basis=f"{NOTICES}：不合格样品批次占抽检样品批次的百分比，取两位小数",
        reviewed_on=REVIEWED,
        excluded=LEFT_OUT_OF_SUPERVISION,
        note="不合格率很低也可能说明抽样缺乏针对性。",
    ),
    Metric(
        id="qualified_rate",
        name="监督抽检合格率",
        description="监督判定合格批次÷已出监督结论批次；与不合格率合计为100%。",
        direction="higher",
        numerator=batches(FULL, sample.c.supervision_verdict == "qualified"),
        denominator=SUPERVISED,
        dimensions=DIMENSIONS,
        basis="安徽省食品安全白皮书（2019年）等地方公布口径",
        reviewed_on=REVIEWED,
        excluded=LEFT_OUT_OF_SUPERVISION,
    ),
    Metric(
        id="problem_rate",
        name="问题样品率",
        description="监测判定问题样品批次÷已出监测结论批次；与不合格率分母不同，不相加。",
        direction="neutral",
        numerator=batches(FULL, PROBLEM),
        denominator=batches(FULL, sample.c.monitoring_verdict.is_not(None)),
        dimensions=DIMENSIONS,
        basis="《食品安全抽样检验管理办法》（总局令第15号）对风险监测的规定；国家系统省级节点列名“问题样品率”",
        reviewed_on=REVIEWED,
        excluded=LEFT_OUT_OF_MONITORING,
    ),
    Metric(
        id="evaluation_pass_rate",
        name="评价性抽检合格率",
        description="评价性抽检合格批次÷评价性抽检已出监督结论批次；只有评价性抽检能推断总体水平。",
        direction="higher",
        numerator=batches(FULL, sample.c.supervision_verdict == "qualified"),
        denominator=SUPERVISED,
        universe=sample.c.purpose == "评价性抽检",
        dimensions=tuple(name for name in DIMENSIONS if name != "purpose"),
        basis="国家食品安全抽样检验信息系统任务类别“评价性抽检”；地方评议考核以98%为线",
        reviewed_on=REVIEWED,
        excluded=LEFT_OUT_OF_SUPERVISION,
    ),
    Metric(
        id="problem_finding_rate",
        name="问题发现率（靶向与专项）",
        description="靶向和专项抽样中不合格或问题样品批次÷同类抽样已出结论批次；反映靶向能力，不代表总体水平。",
        direction="neutral",
        numerator=batches(FULL, or_(UNQUALIFIED, PROBLEM)),
        denominator=batches(
            FULL, or_(sample.c.supervision_verdict.is_not(None), sample.c.monitoring_verdict.is_not(None))
        ),
        dimensions=DIMENSIONS,
        basis="市县抽检工作考核用语“问题发现率”“检出率”；不得与常规抽样合并或比较",
        reviewed_on=REVIEWED,
        default_sampling=("靶向", "专项"),
        excluded=LEFT_OUT_OF_FINDING,
    ),
    Metric(
        id="batches_per_1000",
        name="食品检验量",
        description="抽检批次（各类抽样）÷常住人口（千人）；期间不足一年的不折算为全年。",
        direction="higher",
        numerator=batches(),
        denominator=Sum(
            table=population,
            date=None,
            column=population.c.persons,
            unit=Unit.THOUSAND_PERSONS,
            divide_by=1000,
        ),
        dimensions=(*PLACES, "year"),
        total_over=("year",),
        per=(Unit.BATCH, Unit.THOUSAND_PERSONS),
        interval="byar",
        basis="“十三五”国家食品安全规划：每年每千人4批次；《市场监管总局新闻发布会》2021年4月21日公布2020年4.97批次",
        reviewed_on=REVIEWED,
        ignores=("category", "stage", "purpose", "tier", "campaign", "place", "source"),
        ignore_note="常住人口不分食品类别、环节和任务，只含登记了人口数的县区",
        default_sampling=(ALL_SAMPLING,),
        fixed_side="found",
    ),
    Metric(
        id="batches_per_producer",
        name="每家生产企业抽检批次",
        description="标明生产企业的抽检批次÷被抽到的生产企业家数；是两个合计之比，不是各家平均数的平均。",
        direction="neutral",
        numerator=batches(sample.c.producer_key.is_not(None)),
        denominator=Count(
            table=sample,
            date=sample.c.sampled_on,
            distinct=(sample.c.producer_key,),
            unit=Unit.ENTERPRISE,
        ),
        dimensions=tuple(name for name in DIMENSIONS if name not in ENTERPRISES),
        per=(Unit.BATCH, Unit.ENTERPRISE),
        interval="none",
        basis="广东省婴幼儿配方乳粉生产企业“周周抽检”做法（2022年1月通报）",
        reviewed_on=REVIEWED,
        excluded=(Exclusion(id="no_producer", label="未标生产企业", where=sample.c.producer_key.is_(None)),),
    ),
)
