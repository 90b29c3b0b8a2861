"""Sampling side of the records: enterprises, campaigns, samples, failing items, disposal sides, inspections.

Every table here is versioned (see ``base.version_columns``). Natural keys are text from the source systems.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from lib.data.tables.base import allow_only, current_record_index, records_metadata, version_columns

enterprise = Table(
    "enterprise",
    records_metadata,
    Column(
        "enterprise_key",
        String(200),
        primary_key=True,
        comment="企业键：信用代码、许可证号，皆无则名称加地址",
    ),
    Column("name", String(200), nullable=False, comment="企业名称"),
    Column("credit_code", String(18), nullable=True, comment="统一社会信用代码"),
    Column("licence_no", String(32), nullable=True, comment="许可证编号"),
    Column("division_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment="所在地"),
    Column("address", Text, nullable=True, comment="地址"),
    Column("risk_grade", String(16), nullable=True, comment="风险等级"),
    *version_columns(),
    comment="企业",
)

campaign = Table(
    "campaign",
    records_metadata,
    Column("campaign_code", String(64), primary_key=True, comment="专项代码"),
    Column("name", String(128), nullable=False, comment="专项名称"),
    Column("kind", String(16), nullable=False, comment="专项抽检 / 靶向抽检 / …"),
    Column("division_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment="组织单位"),
    Column("start_on", Date, nullable=True, comment="开始日期"),
    Column("end_on", Date, nullable=True, comment="结束日期"),
    *version_columns(),
    comment="专项行动",
)

campaign_category = Table(
    "campaign_category",
    records_metadata,
    Column("campaign_code", String(64), primary_key=True, comment="专项代码"),
    Column("category_label", String(64), primary_key=True, comment="专项文件所列产品类别"),
    *version_columns(),
    comment="专项行动的产品类别（按文件原文）",
)

sample = Table(
    "sample",
    records_metadata,
    Column("source", String(32), primary_key=True, comment="来源系统"),
    Column("sample_no", String(64), primary_key=True, comment="抽样编号"),
    Column("report_no", String(64), nullable=True, comment="报告书编号"),
    Column("sampled_on", Date, nullable=True, comment="抽样日期"),
    Column("received_on", Date, nullable=True, comment="收检日期"),
    Column("reported_on", Date, nullable=True, comment="报告日期"),
    Column("submitted_on", Date, nullable=True, comment="首次提交日期"),
    Column(
        "division_code",
        String(12),
        ForeignKey("reporting_unit.code"),
        nullable=True,
        comment="被抽样单位所在地",
    ),
    Column("division_text", String(128), nullable=True, comment="被抽样单位所在地原文"),
    Column(
        "producer_division_code",
        String(12),
        ForeignKey("reporting_unit.code"),
        nullable=True,
        comment="生产企业所在地",
    ),
    Column("producer_division_text", String(128), nullable=True, comment="生产企业所在地原文"),
    Column("category_code", String(8), ForeignKey("food_category.code"), nullable=True, comment="食品大类"),
    Column("category_text", String(128), nullable=True, comment="食品大类原文"),
    Column("subcategory_2", String(64), nullable=True, comment="食品亚类"),
    Column("subcategory_3", String(64), nullable=True, comment="食品次亚类"),
    Column("subcategory_4", String(64), nullable=True, comment="食品细类"),
    Column("stage", String(8), nullable=True, comment="环节：生产 / 流通 / 餐饮"),
    Column("place", String(64), nullable=True, comment="抽样场所"),
    Column("is_online", Boolean, nullable=False, default=False, comment="是否网络抽样"),
    Column("area_type", String(16), nullable=True, comment="区域类型"),
    Column("sample_type", String(32), nullable=True, comment="样品类型"),
    Column("packaging", String(16), nullable=True, comment="包装分类"),
    Column("material", String(16), nullable=True, comment="成品 / 半成品 / 原料"),
    Column("purpose", String(16), nullable=False, comment="监督抽检 / 抽检监测 / 风险监测 / 评价性抽检"),
    Column("tier", String(8), nullable=True, comment="国抽 / 省抽 / 市抽 / 县抽"),
    Column("sampling_kind", String(16), nullable=False, comment="常规 / 靶向 / 专项 / 跟踪 / 执法"),
    Column("campaign_code", String(64), nullable=True, comment="专项代码"),
    Column("sampled_unit_key", String(200), nullable=True, comment="被抽样单位"),
    Column("sampled_unit_name", String(200), nullable=True, comment="被抽样单位名称"),
    Column("producer_key", String(200), nullable=True, comment="标称生产企业"),
    Column("producer_name", String(200), nullable=True, comment="标称生产企业名称"),
    Column("consignor_name", String(200), nullable=True, comment="委托企业名称"),
    Column("food_name", String(200), nullable=True, comment="样品名称"),
    Column("brand", String(128), nullable=True, comment="商标"),
    Column("specification", String(128), nullable=True, comment="规格型号"),
    Column("batch_no", String(128), nullable=True, comment="批号"),
    Column("produced_on", Date, nullable=True, comment="生产日期"),
    Column("produced_text", String(128), nullable=True, comment="生产日期或批号原文"),
    Column("laboratory", String(200), nullable=True, comment="检验机构"),
    Column("task_source", String(200), nullable=True, comment="任务来源"),
    Column("notice_no", String(64), nullable=True, comment="公告号"),
    Column("notice_on", Date, nullable=True, comment="公告日期"),
    Column("conclusion", String(64), ForeignKey("conclusion.name"), nullable=True, comment="样品结论"),
    Column("objection_status", String(32), nullable=True, comment="异议复检状态"),
    Column("supervision_verdict", String(16), nullable=True, comment="监督判定 qualified / unqualified"),
    Column("monitoring_verdict", String(16), nullable=True, comment="监测判定 problem / not_judged"),
    Column("result_state", String(16), nullable=False, comment="结果状态，见 lib.data.verdicts"),
    Column("tested_items", Integer, nullable=True, comment="检验项目数"),
    Column(
        "listing", String(16), nullable=False, comment="full 全量 / unqualified 仅不合格 / qualified 仅合格"
    ),
    Column("remark", Text, nullable=True, comment="备注"),
    *version_columns(),
    comment="样品（批次）",
)

failing_item = Table(
    "failing_item",
    records_metadata,
    Column("source", String(32), primary_key=True, comment="来源系统"),
    Column("sample_no", String(64), primary_key=True, comment="抽样编号"),
    Column("item_name", String(200), primary_key=True, comment="不合格（问题）项目"),
    Column("verdict", String(16), nullable=False, comment="unqualified 不合格项 / problem 问题项"),
    Column("group_code", String(16), ForeignKey("item_group.code"), nullable=True, comment="项目组"),
    Column("measured_value", Text, nullable=True, comment="检验结果原文"),
    Column("measured_unit", String(64), nullable=True, comment="结果单位"),
    Column("limit_value", Text, nullable=True, comment="标准值原文"),
    Column("standard", Text, nullable=True, comment="判定依据"),
    *version_columns(),
    comment="不合格项目与问题项目",
)

disposal = Table(
    "disposal",
    records_metadata,
    Column("source", String(32), primary_key=True, comment="来源系统"),
    Column("sample_no", String(64), primary_key=True, comment="抽样编号"),
    Column("side", String(8), primary_key=True, comment="处置环节：生产 / 流通 / 餐饮 / 网抽"),
    Column(
        "authority_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment="处置单位"
    ),
    Column("authority_text", String(128), nullable=True, comment="处置单位原文"),
    Column("received_on", Date, nullable=True, comment="监管部门收到检验报告日期"),
    Column("delivered_on", Date, nullable=True, comment="检验报告送达企业日期"),
    Column("started_on", Date, nullable=True, comment="启动核查处置日期"),
    Column("controlled_on", Date, nullable=True, comment="产品控制填报日期"),
    Column("finished_on", Date, nullable=True, comment="完成核查处置日期"),
    Column("paused_days", Integer, nullable=True, comment="异议复检暂停天数"),
    Column("status", String(32), nullable=True, comment="核查处置状态原文"),
    Column("cause", String(128), nullable=True, comment="原因类别"),
    Column("case_filed", Boolean, nullable=True, comment="是否立案"),
    Column("made_kilogram", Float, nullable=True, comment="生产（购进）数量 kg"),
    Column("stock_kilogram", Float, nullable=True, comment="库存 kg"),
    Column("recalled_kilogram", Float, nullable=True, comment="召回数量 kg"),
    Column("rechecked_on", Date, nullable=True, comment="整改复查日期"),
    Column("recheck_passed", Boolean, nullable=True, comment="复查是否合格"),
    *version_columns(),
    comment="核查处置：一个不合格样品至多两个处置环节",
)

inspection = Table(
    "inspection",
    records_metadata,
    Column("source", String(32), primary_key=True, comment="来源系统"),
    Column("inspection_no", String(64), primary_key=True, comment="检查编号"),
    Column("campaign_code", String(64), nullable=True, comment="专项代码"),
    Column("enterprise_key", String(200), nullable=True, comment="企业（查的是食安办、监管所时为空）"),
    Column("division_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment="所在地"),
    Column("division_text", String(128), nullable=True, comment="所在地原文"),
    Column("inspected_on", Date, nullable=False, comment="检查日期"),
    Column(
        "kind",
        String(32),
        nullable=True,
        comment="检查类型：日常检查 / 飞行检查 / 体系检查 / 三级联合 / 双随机 / 下沉暗访 / 专项检查 …",
        info={"code_list": "inspection_kind"},
    ),
    Column("levels", String(32), nullable=True, comment="参加层级：省、市、县（可多个，顿号隔开）"),
    Column("is_covert", Boolean, nullable=True, comment="是否暗访"),
    Column("office_name", String(128), nullable=True, comment="被督查的食安办或监管所"),
    Column("office_kind", String(16), nullable=True, comment="食安办 / 市场监管所"),
    Column("team", String(64), nullable=True, comment="工作组"),
    Column("outcome", String(32), nullable=True, comment="处理：涉嫌违法 / 责令整改 / 立行立改 / 未发现问题"),
    Column("problems", Integer, nullable=True, comment="发现问题数（个）"),
    *version_columns(),
    comment="监督检查，一行一家次（督查食安办、监管所的一行一个单位）",
)

sampling_duty = Table(
    "sampling_duty",
    records_metadata,
    Column("enterprise_key", String(200), primary_key=True, comment="企业"),
    Column("start_on", Date, primary_key=True, comment="起始日期"),
    Column("end_on", Date, nullable=False, comment="截止日期"),
    Column("frequency", String(16), nullable=False, comment="weekly 周周抽检"),
    Column("division_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment="所在地"),
    *version_columns(),
    comment="抽检频次要求（如周周抽检）",
)

allow_only(sample, "stage", "生产", "流通", "餐饮", "网抽")
allow_only(sample, "supervision_verdict", "qualified", "unqualified")
allow_only(sample, "monitoring_verdict", "problem", "not_judged")
allow_only(sample, "listing", "full", "unqualified", "qualified")
allow_only(failing_item, "verdict", "unqualified", "problem")
allow_only(disposal, "side", "生产", "流通", "餐饮", "网抽")

#: Natural key of every versioned table: one current record per key.
NATURAL_KEYS: dict[Table, tuple[str, ...]] = {
    enterprise: ("enterprise_key",),
    campaign: ("campaign_code",),
    campaign_category: ("campaign_code", "category_label"),
    sample: ("source", "sample_no"),
    failing_item: ("source", "sample_no", "item_name"),
    disposal: ("source", "sample_no", "side"),
    inspection: ("source", "inspection_no"),
    sampling_duty: ("enterprise_key", "start_on"),
}

for _table, _key in NATURAL_KEYS.items():
    current_record_index(_table, *_key)
