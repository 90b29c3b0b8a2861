"""Heat map, Pareto, lift, what moved, repeat offenders, ageing."""

from datetime import date
from typing import Any

import pytest

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.analyses.ageing import disposal_ageing
from lib.metrics.analyses.heat import category_by_stage
from lib.metrics.analyses.items import pareto
from lib.metrics.analyses.moved import what_moved
from lib.metrics.analyses.offenders import repeat_offenders
from lib.metrics.analyses.sampling_lift import sampling_kinds
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.unit.metrics.analyses.conftest import Make, batches, by_month, waiting
from tests.unit.metrics.conftest import disposal_row, item_row, sample_row

RATE = get_metric("unqualified_rate")
ALL = Scope.everything()
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


def failing(
    *items: tuple[str, str], day: date = date(2025, 3, 5)
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One unqualified batch with its failing items."""
    sample = sample_row(supervision_verdict="unqualified", day=day)
    return sample, [item_row(sample, item, group) for item, group in items]


def test_cells_of_category_and_stage(make: Make) -> None:
    rows = batches(2, 100, category_code="24", stage="餐饮") + batches(
        0, 10, category_code="01", stage="生产"
    )
    rows += waiting(3, category_code="33", stage="流通")
    cells = category_by_stage(make(sample=rows), RATE, YEAR, ALL)
    assert cells.frame[
        ["category_name", "stage", "numerator", "denominator", "small"]
    ].to_numpy().tolist() == [
        ["粮食加工品", "生产", 0, 10, True],
        ["糕点", "餐饮", 2, 100, False],
    ]
    assert cells.frame["flag"].tolist() == ["", ""]


def test_a_cell_far_above_the_others_is_marked(make: Make) -> None:
    rows = [
        row
        for category in ("01", "24", "33")
        for stage in ("生产", "流通", "餐饮")
        for row in batches(
            60 if (category, stage) == ("24", "餐饮") else 4, 200, category_code=category, stage=stage
        )
    ]
    frame = category_by_stage(make(sample=rows), RATE, YEAR, ALL).frame
    marked = frame[frame["flag"].str.startswith("high")]
    assert marked[["category_name", "stage"]].to_numpy().tolist() == [["糕点", "餐饮"]]


def test_a_high_cell_within_the_spread_of_categories_is_named_not_marked(make: Make) -> None:
    # Pooled 150/1800 = 8.33 %: 40 of 200 has P(X≥40) < 0.001, but six of the nine cells are as far from the rest.
    failed = (0, 1, 2, 40, 38, 36, 15, 10, 8)
    cells = [(category, stage) for category in ("01", "24", "33") for stage in ("生产", "流通", "餐饮")]
    rows = [
        row
        for (category, stage), count in zip(cells, failed, strict=True)
        for row in batches(count, 200, category_code=category, stage=stage)
    ]
    made = category_by_stage(make(sample=rows), RATE, YEAR, ALL)
    highest = made.frame.set_index(["category", "stage"]).loc[("24", "生产")]
    assert (highest["flag"], highest["chance_flag"]) == ("", "high_998")
    assert any("糕点生产20.00%" in note and "不作标记" in note for note in made.notes)


def test_pareto_with_both_denominators(make: Make) -> None:
    made = [
        failing(("毒死蜱", "PEST"), ("噻虫胺", "PEST"), ("菌落总数", "MICRO")),
        failing(("毒死蜱", "PEST")),
        failing(("菌落总数", "MICRO")),
        failing(("毒死蜱", "PEST"), ("恩诺沙星", "VET")),
    ]
    snapshot = make(sample=[one for one, _ in made], failing_item=[row for _, items in made for row in items])
    frame = pareto(snapshot, YEAR, ALL, top=2).frame
    assert frame[["label", "numerator", "is_other"]].to_numpy().tolist() == [
        ["毒死蜱", 3, False],
        ["菌落总数", 2, False],
        ["其他", 2, True],
    ]
    assert frame["share_items"].tolist() == pytest.approx([3 / 7, 2 / 7, 2 / 7])
    assert frame["cumulative"].tolist() == pytest.approx([3 / 7, 5 / 7, 1.0])
    assert frame["share_batches"].tolist()[:2] == [3 / 4, 2 / 4]
    assert frame["share_batches"].isna().tolist() == [False, False, True], (
        "batches of several items do not add up"
    )
    assert frame["group_name"].tolist()[:2] == ["农药残留超标", "微生物污染"]
    everything = pareto(snapshot, YEAR, ALL).frame
    assert everything["share_batches"].sum() == pytest.approx(7 / 4)


def test_item_groups_are_the_comparable_ones_across_2020(make: Make) -> None:
    made = [
        failing(("毒死蜱", "PEST"), ("恩诺沙星", "VET"), day=date(2021, 3, 1)),
        failing(("毒死蜱", "PEST"), day=date(2020, 3, 1)),
    ]
    snapshot = make(sample=[one for one, _ in made], failing_item=[row for _, items in made for row in items])
    since = pareto(snapshot, Filters(start=date(2021, 1, 1), end=date(2021, 12, 31)), ALL, level="item_group")
    assert sorted(since.frame["item"]) == ["PEST", "VET"]
    across = pareto(
        snapshot, Filters(start=date(2020, 1, 1), end=date(2021, 12, 31)), ALL, level="item_group"
    )
    assert across.frame[["item", "numerator", "batches"]].to_numpy().tolist() == [["PEST_VET", 3, 2]]
    assert "可比项目组" in across.notes[-1]


def test_pareto_of_nothing(make: Make) -> None:
    empty = pareto(make(), YEAR, ALL)
    assert empty.frame.empty
    assert empty.notes == ("所选范围没有不合格项目。",)


def test_targeted_sampling_beside_routine_never_pooled(make: Make) -> None:
    rows = (
        batches(10, 1000)
        + batches(30, 300, sampling_kind="靶向")
        + batches(5, 20, sampling_kind="靶向", stage="餐饮")
    )
    kinds = sampling_kinds(make(sample=rows), RATE, YEAR, ALL)
    assert kinds.frame[["label", "numerator", "denominator"]].to_numpy().tolist() == [
        ["常规抽样", 10, 1000],
        ["靶向抽样", 35, 320],
    ]
    (lift,) = kinds.lifts
    assert lift.lift.crude.ratio == pytest.approx((35 / 320) / (10 / 1000))
    assert lift.lift.ratio == pytest.approx(30 / 3), "only the stratum both kinds sampled"
    assert lift.lift.strata_left_out == 1
    assert lift.extra_per_hundred == pytest.approx(100 * (35 / 320 - 0.01))
    assert "本页其余数字（指标、走势、地区、品类、项目）只算常规抽样" in kinds.notes[0]
    assert kinds.notes[1].startswith("靶向抽样10.94%（35/320），常规抽样1.00%（10/1,000），发现倍数10.94倍")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (batches(0, 50) + batches(3, 50, sampling_kind="靶向"), "发现倍数—"),
        (batches(3, 50, sampling_kind="靶向"), "没有已出结论的常规抽样"),
    ],
)
def test_no_lift_over_nothing(rows: list[dict[str, Any]], said: str, make: Make) -> None:
    assert said in sampling_kinds(make(sample=rows), RATE, YEAR, ALL).notes[1]


def test_only_what_chance_does_not_explain_has_moved(make: Make) -> None:
    rows = by_month({(2024, 3): (10, 500), (2025, 3): (60, 500)}, category_code="24")
    rows += by_month({(2024, 3): (10, 500), (2025, 3): (11, 500)}, category_code="01", county="341203")
    rows += by_month({(2024, 3): (0, 20), (2025, 3): (20, 20)}, category_code="33", county="340102")
    moved = what_moved(make(sample=rows), RATE, YEAR, ALL)
    assert moved.frame[["dimension", "name"]].to_numpy().tolist() == [
        ["category", "糕点"],
        ["division", "颍州区"],
    ]
    assert (
        moved.frame["sentence"]
        .iloc[0]
        .startswith(
            "糕点2025年3月监督抽检不合格率12.00%（60/500），比上年同期2.00%（10/500）上升10.00个百分点"
        )
    )
    assert moved.compared == 4, "groups with fewer than 30 tests in either year are not looked at"


def test_nothing_moved_is_said(make: Make) -> None:
    moved = what_moved(make(sample=by_month({(2024, 3): (10, 500), (2025, 3): (11, 500)})), RATE, YEAR, ALL)
    assert moved.frame.empty
    assert "没有哪一组的变化超出偶然波动" in moved.notes[0]
    assert what_moved(make(), RATE, YEAR, ALL).compared == 0


def test_moved_leaves_out_months_without_all_results(make: Make) -> None:
    rows = by_month({(2024, 3): (10, 500), (2025, 3): (10, 500), (2024, 9): (0, 300), (2025, 9): (90, 300)})
    rows += waiting(200, day=date(2025, 9, 15))
    assert what_moved(make(sample=rows), RATE, YEAR, ALL).frame.empty


def test_moved_compares_only_months_that_are_in_both_years(make: Make) -> None:
    rows = by_month({(2024, 3): (10, 500), (2025, 3): (11, 500), (2024, 12): (250, 500)})
    moved = what_moved(make(sample=rows), RATE, YEAR, ALL)
    assert moved.frame.empty, "December 2025 is after the day of the data"
    assert moved.notes[1].endswith("比较的是2025年3月与2024年3月。")
    nothing = what_moved(make(sample=by_month({(2025, 3): (11, 500)})), RATE, YEAR, ALL)
    assert (nothing.compared, nothing.notes[0]) == (0, "2025年没有两年数据都齐的月份，不作比较。")


def test_the_list_of_repeat_offenders_is_as_long_as_the_figure(make: Make) -> None:
    rows = [
        row
        for number in range(1, 6)
        for row in batches(number, number, producer_key=f"P{number}", producer_name=f"{number}号厂")
    ]
    snapshot = make(sample=rows)
    for k in (1, 2, 3, 6):
        listed = repeat_offenders(snapshot, YEAR, ALL, k=k).frame
        counted = compute(snapshot, get_metric("repeat_offenders"), YEAR, ALL, parameters={"k": k})
        assert len(listed) == counted.frame["numerator"].iloc[0]
    top = repeat_offenders(snapshot, YEAR, ALL).frame.iloc[0]
    assert (top["producer_name"], top["batches"], top["made_division_name"]) == ("5号厂", 5, "颍州区")


def test_ageing_counts_every_open_side_once(make: Make) -> None:
    due = date(2025, 10, 30)
    received = [date(2025, 10, 31), date(2025, 10, 1), date(2025, 9, 30), date(2025, 8, 2), date(2025, 1, 1)]
    rows = [disposal_row(sample_row(), received=day, finish_due_on=due) for day in received[3:]]
    rows += [disposal_row(sample_row(), received=day, finish_due_on=date(2026, 1, 1)) for day in received[:3]]
    rows += [disposal_row(sample_row(), received=received[0])]
    rows += [
        disposal_row(sample_row(), received=received[4], finished_on=date(2025, 3, 1), finish_due_on=due)
    ]
    snapshot = make(disposal=rows)
    frame = disposal_ageing(snapshot, YEAR, ALL).frame
    assert frame.groupby("label", sort=False)["open"].sum().to_dict() == {
        "0—30天": 3,
        "31—60天": 1,
        "61—90天": 1,
        "91—180天": 0,
        "180天以上": 1,
    }
    for metric_id, kept in (("disposal_open", frame), ("disposal_overdue", frame[frame["overdue"]])):
        figure = compute(snapshot, get_metric(metric_id), YEAR, ALL).frame["numerator"].iloc[0]
        assert kept["open"].sum() == figure
