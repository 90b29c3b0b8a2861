"""Filters and scope as values: URL form, Chinese sentence, the same period a year earlier."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.data.filters import ALL_SAMPLING, SAMPLING_KINDS, Filters
from lib.data.scope import Scope
from lib.data.tables.snapshot import sample

DEFAULT = Filters(start=date(2020, 1, 1), end=date(2020, 12, 31))
NAMES = {"341200": "阜阳市", "24": "糕点"}
days = st.dates(date(2010, 1, 1), date(2030, 12, 31))


@st.composite
def any_filters(draw: st.DrawFn) -> Filters:
    start, end = sorted((draw(days), draw(days)))
    some = st.lists(st.sampled_from(["生产", "流通", "餐饮"]), max_size=3)
    return Filters(
        start=start,
        end=end,
        district=draw(st.none() | st.sampled_from(["341200", "341225"])),
        side=draw(st.sampled_from(["found", "made"])),
        stage=tuple(draw(some)),
        category=tuple(draw(st.lists(st.sampled_from(["24", "33", "33b"]), max_size=2))),
        sampling=tuple(
            draw(st.lists(st.sampled_from([*SAMPLING_KINDS, ALL_SAMPLING]), min_size=1, max_size=2))
        ),
    )


@given(any_filters())
def test_the_url_form_gives_the_filters_back(filters: Filters) -> None:
    assert Filters.from_query(filters.to_query(), DEFAULT) == filters


@given(any_filters())
def test_a_year_earlier_has_the_same_months(filters: Filters) -> None:
    earlier = filters.previous_year()
    assert (earlier.start.year, earlier.start.month) == (filters.start.year - 1, filters.start.month)
    assert (earlier.end.year, earlier.end.month) == (filters.end.year - 1, filters.end.month)
    ends_month = (filters.end + timedelta(days=1)).day == 1
    assert ((earlier.end + timedelta(days=1)).day == 1) >= ends_month


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2025, 1, 1), date(2025, 8, 31), "2025年1—8月"),
        (date(2025, 1, 1), date(2025, 12, 31), "2025年"),
        (date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        (date(2020, 11, 1), date(2025, 10, 31), "2020年11月—2025年10月"),
        (date(2021, 8, 4), date(2022, 1, 25), "2021年8月4日—2022年1月25日"),
    ],
)
def test_period_sentence(start: date, end: date, expected: str) -> None:
    assert Filters(start=start, end=end).period_sentence() == expected


def test_the_sentence_names_everything_that_was_chosen() -> None:
    filters = Filters(
        start=date(2025, 1, 1),
        end=date(2025, 8, 31),
        district="341200",
        purpose=("监督抽检",),
        category=("24",),
        sampling=(ALL_SAMPLING,),
    )
    assert filters.sentence(NAMES) == "范围：阜阳市；2025年1—8月；糕点；监督抽检；全部抽样性质合并"


def test_order_and_repetition_of_values_do_not_matter() -> None:
    one = Filters(start=DEFAULT.start, end=DEFAULT.end, stage=("流通", "生产", "流通"))
    two = Filters(start=DEFAULT.start, end=DEFAULT.end, stage=("生产", "流通"))
    assert one == two
    assert hash(one) == hash(two)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"from": "2025-02-30"}, "不是 2025-01-31 这样的真实日期"),
        ({"from": "2021-01-01"}, "晚于截止日期"),
        ({"sampling": "随便"}, "抽样性质“随便”未知"),
        ({"side": "nowhere"}, "地区口径"),
    ],
)
def test_bad_values_are_named(query: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Filters.from_query(query, DEFAULT)


def test_an_empty_scope_is_not_everything() -> None:
    assert str(Scope.of().where(sample)) == "false"
    assert str(Scope.everything().where(sample)) == "true"
    assert Scope.of("341202", "341225") == Scope.of("341225", "341202")
