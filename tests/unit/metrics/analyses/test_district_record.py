"""Districts measure by measure: counts of the command line, flags, what widening hides, places, refusals."""

from datetime import date
from typing import Any

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.district_record import MEASURES, district_measure, district_record
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, batches
from tests.unit.metrics.loop_rows import duty_row

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))
ALL = Scope.everything()
DUE = date(2025, 3, 31)
ON_TIME = "supervision_on_time_rate"


def duties(county: str, on_time: int, due: int) -> list[dict[str, Any]]:
    place = {"county_code": county, "made_county_code": county}
    done = [duty_row(DUE, DUE, **place) for _ in range(on_time)]
    return done + [duty_row(DUE, **place) for _ in range(due - on_time)]


#: Three of 100 and one with five; 65 lies more than five standard deviations below the pooled 259/305.
FOUR = [
    *duties("341202", 97, 100),
    *duties("341203", 96, 100),
    *duties("341204", 65, 100),
    *duties("341221", 1, 5),
]


def test_counts_are_those_of_the_metric(make: Make) -> None:
    snapshot = make(supervision_duty=FOUR)
    found = district_measure(snapshot, get_metric(ON_TIME), YEAR, ALL)
    told = compute(snapshot, get_metric(ON_TIME), YEAR, ALL, by=("division",)).frame
    for name in ("numerator", "denominator", "value", "lower", "upper"):
        assert list(found.frame[name]) == list(told[name])
    assert found.baseline == pytest.approx(259 / 305)


def test_what_widened_limits_hide_is_named(make: Make) -> None:
    record = district_record(make(supervision_duty=FOUR), YEAR, ALL, metric_ids=(ON_TIME,))
    (found,) = record.measures
    rows = found.frame.set_index("code")
    assert found.phi > 2
    assert rows.loc["341204", "chance_flag"] == "low_998"
    assert rows.loc["341204", "flag"] in ("", "low_95"), "three districts cannot tell one outlier from spread"
    if rows.loc["341204", "flag"] == "":
        assert any(rows.loc["341204", "name"] in note and "只按偶然波动" in note for note in record.notes)


def test_a_small_district_is_not_judged_and_takes_no_place(make: Make) -> None:
    rows = district_measure(make(supervision_duty=FOUR), get_metric(ON_TIME), YEAR, ALL).frame.set_index(
        "code"
    )
    small = rows.loc["341221"]
    assert small["small"]
    assert (small["flag"], small["chance_flag"]) == ("", "")
    assert rows["rank_lower"].isna().tolist() == [False, False, False, True]
    assert tuple(rows.loc["341204", ["rank_lower", "rank_upper"]]) == (3, 3)
    assert tuple(rows.loc["341202", ["rank_lower", "rank_upper"]]) == (1, 2)


def test_false_alarms_are_counted_over_all_comparisons(make: Make) -> None:
    record = district_record(make(supervision_duty=FOUR), YEAR, ALL, metric_ids=(ON_TIME,))
    assert "共作3次比较" in record.notes[0]
    assert "约0.2次越出95%界限、0.01次越出99.8%界限" in record.notes[0], "3 × 0.05 and 3 × 0.002, half up"


def test_a_filter_one_table_does_not_know_leaves_the_others_standing(make: Make) -> None:
    snapshot = make(sample=batches(3, 40), supervision_duty=FOUR)
    record = district_record(snapshot, YEAR.with_(category=("24",)), ALL, metric_ids=MEASURES)
    assert "supervision_on_time_rate" not in [one.metric.id for one in record.measures]
    assert "unqualified_rate" in [one.metric.id for one in record.measures]
    assert any("包保督导按期完成率" in sentence and "食品类别" in sentence for sentence in record.refused)


def test_one_district_is_not_compared(make: Make) -> None:
    record = district_record(
        make(supervision_duty=duties("341202", 50, 60)), YEAR, ALL, metric_ids=(ON_TIME,)
    )
    assert record.notes == ("可比较的地区不足两个，不作地区比较。",)
