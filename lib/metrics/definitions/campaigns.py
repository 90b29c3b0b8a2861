"""Metrics of campaigns (专项行动) and their inspections. Firms (家) and inspections (家次) are two units."""

from datetime import date
from typing import Any, Final

from sqlalchemy import Column, Table

from lib.data.tables.snapshot import campaign, campaign_category, inspection
from lib.metrics.definitions.sampling import REVIEWED
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import Count, Exclusion, Metric, Sum, Unit

BASIS: Final = "内蒙古自治区重点食品专项整治行动通报（2022年1月）的报数口径"
_SUSPECTED = inspection.c.outcome == "涉嫌违法"
_CAMPAIGN_DIMENSIONS: Final = (*PLACES, "campaign")
_INSPECTION_DIMENSIONS: Final = (
    *PLACES,
    *PERIODS,
    "campaign",
    "team",
    "kind",
    "outcome",
    "enterprise",
    "source",
)
_OFFICES: Final = Exclusion(
    id="offices", label="督查食安办、监管所", where=inspection.c.enterprise_key.is_(None)
)


def _of(table: Table, day: Column[date], note: str) -> dict[str, Any]:
    """What metrics of one table share: these tables know no kind of sampling."""
    return {
        "basis": BASIS,
        "reviewed_on": REVIEWED,
        "direction": "neutral",
        "ignores": ("sampling",),
        "ignore_note": note,
        "dimensions": _INSPECTION_DIMENSIONS if table is inspection else _CAMPAIGN_DIMENSIONS,
    }


_CAMPAIGN = _of(campaign, campaign.c.start_on, "按专项开始日期归入期间，不分抽样性质")
_INSPECTION = _of(inspection, inspection.c.inspected_on, "按检查日期归入期间，不分抽样性质")


def _enterprises(*where: Any) -> Count:
    return Count(
        table=inspection,
        date=inspection.c.inspected_on,
        where=where,
        distinct=(inspection.c.enterprise_key,),
        unit=Unit.ENTERPRISE,
    )


METRICS: Final = (
    Metric(
        id="campaign_categories",
        name="专项产品类别数",
        description="期间内开始的专项行动所列的产品类别个数，同名类别只计一次。",
        numerator=Count(
            table=campaign_category,
            date=campaign_category.c.start_on,
            distinct=(campaign_category.c.category_label,),
            unit=Unit.PIECE,
        ),
        **_CAMPAIGN,
    ),
    Metric(
        id="campaign_days",
        name="专项行动天数",
        description="期间内开始的专项行动的天数，首尾两天都计；多个专项的天数相加。",
        numerator=Sum(table=campaign, date=campaign.c.start_on, column=campaign.c.days, unit=Unit.DAY),
        **_CAMPAIGN,
    ),
    Metric(
        id="campaign_teams",
        name="专项工作组数",
        description="期间内参加专项检查的工作组个数，同名工作组只计一次。",
        numerator=Count(
            table=inspection,
            date=inspection.c.inspected_on,
            distinct=(inspection.c.team,),
            unit=Unit.PIECE,
        ),
        **_INSPECTION,
    ),
    Metric(
        id="enterprises_inspected",
        name="检查企业数",
        description="期间内至少检查一次的企业家数；各组家数不可相加。",
        numerator=_enterprises(),
        **_INSPECTION,
    ),
    Metric(
        id="inspections",
        name="检查家次",
        description="期间内检查企业的家次数；同一企业检查两次计两家次，督查食安办、监管所的不计。",
        numerator=Count(
            table=inspection,
            date=inspection.c.inspected_on,
            where=(inspection.c.enterprise_key.is_not(None),),
            unit=Unit.ENTERPRISE_VISIT,
        ),
        excluded=(_OFFICES,),
        **_INSPECTION,
    ),
    Metric(
        id="suspected_offenders",
        name="涉嫌违法企业数",
        description="期间内检查处理为涉嫌违法的企业家数，同一企业只计一次。",
        numerator=_enterprises(_SUSPECTED),
        **_INSPECTION,
    ),
    Metric(
        id="suspected_share",
        name="涉嫌违法企业占比",
        description="涉嫌违法企业家数÷检查企业家数；两侧都按企业计，不用家次。",
        numerator=_enterprises(_SUSPECTED),
        denominator=_enterprises(),
        **_INSPECTION,
    ),
)
