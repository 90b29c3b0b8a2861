"""Snapshot tables of the closed loop and the duties: records with districts, periods and what is derived from them.

Every table carries the districts of where the duty lies on both sides (``county_code`` and ``made_county_code`` are
the same), so that a reader of another district sees none of its rows. Children (participants, problems, events …)
carry day and districts of their parent. What depends on "today" is judged on the snapshot's day (``as_of``); figures
seen from another day use the dates of ``rectification_round``, never a state column.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Integer, SmallInteger, String, Table

from lib.data.tables import clinic, duties, enforcement, rectification, reported
from lib.data.tables.base import snapshot_metadata
from lib.data.tables.snapshot_columns import periods, places, published, round_dates


def _enterprise() -> tuple[Column[str], ...]:
    return (
        Column("enterprise_key", String, comment="企业"),
        Column("enterprise_name", String, comment="企业名称"),
    )


def _visit() -> tuple[Column, ...]:
    return Column("visited_on", Date, comment="上门日期"), *_enterprise()


clinic_visit = published(clinic.clinic_visit)
clinic_participant = published(clinic.clinic_participant, *_visit())
clinic_problem = published(clinic.clinic_problem, *_visit())
clinic_suggestion = published(
    clinic.clinic_suggestion,
    *_visit(),
    Column("problems", Integer, nullable=False, comment="对应的问题数（个）"),
)
problem_suggestion = published(
    clinic.problem_suggestion, *_visit(), Column("area", String, comment="诊断方面")
)


rectification_item = published(
    rectification.rectification_item,
    *round_dates(),
    Column("rounds", Integer, nullable=False, comment="轮数（1 加重开次数）"),
    Column("reopened_on", Date, comment="最近一次重开日期"),
    Column("reopened_count", Integer, nullable=False, comment="重开次数"),
    Column("paper_closings", Integer, nullable=False, comment="历次办结中属于纸面整改的次数"),
    Column("order_faults", Integer, nullable=False, comment="顺序不符的事件数"),
    Column(
        "state",
        String,
        nullable=False,
        comment="数据截至日的状态：未到期 / 进行中 / 逾期 / 自报完成 / 已验证 / 已移送 / 已撤回",
    ),
    Column("is_overdue", Boolean, nullable=False, comment="期限已过而未验证（含自报完成）；移送、撤回不计"),
    *periods("due_", "期限"),
    *periods("verified_", "完成"),
    *periods("claimed_", "称已办结"),
)

rectification_round = Table(
    "rectification_round",
    snapshot_metadata,
    Column("source", String, nullable=False, comment="来源系统"),
    Column("item_no", String, nullable=False, comment="整改项编号"),
    Column("round", Integer, nullable=False, comment="第几轮（重开一次加一）"),
    *_enterprise(),
    Column("origin", String, comment="来源"),
    Column("owner_post", String, comment="督促整改的岗位"),
    Column("failing_item_name", String, comment="不合格项目"),
    Column("suggestion_no", String, comment="对应的建议编号"),
    Column("description", String, comment="整改内容"),
    Column("found_on", Date, comment="整改项的发现日期"),
    Column("due_on", Date, comment="整改期限"),
    Column("due_days", Integer, comment="期限天数；有天数而无整改期限，是工作日历未覆盖"),
    Column("started_on", Date, comment="本轮开始：首轮为发现日期，其后为重开日期"),
    Column("reopened_on", Date, comment="本轮结束于重开的日期（最后一轮为空）"),
    *round_dates(),
    *periods(),
    *periods("claimed_", "称已办结"),
    *periods("verified_", "完成"),
    *places(),
    comment="整改项的每一轮；任一日期 D 的状态取 started_on ≤ D 且（reopened_on 为空或 > D）的那一轮",
)

rectification_event = published(
    rectification.rectification_event,
    *_enterprise(),
    Column("origin", String, comment="整改项来源"),
    Column("stage_number", SmallInteger, comment="闭环第几环（1—5），其他事件为空"),
    Column("round", Integer, nullable=False, comment="第几轮"),
    Column("order_fault", String, comment="顺序不符之处；相符为空"),
    Column("closing_defect", String, comment="作为办结依据的缺陷；规范或不是办结依据的为空"),
)

clinic_enterprise = Table(
    "clinic_enterprise",
    snapshot_metadata,
    *_enterprise(),
    Column("visited_on", Date, nullable=False, comment="当年首次上门日期"),
    Column("visits", Integer, nullable=False, comment="当年上门次数（家次）"),
    Column("items", Integer, nullable=False, comment="流动诊所整改项数，移送、撤回不计（项）"),
    Column("items_verified", Integer, nullable=False, comment="其中已验证（项）"),
    Column("finished_on", Date, comment="全部整改项现场验证完毕的日期；尚有未验证项或没有整改项的为空"),
    *periods(),
    *places(),
    comment="接受流动诊所帮扶的企业，一行一家一年",
)

producer_year = Table(
    "producer_year",
    snapshot_metadata,
    *_enterprise(),
    Column("sampled_year", SmallInteger, nullable=False, comment="抽样年度"),
    Column("batches", Integer, nullable=False, comment="当年有监督判定的批次"),
    Column("unqualified_batches", Integer, nullable=False, comment="当年不合格批次"),
    Column("first_unqualified_on", Date, comment="当年第一批不合格的抽样日期"),
    Column("second_unqualified_on", Date, comment="当年第二批不合格的抽样日期（达到两批次的日期）"),
    Column("visited_on", Date, comment="首次流动诊所上门（当年第一批不合格之后 365 天内）；未帮扶为空"),
    Column(
        "followed_from", Date, comment="随访起点：帮扶日，未帮扶的为达到两批次之日；未帮扶又不足两批次为空"
    ),
    Column("next_sampled_on", Date, comment="随访起点之后首次有监督判定的抽样日期"),
    Column("next_unqualified_on", Date, comment="随访起点之后首批不合格的抽样日期"),
    *periods(),
    *places(),
    comment="有不合格批次的生产企业，一行一家一年；地区为生产地，期间按第一批不合格",
)

_DATED_AND_PLACED: Final = frozenset(column.name for column in (*periods(), *places()))
#: A threshold of k batches is reached on the day of the k-th one: what came later must not make a firm eligible.
producer_failure = Table(
    "producer_failure",
    snapshot_metadata,
    *(
        Column(column.name, column.type, nullable=column.nullable, comment=column.comment)
        for column in producer_year.columns
        if column.name not in _DATED_AND_PLACED
    ),
    Column("number", Integer, nullable=False, comment="当年第几批不合格"),
    Column("reached_on", Date, nullable=False, comment="该批不合格的抽样日期（达到该批次数的日期）"),
    *periods(),
    *places(),
    comment="生产企业当年的每一批不合格，一行一批；地区为生产地，期间按该批抽样日期",
)

enforcement_case = published(enforcement.enforcement_case)
interview = published(enforcement.interview)
interview_attendance = published(
    enforcement.interview_attendance,
    Column("held_on", Date, comment="约谈日期"),
    *(Column(name, String) for name in ("mode", "level", "scope", "campaign_code")),
)
interview_enterprise = published(
    enforcement.interview_enterprise,
    Column("held_on", Date, comment="约谈日期"),
    *(Column(name, String) for name in ("mode", "level", "scope", "campaign_code")),
)
letter = published(
    enforcement.letter,
    Column("days_to_send", Integer, comment="触发至发出的天数（自然日；未发为空）"),
    *periods("sent_", "发出"),
)
self_report = published(enforcement.self_report)

cadre_post = published(
    duties.cadre_post,
    Column("trained_on", Date, comment="首次参加培训日期（从未参加为空）"),
    Column("trainings", Integer, nullable=False, comment="参加培训次数"),
)
binding = published(
    duties.binding,
    Column("post", String, comment="职务（岗位）"),
    Column("binding_level", String, comment="包保级别"),
    Column("left_on", Date, comment="岗位离任日期；在任或未登记岗位为空"),
)
supervision_duty = published(
    duties.supervision_duty,
    Column("binding_no", String, comment="应完成日有效的包保关系；空档为空"),
    Column("holder_post_no", String, comment="应完成日包保的岗位编号；空档为空"),
    Column("holder_post", String, comment="应完成日包保的岗位（职务）；空档为空"),
    Column("binding_level", String, comment="包保级别：岗位的级别，空档取主体最近一次包保的级别"),
    Column("has_gap", Boolean, nullable=False, comment="应完成日无人包保（空档）"),
    Column("changed_hands", Boolean, nullable=False, comment="该季度内包保岗位有变动"),
    Column("done_quarter", Integer, comment="督导所在季度（北京时间）"),
    Column("is_done_in_quarter", Boolean, nullable=False, comment="在应督导季度之内督导（北京时间）"),
    Column(
        "state", String, nullable=False, comment="数据截至日的状态：未到期 / 按期完成 / 逾期完成 / 逾期未完成"
    ),
    Column("reminded_on", Date, comment="首次季末提醒日期"),
)
supervision_notice = published(
    duties.supervision_notice,
    *_enterprise(),
    Column("binding_level", String, comment="被提醒岗位的包保级别"),
    Column("duty_done_on", Date, comment="所指任务的督导日期（未督导为空）"),
    Column("was_done", Boolean, comment="提醒发出时任务已完成"),
    Column("days_to_done", Integer, comment="提醒后几天督导（自然日；未督导或提醒前已督导为空）"),
)
training = published(duties.training)
training_attendance = published(
    duties.training_attendance,
    Column("held_on", Date, comment="培训日期"),
    Column("audience", String, comment="对象"),
    Column("binding_level", String, comment="包保级别"),
)
exam = published(duties.exam)

meeting = published(reported.meeting)
data_correction = published(reported.data_correction)
publicity = published(reported.publicity)
demonstration_shop = published(reported.demonstration_shop)
reported_figure = published(reported.reported_figure)

inspection_level = Table(
    "inspection_level",
    snapshot_metadata,
    Column("source", String, nullable=False, comment="来源系统"),
    Column("inspection_no", String, nullable=False, comment="检查编号"),
    Column("level", String, nullable=False, comment="参加层级：省 / 市 / 县 …"),
    Column("inspected_on", Date, comment="检查日期"),
    Column("kind", String, comment="检查类型"),
    *_enterprise(),
    *periods(),
    *places(),
    comment="参加检查的层级，一行一次检查的一个层级",
)

#: Tables filled from records one to one, parents first.
RECORD_TABLES: Final = (
    *(clinic_visit, clinic_participant, clinic_problem, clinic_suggestion, problem_suggestion),
    *(rectification_item, rectification_event),
    *(enforcement_case, interview, interview_attendance, interview_enterprise, letter, self_report),
    *(cadre_post, binding, supervision_duty, supervision_notice, training, training_attendance, exam),
    *(meeting, data_correction, publicity, demonstration_shop, reported_figure),
)
LOOP_FACTS: Final = (
    *(*RECORD_TABLES, rectification_round),
    *(clinic_enterprise, producer_year, producer_failure, inspection_level),
)
