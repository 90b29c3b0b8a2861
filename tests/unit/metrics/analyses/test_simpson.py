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
