"""Duties of cadres (包保): posts, who is bound to which subject and when, quarterly supervision, prompts, training.

The letter of a cadre's level (A the highest) is a type of its own: 包保A级 has nothing to do with 风险等级A.
"""

from lib.data.tables.base import allow_only
from lib.data.tables.columns import (
    day,
    division,
    enterprise,
    moment,
    number,
    quarter,
    text,
    truth,
    versioned_table,
    whole,
)

cadre_post = versioned_table(
    "cadre_post",
    (text("post_no", 64, "岗位编号"),),
    text("post", 128, "职务（岗位），不写姓名", needed=True),
    text("binding_level", 1, "包保级别：A 市 / B 县 / C 乡 / D 村", needed=True),
    *division(),
    day("valid_from", "任职开始", needed=True),
    day("valid_to", "任职结束（当日仍在任；在任为空）"),
    comment="包保干部岗位",
)

binding = versioned_table(
    "binding",
    (text("binding_no", 64, "包保关系编号"),),
    text("post_no", 64, "岗位编号", needed=True),
    enterprise("包保主体"),
    *division("主体属地"),
    text("subject_level", 1, "主体的包保级别：A / B / C / D"),
    day("valid_from", "生效日期", needed=True),
    day("valid_to", "失效日期（当日仍有效；现行有效为空）"),
    comment="包保关系：岗位与主体，含起止",
)

supervision_duty = versioned_table(
    "supervision_duty",
    (text("duty_no", 64, "督导任务编号"),),
    enterprise("包保主体"),
    *division("主体属地"),
    quarter("due_quarter", "应督导季度，如 20251", needed=True),
    day("due_on", "应完成日期", needed=True),
    moment("done_at", "督导时刻（北京时间，未督导为空）"),
    text("done_post_no", 64, "实际督导的岗位编号"),
    whole("problems_found", "发现问题数（个）"),
    whole("problems_rectified", "已整改问题数（个）"),
    comment="包保督导任务，一行一个主体一个季度",
)

supervision_notice = versioned_table(
    "supervision_notice",
    (text("notice_no", 64, "提示（提醒）编号"),),
    text("kind", 8, "季初提示 / 季末提醒", needed=True),
    *division("发往单位"),
    quarter("due_quarter", "所指季度，如 20251", needed=True),
    moment("sent_at", "发出时刻（北京时间）", needed=True),
    text("channel", 16, "方式：文件 / 电话 / 短信 …"),
    text("duty_no", 64, "督导任务编号（季末提醒所指）"),
    text("post_no", 64, "被提醒的岗位编号"),
    comment="季初提示与季末提醒，一行一次",
)

training = versioned_table(
    "training",
    (text("training_no", 64, "培训编号"),),
    *division("组织单位"),
    day("held_on", "培训日期", needed=True),
    text("title", 200, "培训名称"),
    text("audience", 32, "对象：包保干部 / 监管人员 / 企业人员 …", needed=True),
    text("level", 32, "层级：市、县、乡、村（可多个，顿号隔开）"),
    whole("sessions", "场次", needed=True),
    whole("persons", "参加人数（人次）"),
    comment="培训",
)

training_attendance = versioned_table(
    "training_attendance",
    (text("training_no", 64, "培训编号"), text("post_no", 64, "岗位编号")),
    comment="参加培训的包保岗位，一行一个岗位一次",
)

exam = versioned_table(
    "exam",
    (text("exam_no", 64, "抽考编号（一人一次）"),),
    enterprise(),
    *division("企业属地"),
    day("held_on", "抽考日期", needed=True),
    text("level", 8, "组织层级：省级 / 市级 / 县级"),
    text("examinee", 32, "对象：食品安全总监 / 食品安全员"),
    number("score", "得分"),
    truth("passed", "是否合格"),
    comment="食品安全总监、安全员抽考，一行一人次",
)

allow_only(cadre_post, "binding_level", "A", "B", "C", "D")
allow_only(binding, "subject_level", "A", "B", "C", "D")
allow_only(supervision_notice, "kind", "季初提示", "季末提醒")

TABLES = (
    cadre_post,
    binding,
    supervision_duty,
    supervision_notice,
    training,
    training_attendance,
    exam,
)
