"""A small world of the closed loop: every table has rows of two counties, every rule of the loop has an item."""

from datetime import date
from typing import Any

from sqlalchemy import Table

from lib.data.tables import clinic, duties, enforcement, rectification, reported, sampling

HOME, AWAY = "341202", "341225"
AS_OF = date(2025, 10, 31)
Row = dict[str, Any]


def event(item: str, stage: str, at: str, **more: Any) -> Row:
    """An event; a bare day means noon in Beijing. Rectified by the firm, verified well by the county unless said."""
    clean = {"passed": True, "on_site": True, "evidence": "照片"} if stage == "验证" else {}
    actor = "企业质量负责人" if stage == "整改" else "县局科长"
    moment = at if "T" in at else f"{at}T12:00:00+08:00"
    return {
        "source": "test",
        "event_no": f"{item}-{stage}-{at}",
        "item_no": item,
        "stage": stage,
        "happened_at": moment,
        "actor_post": actor,
        **clean,
        **more,
    }


def item(number: str, **more: Any) -> Row:
    """An item of the firm at home, found on 1 June, due on 30 June."""
    return {
        "source": "test",
        "item_no": number,
        "enterprise_key": "E1",
        "division_code": HOME,
        "origin": "监督检查",
        "found_on": date(2025, 6, 1),
        "due_on": date(2025, 6, 30),
        **more,
    }


ITEMS = [
    item("clean"),
    item("same-post"),
    item("no-evidence"),
    item("not-on-site"),
    item("verified-first"),
    item("struck-off"),
    item("improved"),
    item("reported"),
    item("overdue"),
    item("not-due", due_on=date(2025, 12, 31)),
    item("under-way", due_on=date(2025, 12, 31)),
    item("no-limit", due_on=None),
    item("transferred"),
    item("withdrawn"),
    item("reopened"),
    item("paper-then-clean"),
    item("recurred", failing_item_name="菌落总数"),
    item("other-item-failed", failing_item_name="大肠菌群"),
    item("workdays", due_on=None, due_days=4, due_unit="workday", found_on=date(2025, 9, 29)),
    item("days", due_on=None, due_days=4, due_unit="day", found_on=date(2025, 9, 29)),
    item("second-try"),
    item("in-the-future"),
    item("before-midnight", found_on=date(2025, 3, 1)),
    item("after-midnight", found_on=date(2025, 3, 1)),
    item("unstated", due_on=date(2025, 12, 31)),
    item("V1-a", origin="流动诊所", origin_no="V1", found_on=date(2025, 5, 10)),
    item("V1-b", origin="流动诊所", problem_no="V1-1", found_on=date(2025, 5, 10)),
    item("V2-a", enterprise_key="E2", division_code=None, origin="流动诊所", origin_no="V2"),
    item("V2-b", enterprise_key="E2", division_code=None, origin="流动诊所", suggestion_no="V2-s"),
]
EVENTS = [
    *(event("clean", stage, f"2025-06-{day:02d}") for day, stage in ((1, "发现"), (3, "帮扶"), (10, "整改"))),
    event("clean", "验证", "2025-06-15"),
    event("clean", "提升", "2025-07-01"),
    event("same-post", "整改", "2025-06-10", actor_post="县局科长"),
    event("same-post", "验证", "2025-06-15"),
    event("no-evidence", "整改", "2025-06-10"),
    event("no-evidence", "验证", "2025-06-15", evidence=None),
    event("not-on-site", "整改", "2025-06-10"),
    event("not-on-site", "验证", "2025-06-15", on_site=False),
    event("verified-first", "验证", "2025-06-10"),
    event("verified-first", "整改", "2025-06-15"),
    event("struck-off", "整改", "2025-06-10"),
    event("struck-off", "销号", "2025-06-11"),
    event("improved", "整改", "2025-06-10"),
    event("improved", "提升", "2025-06-12"),
    event("reported", "整改", "2025-06-10"),
    event("under-way", "帮扶", "2025-06-10"),
    event("no-limit", "发现", "2025-06-01"),
    event("transferred", "移送", "2025-06-10"),
    event("withdrawn", "撤回", "2025-06-10"),
    event("reopened", "整改", "2025-06-10"),
    event("reopened", "验证", "2025-06-15"),
    event("reopened", "重开", "2025-09-01"),
    event("reopened", "整改", "2025-09-10"),
    event("paper-then-clean", "销号", "2025-06-11"),
    event("paper-then-clean", "重开", "2025-07-01"),
    event("paper-then-clean", "整改", "2025-07-10"),
    event("paper-then-clean", "验证", "2025-07-15"),
    event("recurred", "整改", "2025-06-10"),
    event("recurred", "验证", "2025-06-20"),
    event("other-item-failed", "整改", "2025-06-10"),
    event("other-item-failed", "验证", "2025-06-20"),
    event("second-try", "整改", "2025-06-05"),
    event("second-try", "验证", "2025-06-06", passed=False),
    event("second-try", "整改", "2025-06-08"),
    event("second-try", "验证", "2025-06-10"),
    event("in-the-future", "整改", "2025-11-02"),
    event("before-midnight", "整改", "2025-03-20"),
    event("before-midnight", "验证", "2025-03-31T23:30:00+08:00"),
    event("after-midnight", "整改", "2025-03-20"),
    event("after-midnight", "验证", "2025-03-31T16:30:00Z"),
    event("unstated", "整改", "2025-06-10"),
    event("unstated", "验证", "2025-06-15", passed=None),
    event("V1-a", "整改", "2025-06-01"),
    event("V1-a", "验证", "2025-06-05"),
    event("V1-b", "整改", "2025-06-01"),
    event("V1-b", "验证", "2025-06-07"),
    event("V2-a", "整改", "2025-06-01"),
    event("V2-a", "验证", "2025-06-05"),
    event("V2-b", "整改", "2025-06-01"),
]


