"""Time to verification, stages and lists, against hand-made rows: open items count, ended ones are no completions."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.rectification_curves import NOT_DUE
from lib.metrics.analyses.rectification_flow import completion, stage_flow
from lib.metrics.analyses.rectification_lists import (
    open_ageing,
    open_items,
    overdue_by_owner,
    paper_watch_list,
)
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make
from tests.unit.metrics.loop_rows import round_row, verified_row

AS_OF = date(2025, 10, 31)
FOUND = date(2025, 6, 1)
PERIOD = Filters(start=date(2024, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()


def after(days: int) -> date:
    return FOUND + timedelta(days=days)


def finished(*days: int) -> list[dict[str, Any]]:
    return [verified_row(FOUND, after(number)) for number in days]


def median(make: Make, rows: list[dict[str, Any]]) -> float | None:
    limits = completion(make(rectification_round=rows), PERIOD, ALL).limits
    return limits["median_days"].iloc[0]


def test_fifty_old_open_items_raise_the_median(make: Make) -> None:
    closed = finished(5, 10, 15, 20, 25)
    old = [round_row(date(2024, 6, 1)) for _ in range(50)]
    assert median(make, closed) == 15
    assert pd.isna(median(make, closed + old)), "more than half are still open: not reached"
    few = [round_row(date(2024, 6, 1)) for _ in range(2)]
    assert median(make, closed + few) == 20


def test_fifty_old_open_items_raise_the_median_of_a_stage(make: Make) -> None:
    closed = [verified_row(FOUND, after(20), rectified_on=after(number)) for number in (5, 10, 15)]
    reported = [round_row(date(2024, 6, 1), rectified_on=date(2024, 6, 10)) for _ in range(50)]
    before = stage_flow(make(rectification_round=closed), PERIOD, ALL).frame.set_index("stage")
    then = stage_flow(make(rectification_round=closed + reported), PERIOD, ALL).frame.set_index("stage")
    assert before.loc["验证", "median_days"] == 10
    assert pd.isna(then.loc["验证", "median_days"])
    assert then.loc["验证", "waiting"] == 50


def test_transferred_and_withdrawn_are_no_completions(make: Make) -> None:
    ended = [
        round_row(FOUND, ended_on=after(3), ended_as="移送"),
        round_row(FOUND, ended_on=after(4), ended_as="撤回", rectified_on=after(2)),
    ]
    rows = finished(10, 20) + ended
    snapshot = make(rectification_round=rows)
    result = completion(snapshot, PERIOD, ALL).limits.iloc[0]
    assert (result["items"], result["verified"], result["open"], result["ended"]) == (4, 2, 0, 2)
    # By hand: the two ended leave on days 3 and 4, then 1 of 2 on day 10 and the last on day 20.
    assert result["median_days"] == 10
    rate = compute(snapshot, get_metric("rectification_completion_rate"), PERIOD, ALL).frame.iloc[0]
    assert (rate["numerator"], rate["denominator"], rate["excluded_ended"]) == (2, 2, 2)


def test_a_cohort_younger_than_the_limit_is_not_due(make: Make) -> None:
    young = [round_row(AS_OF - timedelta(days=20)) for _ in range(8)]
    young += [verified_row(AS_OF - timedelta(days=20), AS_OF - timedelta(days=10))]
    limits = completion(make(rectification_round=young), PERIOD, ALL).limits
    assert list(limits["text"]) == [NOT_DUE] * 3
    assert limits["share"].isna().all()


def test_a_young_cohort_closed_altogether_is_not_due_either(make: Make) -> None:
    young = [verified_row(AS_OF - timedelta(days=40), AS_OF - timedelta(days=38)) for _ in range(2)]
    limits = completion(make(rectification_round=young), PERIOD, ALL).limits.set_index("limit")
    assert list(limits["text"]) == ["", NOT_DUE, NOT_DUE]
    assert limits.loc[30, "share"] == 1, "it was followed for forty days"
    assert limits.loc[[60, 90], "share"].isna().all()
    assert limits["median_days"].iloc[0] == 2


def test_a_verification_dated_before_the_finding_is_said_and_counts_no_days(make: Make) -> None:
    rows = [verified_row(FOUND, after(-5)), *finished(10)]
    result = completion(make(rectification_round=rows), PERIOD, ALL)
    assert result.limits["median_days"].iloc[0] == 0
    assert result.curves["completed"].tolist() == [0.5, 1.0]
    assert any("1项的验证或结束日期早于发现日期" in note for note in result.notes)
    assert not any(
        "早于" in note for note in completion(make(rectification_round=finished(10)), PERIOD, ALL).notes
    )


@pytest.mark.parametrize("metric_id", ["rectification_rate", "rectification_on_time_rate"])
def test_early_verification_makes_no_young_cohort_finished(make: Make, metric_id: str) -> None:
    begun, due = AS_OF - timedelta(days=10), AS_OF + timedelta(days=20)
    young = [verified_row(begun, AS_OF - timedelta(days=5), due_on=due), round_row(begun, due_on=due)]
    rate = compute(make(rectification_round=young), get_metric(metric_id), PERIOD, ALL).frame.iloc[0]
    assert (rate["numerator"], rate["denominator"], rate["excluded_not_due"]) == (0, 0, 2)
    assert pd.isna(rate["value"]), "too early, not 100 %"


def test_share_within_limits_against_hand_computation(make: Make) -> None:
    rows = [*finished(10, 20, 30, 40), *[round_row(FOUND) for _ in range(6)]]
    limits = completion(make(rectification_round=rows), PERIOD, ALL).limits.set_index("limit")
    assert list(limits["share"].round(9)) == [0.3, 0.4, 0.4]
    assert limits.loc[30, "at_risk"] == 8


def test_cohorts_by_quarter(make: Make) -> None:
    rows = [*finished(10), verified_row(date(2025, 1, 1), date(2025, 1, 21))]
    result = completion(make(rectification_round=rows), PERIOD, ALL, by="cohort", limits=(30,))
    assert list(result.limits["group_name"]) == ["2025年第1季度", "2025年第2季度"]
    assert list(result.limits["median_days"]) == [20, 10]
    assert result.curves.groupby("group_name")["completed"].max().tolist() == [1.0, 1.0]


def test_a_cohort_is_of_the_same_day_as_the_period(make: Make) -> None:
    reopened = verified_row(date(2025, 9, 1), date(2025, 10, 20), round=2, started_on=date(2025, 10, 10))
    third = Filters(start=date(2025, 7, 1), end=date(2025, 9, 30))
    rows = [reopened, round_row(date(2025, 8, 1)), round_row(date(2025, 6, 30)), round_row(date(2025, 10, 1))]
    result = completion(make(rectification_round=rows), third, ALL, by="cohort", limits=(30,))
    assert list(result.limits["group_name"]) == ["2025年第3季度"], "no quarter outside the period"
    assert list(result.limits["items"]) == [2]
    assert result.curves.loc[result.curves["completed"] > 0, "day"].iloc[0] == 10, "days from the reopening"
    assert any("重开的项仍归最初发现的季度" in note for note in result.notes)


def test_reported_done_is_reconciled_with_what_waits_for_verification(make: Make) -> None:
    rows = [
        *[round_row(FOUND, rectified_on=after(6)) for _ in range(3)],
        round_row(FOUND, rectified_on=after(6), improved_on=after(9), claimed_on=after(9)),
        *[round_row(FOUND, claimed_on=after(8)) for _ in range(2)],
        round_row(FOUND),
    ]
    flow = stage_flow(make(rectification_round=rows), PERIOD, ALL)
    assert flow.frame.set_index("stage").loc["验证", "waiting"] == 3
    assert flow.notes[-1] == (
        "自报完成6项：3项已报整改、尚待现场验证，1项已报整改、未经合规验证即提升，2项没有整改记录即称办结。"
    )


def test_what_happened_later_is_not_known_yet(make: Make) -> None:
    rows = [verified_row(FOUND, date(2025, 9, 20))]
    early = completion(make(rectification_round=rows), PERIOD, ALL, as_of=date(2025, 8, 31)).limits.iloc[0]
    assert (early["verified"], early["open"]) == (0, 1)


def test_stages_count_who_got_there_and_who_waits(make: Make) -> None:
    rows = [
        verified_row(FOUND, after(20), assisted_on=after(2), rectified_on=after(10), improved_on=after(40)),
        round_row(FOUND, assisted_on=after(4)),
        round_row(FOUND, rectified_on=after(6)),
        round_row(FOUND),
        round_row(FOUND, ended_on=after(1), ended_as="移送"),
    ]
    frame = stage_flow(make(rectification_round=rows), PERIOD, ALL).frame.set_index("stage")
    assert list(frame["reached"]) == [5, 2, 2, 1, 1]
    assert list(frame["waiting"]) == [0, 1, 2, 1, 0]
    assert list(frame["skipped"]) == [0, 1, 0, 0, 0]
    assert list(frame["ended"]) == [0, 1, 1, 0, 0]
    assert frame.loc["提升", "median_days"] == 20
    # Found but not helped yet, and the one transferred on day 1, count; the one that went on without help does not.
    assert frame.loc["帮扶", "at_start"] == 4
    assert frame.loc["帮扶", "median_days"] == 4


def test_ageing_keeps_empty_bands(make: Make) -> None:
    rows = [
        round_row(AS_OF - timedelta(days=30), due_on=AS_OF),
        round_row(AS_OF - timedelta(days=31), due_on=AS_OF - timedelta(days=1)),
        round_row(AS_OF - timedelta(days=400), rectified_on=AS_OF - timedelta(days=300)),
    ]
    listed = open_ageing(make(rectification_round=rows), PERIOD, ALL).frame
    assert len(listed) == 20
    known = listed[listed["open"] > 0]
    assert list(zip(known["label"], known["overdue"], known["reported"], strict=True)) == [
        ("0—30天", False, False),
        ("31—60天", True, False),
        ("180天以上", False, True),
    ]


def test_overdue_by_owner_counts_posts(make: Make) -> None:
    rows = [
        round_row(FOUND, due_on=after(30), owner_post="甲所所长"),
        round_row(FOUND, due_on=after(60), owner_post="甲所所长", rectified_on=after(50)),
        round_row(FOUND, due_on=date(2026, 1, 1), owner_post="乙所所长"),
    ]
    listed = overdue_by_owner(make(rectification_round=rows), PERIOD, ALL).frame
    assert list(listed["owner_post"]) == ["甲所所长", "乙所所长"]
    assert list(listed["overdue"]) == [2, 0]
    assert listed["longest_overdue"].iloc[0] == (AS_OF - after(30)).days
    assert pd.isna(listed["longest_overdue"].iloc[1])


def test_paper_watch_list_says_what_is_missing(make: Make) -> None:
    rows = [
        round_row(
            FOUND, claimed_on=after(9), closing_defect="整改与验证同一岗位", paper_reason="整改与验证同一岗位"
        ),
        verified_row(
            FOUND, after(5), recurred_on=after(60), paper_reason="复发", failing_item_name="菌落总数"
        ),
        verified_row(FOUND, after(5)),
    ]
    snapshot = make(rectification_round=rows)
    listed = paper_watch_list(snapshot, PERIOD, ALL).frame
    assert list(listed["reason"]) == ["复发", "整改与验证同一岗位"]
    assert listed["missing"].iloc[1] == "另一岗位的验证"
    rate = compute(snapshot, get_metric("paper_rectification_rate"), PERIOD, ALL).frame.iloc[0]
    assert (rate["numerator"], rate["denominator"]) == (2, 3)
    before = compute(snapshot, get_metric("paper_rectification_rate"), PERIOD, ALL, as_of=after(30))
    assert before.frame["numerator"].iloc[0] == 1, "the recurrence was not known then"


def test_states_of_the_list_partition_the_items(make: Make) -> None:
    rows = [
        *finished(3),
        round_row(FOUND),
        round_row(FOUND, rectified_on=after(3)),
        round_row(FOUND, ended_on=after(3), ended_as="撤回"),
    ]
    snapshot = make(rectification_round=rows)
    states = open_items(snapshot, PERIOD, ALL).frame["state"]
    assert sorted(states) == sorted(["已验证", "整改中", "自报完成", "已撤回"])
    parts = ("verified", "in_progress", "self_reported", "ended")
    for name in parts:
        figure = compute(snapshot, get_metric(f"rectification_{name}"), PERIOD, ALL).frame["numerator"]
        assert figure.iloc[0] == 1, name


@pytest.mark.parametrize(
    "function", [completion, stage_flow, open_ageing, overdue_by_owner, paper_watch_list]
)
def test_nothing_found_is_no_error(function: Any, make: Make) -> None:
    assert function(make(), PERIOD, ALL).notes
