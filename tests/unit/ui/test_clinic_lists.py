"""Rows that can be chosen, files of all dates, and the medians and tests that small groups do not get."""

from datetime import date

import pandas as pd

from lib.data.filters import Filters
from lib.metrics.analyses.clinic import ClinicOutcome, Eligible
from lib.metrics.analyses.firm_sheet import FirmSheet
from lib.metrics.compute import Result
from lib.metrics.registry import get_metric
from lib.ui import paged_list
from lib.ui.clinic_figures import coverage_figure, outcome_figure, outcome_table
from lib.ui.clinic_lists import eligible_listing, sheet_listings

PERIOD = Filters(start=date(2025, 1, 1), end=date(2025, 9, 30))


def eligible() -> Eligible:
    rows = pd.DataFrame(
        {
            "enterprise_key": ["甲", "乙"],
            "assisted": [True, False],
            "sampled_year": [2025, 2025],
            "reached_on": pd.to_datetime(["2025-02-01", "2025-03-01"]),
        }
    )
    return Eligible(k=2, frame=rows, coverage=pd.Series(dtype="float64"), sentence="范围", notes=())


def test_a_chosen_row_of_a_later_page_is_the_row_of_the_whole_list() -> None:
    asked: list[str] = []
    listing = eligible_listing(eligible(), PERIOD, asked.append)
    assert listing.opened is not None
    paged_list._opened(listing.opened, 1, 0)
    assert asked == ["乙"]
    assert eligible_listing(eligible(), PERIOD).opened is None


def test_files_of_a_firms_sheet_do_not_name_the_period() -> None:
    empty = pd.DataFrame({"visited_on": pd.to_datetime([])})
    lists = dict.fromkeys(("visits", "participants", "problems", "suggestions", "items", "events"), empty)
    sheet = FirmSheet(enterprise="甲", name="甲厂", lists=lists, samples=empty, visited_on=None)
    for listing in sheet_listings(sheet, PERIOD, "全部地区"):
        name = paged_list._file_name(listing, 7)
        assert name.endswith("_甲厂_全部日期_v000007.csv"), name
        assert "全部日期" in listing.sentence
    other = eligible_listing(eligible(), PERIOD)
    assert "_20250101-20250930_" in paged_list._file_name(other, 7)


def test_a_small_group_has_no_median_and_no_test() -> None:
    row = {"mature": 0, "again": 0, "resampled": 0, "lower": None, "upper": None, "text": "未到期"}
    table = pd.DataFrame(
        [
            {"group_name": "已帮扶", "followed": 5, "median_days": 40.0, **row},
            {"group_name": "符合条件未帮扶", "followed": 4, "median_days": 13.0, **row},
        ]
    )
    curves = pd.DataFrame(
        [("已帮扶", 0.0, 1.0, 5), ("已帮扶", 200.0, 0.5, 2)], columns=["group_name", "day", "free", "at_risk"]
    ).assign(lower=float("nan"), upper=float("nan"), assisted=True)
    outcome = ClinicOutcome(
        as_of=date(2025, 10, 31),
        table=table,
        curves=curves,
        p=None,
        untested="事件太少，不能判断",
        sentence="范围",
        notes=(),
    )
    assert list(outcome_table(outcome)[0]["median_text"]) == ["40天", "不足5家，不作中位数"]
    figure = outcome_figure(outcome, PERIOD)
    assert "事件太少，不能判断。" in figure.notes[-1]
    assert "p=" not in figure.notes[-1]
    (line,) = (layer for layer in figure.chart.to_dict()["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["x"]["axis"]["values"] == [0, 90, 180], "numbers stand at the days of the axis"


def test_a_district_without_eligible_firms_is_not_drawn() -> None:
    frame = pd.DataFrame(
        {
            "division": ["341202", "341203"],
            "division_name": ["颍州区", "颍东区"],
            "numerator": [1, 0],
            "denominator": [2, 0],
            "value": [0.5, None],
            "lower": [0.0945, None],
            "upper": [0.9055, None],
        }
    )
    result = Result(
        metric=get_metric("clinic_coverage"),
        filters=Filters(start=date(2025, 1, 1), end=date(2025, 9, 30)),
        by=("division",),
        frame=frame,
        excluded={},
        as_of=date(2025, 10, 31),
        version=1,
        sentence="范围",
        parameters={"k": 2},
    )
    assert coverage_figure(result, "division", ()).table["label"].tolist() == ["颍州区"]
