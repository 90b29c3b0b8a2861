"""Figures and notices of 属地责任: table, grid, mix and reversal; what 总览 says of the clinic."""

from dataclasses import replace

import pytest

from lib.data.scope import Scope
from lib.metrics.analyses.district_record import DistrictRecord, district_record
from lib.metrics.analyses.districts import district_comparison
from lib.metrics.registry import get_metric
from lib.ui.district_figures import grid_cells, grid_figure, wide_columns, wide_table
from lib.ui.district_mix import mix_table
from lib.ui.district_page import strata_of, turned_districts
from lib.ui.overview_alerts import flagged_districts
from lib.ui.overview_loop import clinic_line
from lib.ui.slide_duties import grid_table
from tests.unit.metrics.analyses.conftest import Make, batches, make, make_snapshot
from tests.unit.metrics.analyses.test_district_record import FOUR, ON_TIME, YEAR, duties

__all__ = ["make", "make_snapshot"]

ALL = Scope.everything()


def test_one_district_has_no_notices(make: Make) -> None:
    record = district_record(
        make(supervision_duty=duties("341202", 50, 60)), YEAR, ALL, metric_ids=(ON_TIME,)
    )
    assert flagged_districts(record) == []


def test_alerts_need_998_and_say_which_way_is_better(make: Make) -> None:
    record = district_record(make(supervision_duty=FOUR), YEAR, ALL, metric_ids=(ON_TIME,))
    assert flagged_districts(record) == [
        "341204包保督导按期完成率65.00%（65/100），仅按偶然波动低于99.8%界限（越高越好）。",
        "颍州区包保督导按期完成率97.00%（97/100），仅按偶然波动高于99.8%界限（越高越好）。",
        "颍东区包保督导按期完成率96.00%（96/100），仅按偶然波动高于99.8%界限（越高越好）。",
    ]
    (measure,) = record.measures
    milder = measure.frame.assign(flag="low_95", chance_flag="low_95")
    quiet = replace(record, measures=(replace(measure, frame=milder),))
    assert flagged_districts(quiet) == ["各地各项都没有越出99.8%界限。"]


def test_a_good_side_comes_after_what_is_to_be_looked_at(make: Make) -> None:
    (measure,) = district_record(make(supervision_duty=FOUR), YEAR, ALL, metric_ids=(ON_TIME,)).measures
    flags = ["high_998", "", "low_998", ""]
    both = measure.frame.assign(flag=flags, chance_flag=flags)
    record = DistrictRecord(measures=(replace(measure, frame=both),), refused=(), notes=())
    assert [line.split("包保")[0] for line in flagged_districts(record)] == ["341204", "颍州区"]


def test_a_lone_district_has_no_ratio_and_says_why(make: Make) -> None:
    record = district_record(
        make(sample=batches(63, 900, county="341202")), YEAR, ALL, metric_ids=("unqualified_rate",)
    )
    (cell,) = grid_cells(record).to_dict("records")
    assert (cell["value_text"], cell["fraction_text"]) == ("—", "无其他地区")
    assert any("没有可比较的其他地区" in note for note in grid_figure(record).notes)


def test_the_table_and_the_grid_hold_the_same_districts(make: Make) -> None:
    snapshot = make(sample=batches(3, 40, county="341202"), supervision_duty=FOUR)
    record = district_record(snapshot, YEAR, ALL, metric_ids=("unqualified_rate", ON_TIME))
    table, cells = wide_table(record), grid_cells(record)
    assert list(table["code"]) == ["341202", "341203", "341204", "341221"]
    assert len(cells) == 8
    missing = cells[(cells["name"] == "颍东区") & (cells["measure_name"] == "不合格实际与预期之比")]
    assert list(missing["value_text"]) == ["—"], "an empty cell stands under the heading of the others"
    assert [len(row) for row in grid_table(record).rows] == [3, 3, 3, 3]
    assert table["unqualified_rate.numerator"].isna().tolist() == [False, True, True, True]
    headings = [column.heading for column in wide_columns(record)]
    assert len(headings) == len(set(headings)), "a file cannot have two columns of one name"
    assert {column.name for column in wide_columns(record)} <= set(table.columns)


def test_a_district_that_mix_turns_round_is_named(make: Make) -> None:
    # Charig 1986: 81/87 and 192/263 against 234/270 and 55/80.
    rows = [
        *batches(81, 87, county="341202", category_code="01"),
        *batches(192, 263, county="341202", category_code="24"),
        *batches(234, 270, county="341203", category_code="01"),
        *batches(55, 80, county="341203", category_code="24"),
    ]
    compared = district_comparison(make(sample=rows), get_metric("unqualified_rate"), YEAR, ALL)
    turned = turned_districts(compared)
    assert [line.split("：")[0] for line in turned] == ["颍州区", "颍东区"]
    assert "原始78.00%" in turned[0]
    assert "糕点·流通73.00%（各地合计72.01%）" in turned[0], "with its strata, 247 of 343"
    table = mix_table(compared)
    away = table["value"] - compared.baseline
    assert (table["mix_part"] + table["own_part"]).tolist() == pytest.approx(away.tolist())
    cells = strata_of(compared, "341202")
    assert cells["share"].sum() == pytest.approx(1)
    assert cells["expected"].sum() == pytest.approx(float(table["expected"].iloc[0]))


def test_equal_strata_in_unequal_mixes_turn_nobody(make: Make) -> None:
    rows = [
        *batches(30, 300, county="341202", category_code="24", stage="餐饮"),
        *batches(2, 200, county="341202", category_code="01", stage="生产"),
        *batches(10, 100, county="341203", category_code="24", stage="餐饮"),
        *batches(4, 400, county="341203", category_code="01", stage="生产"),
    ]
    compared = district_comparison(make(sample=rows), get_metric("unqualified_rate"), YEAR, ALL)
    assert compared.adjusted["ratio"].tolist() == pytest.approx([1, 1])
    assert turned_districts(compared) == []
    assert mix_table(compared)["own_part"].tolist() == pytest.approx([0, 0])


def test_coverage_of_nobody_is_not_full_coverage() -> None:
    assert "不算覆盖率" in clinic_line(0, 0)
    assert clinic_line(12, 16) == "流动诊所：符合条件的生产企业16家，已帮扶12家，未帮扶4家。"
