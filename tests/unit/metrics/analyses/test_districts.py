"""Districts are compared by what their own mix leads to expect."""

from datetime import date

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.districts import district_comparison, level_below
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, batches

RATE = get_metric("unqualified_rate")
ALL = Scope.everything()
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


def test_equal_strata_in_different_mixes_are_as_expected(make: Make) -> None:
    # Catering 10 %, grain 1 % everywhere; one district samples mostly catering, the other mostly grain.
    rows = batches(40, 400, county="341202", category_code="24", stage="餐饮")
    rows += batches(1, 100, county="341202", category_code="01", stage="生产")
    rows += batches(10, 100, county="341203", category_code="24", stage="餐饮")
    rows += batches(4, 400, county="341203", category_code="01", stage="生产")
    compared = district_comparison(make(sample=rows), RATE, YEAR, ALL)
    points = compared.adjusted.set_index("code")
    assert points["value"].tolist() == [41 / 500, 14 / 500]
    assert points["ratio"].tolist() == pytest.approx([1.0, 1.0], abs=1e-9)
    assert points["flag"].tolist() == ["", ""]
    # Each district crosses the crude limits only because of what it samples: P(X≥41 | 500, 5.5 %) < 0.025.
    assert (
        compared.crude["flag"].tolist() == ["high_95", "low_95"] or compared.crude["flag"].tolist()[0] != ""
    )
    assert compared.baseline == 55 / 1000


def test_the_strata_add_up_to_the_expected_count(make: Make) -> None:
    rows = batches(9, 120, county="341202", category_code="24") + batches(
        3, 90, county="341203", category_code="24"
    )
    rows += batches(5, 60, county="341203", category_code="01") + batches(
        1, 40, county=None, category_code="24"
    )
    compared = district_comparison(make(sample=rows), RATE, YEAR, ALL)
    strata = compared.strata
    again = (strata["denominator"] * strata["reference_rate"]).groupby(strata["code"]).sum()
    points = compared.adjusted.set_index("code")
    assert again.to_dict() == pytest.approx(points["expected"].to_dict())
    # 13 of 250 in category 24 in all districts, the unknown one included; its own stratum alone in category 01.
    assert points.loc["341202", "expected"] == pytest.approx(120 * 13 / 250)
    assert points.loc["341203", "expected"] == pytest.approx(90 * 13 / 250 + 5)
    assert set(points.index) == {"341202", "341203"}
    assert any("40批次所在地区未知" in note for note in compared.notes)


def test_a_small_district_is_hollow_and_never_flagged(make: Make) -> None:
    rows = (
        batches(1, 8, county="340102")
        + batches(20, 1000, county="341202")
        + batches(18, 900, county="341203")
    )
    compared = district_comparison(make(sample=rows), RATE, YEAR, ALL)
    assert compared.crude["code"].tolist() == ["340102", "341202", "341203"], "by code, never by rate"
    assert compared.crude["small"].tolist() == [True, False, False]
    assert compared.crude["flag"].tolist() == ["", "", ""]
    assert any("瑶海区样品不足30批次" in note for note in compared.notes)
    assert any("预计约0.1个越出95%界限" in note for note in compared.notes)


def test_an_outlier_is_flagged_on_both_charts(make: Make) -> None:
    rows = (
        batches(60, 500, county="340102")
        + batches(20, 1000, county="341202")
        + batches(18, 900, county="341203")
    )
    snapshot = make(sample=rows)
    compared = district_comparison(snapshot, RATE, YEAR, ALL)
    # Three districts so different are over-dispersed: limits are widened and the page says so.
    assert compared.crude_phi > 2
    assert any("φ=" in note for note in compared.notes)
    two = district_comparison(snapshot, RATE, YEAR.with_(district="341200"), ALL)
    assert two.crude["code"].tolist() == ["341202", "341203"]
    assert two.crude["flag"].tolist() == ["", ""]


def test_limits_narrow_with_the_number_of_tests(make: Make) -> None:
    rows = batches(10, 300, county="341202") + batches(30, 1000, county="341203")
    limits = district_comparison(make(sample=rows), RATE, YEAR, ALL).crude_limits
    assert limits["n"].iloc[[0, -1]].tolist() == [300, 1000]
    width = limits["upper_95"] - limits["lower_95"]
    assert width.iloc[0] > width.iloc[-1]
    assert (limits["upper_998"] >= limits["upper_95"]).all()


def test_a_single_district_is_not_compared_with_itself(make: Make) -> None:
    compared = district_comparison(make(sample=batches(63, 900, county="341202")), RATE, YEAR, ALL)
    (row,) = compared.adjusted.to_dict("records")
    assert (row["numerator"], row["denominator"]) == (63, 900)
    for name in ("expected", "ratio", "ratio_lower", "ratio_upper"):
        assert pd.isna(row[name]), name
    assert (row["flag"], row["chance_flag"]) == ("", "")


@pytest.mark.parametrize("rows", [[], batches(0, 50, county="341202"), batches(3, 50, county="341202")])
def test_nothing_to_compare(rows: list[dict[str, object]], make: Make) -> None:
    compared = district_comparison(make(sample=rows), RATE, YEAR, ALL)
    assert compared.notes == ("可比较的地区不足两个，不作地区比较。",)
    assert set(compared.crude["flag"]) <= {""}


def test_the_level_below_the_chosen_district(make: Make) -> None:
    units = make().units
    assert [level_below(code, units) for code in (None, "340000", "341200", "341202")] == [
        *("city", "city", "division", "division"),
    ]
    one_city = [unit for unit in units if not unit.code.startswith("3401")]
    assert level_below(None, one_city) == "division"
