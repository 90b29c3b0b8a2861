"""A year before that is no year before: overlapping periods, and foods that last year's catalogue did not know."""

from datetime import date

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.comparability import split_categories, why_not_compared
from lib.metrics.analyses.moved import what_moved
from lib.metrics.analyses.year_on_year import year_on_year
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, by_month

RATE = get_metric("unqualified_rate")
ALL = Scope.everything()
HALF = Filters(start=date(2025, 1, 1), end=date(2025, 6, 30))


@pytest.fixture
def snapshot(make: Make) -> Snapshot:
    """糕点 in both years; 食用农产品 in 2024, of which 蔬菜 (35) is a category of its own from 2025 on."""
    cakes = by_month(
        {(2024, 3): (10, 400), (2025, 3): (10, 400)}, category_code="24", category_detail_code="24"
    )
    before = by_month({(2024, 3): (8, 400)}, category_code="33", category_detail_code="33")
    greens = by_month({(2025, 3): (60, 400)}, category_code="33", category_detail_code="35")
    return make(sample=[*cakes, *before, *greens])


def test_a_category_that_was_split_off_has_no_year_before(snapshot: Snapshot) -> None:
    for categories in (("35",), ("24", "35")):
        filters = HALF.with_(category=categories)
        compared = year_on_year(snapshot, RATE, filters, ALL)
        assert compared.change is None
        assert compared.phrase == "2025年1—6月监督抽检不合格率：上年的食品目录没有单列蔬菜，不作同比。"
        assert what_moved(snapshot, RATE, filters, ALL).notes == ("上年的食品目录没有单列蔬菜，不作同比。",)


def test_what_both_catalogues_have_is_compared(snapshot: Snapshot) -> None:
    for categories, now, before in ((("24",), 400, 400), (("33",), 400, 400), ((), 800, 800)):
        compared = year_on_year(snapshot, RATE, HALF.with_(category=categories), ALL)
        assert compared.reason == ""
        assert (compared.now.denominator, compared.before.denominator) == (now, before)


def test_a_year_later_the_category_has_its_year_before(snapshot: Snapshot) -> None:
    later = Filters(start=date(2026, 1, 1), end=date(2026, 6, 30), category=("35",))
    assert why_not_compared(snapshot, later, ALL) == ""
    assert split_categories(snapshot, ("24", "35"), ALL) == {"蔬菜": 2025}
    nobody = Scope(frozenset({"340102"}))
    assert split_categories(snapshot, ("35",), nobody) == {"蔬菜": None}
    assert why_not_compared(snapshot, later, nobody) != "", "no sample in reach: nothing says that it existed"


@pytest.mark.parametrize(
    ("start", "end", "is_compared"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), True),
        (date(2024, 7, 1), date(2025, 6, 30), True),
        (date(2024, 6, 30), date(2025, 6, 30), False),
        (date(2015, 1, 1), date(2024, 12, 31), False),
    ],
)
def test_periods_of_more_than_a_year_overlap_their_year_before(
    start: date, end: date, is_compared: bool, snapshot: Snapshot
) -> None:
    filters = Filters(start=start, end=end)
    assert (why_not_compared(snapshot, filters, ALL) == "") is is_compared
    if not is_compared:
        compared = year_on_year(snapshot, RATE, filters, ALL)
        assert compared.change is None
        assert compared.phrase.endswith("：期间超过一年，与上年同期重叠，不作同比。")