def _both(number: str, **more: Any) -> list[Row]:
    """The same row for both counties; the number tells them apart."""
    return [
        {"source": "test", number: f"{number}-{code}", "division_code": code, **more} for code in (HOME, AWAY)
    ]


def _firms(rows: list[Row]) -> list[Row]:
    return [{**row, "enterprise_key": key} for row, key in zip(rows, ("E1", "E2"), strict=True)]


def duty(number: str, firm: str, done_at: str | None, **more: Any) -> Row:
    """A duty of the first quarter of 2025, due on its last day."""
    return {
        "source": "test",
        "duty_no": number,
        "enterprise_key": firm,
        "division_code": HOME,
        "due_quarter": 20251,
        "due_on": date(2025, 3, 31),
        "done_at": done_at,
        **more,
    }


DUTIES = [
    duty("in-time", "E1", "2025-03-31T23:30:00+08:00", problems_found=2, problems_rectified=1),
    duty("late", "E1", "2025-04-01T00:30:00+08:00"),
    duty("in-time-abroad", "E1", "2025-03-31T15:45:00Z"),
    duty("late-abroad", "E1", "2025-03-31T16:30:00+00:00"),
    duty("never", "E1", None),
    duty("not-due", "E1", None, due_quarter=20254, due_on=date(2025, 12, 31)),
    duty("gap", "E3", None),
    duty("left", "E4", None),
    duty("handed-over", "E5", "2025-03-20T09:00:00+08:00"),
    duty("away", "E2", None, division_code=AWAY),
]


def _post(number: str, level: str, start: date, end: date | None = None, code: str = HOME) -> Row:
    return {
        "source": "test",
        "post_no": number,
        "post": f"{number}岗",
        "binding_level": level,
        "division_code": code,
        "valid_from": start,
        "valid_to": end,
    }


def _bound(number: str, post: str, firm: str, start: date, end: date | None = None, code: str = HOME) -> Row:
    return {
        "source": "test",
        "binding_no": number,
        "post_no": post,
        "enterprise_key": firm,
        "division_code": code,
        "subject_level": "C",
        "valid_from": start,
        "valid_to": end,
    }


START = date(2024, 1, 1)
POSTS = [
    _post("镇长", "C", START),
    _post("镇书记", "C", START, date(2025, 2, 14)),
    _post("县长", "B", START),
    _post("外县镇长", "C", START, code=AWAY),
]
BINDINGS = [
    _bound("b1", "镇长", "E1", START),
    _bound("b3", "镇长", "E3", START, date(2025, 2, 28)),
    _bound("b4", "镇书记", "E4", START),
    _bound("b5-old", "镇长", "E5", START, date(2025, 2, 28)),
    _bound("b5-new", "县长", "E5", date(2025, 3, 1)),
    _bound("b2", "外县镇长", "E2", START, code=AWAY),
]


def _notice(number: str, duty_no: str | None, at: str, **more: Any) -> Row:
    return {
        "source": "test",
        "notice_no": number,
        "kind": "季末提醒",
        "due_quarter": 20251,
        "sent_at": at,
        "duty_no": duty_no,
        **more,
    }


NOTICES = [
    _notice("prompt", None, "2025-01-06T09:00:00+08:00", kind="季初提示", division_code=HOME),
    _notice("prompt-away", None, "2025-01-06T09:00:00+08:00", kind="季初提示", division_code=AWAY),
    _notice("helped", "late", "2025-03-28T09:00:00+08:00", post_no="镇长"),
    _notice("needless", "handed-over", "2025-03-28T09:00:00+08:00"),
    _notice("in-vain", "never", "2025-03-28T09:00:00+08:00"),
]


def sample(number: str, day: date, verdict: str, firm: str = "E1", code: str = HOME) -> Row:
    """A routine sample of a producer."""
    return {
        "sample_no": number,
        "sampled_on": day,
        "producer_key": firm,
        "producer_name": f"{firm}厂",
        "division_code": code,
        "producer_division_code": code,
        "supervision_verdict": verdict,
    }


