"""What became of suggestions: the least finished of several items counts, and none is said as none."""

from datetime import date
from typing import Any

import pandas as pd

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.clinic_suggestions import suggestion_states
from tests.unit.metrics.analyses.conftest import Make
from tests.unit.metrics.conftest import place_columns

PERIOD = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
DAY = date(2025, 5, 1)
PLACE = {**place_columns("341202"), **place_columns("341202", "made_")}


def suggestion(number: str, **given: Any) -> dict[str, Any]:
    own = {"source": "test", "suggestion_no": number, "visit_no": "V1", "visited_on": DAY, "problems": 1}
    return {**own, "enterprise_key": "E1", **PLACE, **given}


def item(number: str, advice: str, state: str, verified: date | None = None, **given: Any) -> dict[str, Any]:
    counts = {"rounds": 1, "reopened_count": 0, "paper_closings": 0, "order_faults": 0}
    own = {
        "source": "test",
        "item_no": number,
        "suggestion_no": advice,
        "state": state,
        "verified_on": verified,
    }
    return {
        **own,
        **counts,
        "enterprise_key": "E1",
        "origin": "流动诊所",
        "found_on": DAY,
        "is_overdue": state == "逾期",
        **PLACE,
        **given,
    }


def test_the_least_finished_item_counts_and_none_is_said(make: Make) -> None:
    snapshot = make(
        clinic_suggestion=[suggestion("done"), suggestion("half"), suggestion("none")],
        rectification_item=[
            item("1", "done", "已验证", date(2025, 6, 1)),
            item("2", "done", "已验证", date(2025, 6, 9)),
            item("3", "half", "已验证", date(2025, 6, 1)),
            item("4", "half", "逾期"),
        ],
    )
    found = suggestion_states(snapshot, PERIOD, Scope.everything())
    rows = found.frame.set_index("suggestion_no")
    assert dict(rows["state"]) == {"done": "已验证", "half": "逾期", "none": "未列入整改"}
    assert dict(rows["items"]) == {"done": 2, "half": 2, "none": 0}
    assert rows.loc["done", "verified_on"] == pd.Timestamp(2025, 6, 9), "the last of both"
    assert pd.isna(rows.loc["half", "verified_on"])
    assert list(found.states.itertuples(index=False, name=None)) == [
        ("未列入整改", 1),
        ("逾期", 1),
        ("已验证", 1),
    ]


def test_a_visit_outside_the_period_or_scope_is_not_listed(make: Make) -> None:
    away = {**place_columns("341203"), **place_columns("341203", "made_")}
    snapshot = make(
        clinic_suggestion=[
            suggestion("here"),
            suggestion("early", visited_on=date(2024, 5, 1)),
            suggestion("away", **away),
        ]
    )
    found = suggestion_states(snapshot, PERIOD, Scope.of("341202"))
    assert list(found.frame["suggestion_no"]) == ["here"]


def test_no_suggestion_at_all(make: Make) -> None:
    found = suggestion_states(make(), PERIOD, Scope.everything())
    assert found.frame.empty
    assert found.states.empty
