"""Filters and addresses: what is written is read back; what is wrong is left out and said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.data.filters import ALL_SAMPLING, SAMPLING_KINDS, SIDE_NAMES, Filters
from lib.ui.choices import PURPOSES, STAGES, TIERS, Choices, default_filters
from lib.ui.filter_query import in_reach, read_filters

AS_OF = date(2025, 10, 31)
CHOICES = Choices(
    districts={"341200": "阜阳市", "341202": "颍州区（阜阳市）"},
    sampled_districts=frozenset({"341202"}),
    categories={"01": "粮食加工品", "24": "食用农产品", "0A": "其他"},
    campaigns={"NMG-2021": "内蒙古冬季行动"},
    first_year=2021,
    as_of=AS_OF,
    default=default_filters(AS_OF, "341200"),
)
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def several(values: tuple[str, ...] | dict[str, str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(sorted(values)), unique=True, max_size=4).map(tuple)


@st.composite
def any_filters(draw: st.DrawFn) -> Filters:
    first, last = sorted((draw(days), draw(days)))
    return Filters(
        start=first,
        end=last,
        district=draw(st.sampled_from([None, *CHOICES.districts])),
        side=draw(st.sampled_from(sorted(SIDE_NAMES))),
        category=draw(several(CHOICES.categories)),
        stage=draw(several(STAGES)),
        purpose=draw(several(PURPOSES)),
        tier=draw(several(TIERS)),
        sampling=draw(several((*SAMPLING_KINDS, ALL_SAMPLING)).filter(bool)),
        campaign=draw(several(CHOICES.campaigns)),
    )


@given(any_filters())
def test_what_is_written_is_read_back(filters: Filters) -> None:
    assert read_filters(filters.to_query(), CHOICES) == (filters, ())


@given(st.dictionaries(st.sampled_from([*CHOICES.default.to_query(), "stage", "to"]), st.text()))
def test_no_address_breaks_the_page(query: dict[str, str]) -> None:
    filters, _ = read_filters(query, CHOICES)
    assert filters.start <= filters.end
    assert filters.previous_year().start < filters.start
    assert filters.district is None or filters.district in CHOICES.districts


def test_a_reader_of_one_district_always_sees_it_named() -> None:
    only = replace(
        CHOICES, districts={"341202": "颍州区（阜阳市）"}, default=default_filters(AS_OF, "341202")
    )
    filters, notes = read_filters({"from": "2025-01-01", "to": "2025-03-31", "district": "341225"}, only)
    assert filters.district == "341202"
    assert notes == ("链接中的属地“341225”不可用，已忽略。",)


def test_no_parameter_gives_the_default() -> None:
    assert read_filters({}, CHOICES) == (CHOICES.default, ())


def test_no_district_in_a_whole_view_means_no_limit() -> None:
    everywhere = CHOICES.default.with_(district=None)
    assert read_filters(everywhere.to_query(), CHOICES)[0].district is None
    assert read_filters({"stage": "餐饮"}, CHOICES)[0].district == "341200"


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ({"district": "110000"}, "链接中的属地“110000”不可用，已忽略。"),
        ({"stage": "餐饮,厨房"}, "链接中的环节“厨房”不可用，已忽略。"),
        (
            {"from": "2025-02-30"},
            "链接中的起始日期不可用，已忽略：日期“2025-02-30”不是 2025-01-31 这样的真实日期。",
        ),
        ({"sampling": "随便"}, "链接中的抽样性质“随便”不可用，已忽略。"),
        ({"side": "somewhere"}, "链接中的地区口径“somewhere”不可用，已忽略。"),
        ({"from": "0001-01-01"}, "链接中的期间超出 1990—2100 年，已忽略。"),
    ],
)
def test_a_bad_value_is_left_out_and_said(query: dict[str, str], note: str) -> None:
    filters, notes = read_filters(query, CHOICES)
    assert notes == (note,)
    assert filters.with_(stage=()) == CHOICES.default


def test_the_good_part_of_a_list_is_kept() -> None:
    assert read_filters({"stage": "餐饮,厨房"}, CHOICES)[0].stage == ("餐饮",)


def test_dates_in_the_wrong_order_are_left_out_together() -> None:
    filters, notes = read_filters({"from": "2025-09-01", "to": "2025-01-31"}, CHOICES)
    assert len(notes) == 1
    assert (filters.start, filters.end) == (CHOICES.default.start, CHOICES.default.end)


def test_long_nonsense_is_not_repeated_at_length() -> None:
    _, notes = read_filters({"district": "x" * 5000}, CHOICES)
    assert len(notes[0]) < 60


def test_a_district_out_of_reach_is_noticed() -> None:
    assert in_reach(CHOICES.default, CHOICES)
    assert not in_reach(CHOICES.default.with_(district="110000"), CHOICES)


def test_the_default_lies_within_the_data() -> None:
    assert CHOICES.default.end <= AS_OF < CHOICES.default.end + timedelta(days=1)