SAMPLES = [
    sample("S1", date(2025, 2, 1), "unqualified"),
    sample("S2", date(2025, 4, 1), "unqualified"),
    sample("S3", date(2025, 5, 30), "qualified"),
    sample("S4", date(2025, 7, 20), "unqualified"),
    sample("T1", date(2025, 3, 1), "unqualified", "E2", AWAY),
    sample("T2", date(2025, 3, 9), "unqualified", "E2", AWAY),
]


def loop_records() -> dict[Table, list[Row]]:
    """Everything, by record table."""
    return {
        sampling.sample: SAMPLES,
        sampling.failing_item: [
            {"source": "test", "sample_no": "S4", "item_name": "菌落总数", "verdict": "unqualified"}
        ],
        sampling.enterprise: [
            {"enterprise_key": key, "name": f"{key}厂", "division_code": AWAY if key == "E2" else HOME}
            for key in ("E1", "E2", "E3", "E4", "E5")
        ],
        sampling.inspection: [
            {
                **row,
                "inspected_on": date(2025, 3, 3),
                "kind": "三级联合",
                "levels": "省、市、县",
            }
            for row in _firms(_both("inspection_no"))
        ],
        **_clinic_records(),
        rectification.rectification_item: ITEMS,
        rectification.rectification_event: EVENTS,
        **_enforcement_records(),
        **_duty_records(),
        **_reported_records(),
    }


def _clinic_records() -> dict[Table, list[Row]]:
    visits = [
        {"visit_no": "V1", "enterprise_key": "E1", "division_code": HOME, "visited_on": date(2025, 5, 10)},
        {"visit_no": "V2", "enterprise_key": "E2", "visited_on": date(2025, 5, 12)},
    ]
    both = ("V1", "V2")
    return {
        clinic.clinic_visit: [{"source": "test", **visit} for visit in visits],
        clinic.clinic_participant: [
            {"source": "test", "visit_no": visit, "participant_no": f"{number}", "role": role}
            for visit in both
            for number, role in enumerate(("专家", "专家", "核查处置"))
        ],
        clinic.clinic_problem: [
            {"source": "test", "problem_no": f"{visit}-1", "visit_no": visit, "area": "工艺流程设计"}
            for visit in both
        ],
        clinic.clinic_suggestion: [
            {"source": "test", "suggestion_no": f"{visit}-s", "visit_no": visit} for visit in both
        ],
        clinic.problem_suggestion: [
            {"source": "test", "problem_no": f"{visit}-1", "suggestion_no": f"{visit}-s"} for visit in both
        ],
    }


def _enforcement_records() -> dict[Table, list[Row]]:
    cases = _both("case_no", decided_on=date(2025, 3, 3), outcome="立案", cause="未落实主体责任")
    interviews = _both("interview_no", held_on=date(2025, 4, 14), mode="视频", level="市")
    letters = _both("letter_no", kind="函告", triggered_on=date(2025, 3, 30), sent_on=date(2025, 4, 2))
    reports = _both("report_no", report_year=2025, due_on=date(2025, 12, 31), received_on=date(2025, 12, 1))
    return {
        enforcement.enforcement_case: _firms(cases),
        enforcement.interview: interviews,
        enforcement.interview_attendance: [
            {"source": "test", "interview_no": row["interview_no"], "attendee_level": "县", "persons": 505}
            for row in interviews
        ],
        enforcement.interview_enterprise: [
            {"source": "test", "interview_no": f"interview_no-{HOME}", "enterprise_key": key}
            for key in ("E1", "E2")
        ],
        enforcement.letter: letters,
        enforcement.self_report: _firms(reports),
    }


def _duty_records() -> dict[Table, list[Row]]:
    trainings = _both("training_no", held_on=date(2025, 2, 3), audience="包保干部", sessions=1)
    return {
        duties.cadre_post: POSTS,
        duties.binding: BINDINGS,
        duties.supervision_duty: DUTIES,
        duties.supervision_notice: NOTICES,
        duties.training: trainings,
        # Both cadres were trained at home: the row belongs to where the cadre serves.
        duties.training_attendance: [
            {"source": "test", "training_no": f"training_no-{HOME}", "post_no": post}
            for post in ("镇长", "外县镇长")
        ],
        duties.exam: _firms(_both("exam_no", held_on=date(2025, 5, 6), level="市级", passed=True)),
    }


def _reported_records() -> dict[Table, list[Row]]:
    return {
        reported.meeting: _both("meeting_no", held_on=date(2025, 1, 8), kind="专题", problems_solved=3),
        reported.data_correction: _both("correction_no", corrected_on=date(2025, 1, 9), rows_adjusted=1000),
        reported.publicity: _both(
            "publicity_no", published_on=date(2025, 1, 10), kind="单张", copies=3_000_000_000
        ),
        reported.demonstration_shop: _both("shop_no", kind="药店", recognised_on=date(2025, 1, 11)),
        reported.reported_figure: _both(
            "figure_no",
            subject="研究解决问题",
            value=100.0,
            unit="个",
            bound="≥",
            period_from=date(2023, 1, 1),
            period_to=date(2023, 12, 31),
            document="年度总结",
        ),
    }
