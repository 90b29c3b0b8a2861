"""The quarter of duties: due, done, late, reminded, held; by hand-made rows."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.duty_lists import (
    GAP,
    gap_list,
    holder_history,
    quarter_cockpit,
    quarter_days,
    reminder_list,
    task_list,
)
from lib.metrics.analyses.letter_days import letter_days
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make
from tests.unit.metrics.conftest import period_columns, place_columns
from tests.unit.metrics.loop_rows import duty_row

PERIOD = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()
DUE = date(2025, 3, 31)


def counted(make: Make, metric_id: str, rows: list[dict[str, Any]], **given: Any) -> pd.Series:
    snapshot = make(supervision_duty=rows)
    return compute(snapshot, get_metric(metric_id), PERIOD, ALL, **given).frame.iloc[0]


DUTIES = [
    duty_row(DUE, date(2025, 3, 31), binding_level="B"),
    duty_row(DUE, date(2025, 4, 1)),
    duty_row(DUE, reminded_on=date(2025, 3, 25)),
    duty_row(DUE, date(2025, 3, 28), reminded_on=date(2025, 3, 25)),
    duty_row(DUE, has_gap=True, holder_post_no=None, holder_post=None, binding_no=None),
    duty_row(date(2025, 12, 31)),
]


def test_cockpit_counts_by_level_with_a_total(make: Make) -> None:
    frame = quarter_cockpit(make(supervision_duty=DUTIES), 20251, PERIOD, ALL).frame.set_index("group_name")
    assert list(frame.index) == ["包保B级", "包保C级", "合计"]
    total = frame.loc["合计"]
    assert (total["due"], total["done"], total["on_time"], total["late"]) == (5, 3, 2, 1)
    assert (total["overdue"], total["not_due"], total["gaps"]) == (2, 0, 1)
    assert total["rate"] == 0.6


def test_rates_are_of_duties_that_are_due(make: Make) -> None:
    on_time = counted(make, "supervision_on_time_rate", DUTIES)
    assert (on_time["numerator"], on_time["denominator"], on_time["excluded_not_due"]) == (2, 5, 1)
    done = counted(make, "supervision_completion_rate", DUTIES)
    assert (done["numerator"], done["denominator"]) == (2, 6), "done in its own quarter"
    covered = counted(make, "binding_coverage", DUTIES)
    assert (covered["numerator"], covered["denominator"]) == (5, 6)


def test_a_running_quarter_is_not_on_time_because_nobody_can_be_late(make: Make) -> None:
    due = date(2025, 12, 31)
    running = [duty_row(due, date(2025, 10, 20)), *(duty_row(due) for _ in range(9))]
    on_time = counted(make, "supervision_on_time_rate", running)
    assert (on_time["numerator"], on_time["denominator"], on_time["excluded_not_due"]) == (0, 0, 10)
    assert pd.isna(on_time["value"])


def test_reminders_are_counted_against_who_needed_one(make: Make) -> None:
    reminded = counted(make, "supervision_reminded_rate", DUTIES)
    # Reminded while not done: two. Never reminded and not on time: the late one and the gap.
    assert (reminded["numerator"], reminded["denominator"]) == (2, 4)
    helped = counted(make, "supervision_done_after_reminder_rate", DUTIES)
    assert (helped["numerator"], helped["denominator"]) == (1, 2)
    soon = counted(make, "supervision_done_after_reminder_rate", DUTIES, parameters={"days": 2})
    assert (soon["numerator"], soon["denominator"]) == (0, 2)
    early = counted(make, "supervision_done_after_reminder_rate", DUTIES, as_of=date(2025, 3, 26))
    assert (early["denominator"], early["excluded_waiting"]) == (0, 2)
    assert pd.isna(early["value"])


def test_a_reminder_after_the_work_was_needless(make: Make) -> None:
    row = duty_row(DUE, date(2025, 3, 20), reminded_on=date(2025, 3, 25))
    reminded = counted(make, "supervision_reminded_rate", [row])
    assert reminded["denominator"] == 0
    assert pd.isna(reminded["value"])


def test_lists_of_the_quarter(make: Make) -> None:
    snapshot = make(supervision_duty=DUTIES)
    assert len(task_list(snapshot, 20251, PERIOD, ALL).frame) == 5
    waiting = reminder_list(snapshot, 20251, PERIOD, ALL, as_of=date(2025, 3, 26)).frame
    assert len(waiting) == 5, "what was done on 28 March is not done on the 26th"
    assert set(waiting["days_left"]) == {5}
    assert GAP in set(waiting["holder_post"])
    late = reminder_list(snapshot, 20251, PERIOD, ALL).frame
    assert len(late) == 2
    assert len(gap_list(snapshot, 20251, PERIOD, ALL).frame) == 1
    assert not [name for name in late.columns if "person" in name]


def test_scope_and_district_limit_the_lists(make: Make) -> None:
    rows = [duty_row(DUE), duty_row(DUE, county="340102")]
    snapshot = make(supervision_duty=rows)
    assert len(task_list(snapshot, 20251, PERIOD.with_(district="340102"), ALL).frame) == 1
    assert len(task_list(snapshot, 20251, PERIOD, Scope.of("341202")).frame) == 1


def bound(
    number: str, post: str, start: date, end: date | None = None, left: date | None = None
) -> dict[str, Any]:
    return {
        "source": "test",
        "binding_no": number,
        "post_no": post,
        "post": post,
        "enterprise_key": "S",
        "binding_level": "C",
        "valid_from": start,
        "valid_to": end,
        "left_on": left,
        **place_columns("341202"),
        **place_columns("341202", "made_"),
    }


def test_history_shows_who_left_in_the_middle_of_the_quarter(make: Make) -> None:
    left = date(2025, 2, 14)
    snapshot = make(
        supervision_duty=[duty_row(DUE, enterprise_key="S", binding_no="b2"), duty_row(DUE, binding_no=None)],
        binding=[
            bound("b0", "前任", date(2024, 1, 1), date(2024, 12, 31)),
            bound("b1", "镇书记", date(2024, 1, 1), left=left),
            bound("b2", "镇长", date(2025, 2, 20)),
        ],
    )
    frame = holder_history(snapshot, 20251, PERIOD, ALL).frame
    assert sorted(frame["post"]) == sorted(["镇书记", "镇长", GAP])
    by_post = frame.set_index("post")
    assert by_post.loc["镇书记", "to_on"] == pd.Timestamp(left)
    assert by_post.loc["镇书记", "left_on"] == pd.Timestamp(left)
    assert list(by_post.loc[["镇书记", "镇长"], "is_holder"]) == [False, True]
    assert by_post.loc["镇长", "from_on"] == pd.Timestamp(2025, 2, 20)


def test_days_to_send_count_letters_not_sent(make: Make) -> None:
    def letter(sent: date | None) -> dict[str, Any]:
        day = date(2025, 3, 1)
        own = {"source": "test", "letter_no": str(sent), "kind": "函告", "triggered_on": day, "sent_on": sent}
        return {**own, **place_columns("341202"), **place_columns("341202", "made_"), **period_columns(day)}

    sent = [letter(date(2025, 3, day)) for day in (3, 5, 7)]
    assert letter_days(make(letter=sent), PERIOD, ALL).median_days == 4
    waiting = [{**letter(None), "letter_no": str(number)} for number in range(2)]
    days = letter_days(make(letter=sent + waiting), PERIOD, ALL)
    assert (days.triggers, days.sent, days.median_days) == (5, 3, 6)


def test_the_post_of_a_city_leader_who_left_is_known_in_a_county(make: Make) -> None:
    left = date(2025, 2, 14)
    snapshot = make(
        supervision_duty=[duty_row(DUE, enterprise_key="S", binding_no=None, has_gap=True)],
        binding=[bound("b1", "副市长", date(2024, 1, 1), left=left)],
    )
    frame = holder_history(snapshot, 20251, PERIOD.with_(district="341202"), ALL).frame
    assert list(frame["to_on"]) == [pd.Timestamp(left)], "the firm is the county's, the post is the city's"


def test_a_due_day_outside_its_quarter_is_said(make: Make) -> None:
    snapshot = make(supervision_duty=[duty_row(date(2025, 4, 8), due_quarter=20251), duty_row(DUE)])
    cockpit = quarter_cockpit(snapshot, 20251, PERIOD, ALL)
    assert cockpit.frame["due"].iloc[-1] == 2
    assert any("1户次的应完成日期不在本季度之内" in note for note in cockpit.notes)
    quarter = Filters(start=date(2025, 1, 1), end=date(2025, 3, 31))
    due = compute(snapshot, get_metric("supervision_due"), quarter, ALL).frame["numerator"]
    assert due.iloc[0] == 1, "the metric counts by the due day"


def test_a_letter_dated_before_its_trigger_is_said_and_does_not_stop_the_list(make: Make) -> None:
    day = date(2025, 3, 10)
    own = {
        "source": "test",
        "letter_no": "1",
        "kind": "函告",
        "triggered_on": day,
        "sent_on": date(2025, 3, 1),
    }
    places = {**place_columns("341202"), **place_columns("341202", "made_")}
    days = letter_days(make(letter=[{**own, **places, **period_columns(day)}]), PERIOD, ALL)
    assert days.median_days == 0
    assert any("1件的发出日期早于触发日期" in note for note in days.notes)


def test_a_quarter_is_written_like_20251() -> None:
    assert quarter_days(20254) == (date(2025, 10, 1), date(2025, 12, 31))
    with pytest.raises(ValueError, match="20251"):
        quarter_days(20255)
