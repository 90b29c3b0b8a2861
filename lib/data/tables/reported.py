"""Office work and published totals: meetings, data corrections, publicity, demonstration shops, reported figures."""

from typing import Final

from sqlalchemy import BigInteger, Text
from sqlalchemy.schema import Column

from lib.data.tables.base import allow_only
from lib.data.tables.columns import day, division, number, text, versioned_table, whole

#: How a published figure bounds the true one; 100余 is at least 100, 超过50 is more than 50.
BOUNDS: Final = ("=", "≥", ">", "≈", "≤")

meeting = versioned_table(
    "meeting",
    (text("meeting_no", 64, "会议编号"),),
    *division("召集单位"),
    day("held_on", "会议日期", needed=True),
    text("kind", 16, "类型：专题 / 调度 / 部署 …", needed=True),
    text("title", 200, "会议名称"),
    whole("problems_solved", "研究解决问题数（个）"),
    comment="会议，一行一次",
)

data_correction = versioned_table(
    "data_correction",
    (text("correction_no", 64, "数据修正编号"),),
    *division("修正单位"),
    day("corrected_on", "修正日期", needed=True),
    whole("rows_adjusted", "调整数据（条）", needed=True),
    text("reason", 200, "原因"),
    comment="集中修正数据，一行一次",
)

publicity = versioned_table(
    "publicity",
    (text("publicity_no", 64, "宣传编号"),),
    *division("发布单位"),
    day("published_on", "发布日期", needed=True),
    text("kind", 16, "稿件 / 工作要情 / 工作专报 / 海报 / 单张 / 折页 / 视频 …", needed=True),
    text("title", 200, "标题"),
    text("media_level", 8, "媒体层级：国家级 / 省级 / 市级 / 县级"),
    text("issue", 32, "期号"),
    Column("copies", BigInteger, nullable=True, comment="份数（份）"),
    comment="宣传与信息，一行一篇（一期、一种）",
)

demonstration_shop = versioned_table(
    "demonstration_shop",
    (text("shop_no", 64, "示范店编号"),),
    *division("所在地"),
    text("name", 200, "店名"),
    text("kind", 16, "类型：母婴店 / 商超 / 药店 …", needed=True),
    day("recognised_on", "认定日期", needed=True),
    day("withdrawn_on", "撤销日期（有效为空）"),
    comment="示范店，一行一家",
)

reported_figure = versioned_table(
    "reported_figure",
    (text("figure_no", 64, "数字编号"),),
    *division("所指地区"),
    text("subject", 200, "名称，如“研究解决问题”", needed=True),
    text("metric_id", 64, "对应指标代码"),
    number("value", "数值", needed=True),
    text("unit", 16, "单位，如 个、条、场次", needed=True),
    text("bound", 2, "= 等于 / ≥ 不少于 / > 多于 / ≈ 约 / ≤ 不多于", needed=True),
    day("period_from", "期间起"),
    day("period_to", "期间止"),
    day("known_as_of", "数字截至（来源未注明为空）"),
    Column("document", Text, nullable=False, comment="出处（文件、日期）"),
    comment="只有总数的报送数字，一行一个",
)

allow_only(reported_figure, "bound", *BOUNDS)

TABLES = (meeting, data_correction, publicity, demonstration_shop, reported_figure)
