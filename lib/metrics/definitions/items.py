"""Metrics of failing items (项次) and of the batches that have them: two denominators, both labelled."""

from typing import Final

from lib.data.tables.snapshot import failing_item, sample
from lib.metrics.definitions.sampling import NOTICES, REVIEWED, UNQUALIFIED, batches
from lib.metrics.dimensions import ENTERPRISES, ITEMS, MADE_PLACES, PERIODS, PLACES, SAMPLE_KINDS
from lib.metrics.metric import Count, Exclusion, Metric, Unit

DIMENSIONS: Final = (*ITEMS, *PLACES, *MADE_PLACES, *PERIODS, *SAMPLE_KINDS, *ENTERPRISES)

# An item of a sample whose result is under objection, or that a re-inspection made qualified, does not count.
_COUNTS = (failing_item.c.verdict == "unqualified", failing_item.c.supervision_verdict == "unqualified")
_FAILING = Count(table=failing_item, date=failing_item.c.sampled_on, where=_COUNTS, unit=Unit.ITEM)
_WITHOUT_RESULT = Exclusion(
    id="not_final",
    label="样品结论未定或作废的项次",
    where=failing_item.c.result_state != "concluded",
)

METRICS: Final = (
    Metric(
        id="failing_items",
        name="不合格项次",
        description="不合格样品中判定为不合格项的项次数；一批次有三项不合格计三项次。",
        direction="lower",
        numerator=_FAILING,
        dimensions=DIMENSIONS,
        basis=f"{NOTICES}对不合格项目分组的列法；项次与批次是两种单位",
        reviewed_on=REVIEWED,
        excluded=(_WITHOUT_RESULT,),
    ),
    Metric(
        id="failing_item_share",
        name="不合格项次占比",
        description="某项目的不合格项次÷全部不合格项次；各项目合计为100%。",
        direction="neutral",
        numerator=_FAILING,
        denominator=Count(table=failing_item, date=failing_item.c.sampled_on, where=_COUNTS, unit=Unit.ITEM),
        dimensions=DIMENSIONS,
        total_over=ITEMS,
        basis=f"{NOTICES}按项目组列出占比；2020年及以前农药与兽药残留合并为一组",
        reviewed_on=REVIEWED,
        excluded=(_WITHOUT_RESULT,),
        note="检得多的项目不合格也多；项次占比不是该项目的检出率。",
    ),
    Metric(
        id="failing_batch_share",
        name="不合格批次中含该项目的占比",
        description="含有该不合格项目的批次÷全部不合格批次；一批次可有多项，各项目合计可超过100%。",
        direction="neutral",
        numerator=Count(
            table=failing_item,
            date=failing_item.c.sampled_on,
            where=_COUNTS,
            distinct=(failing_item.c.source, failing_item.c.sample_no),
            unit=Unit.BATCH,
        ),
        denominator=batches(UNQUALIFIED),
        dimensions=DIMENSIONS,
        total_over=ITEMS,
        basis=f"{NOTICES}：占不合格样品总量的百分比",
        reviewed_on=REVIEWED,
        excluded=(
            Exclusion(
                id="not_final", label="结论未定或作废的批次", where=sample.c.result_state != "concluded"
            ),
        ),
    ),
)
