"""Metrics of the offices' own work: meetings, corrected data, trainings and exams.

Trainings count sessions (场次), offices count places (个): an equal number of two units is a coincidence.
"""

from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table

from lib.data.tables.snapshot_loop import data_correction, exam, meeting, training
from lib.metrics.definitions.sampling import REVIEWED
from lib.metrics.dimensions import PERIODS, PLACES
from lib.metrics.metric import Count, Metric, Sum, Unit

FUYANG: Final = "阜阳市落实食品安全“两个责任”通报（2023年以来）的报数口径"


def shared(note: str, *more: str, basis: str = FUYANG) -> dict[str, Any]:
    """What metrics of one table share; these tables know no kind of sampling."""
    return {
        "basis": basis,
        "reviewed_on": REVIEWED,
        "ignores": ("sampling",),
        "ignore_note": f"{note}，不分抽样性质",
        "dimensions": (*PLACES, *PERIODS, *more, "source"),
    }


_MEETINGS: Final = shared("按会议日期归入期间", "kind")
_CORRECTIONS: Final = shared("按修正日期归入期间")
_TRAININGS: Final = shared("按培训日期归入期间", "audience", "level")
_EXAMS: Final = shared("按抽考日期归入期间", "level", "examinee", "enterprise")
_CADRES: Final = training.c.audience == "包保干部"


def rows(table: Table, day: Column[Any], unit: Unit, *where: ColumnElement[bool]) -> Count:
    """Rows of a table by one of its days."""
    return Count(table=table, date=day, where=where, unit=unit)


def summed(
    table: Table, day: Column[Any], column: Column[Any], unit: Unit, *where: ColumnElement[bool]
) -> Sum:
    """Sum of a column by one of the days of its table."""
    return Sum(table=table, date=day, column=column, where=(column.is_not(None), *where), unit=unit)


def _sessions(*where: ColumnElement[bool]) -> Sum:
    return summed(training, training.c.held_on, training.c.sessions, Unit.SESSION, *where)


def _exams(*where: ColumnElement[bool]) -> Count:
    return rows(exam, exam.c.held_on, Unit.PERSON_VISIT, *where)


_WORK: Final = (
    Metric(
        id="meetings",
        name="会议次数",
        description="期间内召开的食品安全会议次数。",
        direction="neutral",
        numerator=rows(meeting, meeting.c.held_on, Unit.TIME),
        **_MEETINGS,
    ),
    Metric(
        id="special_meetings",
        name="专题会议次数",
        description="期间内召开的专题会议次数。",
        direction="neutral",
        numerator=rows(meeting, meeting.c.held_on, Unit.TIME, meeting.c.kind == "专题"),
        **_MEETINGS,
    ),
    Metric(
        id="meeting_problems_solved",
        name="会议研究解决问题数",
        description="期间内会议研究解决的问题个数之和；没有填报的会议不在内。",
        direction="neutral",
        numerator=summed(meeting, meeting.c.held_on, meeting.c.problems_solved, Unit.PIECE),
        **_MEETINGS,
    ),
    Metric(
        id="data_corrections",
        name="集中修正数据次数",
        description="期间内集中调度修正数据的次数。",
        direction="neutral",
        numerator=rows(data_correction, data_correction.c.corrected_on, Unit.TIME),
        **_CORRECTIONS,
    ),
    Metric(
        id="data_rows_adjusted",
        name="调整数据条数",
        description="期间内集中修正所调整的数据条数之和。",
        direction="neutral",
        numerator=summed(
            data_correction, data_correction.c.corrected_on, data_correction.c.rows_adjusted, Unit.ENTRY
        ),
        **_CORRECTIONS,
    ),
)

_TRAINED: Final = (
    Metric(
        id="trainings",
        name="培训场次",
        description="期间内举办的培训场次，各类对象都计。",
        direction="neutral",
        numerator=_sessions(),
        **_TRAININGS,
    ),
    Metric(
        id="cadre_trainings",
        name="包保干部培训场次",
        description="期间内对象为包保干部的培训场次。",
        direction="neutral",
        numerator=_sessions(_CADRES),
        **_TRAININGS,
    ),
    Metric(
        id="cadre_training_share",
        name="包保干部培训占比",
        description="包保干部培训场次÷培训场次。",
        direction="neutral",
        numerator=_sessions(_CADRES),
        denominator=_sessions(),
        interval="none",
        **_TRAININGS,
    ),
    Metric(
        id="training_persons",
        name="培训人次",
        description="期间内培训参加的人次之和；没有填报人数的培训不在内。",
        direction="neutral",
        numerator=summed(training, training.c.held_on, training.c.persons, Unit.PERSON_VISIT),
        **_TRAININGS,
    ),
    Metric(
        id="exam_enterprises",
        name="被抽考企业数",
        description="期间内至少有一人被抽考的企业家数；按组织层级分组可看市级抽考。",
        direction="neutral",
        numerator=Count(
            table=exam, date=exam.c.held_on, distinct=(exam.c.enterprise_key,), unit=Unit.ENTERPRISE
        ),
        **_EXAMS,
    ),
    Metric(
        id="exam_city_enterprises",
        name="市级抽考企业数",
        description="期间内食品安全总监受到市级抽考的企业家数。",
        direction="neutral",
        numerator=Count(
            table=exam,
            date=exam.c.held_on,
            where=(exam.c.level == "市级", exam.c.examinee == "食品安全总监"),
            distinct=(exam.c.enterprise_key,),
            unit=Unit.ENTERPRISE,
        ),
        **_EXAMS,
    ),
    Metric(
        id="exam_pass_rate",
        name="抽考合格率",
        description="抽考合格人次÷有抽考结论的人次；没有结论的两侧都不计。",
        direction="higher",
        numerator=_exams(exam.c.passed.is_(True)),
        denominator=_exams(exam.c.passed.is_not(None)),
        **_EXAMS,
    ),
)

METRICS: Final = (*_WORK, *_TRAINED)
