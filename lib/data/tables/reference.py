"""Reference tables: reporting units, categories, items, places, calendar, statutory limits.

Filled from ``data/reference/*.csv``; each row carries the source it was read in.
"""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from lib.data.tables.base import records_metadata

reporting_unit = Table(
    "reporting_unit",
    records_metadata,
    Column("code", String(12), primary_key=True, comment="单位代码（行政区划或开发区统计代码）"),
    Column("name", String(64), nullable=False, comment="单位名称"),
    Column("level", Integer, nullable=False, comment="1 省 / 2 市 / 3 县区 / 4 乡镇街道"),
    Column("parent_code", String(12), ForeignKey("reporting_unit.code"), nullable=True, comment="上级单位"),
    Column("kind", String(24), nullable=False, comment="administrative 行政区划 / development_zone 开发区"),
    Column("population", BigInteger, nullable=True, comment="常住人口（人）"),
    Column("population_basis", String(128), nullable=True, comment="人口口径"),
    Column("valid_from", Date, nullable=True, comment="启用日期"),
    Column("valid_to", Date, nullable=True, comment="撤销日期"),
    Column("successor_code", String(12), nullable=True, comment="撤销后并入的单位"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="填报单位：行政区划与开发区组成的树",
)
Index(None, reporting_unit.c.parent_code)

food_category = Table(
    "food_category",
    records_metadata,
    Column("code", String(8), primary_key=True, comment="类别代码"),
    Column("name", String(64), nullable=False, comment="类别名称"),
    Column("level", Integer, nullable=False, comment="1 大类 / 2 亚类 / 3 次亚类 / 4 细类"),
    Column("parent_code", String(8), ForeignKey("food_category.code"), nullable=True, comment="上级类别"),
    Column("rollup_code", String(8), nullable=False, comment="跨 2025 年可比的大类"),
    Column("first_year", Integer, nullable=True, comment="首个使用年度"),
    Column("last_year", Integer, nullable=True, comment="最后使用年度"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="食品类别：2025 年起食用农产品拆为七类",
)

item_group = Table(
    "item_group",
    records_metadata,
    Column("code", String(16), primary_key=True, comment="项目组代码"),
    Column("name", String(64), nullable=False, comment="项目组名称"),
    Column("alias", String(64), nullable=True, comment="简称"),
    Column("comparable_code", String(16), nullable=False, comment="跨 2020/2021 年可比的项目组"),
    Column("comparable_name", String(64), nullable=False, comment="可比项目组名称"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="不合格项目组",
)

test_item = Table(
    "test_item",
    records_metadata,
    Column("name", String(128), primary_key=True, comment="检验项目"),
    Column("group_code", String(16), ForeignKey("item_group.code"), nullable=False, comment="项目组"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="检验项目",
)

sampling_place = Table(
    "sampling_place",
    records_metadata,
    Column("stage", String(8), primary_key=True, comment="环节：生产 / 流通 / 餐饮 / 网抽"),
    Column("place", String(32), primary_key=True, comment="抽样场所"),
    Column("place_code", String(8), nullable=True, comment="场所代码"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="环节与抽样场所",
)

conclusion = Table(
    "conclusion",
    records_metadata,
    Column("name", String(64), primary_key=True, comment="样品结论"),
    Column("supervision_verdict", String(16), nullable=True, comment="监督判定 qualified / unqualified"),
    Column("monitoring_verdict", String(16), nullable=True, comment="监测判定 problem / not_judged"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="样品结论及其两种判定",
)

code_value = Table(
    "code_value",
    records_metadata,
    Column("dimension", String(32), primary_key=True, comment="代码表"),
    Column("name", String(64), primary_key=True, comment="取值"),
    Column("code", String(48), nullable=True, comment="英文代码"),
    Column("definition", Text, nullable=True, comment="说明"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="其他代码表：任务类别、层级、专项、异议状态等",
)

workday = Table(
    "workday",
    records_metadata,
    Column("day", Date, primary_key=True, comment="日期"),
    Column("is_workday", Boolean, nullable=False, comment="是否工作日"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="工作日历：法定节假日与调休",
)

statutory_limit = Table(
    "statutory_limit",
    records_metadata,
    Column("id", String(8), primary_key=True, comment="时限编号"),
    Column("topic", String(32), nullable=False, comment="主题"),
    Column("rule", Text, nullable=False, comment="规则"),
    Column("clock_starts", Text, nullable=True, comment="起算"),
    Column("value", Integer, nullable=True, comment="时限数值"),
    Column("unit", String(16), nullable=True, comment="workday 工作日 / day 自然日 / hour 小时 …"),
    Column("article", Text, nullable=True, comment="条款"),
    Column("instrument", Text, nullable=True, comment="文件"),
    Column("verified", String(8), nullable=False, comment="yes 已核 / partial 部分 / no 未核"),
    Column("source", Text, nullable=False, comment="来源"),
    comment="法定时限：数值是设置，来源写明",
)
