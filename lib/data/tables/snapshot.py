"""Tables of a published snapshot: one data version, denormalised so that every filter acts on one table.

Fact tables (`sample`, `failing_item`, `disposal`, `inspection`, `sampling_week`, `population`) carry the columns of
``PLACE_COLUMNS``: where it was found (for `disposal`: the disposing authority) and where it was made, each
as province, city and county. Unknown places are empty, never a made-up code.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, SmallInteger, String, Table

from lib.data.tables import snapshot_loop
from lib.data.tables.base import snapshot_metadata
from lib.data.tables.snapshot_columns import PLACE_COLUMNS, periods, places

__all__ = ["FACT_TABLES", "PLACE_COLUMNS"]


def _sample_dimensions() -> tuple[Column, ...]:
    """Dimensions of a sample, repeated on its failing items and disposal sides."""
    return (
        Column("source", String, nullable=False, comment="来源系统"),
        Column("sample_no", String, nullable=False, comment="抽样编号"),
        Column("sampled_on", Date, comment="抽样日期"),
        *periods(),
        *places(),
        Column("category_code", String, comment="大类（2025 年七类并入食用农产品，跨年可比）"),
        Column("category_detail_code", String, comment="大类（按当年目录）"),
        Column("category_text", String, comment="食品大类原文"),
        Column("subcategory_2", String, comment="食品亚类"),
        Column("subcategory_3", String, comment="食品次亚类"),
        Column("subcategory_4", String, comment="食品细类"),
        Column("stage", String, comment="环节"),
        Column("place", String, comment="抽样场所"),
        Column("purpose", String, nullable=False, comment="任务类别"),
        Column("tier", String, comment="层级"),
        Column("sampling_kind", String, nullable=False, comment="抽样性质：常规 / 靶向 / 专项 / 跟踪 / 执法"),
        Column("campaign_code", String, comment="专项代码"),
        Column("material", String, comment="成品 / 半成品 / 原料"),
        Column("sampled_unit_key", String, comment="被抽样单位"),
        Column("sampled_unit_name", String, comment="被抽样单位名称"),
        Column("producer_key", String, comment="标称生产企业"),
        Column("producer_name", String, comment="标称生产企业名称"),
        Column("food_name", String, comment="样品名称"),
        Column("supervision_verdict", String, comment="监督判定 qualified / unqualified"),
        Column("monitoring_verdict", String, comment="监测判定 problem / not_judged"),
        Column("result_state", String, nullable=False, comment="结果状态"),
        Column("listing", String, nullable=False, comment="full / unqualified / qualified"),
    )


sample = Table(
    "sample",
    snapshot_metadata,
    *_sample_dimensions(),
    Column("report_no", String, comment="报告书编号"),
    Column("received_on", Date, comment="收检日期"),
    Column("reported_on", Date, comment="报告日期"),
    Column("division_text", String, comment="被抽样单位所在地原文"),
    Column("producer_division_text", String, comment="生产企业所在地原文"),
    Column("is_online", Boolean, comment="网络抽样"),
    Column("area_type", String, comment="区域类型"),
    Column("packaging", String, comment="包装分类"),
    Column("brand", String, comment="商标"),
    Column("specification", String, comment="规格型号"),
    Column("batch_no", String, comment="批号"),
    Column("produced_text", String, comment="生产日期或批号"),
    Column("laboratory", String, comment="检验机构"),
    Column("conclusion", String, comment="样品结论"),
    Column("objection_status", String, comment="异议复检状态"),
    Column("failing_items", Integer, comment="不合格项目数（项次）"),
    comment="样品（批次），一行一批次",
)

failing_item = Table(
    "failing_item",
    snapshot_metadata,
    *_sample_dimensions(),
    Column("item_name", String, nullable=False, comment="项目"),
    Column("verdict", String, nullable=False, comment="unqualified 不合格项 / problem 问题项"),
    Column("group_code", String, comment="项目组"),
    Column("comparable_group_code", String, comment="跨 2020/2021 年可比的项目组"),
    Column("measured_value", String, comment="检验结果"),
    Column("measured_unit", String, comment="结果单位"),
    Column("limit_value", String, comment="标准值"),
    comment="不合格项目与问题项目，一行一项次",
)

disposal = Table(
    "disposal",
    snapshot_metadata,
    *_sample_dimensions(),
    Column("side", String, nullable=False, comment="处置环节"),
    Column("received_on", Date, comment="收到检验报告日期"),
    *periods("received_", "收到"),
    Column("started_on", Date, comment="启动日期"),
    Column("start_due_on", Date, comment="应启动日期（法定时限与工作日历推算）"),
    Column("finished_on", Date, comment="完成日期"),
    Column("finish_due_on", Date, comment="应完成日期（法定时限推算，含异议暂停）"),
    Column("cause", String, comment="原因类别"),
    Column("case_filed", Boolean, comment="是否立案"),
    Column("rechecked_on", Date, comment="整改复查日期"),
    Column("recheck_passed", Boolean, comment="复查是否合格"),
    comment="核查处置，一行一个处置环节；地区为处置单位",
)

inspection = Table(
    "inspection",
    snapshot_metadata,
    Column("source", String, nullable=False),
    Column("inspection_no", String, nullable=False, comment="检查编号"),
    Column("inspected_on", Date, comment="检查日期"),
    *periods(),
    *places(),
    Column("campaign_code", String, comment="专项代码"),
    Column("enterprise_key", String, comment="企业（查的是食安办、监管所时为空）"),
    Column("enterprise_name", String, comment="企业名称"),
    Column("kind", String, comment="检查类型"),
    Column("levels", String, comment="参加层级（顿号隔开）"),
    Column("is_covert", Boolean, comment="是否暗访"),
    Column("office_name", String, comment="被督查的食安办或监管所"),
    Column("office_kind", String, comment="食安办 / 市场监管所"),
    Column("team", String, comment="工作组"),
    Column("outcome", String, comment="处理"),
    Column("problems", Integer, comment="发现问题数（个）"),
    comment="监督检查，一行一家次",
)

sampling_week = Table(
    "sampling_week",
    snapshot_metadata,
    Column("enterprise_key", String, nullable=False, comment="企业"),
    Column("week_start_on", Date, nullable=False, comment="周一日期"),
    *periods(),
    *places(),
    Column("batches", Integer, nullable=False, comment="该周抽检批次"),
    comment="应抽检的企业周，一行一家一周",
)

population = Table(
    "population",
    snapshot_metadata,
    *places(),
    Column("persons", BigInteger, nullable=False, comment="常住人口（人）"),
    Column("basis", String, comment="人口口径"),
    comment="常住人口，一行一个有人口数的县区",
)

enterprise = Table(
    "enterprise",
    snapshot_metadata,
    Column("enterprise_key", String, nullable=False, comment="企业键"),
    Column("name", String, comment="企业名称"),
    Column("credit_code", String, comment="统一社会信用代码"),
    Column("licence_no", String, comment="许可证编号"),
    Column("risk_grade", String, comment="风险等级（A 最低）"),
    *places(),
    Column("address", String, comment="地址"),
    comment="企业",
)

campaign = Table(
    "campaign",
    snapshot_metadata,
    Column("campaign_code", String, nullable=False, comment="专项代码"),
    Column("name", String, comment="专项名称"),
    Column("kind", String, comment="专项性质"),
    *places(),
    Column("start_on", Date, comment="开始日期"),
    Column("end_on", Date, comment="结束日期"),
    Column("days", Integer, comment="天数（含首尾）"),
    comment="专项行动，一行一个专项",
)

campaign_category = Table(
    "campaign_category",
    snapshot_metadata,
    Column("campaign_code", String, nullable=False, comment="专项代码"),
    Column("category_label", String, nullable=False, comment="产品类别"),
    Column("start_on", Date, comment="专项开始日期"),
    *places(),
    comment="专项行动所列产品类别",
)

reporting_unit = Table(
    "reporting_unit",
    snapshot_metadata,
    Column("code", String, nullable=False),
    Column("name", String),
    Column("level", SmallInteger),
    Column("parent_code", String),
    Column("kind", String),
    comment="填报单位",
)

food_category = Table(
    "food_category",
    snapshot_metadata,
    Column("code", String, nullable=False),
    Column("name", String),
    Column("level", SmallInteger),
    Column("rollup_code", String),
    comment="食品类别",
)

item_group = Table(
    "item_group",
    snapshot_metadata,
    *(Column(name, String) for name in ("code", "name", "comparable_code", "comparable_name")),
    comment="不合格项目组",
)

statutory_limit = Table(
    "statutory_limit",
    snapshot_metadata,
    Column("id", String, nullable=False),
    Column("value", Integer),
    *(Column(name, String) for name in ("rule", "unit", "article", "instrument", "verified")),
    comment="法定时限",
)

snapshot_info = Table(
    "snapshot_info",
    snapshot_metadata,
    Column("version", Integer, nullable=False, comment="数据版本"),
    Column("as_of", Date, nullable=False, comment="数据截至"),
    Column("created_at", String, nullable=False, comment="载入完成时间"),
    Column("is_synthetic", Boolean, nullable=False, comment="是否含演示（合成）数据"),
    Column("description", String, comment="来源说明"),
    comment="快照说明，一行",
)


FACT_TABLES: Final = (
    sample,
    failing_item,
    disposal,
    inspection,
    sampling_week,
    population,
    campaign,
    campaign_category,
    *snapshot_loop.LOOP_FACTS,
)
