"""What follows a finding: cases and their outcomes, responsibility interviews, letters; enterprises' own reports."""

from sqlalchemy import Text
from sqlalchemy.schema import Column

from lib.data.tables.base import allow_only
from lib.data.tables.columns import (
    code_list,
    day,
    division,
    enterprise,
    text,
    versioned_table,
    whole,
)

enforcement_case = versioned_table(
    "enforcement_case",
    (text("case_no", 64, "案件（处理）编号"),),
    enterprise(),
    *division(),
    day("decided_on", "立案或作出处理的日期", needed=True),
    code_list(text("outcome", 32, "处理：立案 / 责令整改 / 立行立改 …", needed=True), "case_outcome"),
    code_list(text("policy", 16, "后续态度：包容审慎 / 从严查处"), "case_policy"),
    text("policy_reason", 200, "从宽或从严的理由"),
    text("cause", 64, "案由，如“未落实主体责任”"),
    text("origin", 32, "来源：监督检查 / 抽检不合格 / 投诉举报 …"),
    text("origin_no", 64, "来源编号（检查编号、抽样编号…）"),
    text("campaign_code", 64, "专项代码"),
    text("supervised_level", 8, "督办层级：省 / 市 / 县"),
    day("supervised_due_on", "督办期限"),
    day("closed_on", "结案日期"),
    day("transferred_on", "移送司法日期"),
    comment="案件与处理，一行一件",
)

interview = versioned_table(
    "interview",
    (text("interview_no", 64, "约谈编号"),),
    *division("约谈单位"),
    day("held_on", "约谈日期", needed=True),
    text("mode", 8, "方式：现场 / 视频"),
    text("level", 8, "约谈层级：省 / 市 / 县 / 乡"),
    text("scope", 64, "范围，如“全省特食集体”"),
    text("kind", 32, "对象：企业 / 部门 / 政府 / 集体"),
    text("reason", 200, "事由"),
    text("campaign_code", 64, "专项代码"),
    Column("commitments", Text, nullable=True, comment="承诺或要求"),
    comment="责任约谈，一行一次",
)

interview_attendance = versioned_table(
    "interview_attendance",
    (
        text("interview_no", 64, "约谈编号"),
        text("attendee_level", 32, "参加人员层级：省 / 市 / 县 / 乡 / 企业 …"),
    ),
    whole("persons", "参加人数（人）", needed=True),
    text("post", 128, "职务（岗位），不写姓名"),
    comment="约谈参加人数，一行一个层级",
)

interview_enterprise = versioned_table(
    "interview_enterprise",
    (text("interview_no", 64, "约谈编号"), enterprise("被约谈企业")),
    *division("企业属地"),
    comment="被约谈的企业，一行一家次",
)

letter = versioned_table(
    "letter",
    (text("letter_no", 64, "函件编号"),),
    *division("收函单位"),
    text("kind", 16, "提醒敦促函 / 函告", needed=True),
    text("trigger", 32, "触发情形：抽检不合格 / 暗访发现问题 / 整改逾期 …"),
    text("trigger_no", 64, "触发编号（抽样编号、检查编号、整改项编号…）"),
    day("triggered_on", "触发日期", needed=True),
    day("sent_on", "发出日期（未发为空）"),
    day("answered_on", "回复日期（未复为空）"),
    enterprise("涉及企业", needed=False),
    text("recipient_post", 128, "收函岗位（职务）"),
    text("recipient_level", 8, "收函层级：市 / 县 / 乡 / 村"),
    comment="提醒敦促函与函告，一行一个应发函件",
)

self_report = versioned_table(
    "self_report",
    (text("report_no", 64, "自查报告编号"),),
    enterprise(),
    *division("企业属地"),
    whole("report_year", "自查年度", needed=True),
    day("due_on", "应报日期", needed=True),
    day("received_on", "收到日期（未报为空）"),
    whole("problems_found", "自查发现问题数（个）"),
    whole("problems_rectified", "已整改问题数（个）"),
    comment="企业自查报告，一行一家一年（应报）",
)

allow_only(interview, "mode", "现场", "视频")
allow_only(letter, "kind", "提醒敦促函", "函告")

TABLES = (
    enforcement_case,
    interview,
    interview_attendance,
    interview_enterprise,
    letter,
    self_report,
)
