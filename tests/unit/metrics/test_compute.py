"""The definitions insiders check first, each on rows small enough to count by hand."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import ALL_SAMPLING, Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import Result, UnknownDimension, WrongParameter, compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.conftest import (
    disposal_row,
    item_row,
    period_columns,
    place_columns,
    sample_row,
)

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
UNQUALIFIED = {"supervision_verdict": "unqualified"}
Make = Callable[..., Snapshot]


def computed(snapshot: Snapshot, metric_id: str, filters: Filters = YEAR, **asked: Any) -> Result:
    return compute(snapshot, get_metric(metric_id), filters, Scope.everything(), **asked)


def figure(snapshot: Snapshot, metric_id: str, filters: Filters = YEAR, **asked: Any) -> tuple[Any, Any]:
    """Numerator and denominator of an undivided figure; a missing one is None."""
    row = computed(snapshot, metric_id, filters, **asked).frame.iloc[0]
    return tuple(None if pd.isna(row[name]) else row[name] for name in ("numerator", "denominator"))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("rows", "rate", "problem"),
    [
        # 监督抽检, 风险监测 and 抽检监测: two verdicts with two denominators
        ([sample_row(**UNQUALIFIED), sample_row()], (1, 2), (0, 0)),
        (
            [
                sample_row(purpose="风险监测", supervision_verdict=None, monitoring_verdict="problem"),
                sample_row(purpose="风险监测", supervision_verdict=None, monitoring_verdict="not_judged"),
            ],
            (0, 0),
            (1, 2),
        ),
        (
            [
                sample_row(purpose="抽检监测", supervision_verdict="qualified", monitoring_verdict="problem"),
                sample_row(purpose="抽检监测", **UNQUALIFIED, monitoring_verdict="not_judged"),
            ],
            (1, 2),
            (1, 2),
        ),
        # No result that counts: in neither count
        (
            [sample_row()]
            + [
                sample_row(result_state=state)
                for state in ("pending", "not_tested", "reinspection", "objection", "voided")
            ],
            (0, 1),
            (0, 0),
        ),
        # A list of failures alone has no denominator, a list of passes neither
        ([sample_row(), sample_row(listing="unqualified", **UNQUALIFIED)], (0, 1), (0, 0)),
        ([sample_row(**UNQUALIFIED), sample_row(listing="qualified")], (1, 1), (0, 0)),
        # Targeted and campaign sampling is not routine sampling
        ([sample_row(), sample_row(sampling_kind="靶向", **UNQUALIFIED)], (0, 1), (0, 0)),
        ([sample_row(sampling_kind="专项", **UNQUALIFIED)], (0, 0), (0, 0)),
    ],
)
def test_two_rates_with_two_denominators(
    rows: list[dict[str, Any]], rate: tuple[int, int], problem: tuple[int, int], make_snapshot: Make
) -> None:
    snapshot = make_snapshot(sample=rows)
    assert figure(snapshot, "unqualified_rate") == rate
    assert figure(snapshot, "problem_rate") == problem
    assert figure(snapshot, "qualified_rate") == (rate[1] - rate[0], rate[1])


def test_what_is_left_out_is_shown_and_adds_up(make_snapshot: Make) -> None:
    states = ("pending", "pending", "not_tested", "reinspection", "objection", "voided")
    rows = [sample_row(), sample_row(**UNQUALIFIED), *(sample_row(result_state=state) for state in states)]
    rows += [
        sample_row(listing="unqualified", **UNQUALIFIED),
        sample_row(purpose="风险监测", supervision_verdict=None, monitoring_verdict="problem"),
        sample_row(sampling_kind="靶向", **UNQUALIFIED),
        sample_row(sampling_kind="专项", result_state="pending"),
    ]
    result = computed(make_snapshot(sample=rows), "unqualified_rate")
    row = result.frame.iloc[0]
    shown = {result.excluded[name]: int(row[name]) for name in result.excluded}
    assert shown == {
        "结果未出": 2,
        "未检验": 1,
        "复检中": 1,
        "异议处置中": 1,
        "异议认可（结果作废）": 1,
        "只有监测判定": 1,
        "只列不合格或只列合格的公布表": 1,
        "其他抽样性质": 2,
    }
    assert row["denominator"] + sum(shown.values()) == len(rows)


def test_asking_for_all_sampling_pools_it_and_says_so(make_snapshot: Make) -> None:
    rows = [sample_row(), sample_row(sampling_kind="靶向", **UNQUALIFIED)]
    result = computed(make_snapshot(sample=rows), "unqualified_rate", YEAR.with_(sampling=(ALL_SAMPLING,)))
    assert result.frame["value"].tolist() == [0.5]
    assert result.sentence.endswith("全部抽样性质合并")
    assert "excluded_sampling" not in result.frame


def test_nothing_tested_is_missing_and_never_zero(make_snapshot: Make) -> None:
    rows = [sample_row(county="341202"), sample_row(county="341203", result_state="pending")]
    frame = computed(make_snapshot(sample=rows), "unqualified_rate", by=("division",)).frame
    waiting = frame.set_index("division").loc["341203"]
    assert waiting["denominator"] == 0
    assert waiting[["value", "lower", "upper"]].isna().all()
    assert waiting["excluded_pending"] == 1
    assert "340102" not in set(frame["division"]), "a district without rows is absent, not 0"


def test_zero_failures_still_have_an_interval(make_snapshot: Make) -> None:
    row = computed(make_snapshot(sample=[sample_row() for _ in range(12)]), "unqualified_rate").frame.iloc[0]
    # Newcombe 1998: Wilson interval of 0/12 is 0 to z²/(n+z²) = 24.25 %.
    assert (row["value"], row["lower"]) == (0.0, 0.0)
    assert row["upper"] == pytest.approx(0.2425, abs=5e-5)


def test_found_here_and_made_here_are_two_dimensions(make_snapshot: Make) -> None:
    rows = [sample_row(county="341202", made="340102", **UNQUALIFIED), sample_row(county="341202", made=None)]
    snapshot = make_snapshot(sample=rows)
    found = computed(snapshot, "unqualified_batches", by=("division",)).frame
    made = computed(snapshot, "unqualified_batches", by=("made_division",)).frame
    assert found[["division", "division_name", "numerator"]].to_numpy().tolist() == [["341202", "颍州区", 1]]
    assert made["made_division_name"].tolist() == ["瑶海区", "未知"]
    assert made["numerator"].tolist() == [1, 0]


def test_missing_keys_are_a_group_of_their_own_and_last(make_snapshot: Make) -> None:
    rows = [sample_row(county=None), sample_row(county="341203"), sample_row(county="341202")]
    frame = computed(make_snapshot(sample=rows), "batches_sampled", by=("division",)).frame
    assert frame["division_name"].tolist() == ["颍州区", "颍东区", "未知"]
    assert frame["division"].isna().tolist() == [False, False, True]


def test_a_batch_with_three_failing_items_is_one_batch(make_snapshot: Make) -> None:
    rows = [sample_row(**UNQUALIFIED), sample_row(**UNQUALIFIED), *(sample_row() for _ in range(8))]
    items = [
        item_row(rows[0], "毒死蜱"),
        item_row(rows[0], "恩诺沙星", "VET"),
        item_row(rows[0], "菌落总数", "MICRO"),
        item_row(rows[1], "毒死蜱"),
        item_row(rows[1], "只作监测", verdict="problem"),
    ]
    snapshot = make_snapshot(sample=rows, failing_item=items)
    assert figure(snapshot, "unqualified_rate") == (2, 10)
    assert figure(snapshot, "failing_items") == (4, None)
    shares = computed(snapshot, "failing_item_share", by=("item",)).frame.set_index("item")
    assert shares.loc["毒死蜱", ["numerator", "denominator"]].tolist() == [2, 4]
    assert shares["value"].sum() == pytest.approx(1.0)
    batches = computed(snapshot, "failing_batch_share", by=("item",)).frame.set_index("item")
    assert batches.loc["毒死蜱", ["numerator", "denominator"]].tolist() == [2, 2]
    assert batches["value"].sum() == pytest.approx(2.0), "shares of batches may exceed 100 %"
    groups = computed(snapshot, "failing_batch_share", by=("comparable_group",)).frame
    together = groups.set_index("comparable_group").loc["PEST_VET"]
    assert (together["comparable_group_name"], together["numerator"]) == ("农兽药残留超标", 2)


def test_items_of_a_result_under_objection_do_not_count(make_snapshot: Make) -> None:
    disputed = sample_row(result_state="objection")
    result = computed(
        make_snapshot(sample=[disputed], failing_item=[item_row(disputed, "毒死蜱")]), "failing_items"
    )
    assert result.frame[["numerator", "excluded_not_final"]].iloc[0].tolist() == [0, 1]


def test_ratios_are_ratios_of_sums(make_snapshot: Make) -> None:
    # 1/1 in one district and 0/9 in another: 10 %, not the mean of 100 % and 0 %.
    rows = [sample_row(county="341202", **UNQUALIFIED), *(sample_row(county="341203") for _ in range(9))]
    assert figure(make_snapshot(sample=rows), "unqualified_rate") == (1, 10)


def test_distinct_counts_are_counted_at_the_asked_grouping(make_snapshot: Make) -> None:
    rows = [
        sample_row(county="341202", sampled_unit_key="A"),
        sample_row(county="341203", sampled_unit_key="A"),
        sample_row(county="341203", sampled_unit_key="B"),
        sample_row(county="341203", sampled_unit_key=None),
    ]
    snapshot = make_snapshot(sample=rows)
    assert figure(snapshot, "enterprises_sampled") == (2, None)
    by_division = computed(snapshot, "enterprises_sampled", by=("division",)).frame
    assert by_division["numerator"].tolist() == [1, 2]
    assert by_division["excluded_no_unit"].tolist() == [0, 1]


def test_repeat_offenders_by_place_of_the_producer(make_snapshot: Make) -> None:
    def failing(producer: str | None, made: str, **more: Any) -> dict[str, Any]:
        return sample_row(made=made, producer_key=producer, **UNQUALIFIED, **more)

    rows = [
        *(failing("twice", "341202", county=county) for county in ("341202", "340102")),
        *(failing("thrice", "341203", sampling_kind=kind) for kind in ("常规", "靶向", "专项")),
        failing("once", "341202"),
        failing("earlier", "341202", day=date(2024, 12, 31)),
        failing("earlier", "341202"),
        failing(None, "341202"),
        failing(None, "341202"),
        sample_row(made="340102", producer_key="never"),
        sample_row(producer_key="open", result_state="objection"),
        sample_row(producer_key="open", result_state="objection"),
    ]
    snapshot = make_snapshot(sample=rows)
    assert figure(snapshot, "repeat_offenders") == (2, None)
    assert figure(snapshot, "repeat_offenders", parameters={"k": 3}) == (1, None)
    assert figure(snapshot, "repeat_offenders", parameters={"k": 4}) == (0, None)
    result = computed(snapshot, "repeat_offenders", by=("made_division",))
    assert dict(zip(result.frame["made_division"], result.frame["numerator"], strict=True)) == {
        "340102": 0,
        "341202": 1,
        "341203": 1,
    }
    assert result.frame["excluded_no_producer"].sum() == 2
    assert "不合格批次不少于2" in result.sentence
    assert "生产企业所在地" in result.sentence


def test_batches_per_thousand_people(make_snapshot: Make) -> None:
    people = [
        {**place_columns(county), **place_columns(county, "made_"), "persons": persons}
        for county, persons in (("341202", 800_000), ("340102", 500_000))
    ]
    rows = [sample_row(county="341202") for _ in range(12)] + [
        sample_row(county="341203", sampling_kind="靶向")
    ]
    frame = computed(
        make_snapshot(sample=rows, population=people), "batches_per_1000", by=("division",)
    ).frame
    by_code = frame.set_index("division")
    assert by_code.loc["341202", ["numerator", "denominator", "value"]].tolist() == [12, 800.0, 0.015]
    # Byar's interval of 12 events (Breslow & Day 1987): 6.19 to 20.96.
    assert by_code.loc["341202", ["lower", "upper"]].tolist() == pytest.approx(
        [6.19 / 800, 20.96 / 800], rel=1e-3
    )
    assert pd.isna(by_code.loc["340102", "numerator"]), "people but no samples: missing, not 0"
    assert pd.isna(by_code.loc["341203", "denominator"]), "samples but no people: no rate"
    assert by_code.loc[["340102", "341203"], "value"].isna().all()


def disposals() -> list[dict[str, Any]]:
    """Received 10 January, start due 17 January, finish due 10 April; what happened differs."""
    due = {"start_due_on": date(2025, 1, 17), "finish_due_on": date(2025, 4, 10)}
    happened: list[dict[str, Any]] = [
        {"started_on": date(2025, 1, 17), "finished_on": date(2025, 4, 10)},
        {"started_on": date(2025, 1, 18), "finished_on": date(2025, 4, 11)},
        {"started_on": date(2025, 1, 12)},
        {},
    ]
    return [disposal_row(sample_row(), received=date(2025, 1, 10), **due, **one) for one in happened]


@pytest.mark.parametrize(
    ("as_of", "started", "completed", "on_time", "overdue", "still_open"),
    [
        # On the limit day itself nobody is late; what has not happened yet is not known yet.
        # Cases that were quick count with the others of their day, not before: else only quick ones would be seen.
        (date(2025, 1, 17), (0, 0), (0, 4), (0, 0), 0, 4),
        (date(2025, 1, 18), (2, 4), (0, 4), (0, 0), 0, 4),
        (date(2025, 4, 10), (2, 4), (1, 4), (0, 0), 0, 3),
        (date(2025, 4, 11), (2, 4), (2, 4), (1, 4), 2, 2),
    ],
)
def test_disposal_is_judged_on_the_as_of_day(
    as_of: date,
    started: tuple[int, int],
    completed: tuple[int, int],
    on_time: tuple[int, int],
    overdue: int,
    still_open: int,
    make_snapshot: Make,
) -> None:
    snapshot = make_snapshot(disposal=disposals())
    assert figure(snapshot, "disposal_started_on_time_rate", as_of=as_of) == started
    assert figure(snapshot, "disposal_completion_rate", as_of=as_of) == completed
    assert figure(snapshot, "disposal_on_time_rate", as_of=as_of) == on_time
    assert figure(snapshot, "disposal_overdue", as_of=as_of) == (overdue, None)
    assert figure(snapshot, "disposal_open", as_of=as_of) == (still_open, None)


def test_cases_younger_than_the_limit_are_shown_apart(make_snapshot: Make) -> None:
    result = computed(make_snapshot(disposal=disposals()), "disposal_on_time_rate", as_of=date(2025, 3, 1))
    assert result.frame[["numerator", "denominator", "excluded_not_due"]].iloc[0].tolist() == [0, 0, 4]
    assert pd.isna(result.frame["value"].iloc[0])
    assert "时限算至2025-03-01" in result.sentence


def test_disposal_counts_sides_by_the_day_of_receipt(make_snapshot: Make) -> None:
    bad = sample_row(day=date(2024, 12, 20), sampling_kind="靶向")
    voided = sample_row(result_state="voided")
    rows = [
        disposal_row(bad, received=date(2025, 1, 10), side="生产"),
        disposal_row(bad, received=date(2025, 2, 10), side="流通"),
        disposal_row(voided, received=date(2025, 2, 10)),
    ]
    result = computed(make_snapshot(disposal=rows), "disposal_completion_rate", by=("month",))
    assert result.frame[["month_name", "denominator", "excluded_voided"]].to_numpy().tolist() == [
        ["2025年1月", 1, 0],
        ["2025年2月", 1, 1],
    ]


def test_sides_of_samples_cleared_by_reinspection_are_neither_open_nor_late(make_snapshot: Make) -> None:
    late: dict[str, Any] = {"received": date(2025, 1, 10), "finish_due_on": date(2025, 4, 10)}
    rows = [
        disposal_row(sample_row(), **late),
        disposal_row(sample_row(), supervision_verdict="qualified", objection_status="复检合格", **late),
        # Qualified by law, but with a monitoring problem: still to be followed up.
        disposal_row(sample_row(), supervision_verdict="qualified", monitoring_verdict="problem", **late),
        disposal_row(sample_row(result_state="reinspection"), **late),
        disposal_row(sample_row(result_state="voided"), supervision_verdict="qualified", **late),
    ]
    snapshot = make_snapshot(disposal=rows)
    assert figure(snapshot, "disposal_open") == (3, None)
    assert figure(snapshot, "disposal_on_time_rate") == (0, 3)
    shown = computed(snapshot, "disposal_overdue").frame.iloc[0]
    assert (shown["numerator"], shown["excluded_cleared"], shown["excluded_voided"]) == (3, 1, 1)


def test_verified_filed_and_cause(make_snapshot: Make) -> None:
    done = {"finished_on": date(2025, 2, 1)}
    happened: list[dict[str, Any]] = [
        {
            **done,
            "case_filed": True,
            "cause": "原料",
            "rechecked_on": date(2025, 2, 2),
            "recheck_passed": True,
        },
        {**done, "case_filed": False, "rechecked_on": date(2025, 2, 2), "recheck_passed": False},
        {**done, "case_filed": None, "cause": "工艺"},
        {"case_filed": True, "cause": "原料"},
    ]
    rows = [disposal_row(sample_row(), received=date(2025, 1, 10), side="生产", **one) for one in happened]
    snapshot = make_snapshot(disposal=rows)
    assert figure(snapshot, "disposal_verified_rate") == (1, 3)
    assert figure(snapshot, "case_filed_rate") == (1, 2)
    assert figure(snapshot, "cause_found_rate") == (2, 3)


def test_objections_and_reinspections(make_snapshot: Make) -> None:
    counts = {"复检合格": 1, "复检不合格": 3, "复检中": 2, "异议认可": 1, "异议不认可": 1, "异议处置中": 4}
    rows = [sample_row(objection_status=status) for status, count in counts.items() for _ in range(count)]
    snapshot = make_snapshot(sample=[*rows, sample_row()])
    assert figure(snapshot, "reinspection_reversal_rate") == (1, 4)
    assert figure(snapshot, "objection_upheld_rate") == (1, 2)
    assert computed(snapshot, "objection_upheld_rate").frame["excluded_objection"].tolist() == [4]


def test_a_campaign_in_its_own_units(make_snapshot: Make) -> None:
    days = [date(2021, 8, 4), date(2021, 9, 1), date(2021, 9, 2)]
    visits = [
        {
            "source": "test",
            "inspection_no": str(number),
            "inspected_on": day,
            **period_columns(day),
            **place_columns("341202"),
            "campaign_code": "C1",
            "enterprise_key": firm,
            "team": team,
            "outcome": outcome,
        }
        for number, (day, firm, team, outcome) in enumerate(
            zip(
                days,
                ("A", "A", "B"),
                ("一组", "二组", "一组"),
                ("涉嫌违法", "责令整改", "未发现问题"),
                strict=True,
            )
        )
    ]
    plan = {"campaign_code": "C1", "name": "某行动", "start_on": date(2021, 8, 4), **place_columns("341202")}
    campaign = {**plan, "end_on": date(2022, 1, 25), "days": 175}
    labels = [{**plan, "category_label": label} for label in ("酱油", "食醋")]
    snapshot = make_snapshot(inspection=visits, campaign=[campaign], campaign_category=labels)
    filters = Filters(start=date(2021, 1, 1), end=date(2022, 12, 31), campaign=("C1",))
    figures = {
        "campaign_categories": (2, None),
        "campaign_days": (175, None),
        "campaign_teams": (2, None),
        "enterprises_inspected": (2, None),
        "inspections": (3, None),
        "suspected_offenders": (1, None),
        "suspected_share": (1, 2),
    }
    assert {name: figure(snapshot, name, filters) for name in figures} == figures


def test_weekly_sampling_counts_weeks_of_enterprises(make_snapshot: Make) -> None:
    monday = date(2025, 3, 3)
    rows = [
        {
            "enterprise_key": firm,
            "week_start_on": monday,
            **period_columns(monday),
            **place_columns("341202"),
            "batches": batches,
        }
        for firm, batches in (("A", 2), ("B", 0), ("C", 1))
    ]
    firms = [{"enterprise_key": "A", "name": "甲乳业", **place_columns("341202")}]
    snapshot = make_snapshot(sampling_week=rows, enterprise=firms)
    assert figure(snapshot, "weekly_sampling_rate") == (2, 3)
    by_firm = computed(snapshot, "weekly_sampling_rate", by=("enterprise",)).frame
    assert by_firm["enterprise_name"].tolist() == ["甲乳业", "B", "C"]


def test_batches_per_producer(make_snapshot: Make) -> None:
    rows = [sample_row(producer_key="A") for _ in range(3)] + [
        sample_row(producer_key=key) for key in ("B", None)
    ]
    result = computed(make_snapshot(sample=rows), "batches_per_producer")
    assert result.frame[["numerator", "denominator", "value"]].iloc[0].tolist() == [4, 2, 2.0]
    assert result.frame["excluded_no_producer"].tolist() == [1]


def test_directed_sampling_has_its_own_finding_rate(make_snapshot: Make) -> None:
    rows = [
        sample_row(sampling_kind="靶向", **UNQUALIFIED),
        sample_row(sampling_kind="专项", supervision_verdict="qualified", monitoring_verdict="problem"),
        sample_row(sampling_kind="专项"),
        sample_row(**UNQUALIFIED),
    ]
    snapshot = make_snapshot(sample=rows)
    assert figure(snapshot, "problem_finding_rate") == (2, 3)
    assert figure(snapshot, "unqualified_rate") == (1, 1)


def test_evaluation_sampling_alone_speaks_for_the_whole(make_snapshot: Make) -> None:
    rows = [sample_row(purpose="评价性抽检"), sample_row(purpose="评价性抽检", **UNQUALIFIED), sample_row()]
    rows += [sample_row(sampling_kind="靶向"), sample_row(purpose="评价性抽检", result_state="pending")]
    result = computed(make_snapshot(sample=rows), "evaluation_pass_rate")
    names = ["numerator", "denominator", "excluded_pending", "excluded_sampling"]
    assert result.frame[names].iloc[0].tolist() == [1, 2, 1, 0], "other purposes are not its rows at all"


def test_a_reader_sees_only_the_districts_of_the_scope(make_snapshot: Make) -> None:
    rows = [sample_row(county="341202"), sample_row(county="340102"), sample_row(county=None)]
    snapshot = make_snapshot(sample=rows)
    metric = get_metric("batches_sampled")
    result = compute(snapshot, metric, YEAR, Scope.of("341200"), by=("division",))
    assert result.frame["division"].tolist() == ["341202"]
    assert result.sentence.startswith("范围：阜阳市")
    assert compute(snapshot, metric, YEAR, Scope.of()).frame["value"].tolist() == [0.0]


def test_the_result_says_where_it_comes_from(make_snapshot: Make) -> None:
    result = computed(make_snapshot(sample=[sample_row()]), "unqualified_rate", by=("month", "division"))
    assert list(result.frame.columns[:9]) == [
        *("month", "month_name", "division", "division_name"),
        *("numerator", "denominator", "value", "lower", "upper"),
    ]
    assert (result.version, result.as_of) == (1, date(2025, 10, 31))
    assert result.sentence == "范围：全部地区；2025年；常规抽样"
    assert result.metric is get_metric("unqualified_rate")


@pytest.mark.parametrize("by", [("item",), ("ward",), ("month", "month")])
def test_a_dimension_the_metric_does_not_have(by: tuple[str, ...], make_snapshot: Make) -> None:
    with pytest.raises(UnknownDimension, match="可用"):
        computed(make_snapshot(), "unqualified_rate", by=by)


@pytest.mark.parametrize("parameters", [{"m": 2}, {"k": 0}, {"k": 1.5}, {"k": float("nan")}])
def test_a_parameter_it_cannot_take(parameters: dict[str, float], make_snapshot: Make) -> None:
    with pytest.raises(WrongParameter, match="参数"):
        computed(make_snapshot(), "repeat_offenders", parameters=parameters)
