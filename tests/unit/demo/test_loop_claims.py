"""Published figures of the closed loop and the duties, counted from the written records with pandas alone."""

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Engine

from lib.demo.scale import SCALES
from tests.unit.demo.conftest import read

SINCE = date(2023, 1, 1)
AUGUST = date(2025, 8, 31)


class Records:
    """Current records of one database by table, rows of the city where asked for."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.frames:
            self.frames[name] = read(self.engine, name)
        return self.frames[name]

    def city(self, name: str) -> pd.DataFrame:
        frame = self[name]
        return frame[frame.division_code.fillna("").str.startswith("3412")]


@pytest.fixture(scope="session")
def records(small_records: Engine) -> Records:
    return Records(small_records)


def test_claims_0_04_to_0_08_clinic(records: Records) -> None:
    visits = records["clinic_visit"]
    assert (visits.visited_on <= AUGUST).all()
    assert visits.enterprise_key.nunique() == 12
    assert set(visits.division_code.str[:4]) == {"3412"}
    roles = records["clinic_participant"].role.value_counts()
    assert (roles["专家"], roles["核查处置"]) == (36, 24)
    problems, suggestions = records["clinic_problem"], records["clinic_suggestion"]
    assert (len(problems), len(suggestions)) == (58, 61)
    assert set(problems.area) == {"工艺流程设计", "产品控制设定", "出厂检验规程", "原辅料供应链"}
    assert set(problems.visit_no) | set(suggestions.visit_no) <= set(visits.visit_no)


def test_problems_and_suggestions_are_linked_n_to_m(records: Records) -> None:
    links = records["problem_suggestion"]
    assert set(links.problem_no) == set(records["clinic_problem"].problem_no)
    assert set(links.suggestion_no) == set(records["clinic_suggestion"].suggestion_no)
    assert links.groupby("problem_no").size().max() > 1
    assert links.groupby("suggestion_no").size().max() > 1
    visit_of = {
        **records["clinic_problem"].set_index("problem_no").visit_no,
        **records["clinic_suggestion"].set_index("suggestion_no").visit_no,
    }
    assert (links.problem_no.map(visit_of) == links.suggestion_no.map(visit_of)).all()


def test_the_clinic_came_after_the_second_unqualified_report(records: Records) -> None:
    """Claim 0-01 with 0-04: those helped are exactly those with two by the end of August, and only afterwards."""
    sample = records["sample"]
    rows = sample[
        sample.supervision_verdict.eq("unqualified")
        & sample.material.eq("成品")
        & sample.producer_division_code.fillna("").str.startswith("3412")
        & (sample.sampled_on >= date(2025, 1, 1))
    ].sort_values("sampled_on")
    second = rows.groupby("producer_key").nth(1).set_index("producer_key")
    helped = records["clinic_visit"].groupby("enterprise_key").visited_on.min()
    by_august = second[second.sampled_on <= AUGUST]
    assert set(by_august.index) == set(helped.index)
    assert (helped > second.reported_on.loc[helped.index]).all()
    assert len(set(second.index) - set(helped.index)) >= 6


def verified_days(records: Records) -> pd.Series:
    """Day of the last clean on-site verification of each item not reopened after it."""
    events = records["rectification_event"].sort_values(["item_no", "happened_at"])
    clean = events[
        events.stage.eq("验证") & events.passed.eq(True) & events.on_site.eq(True) & events.evidence.notna()
    ]
    last = clean.groupby("item_no").happened_at.max()
    reopened = events[events.stage.eq("重开")].groupby("item_no").happened_at.max()
    still = last[~(reopened.reindex(last.index) > last).fillna(False)]
    return pd.to_datetime(still.str[:10]).dt.date


def test_claims_0_09_to_0_11_ten_finished_two_open(records: Records) -> None:
    items = records["rectification_item"]
    keys = records["clinic_visit"].enterprise_key.unique()
    # The firm's every item counts, not only the clinic's.
    own = items[items.enterprise_key.isin(keys) & (items.found_on <= AUGUST)]
    done = verified_days(records)
    is_done = own.item_no.map(done).le(AUGUST).fillna(False)
    finished = is_done.groupby(own.enterprise_key).all()
    assert len(finished) == 12
    assert (finished.sum(), (~finished).sum()) == (10, 2)
    by_october = own.item_no.map(done).notna().groupby(own.enterprise_key).all()
    assert by_october.sum() == 11
    assert len(own) == 61


def test_claims_2_02_to_2_05_meetings_and_corrections(records: Records) -> None:
    meetings = records["meeting"]
    special = meetings[meetings.kind == "专题"]
    assert len(special) == 10
    assert special.problems_solved.sum() >= 100
    assert special.held_on.min() >= SINCE
    corrections = records["data_correction"]
    assert len(corrections) == 7
    assert corrections.rows_adjusted.sum() >= 100_000


def test_claims_2_06_and_2_07_prompts_and_reminders(records: Records) -> None:
    notices = records["supervision_notice"]
    prompts = notices[notices.kind == "季初提示"]
    quarters = [year * 10 + number for year in (2023, 2024, 2025) for number in (1, 2, 3, 4)]
    assert prompts.due_quarter.tolist() == quarters
    reminders = notices[notices.kind == "季末提醒"]
    assert sorted(reminders.due_quarter.unique()) == quarters[:-1]
    duties = records["supervision_duty"].set_index("duty_no")
    for quarter, rows in reminders.groupby("due_quarter"):
        assert rows.sent_at.nunique() == 1
        due = duties[duties.due_quarter == quarter]
        not_done = due[due.done_at.isna() | (due.done_at > rows.sent_at.iloc[0])]
        assert set(rows.duty_no) == set(not_done.index)


def test_claims_2_08_and_2_09_publicity(records: Records) -> None:
    rows = records["publicity"]
    articles = rows[rows.kind.eq("稿件") & rows.media_level.isin(["国家级", "省级"])]
    in_2023 = pd.to_datetime(articles.published_on).dt.year.eq(2023)
    assert in_2023.sum() == 13
    assert rows.kind.eq("工作要情").sum() == 31


def test_claims_2_10_to_2_12_training(records: Records) -> None:
    training = records["training"]
    assert training.sessions.eq(1).all()
    assert len(training) >= 100
    cadres = training[training.audience == "包保干部"]
    assert len(cadres) == 53
    assert 53 / len(training) <= 0.53
    posts = records["cadre_post"]
    in_office = posts[posts.valid_to.isna()]
    trained = set(records["training_attendance"].post_no)
    assert set(in_office.binding_level) == {"A", "B", "C", "D"}
    assert in_office.post_no.isin(trained).all()
    assert set(records["training_attendance"].training_no) == set(cadres.training_no)


def test_claims_2_13_to_2_16_inspections_and_cases(records: Records) -> None:
    rows = records.city("inspection")
    assert rows.inspected_on.min() >= SINCE
    covert = rows[rows.kind == "下沉暗访"]
    assert covert.is_covert.eq(True).all()
    offices = covert[covert.office_name.notna()]
    assert set(offices.office_kind) == {"食安办", "市场监管所"}
    assert offices.office_name.nunique() == 53
    assert covert.enterprise_key.nunique() == 199
    assert set(covert.enterprise_key.dropna()) <= set(records["binding"].enterprise_key)
    visits = rows[~rows.is_covert.astype(bool)]
    assert len(visits) == 73_000
    assert visits.enterprise_key.nunique() < 73_000
    cases = records["enforcement_case"]
    main = cases[cases.cause == "未落实主体责任"]
    assert len(main) == 10
    assert set(main.origin_no) <= set(visits[visits.outcome == "涉嫌违法"].inspection_no)


def test_claim_2_17_examined_by_the_city(records: Records) -> None:
    exams = records["exam"]
    assert exams[exams.level == "市级"].enterprise_key.nunique() > 50
    assert ((exams.score >= 60) == exams.passed.astype(bool)).all()


def test_claims_1_07_and_1_08_joint_inspections(records: Records) -> None:
    rows = records["inspection"]
    joint = rows[rows.kind == "三级联合"]
    assert set(joint.levels) == {"省、市、县"}
    assert set(joint.division_code.str[:2]) == {"44"}
    per_year = joint.groupby(["enterprise_key", pd.to_datetime(joint.inspected_on).dt.year]).size()
    assert len(per_year) == 4 * 4
    assert set(per_year) == {1, 2}


def test_claims_1_16_to_1_18_interviews_and_self_reports(records: Records) -> None:
    interviews = records["interview"]
    collective = interviews[interviews.scope == "全省特食集体"]
    assert set(pd.to_datetime(collective.held_on).dt.year) == {2018, 2019, 2020, 2021}
    reports = records["self_report"]
    assert reports.groupby("report_year").size().to_dict() == {2018: 4, 2019: 4, 2020: 4, 2021: 4}
    assert (reports.received_on <= reports.due_on).all()
    assert reports.problems_rectified.sum() == reports.problems_found.sum() > 0


def test_claims_1_19_to_1_22_publicity_and_shops(records: Records) -> None:
    rows = records["publicity"]
    assert rows[rows.kind.isin(["海报", "单张"])].copies.sum() == 200_000
    shops = records["demonstration_shop"]
    assert len(shops[shops.recognised_on <= date(2022, 1, 27)]) == len(shops) == 535
    assert set(shops.kind) >= {"母婴店", "商超", "药店"}
    inspections = records["inspection"]
    random = inspections[inspections.kind.eq("双随机") & inspections.division_code.str.startswith("44")]
    assert random.division_code.str[:4].nunique() == shops.division_code.str[:4].nunique() == 21


def test_claims_3_08_3_12_3_13_3_16_campaign_and_interview(records: Records) -> None:
    cases = records["enforcement_case"]
    cases = cases[cases.campaign_code.notna()]
    assert set(cases.outcome) == {"立案", "责令整改", "立行立改"}
    assert cases[cases.outcome == "立案"].enterprise_key.nunique() == 23
    interviews = records["interview"]
    video = interviews[interviews["mode"] == "视频"]
    assert video.held_on.tolist() == [date(2022, 4, 14)]
    attendance = records["interview_attendance"]
    assert attendance[attendance.interview_no.isin(video.interview_no)].persons.sum() >= 1010
    invited = records["interview_enterprise"]
    assert len(invited[invited.interview_no.isin(video.interview_no)]) == 23


def test_reported_figures_name_bound_unit_and_document(records: Records) -> None:
    figures = records["reported_figure"].set_index("subject")
    assert figures.loc["检查食品生产经营企业", ["value", "unit", "bound"]].tolist() == [73_000, "家次", "≈"]
    assert figures.loc["组织培训", ["value", "unit", "bound"]].tolist() == [100, "场次", "≥"]
    assert figures.loc["食品安全总监受市级抽考的企业", "bound"] == ">"
    assert figures[figures.document.str.contains("截至日未注明")].known_as_of.isna().all()
    assert figures.document.str.len().gt(10).all()


def test_nothing_lies_after_the_as_of_day(records: Records) -> None:
    as_of = SCALES["city"].as_of.isoformat()
    known_later = {"due_on", "revisit_due_on", "supervised_due_on"}
    for name in ("clinic_visit", "rectification_item", "enforcement_case", "interview", "letter", "exam",
                 "training", "meeting", "inspection", "self_report", "publicity", "data_correction"):  # fmt: skip
        frame = records[name]
        days = [column for column in frame if column.endswith("_on") and column not in known_later]
        assert frame[days].astype(str).replace({"None": "", "NaT": ""}).max().max() <= as_of, name
    assert records["rectification_event"].happened_at.max()[:10] <= as_of
    assert records["supervision_duty"].done_at.dropna().max()[:10] <= as_of
