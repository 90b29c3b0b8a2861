"""The words of the loop's figures: medians not reached, quarters too young or too small, ageing with a counted 0."""

from datetime import date
from typing import Any

import pandas as pd

from lib.data.filters import Filters
from lib.ui.loop_cached import Cohorts, Found
from lib.ui.rectification_cohorts import cohort_table, cohorts_figure
from lib.ui.rectification_figures import ageing_figure, stages_figure

PERIOD = Filters(start=date(2025, 1, 1), end=date(2025, 9, 30))
NAN = float("nan")


def found(rows: list[dict[str, Any]]) -> Found:
    return Found(pd.DataFrame(rows), "范围：阜阳市", date(2025, 10, 31), ())


def test_a_median_not_reached_is_said_and_never_a_number() -> None:
    stage = {"waiting": 0, "skipped": 0, "ended": 0, "events": 0, "at_start": 0}
    rows = [
        {"stage": "发现", "number": 1, "reached": 10, "median_days": None, **stage},
        {"stage": "整改", "number": 3, "reached": 8, "median_days": 12.0, **stage, "waiting": 2},
        {"stage": "提升", "number": 5, "reached": 1, "median_days": NAN, **stage, "waiting": 7},
    ]
    table = stages_figure(found(rows), PERIOD).table
    assert list(table["text"]) == ["10/10项", "8/10项 · 中位12天 · 尚待2项", "1/10项 · 中位未过半 · 尚待7项"]


def test_ageing_adds_states_of_a_band_and_shows_a_counted_zero() -> None:
    rows = [
        {"band": 0, "label": "0—30天", "overdue": True, "reported": False, "open": 0},
        {"band": 0, "label": "0—30天", "overdue": False, "reported": True, "open": 0},
        {"band": 1, "label": "31—60天", "overdue": True, "reported": True, "open": 3},
        {"band": 1, "label": "31—60天", "overdue": True, "reported": False, "open": 2},
        {"band": 1, "label": "31—60天", "overdue": False, "reported": True, "open": 1},
    ]
    table = ageing_figure(found(rows), PERIOD).table
    assert list(table["total"]) == [0, 6]
    assert list(table["part"]) == [0, 5]
    assert list(table["text"]) == ["0项", "未完成6项，逾期5，自报完成4"]


def cohorts() -> Cohorts:
    head = {"verified": 4, "open": 4, "ended": 0, "median_days": 20.0, "limit": 30}
    limits = [
        {"group_name": "旧季度", "items": 8, **head, "share": 0.5, "lower": 0.15, "upper": 0.77, "at_risk": 6,
         "too_early": False, "shown": True, "text": ""},
        {"group_name": "小季度", "items": 3, **head, "share": 1.0, "lower": NAN, "upper": NAN, "at_risk": 0,
         "too_early": False, "shown": False, "text": ""},
        {"group_name": "新季度", "items": 9, **head, "share": None, "lower": None, "upper": None, "at_risk": 0,
         "too_early": True, "shown": False, "text": "未到期"},
    ]  # fmt: skip
    curves = [
        (name, name, day, share, NAN, NAN, risk)
        for name, points in {
            "旧季度": [(0, 0.0, 8), (20, 0.5, 8), (400, 0.75, 2)],
            "小季度": [(0, 0.0, 3), (13, 1.0, 1)],
            "新季度": [(0, 0.0, 9), (10, 0.1, 9)],
        }.items()
        for day, share, risk in points
    ]
    columns = ["group", "group_name", "day", "completed", "lower", "upper", "at_risk"]
    return Cohorts(pd.DataFrame(limits), pd.DataFrame(curves, columns=columns), "范围：阜阳市", ())


def test_a_quarter_too_young_or_too_small_has_no_share() -> None:
    table, columns = cohort_table(cohorts())
    assert dict(zip(table["group_name"], table["within_30"], strict=True)) == {
        "旧季度": "50.00%（15.00%—77.00%）",
        "小季度": "在册不足5项，不作比例",
        "新季度": "未到期",
    }
    assert columns[-1].heading == "30天内（95%区间）"
    medians = dict(zip(table["group_name"], table["median_text"], strict=True))
    assert medians == {"旧季度": "20天", "小季度": "不足5项，不作中位数", "新季度": "20天"}


def test_a_small_quarter_is_not_drawn_and_a_long_one_goes_on_to_the_last_day() -> None:
    drawn = cohorts_figure(cohorts(), PERIOD).chart.to_dict()["datasets"]
    ends = {row["group"]: (row["day"], row["share"]) for row in drawn["curves"]}
    assert ends == {"旧季度": (180, 0.5), "新季度": (10, 0.1)}
    risks = {(row["group"], row["day"]): row["risk_text"] for row in drawn["risks"]}
    assert risks[("旧季度", 180)] == "2"
    assert risks[("新季度", 30)] == "0"
