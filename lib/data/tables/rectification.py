"""Rectification (整改) side of the records: what has to be put right, and everything that happened to it.

The loop is 发现—帮扶—整改—验证—提升. An item is completed only when somebody else than who rectified it verified it on
site, with evidence; what is closed otherwise is 纸面整改. States are worked out when a version is published.
"""

from typing import Final

from sqlalchemy import Text
from sqlalchemy.schema import Column

from lib.data.tables.base import allow_only
from lib.data.tables.columns import (
    code_list,
    day,
    division,
    enterprise,
    moment,
    text,
    truth,
    versioned_table,
    whole,
)

#: The five stages of the loop, in order.
STAGES: Final = ("发现", "帮扶", "整改", "验证", "提升")
#: Events beside the stages: a visit afterwards, striking off the list, opening again.
REVISIT, STRUCK_OFF, REOPENED = "回访", "销号", "重开"
#: Ends that are no completion.
TRANSFERRED, WITHDRAWN = "移送", "撤回"
EVENTS: Final = (*STAGES, REVISIT, STRUCK_OFF, REOPENED, TRANSFERRED, WITHDRAWN)

rectification_item = versioned_table(
    "rectification_item",
    (text("item_no", 64, "整改项编号"),),
    enterprise(),
    *division("责任单位"),
    code_list(
        text(
            "origin",
            32,
            "来源：流动诊所 / 监督检查 / 核查处置 / 包保督导 / 企业自查 / 责任约谈 …",
            needed=True,
        ),
        "rectification_origin",
    ),
    text("origin_no", 64, "来源编号（诊所编号、检查编号、抽样编号…）"),
    text("problem_no", 64, "问题编号"),
    text("suggestion_no", 64, "建议编号"),
    text("failing_item_name", 200, "不合格项目，用于判断复发"),
    text("owner_post", 128, "督促整改的岗位（职务）"),
    Column("description", Text, nullable=True, comment="整改内容"),
    day("found_on", "发现日期", needed=True),
    day("due_on", "整改期限"),
    whole("due_days", "期限天数（没有写明期限日期时，自发现次日起算）"),
    text("due_unit", 8, "期限单位：day 自然日 / workday 工作日"),
    day("revisit_due_on", "应回访日期"),
    comment="整改项：清单化管理、销号式推进的一条",
)

rectification_event = versioned_table(
    "rectification_event",
    (text("event_no", 64, "事件编号"),),
    text("item_no", 64, "整改项编号", needed=True),
    text(
        "stage",
        8,
        "环节：发现 / 帮扶 / 整改 / 验证 / 提升；其他事件：回访 / 销号 / 重开 / 移送 / 撤回",
        needed=True,
    ),
    moment("happened_at", "时刻（北京时间）", needed=True),
    text("actor_post", 128, "经手岗位（职务），不写姓名"),
    text("actor_unit", 128, "经手单位"),
    text("actor_level", 8, "经手层级：省 / 市 / 县 / 乡 / 村 / 企业"),
    truth("on_site", "是否到现场"),
    truth("passed", "验证是否通过（验证事件须写明）"),
    text("evidence", 200, "证据编号或文件名"),
    Column("remark", Text, nullable=True, comment="备注"),
    comment="整改项的事件，只增不改",
)

allow_only(rectification_item, "due_unit", "day", "workday")
allow_only(rectification_event, "stage", *EVENTS)

TABLES = (rectification_item, rectification_event)
