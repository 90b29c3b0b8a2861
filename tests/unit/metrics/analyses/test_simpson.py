"""A comparison that turns round once the mix is looked at: the kidney-stone table, and equal rates in unequal mixes."""

import math
from datetime import date

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.districts import district_comparison
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, batches

YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


def test_the_kidney_stone_table_raises_the_notice(make: Make) -> None:
    # 93.1 % and 73.0 % against 86.7 % and 68.8 %: higher in both strata, yet 78.0 % against 82.6 % overall.
    rows = batches(81, 87, county="341202", category_code="01") + batches(
        192, 263, county="341202", category_code="24"
    )
    rows += batches(234, 270, county="341203", category_code="01") + batches(
        55, 80, county="341203", category_code="24"
    )
    compared = district_comparison(
        make(sample=rows), get_metric("unqualified_rate"), YEAR, Scope.everything()
    )
    first, second = compared.adjusted["value"]
    assert (round(first, 3), round(second, 3)) == (0.780, 0.826)
    above, below = compared.adjusted["ratio"]
    assert above > 1 > below
    assert any("反转" in note and "颍州区" in note for note in compared.notes)


def test_a_turn_within_chance_raises_no_notice(make: Make) -> None:
    # A sign turns round, but strata disagree and every interval holds the other side.
    kinds = ("生产", "流通", "餐饮")
    counts = {
        "341202": ((1, 95), (1, 50), (6, 50)),
        "341203": ((1, 50), (2, 50), (8, 95)),
    }
    rows = [
        row
        for county, own in counts.items()
        for stage, (failed, tested) in zip(kinds, own, strict=True)
        for row in batches(failed, tested, county=county, stage=stage)
    ]
    compared = district_comparison(
        make(sample=rows), get_metric("unqualified_rate"), YEAR, Scope.everything()
    )
    first = compared.adjusted.iloc[0]
    assert (first["value"] - compared.baseline) * (first["ratio"] - 1) < 0
    assert not any("反转" in note for note in compared.notes)


def test_a_turn_beyond_chance_raises_the_notice_though_one_stratum_differs(make: Make) -> None:
    # 颍州区 samples catering most, where 30 % against 60 % fail; in production it is worse, 3 % against 1 %.
    rows = [
        *batches(300, 1000, county="341202", stage="餐饮"),
        *batches(30, 1000, county="341202", stage="生产"),
        *batches(180, 300, county="341203", stage="餐饮"),
        *batches(20, 2000, county="341203", stage="生产"),
    ]
    compared = district_comparison(
        make(sample=rows), get_metric("unqualified_rate"), YEAR, Scope.everything()
    )
    first = compared.adjusted.iloc[0]
    assert first["lower"] > compared.baseline, "0.165 against 0.123"
    assert first["ratio_upper"] < 1, "330 against 386 expected by hand"
    assert any("反转" in note and "颍州区" in note for note in compared.notes)


def test_equal_strata_give_exactly_one(make: Make) -> None:
    rows = [
        *batches(30, 300, county="341202", category_code="24", stage="餐饮"),
        *batches(2, 200, county="341202", category_code="01", stage="生产"),
        *batches(10, 100, county="341203", category_code="24", stage="餐饮"),
        *batches(4, 400, county="341203", category_code="01", stage="生产"),
    ]
    compared = district_comparison(
        make(sample=rows), get_metric("unqualified_rate"), YEAR, Scope.everything()
    )
    assert all(math.isclose(ratio, 1.0, abs_tol=1e-9) for ratio in compared.adjusted["ratio"])
    crude = compared.adjusted["value"]
    assert crude.iloc[0] > 2 * crude.iloc[1], "while the crude rates differ"
    assert not any("反转" in note for note in compared.notes)
