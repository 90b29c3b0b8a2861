"""What a figure can be split by: each dimension is one column of the snapshot tables and the way its values read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol

from sqlalchemy import Column, Table

#: Shown where a record does not say; a missing value is a group of its own, never dropped.
UNKNOWN: Final = "未知"

Reading = Literal["name", "text", "year", "quarter", "month"]


class HasTable(Protocol):
    """A side of a metric, as far as a dimension needs it."""

    @property
    def table(self) -> Table: ...

    @property
    def date(self) -> Column[date] | None: ...


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One way to split. `column` names the code column, `label_column` a column of the same row holding its name.

    `wording` is put around a plain value where the value alone could be taken for something else: 包保A级.
    """

    id: str
    name: str
    column: str
    reading: Reading = "text"
    label_column: str | None = None
    wording: str = "{}"

    def label(self, value: object, names: Mapping[str, str]) -> str:
        """Chinese words for one value (None: missing); `names` maps codes to names."""
        if value is None:
            return UNKNOWN
        if self.reading == "name":
            return names.get(str(value), str(value))
        if self.reading == "text":
            return self.wording.format(value)
        return _period(self.reading, int(str(value)))


def _period(reading: Reading, value: int) -> str:
    if reading == "year":
        return f"{value}年"
    if reading == "quarter":
        return f"{value // 10}年第{value % 10}季度"
    return f"{value // 100}年{value % 100}月"


_ALL: Final = (
    Dimension(id="division", name="县区", column="county_code", reading="name"),
    Dimension(id="city", name="市", column="city_code", reading="name"),
    Dimension(id="province", name="省", column="province_code", reading="name"),
    Dimension(id="made_division", name="生产地县区", column="made_county_code", reading="name"),
    Dimension(id="made_city", name="生产地市", column="made_city_code", reading="name"),
    Dimension(id="made_province", name="生产地省", column="made_province_code", reading="name"),
    Dimension(id="year", name="年", column="year", reading="year"),
    Dimension(id="quarter", name="季度", column="quarter", reading="quarter"),
    Dimension(id="month", name="月份", column="month", reading="month"),
    Dimension(id="category", name="食品大类", column="category_code", reading="name"),
    Dimension(
        id="category_detail", name="食品大类（当年目录）", column="category_detail_code", reading="name"
    ),
    Dimension(id="subcategory_4", name="食品细类", column="subcategory_4"),
    Dimension(id="stage", name="环节", column="stage"),
    Dimension(id="place", name="抽样场所", column="place"),
    Dimension(id="purpose", name="任务类别", column="purpose"),
    Dimension(id="tier", name="层级", column="tier"),
    Dimension(id="sampling", name="抽样性质", column="sampling_kind"),
    Dimension(id="campaign", name="专项", column="campaign_code", reading="name"),
    Dimension(id="source", name="来源", column="source"),
    Dimension(id="material", name="样品形态", column="material"),
    Dimension(id="laboratory", name="检验机构", column="laboratory"),
    Dimension(id="producer", name="标称生产企业", column="producer_key", label_column="producer_name"),
    Dimension(
        id="sampled_unit", name="被抽样单位", column="sampled_unit_key", label_column="sampled_unit_name"
    ),
    Dimension(
        id="enterprise",
        name="企业",
        column="enterprise_key",
        reading="name",
        label_column="enterprise_name",
    ),
    Dimension(id="item", name="不合格项目", column="item_name"),
    Dimension(id="item_group", name="项目组", column="group_code", reading="name"),
    Dimension(id="comparable_group", name="可比项目组", column="comparable_group_code", reading="name"),
    Dimension(id="side", name="处置环节", column="side"),
    Dimension(id="team", name="工作组", column="team"),
    Dimension(id="outcome", name="检查处理", column="outcome"),
    Dimension(id="kind", name="类型", column="kind"),
    Dimension(id="level", name="组织层级", column="level"),
    Dimension(id="role", name="参加身份", column="role"),
    Dimension(id="area", name="诊断方面", column="area"),
    Dimension(id="shared_kind", name="共性或个性", column="shared_kind"),
    Dimension(id="origin", name="整改来源", column="origin"),
    Dimension(id="owner_post", name="督促岗位", column="owner_post"),
    Dimension(id="loop_stage", name="闭环环节", column="stage"),
    Dimension(id="closing_defect", name="办结缺陷", column="closing_defect"),
    Dimension(id="ended_as", name="移送或撤回", column="ended_as"),
    Dimension(id="binding_level", name="包保级别", column="binding_level", wording="包保{}级"),
    Dimension(id="due_quarter", name="应督导季度", column="due_quarter", reading="quarter"),
    Dimension(id="holder", name="包保岗位", column="holder_post_no", label_column="holder_post"),
    Dimension(id="channel", name="提醒方式", column="channel"),
    Dimension(id="audience", name="培训对象", column="audience"),
    Dimension(id="examinee", name="抽考对象", column="examinee"),
    Dimension(id="case_outcome", name="案件处理", column="outcome"),
    Dimension(id="policy", name="后续态度", column="policy"),
    Dimension(id="cause", name="案由", column="cause"),
    Dimension(id="case_origin", name="案件来源", column="origin"),
    Dimension(id="supervised_level", name="督办层级", column="supervised_level"),
    Dimension(id="office_kind", name="督查对象", column="office_kind"),
    Dimension(id="mode", name="约谈方式", column="mode"),
    Dimension(id="interview_scope", name="约谈范围", column="scope"),
    Dimension(id="attendee_level", name="参加人员层级", column="attendee_level"),
    Dimension(id="trigger", name="触发情形", column="trigger"),
    Dimension(id="recipient_level", name="收函层级", column="recipient_level"),
    Dimension(id="report_year", name="自查年度", column="report_year", reading="year"),
    Dimension(id="media_level", name="媒体层级", column="media_level"),
    Dimension(id="subject", name="报送名称", column="subject"),
    Dimension(id="bound", name="数字界限", column="bound"),
)

DIMENSIONS: Final[Mapping[str, Dimension]] = {dimension.id: dimension for dimension in _ALL}

#: Sets of dimensions that definitions share.
PLACES: Final = ("division", "city", "province")
MADE_PLACES: Final = ("made_division", "made_city", "made_province")
PERIODS: Final = ("year", "quarter", "month")
SAMPLE_KINDS: Final = (
    *("category", "category_detail", "subcategory_4", "stage", "place", "purpose", "tier"),
    *("sampling", "campaign", "source", "material"),
)
ENTERPRISES: Final = ("producer", "sampled_unit")
ITEMS: Final = ("item", "item_group", "comparable_group")


def dimension_column(name: str, side: HasTable) -> Column | None:
    """The column that splits this side of a metric, or None where its table does not know the dimension.

    Periods follow the side's own date column: a disposal counted by the day it was received is split by
    `received_month`, not by the month of sampling.
    """
    dimension, table = DIMENSIONS[name], side.table
    if dimension.reading in ("year", "quarter", "month"):
        if side.date is None:
            return None
        own = f"{side.date.name.removesuffix('on')}{dimension.column}"
        return table.c[own] if own in table.c else table.c.get(dimension.column)
    return table.c.get(dimension.column)


def label_column(name: str, side: HasTable) -> Column | None:
    """The column holding the name of the dimension's value in the same row, if there is one."""
    column = DIMENSIONS[name].label_column
    return None if column is None else side.table.c.get(column)
