"""Mobile clinic (流动诊所) side of the records: visits, who took part, problems, suggestions.

58 problems and 61 suggestions are two counts: they are linked n to m, never one to one.
"""

from sqlalchemy import Text
from sqlalchemy.schema import Column

from lib.data.tables.columns import code_list, day, division, enterprise, text, versioned_table

clinic_visit = versioned_table(
    "clinic_visit",
    (text("visit_no", 64, "诊所编号（一次上门）"),),
    enterprise("接受帮扶的企业"),
    *division("企业属地"),
    day("visited_on", "上门日期", needed=True),
    text("organiser", 128, "组织单位（岗位）"),
    text("rooms", 200, "查看的区域：生产车间、原料库、检验室等"),
    text("reason", 200, "选中原因，如“年内两批次及以上不合格”"),
    comment="流动诊所上门帮扶，一行一次上门（家次）",
)

clinic_participant = versioned_table(
    "clinic_participant",
    (text("visit_no", 64, "诊所编号"), text("participant_no", 64, "参加人编号（不写姓名）")),
    code_list(text("role", 32, "身份：专家 / 核查处置 / 属地监管 …", needed=True), "clinic_role"),
    text("post", 128, "职务（岗位），不写姓名"),
    text("organisation", 128, "所在单位"),
    comment="流动诊所参加人，一行一人次",
)

clinic_problem = versioned_table(
    "clinic_problem",
    (text("problem_no", 64, "问题编号"),),
    text("visit_no", 64, "诊所编号", needed=True),
    code_list(
        text("area", 32, "诊断方面：工艺流程设计 / 产品控制设定 / 出厂检验规程 / 原辅料供应链 …"),
        "diagnosis_area",
    ),
    Column("description", Text, nullable=True, comment="问题描述"),
    text("failing_item_name", 200, "对应的不合格项目"),
    text("shared_kind", 16, "共性 / 个性"),
    comment="流动诊所发现的问题，一行一个",
)

clinic_suggestion = versioned_table(
    "clinic_suggestion",
    (text("suggestion_no", 64, "建议编号"),),
    text("visit_no", 64, "诊所编号", needed=True),
    Column("description", Text, nullable=True, comment="整改建议"),
    comment="流动诊所提出的整改建议，一行一条",
)

problem_suggestion = versioned_table(
    "problem_suggestion",
    (text("problem_no", 64, "问题编号"), text("suggestion_no", 64, "建议编号")),
    comment="问题与建议的对应（多对多），一行一个对应",
)

TABLES = (clinic_visit, clinic_participant, clinic_problem, clinic_suggestion, problem_suggestion)
