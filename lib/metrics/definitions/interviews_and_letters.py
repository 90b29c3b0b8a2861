"""Metrics of interviews (约谈), letters and self-checks: what firms and cadres were told and what they reported."""

from typing import Final

from sqlalchemy import ColumnElement, and_, or_

from lib.data.tables.snapshot_loop import (
    interview,
    interview_attendance,
    interview_enterprise,
    letter,
    producer_year,
    self_report,
)
from lib.metrics.definitions.enforcement import FUYANG, GUANGDONG, distinct, shared
from lib.metrics.dimensions import PLACES
from lib.metrics.metric import AS_OF, Count, Exclusion, Metric, Sum, Unit

LAW: Final = "《食品安全法》第一百一十四条、第一百一十七条责任约谈"
_TALKS: Final = shared(LAW, "按约谈日期归入期间", "mode", "level", "interview_scope", "campaign", "source")
_LETTERS: Final = shared(
    FUYANG, "按触发日期归入期间", "kind", "trigger", "recipient_level", "enterprise", "source"
)
_REPORTS: Final = shared(GUANGDONG, "按应报日期归入期间", "report_year", "enterprise", "source")


def _letters(*where: ColumnElement[bool]) -> Count:
    return Count(table=letter, date=letter.c.triggered_on, where=where, unit=Unit.CASE)


def _reports(*where: ColumnElement[bool]) -> Count:
    return Count(table=self_report, date=self_report.c.due_on, where=where, unit=Unit.ENTERPRISE_VISIT)


_SENT: Final = and_(letter.c.sent_on.is_not(None), letter.c.sent_on <= AS_OF)
_ANSWERED: Final = and_(_SENT, letter.c.answered_on.is_not(None), letter.c.answered_on <= AS_OF)
_RECEIVED: Final = and_(self_report.c.received_on.is_not(None), self_report.c.received_on <= AS_OF)
_REPORT_DUE: Final = or_(_RECEIVED, self_report.c.due_on < AS_OF)
_PROBLEMS_STATED: Final = and_(
    _RECEIVED, self_report.c.problems_found.is_not(None), self_report.c.problems_rectified.is_not(None)
)

_INTERVIEWS: Final = (
    Metric(
        id="interviews",
        name="责任约谈次数",
        description="期间内责任约谈的次数，一次集体约谈计一次。",
        numerator=Count(table=interview, date=interview.c.held_on, unit=Unit.TIME),
        **_TALKS | {"dimensions": (*_TALKS["dimensions"], "kind")},
    ),
    Metric(
        id="interview_attendees",
        name="约谈参加人数",
        description="期间内各次约谈各层级参加的人数之和；同一人参加两次计两人。",
        numerator=Sum(
            table=interview_attendance,
            date=interview_attendance.c.held_on,
            column=interview_attendance.c.persons,
            unit=Unit.PERSON,
        ),
        **_TALKS | {"dimensions": (*_TALKS["dimensions"], "attendee_level")},
    ),
    Metric(
        id="enterprises_interviewed",
        name="被约谈企业数",
        description="期间内至少被约谈一次的企业家数。",
        numerator=distinct(interview_enterprise, "held_on", "enterprise_key", Unit.ENTERPRISE),
        **_TALKS | {"dimensions": (*_TALKS["dimensions"], "enterprise")},
    ),
    Metric(
        id="interview_ratio",
        name="约谈企业与不合格企业之比",
        description="被约谈企业家数÷有不合格批次的标称生产企业家数；约谈事由不限于不合格，可以超过100%。",
        numerator=distinct(interview_enterprise, "held_on", "enterprise_key", Unit.ENTERPRISE),
        denominator=distinct(producer_year, "first_unqualified_on", "enterprise_key", Unit.ENTERPRISE),
        interval="none",
        **shared(LAW, "约谈按约谈日期、不合格企业按当年首批不合格的抽样日期归入期间")
        | {"dimensions": (*PLACES, "year")},
    ),
)

_LETTER_METRICS: Final = (
    Metric(
        id="letters_triggered",
        name="应发函件数",
        description="期间内触发提醒敦促函或函告的件数，含尚未发出的。",
        numerator=_letters(),
        **_LETTERS,
    ),
    Metric(
        id="letters_sent",
        name="已发函件数",
        description="期间内触发、至截至日已发出的提醒敦促函和函告件数。",
        numerator=_letters(_SENT),
        **_LETTERS,
    ),
    Metric(
        id="letter_sent_rate",
        name="函件发出率",
        description="已发函件件数÷应发函件件数。",
        numerator=_letters(_SENT),
        denominator=_letters(),
        **_LETTERS | {"direction": "higher"},
    ),
    Metric(
        id="letter_answered_rate",
        name="函件回复率",
        description="已回复函件件数÷已发函件件数。",
        numerator=_letters(_ANSWERED),
        denominator=_letters(_SENT),
        **_LETTERS | {"direction": "higher"},
    ),
)

_SELF_REPORTS: Final = (
    Metric(
        id="self_check_report_rate",
        name="企业自查报告率",
        description="已收到的自查报告家次÷已收到或应报日期已过的自查报告家次，一家一年为一家次。",
        numerator=_reports(_RECEIVED),
        denominator=_reports(_REPORT_DUE),
        excluded=(
            Exclusion(
                id="not_due",
                label="未收到且未到期",
                where=and_(self_report.c.received_on.is_(None), self_report.c.due_on >= AS_OF),
            ),
        ),
        **_REPORTS | {"direction": "higher"},
    ),
    Metric(
        id="self_check_rectification_rate",
        name="自查问题整改率（自报）",
        description="企业自报已整改的自查问题个数÷自查发现问题个数；未经现场验证，没有报整改数的两侧都不计。",
        numerator=Sum(
            table=self_report,
            date=self_report.c.due_on,
            column=self_report.c.problems_rectified,
            where=(_PROBLEMS_STATED,),
            unit=Unit.PIECE,
        ),
        denominator=Sum(
            table=self_report,
            date=self_report.c.due_on,
            column=self_report.c.problems_found,
            where=(_PROBLEMS_STATED,),
            unit=Unit.PIECE,
        ),
        interval="none",
        note="问题在同一份报告内相关，不给区间。",
        **_REPORTS | {"direction": "higher"},
    ),
)

METRICS: Final = (*_INTERVIEWS, *_LETTER_METRICS, *_SELF_REPORTS)
