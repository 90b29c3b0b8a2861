"""What each chart draws and says: flags, provisional and missing periods, orders, words."""

from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd
import pytest

from lib.charts.ageing import ageing_chart, describe_ageing
from lib.charts.comparison import comparison_chart, describe_comparison
from lib.charts.control_chart import control_chart, describe_control_chart
from lib.charts.events import event_sign, events_note
from lib.charts.funnel import describe_funnel, funnel_chart
from lib.charts.heat_map import describe_heat_map, heat_map
from lib.charts.interval_dots import describe_interval_dots, interval_dots
from lib.charts.labels import period_name
from lib.charts.pareto import describe_pareto, pareto_chart
from lib.charts.sparkline import describe_sparkline, sparkline
from tests.unit.charts import frames
from tests.unit.charts.frames import MEASURE


def data(chart: alt.LayerChart, name: str) -> list[dict[str, Any]]:
    return chart.to_dict()["datasets"][name]


def column(chart: alt.LayerChart, name: str, field: str) -> list[Any]:
    return [row[field] for row in data(chart, name)]


def legend(chart: alt.LayerChart) -> list[str]:
    for layer in chart.to_dict()["layer"]:
        key = layer["encoding"].get("shape", {}).get("legend")
        if key:
            return key["values"]
    return []


def test_provisional_periods_have_neither_limits_nor_flags() -> None:
    last = data(control_chart(frames.periods(), measure=MEASURE), "points")[-1]
    assert last["role"] == "暂定"
    assert last["limit_lower"] is None
    assert last["limit_upper"] is None
    assert last["limits_text"] == "—"
    assert last["value"] == 0.09


def test_flags_have_names_and_the_key_of_the_control_chart_is_always_whole() -> None:
    chart = control_chart(frames.periods(), measure=MEASURE)
    assert column(chart, "points", "role") == ["界限内", "高于上限", "低于下限", "界限内", "连续偏移", "暂定"]
    assert legend(chart) == ["界限内", "高于上限", "低于下限", "连续偏移", "暂定"]
    assert legend(control_chart(frames.periods().iloc[:1], measure=MEASURE)) == legend(chart)


def test_the_specification_of_the_control_chart_does_not_depend_on_its_rows() -> None:
    # A browser that gets the same specification takes the new rows; with another one it builds the chart anew.
    one, other = (
        control_chart(frame, measure=MEASURE).to_dict()
        for frame in (frames.periods(), frames.periods().iloc[:2])
    )
    assert one.pop("datasets") != other.pop("datasets")
    assert one == other


def test_the_lines_are_named_at_their_last_limit() -> None:
    assert column(control_chart(frames.periods(), measure=MEASURE), "points", "is_last") == [
        *[False] * 4,
        True,
        False,
    ]


def test_a_period_without_samples_is_missing_not_zero() -> None:
    empty = data(control_chart(frames.periods(), measure=MEASURE), "points")[3]
    assert empty["value"] is None
    assert empty["value_text"] == "—"
    assert empty["fraction_text"] == "0/0"


def test_events_must_lie_in_the_chart_and_are_numbered() -> None:
    with pytest.raises(ValueError, match="202301"):
        control_chart(frames.periods(), events=pd.DataFrame({"period": [202301], "text": ["早"]}))
    assert events_note(frames.events()) == "①2024年10月：界限重算；②2025年1月：七类并入食用农产品"
    assert [event_sign(0), event_sign(19)] == ["①", "⑳"]
    with pytest.raises(ValueError, match="20"):
        event_sign(20)


def test_describe_control_chart() -> None:
    assert describe_control_chart(frames.periods(), measure=MEASURE) == (
        "不合格率控制图，2024年9月至2025年2月，共6期；最低0.50%，最高6.00%；"
        "最近一期2025年1月不合格率2.60%（26/1,000批次），均值2.40%；"
        "统计提示：高于上限1期，低于下限1期，连续偏移1期；暂定1期，不参与判定。"
    )
    assert describe_control_chart(frames.periods().iloc[:0], measure=MEASURE) == (
        "不合格率控制图：所选范围没有可计算的周期。"
    )


def test_small_districts_are_hollow_and_carry_no_flag() -> None:
    points = data(funnel_chart(frames.districts(), frames.limits(), baseline=0.03, measure=MEASURE), "points")
    assert [(row["role"], row["mark_text"]) for row in points] == [
        ("高于99.8%界限", "颍州区"),
        ("界限内", ""),
        ("低于95%界限", "颍泉区"),
        ("样本不足", ""),
    ]


def test_limits_far_above_every_district_are_not_drawn_but_the_rest_is() -> None:
    curves = data(funnel_chart(frames.districts(), frames.limits(), baseline=0.03, measure=MEASURE), "limits")
    assert [row["upper_95"] for row in curves] == [None, 0.09, 0.045, 0.04]
    assert [row["lower_95"] for row in curves] == [0.0, 0.005, 0.02, 0.024]
    assert [row["starts_95"] for row in curves] == [False, True, False, False]


def test_names_of_districts_at_the_same_height_stand_apart() -> None:
    frame = frames.districts().assign(flag="high_998", small=False, denominator=1000)
    frame["value"] = [0.05 + 0.0001 * place for place in range(len(frame))]
    points = data(funnel_chart(frame, frames.limits(), baseline=0.03, measure=MEASURE), "points")
    heights = sorted(point["name_at"] for point in points)
    assert min(heights) == pytest.approx(0.05)
    assert all(after - before >= 0.05 * 0.05 for before, after in pairwise(heights))


def test_describe_funnel() -> None:
    assert describe_funnel(frames.districts(), measure=MEASURE) == (
        "各地区不合格率漏斗图，4个地区，0.50%至12.50%；合计90/3,008批次；"
        "高于99.8%界限：颍州区；低于95%界限：颍泉区；样本不足的1个地区不参与判定。"
    )
    assert describe_funnel(frames.districts().iloc[1:2], measure=MEASURE).endswith("没有地区超出界限。")


@pytest.mark.parametrize("ratio", [False, True])
def test_districts_keep_their_order_and_are_not_ranked(ratio: bool) -> None:
    chart = interval_dots(frames.districts(), measure=MEASURE, ratio=ratio)
    rows = data(chart, "rows")
    assert [row["name"] for row in sorted(rows, key=lambda row: row["place"])] == [
        "颍州区",
        "颍东区",
        "颍泉区",
        "临泉县",
    ]
    y = chart.to_dict()["layer"][-3]["encoding"]["y"]
    assert y["sort"] == {"field": "place", "op": "min", "order": "ascending"}


def test_the_crude_rate_stands_beside_the_ratio() -> None:
    chart = interval_dots(frames.districts(), measure=MEASURE, ratio=True)
    assert column(chart, "rows", "value_text") == ["6.00%", "2.40%", "0.50%", "12.50%"]
    assert column(chart, "reference", "reference") == [1.0]


def test_the_wide_interval_of_a_small_sample_is_cut_with_an_arrow_and_told_in_full() -> None:
    rows = data(interval_dots(frames.districts(), measure=MEASURE), "rows")
    assert [row["arrow"] for row in rows] == ["", "", "", "▶"]
    assert rows[3]["shown_high"] < 0.2
    assert rows[3]["interval_text"] == "2.24%—47.09%"


def test_describe_interval_dots() -> None:
    assert describe_interval_dots(frames.districts(), measure=MEASURE, ratio=True) == (
        "各地区不合格率的实际与预期之比及95%置信区间，4个地区，0.17至4.17；合计90/3,008批次；"
        "区间不含1.00的有2个；统计提示：颍州区（高于99.8%界限）、颍泉区（低于95%界限）。"
    )


def test_cells_without_samples_are_hatched_and_never_zero() -> None:
    rows = {(row["category_name"], row["stage"]): row for row in data(heat_map(frames.cells()), "cells")}
    assert len(rows) == 6
    absent = rows["粮食加工品", "餐饮"]
    assert (absent["kind"], absent["value_text"], absent["fraction_text"]) == ("missing", "—", "无样本")
    assert absent["value"] is None
    assert rows["餐饮食品", "流通"]["kind"] == "small"
    assert rows["餐饮食品", "餐饮"]["is_flagged"] is True


def test_stages_stand_in_their_usual_order() -> None:
    rows = data(heat_map(frames.cells()), "cells")
    assert dict(sorted({row["stage_place"]: row["stage"] for row in rows}.items())) == {
        0: "生产",
        1: "流通",
        2: "餐饮",
    }


def test_heat_map_says_what_chance_alone_would_flag() -> None:
    given = frames.cells().assign(chance_flag=["high_95", "", "high_998", ""])
    rows = {(row["category_name"], row["stage"]): row for row in data(heat_map(given), "cells")}
    assert rows["粮食加工品", "流通"]["verdict_text"] == "界限内（只按偶然波动则高于95%界限）"
    assert rows["餐饮食品", "餐饮"]["verdict_text"] == "高于99.8%界限"
    assert rows["餐饮食品", "生产"]["verdict_text"] == "无样本"


def test_heat_map_has_a_key_for_dashed_and_hatched_cells() -> None:
    drawn = heat_map(frames.cells()).to_dict()
    texts = [layer["mark"].get("text", "") for layer in drawn["layer"]]
    assert any("虚线框" in str(text) and "斜线" in str(text) for text in texts)


def test_describe_heat_map() -> None:
    assert describe_heat_map(frames.cells(), measure=MEASURE) == (
        "不合格率热力图，2个食品大类×3个环节；最高为餐饮食品（餐饮）6.00%（60/1,000批次）；"
        "统计提示1格：餐饮食品（餐饮）高于99.8%界限；样本不足1格；无样本2格。"
    )


def test_other_comes_last_and_the_cumulative_line_belongs_to_items() -> None:
    chart = pareto_chart(frames.items())
    rows = sorted(data(chart, "rows"), key=lambda row: row["place"])
    assert [row["label"] for row in rows] == ["阴离子合成洗涤剂", "大肠菌群", "其他"]
    fields = [layer["encoding"]["x"].get("field") for layer in chart.to_dict()["layer"]]
    assert "cumulative" in fields
    assert "累计" in str([layer["mark"].get("text") for layer in chart.to_dict()["layer"]]), (
        "the line is explained"
    )
    batches = pareto_chart(frames.items(), base="batches").to_dict()
    assert "cumulative" not in [layer["encoding"]["x"].get("field") for layer in batches["layer"]]


def test_other_without_a_share_of_batches_is_left_out_of_that_base() -> None:
    frame = frames.items()
    frame.loc[frame["is_other"], "share_batches"] = float("nan")
    assert column(pareto_chart(frame, base="batches"), "rows", "label") == ["阴离子合成洗涤剂", "大肠菌群"]
    assert len(data(pareto_chart(frame), "rows")) == 3


def test_the_line_does_not_lead_to_provisional_points() -> None:
    lines = [
        layer
        for layer in control_chart(frames.periods(), measure=MEASURE).to_dict()["layer"]
        if layer["mark"]["type"] == "line" and layer["encoding"]["y"]["field"] == "value"
    ]
    assert [layer["transform"] for layer in lines] == [[{"filter": "!datum.provisional"}]]


def test_describe_pareto() -> None:
    assert describe_pareto(frames.items()) == (
        "不合格项目构成（占不合格项次），列出2项，合计100项次；"
        "前2项：阴离子合成洗涤剂50.00%（50项次）、大肠菌群20.00%（20项次），累计70.00%。"
    )
    assert "累计" not in describe_pareto(frames.items(), base="batches")
    assert describe_pareto(frames.items().iloc[:0]) == "不合格项目构成：所选范围没有不合格项目。"


def test_comparison_shows_rates_with_their_counts() -> None:
    chart = comparison_chart(frames.kinds(), measure=MEASURE)
    assert column(chart, "rows", "beside_text") == ["2.40%（24/1,000）", "15.59%（53/340）"]
    assert describe_comparison(frames.kinds(), measure=MEASURE, sentence="靶向为常规的6.50倍") == (
        "不合格率按抽样性质对比：常规抽样2.40%（24/1,000批次，95%置信区间1.62%—3.55%）；"
        "靶向抽样15.59%（53/340批次，95%置信区间12.12%—19.83%）；靶向为常规的6.50倍。"
    )


def test_ages_are_stacked_by_band_with_overdue_first() -> None:
    chart = ageing_chart(frames.ages())
    assert [(row["label"], row["late"], row["total"]) for row in data(chart, "bands")] == [
        ("30天以内", 0, 1234),
        ("31—60天", 7, 17),
        ("60天以上", 3, 3),
    ]
    assert column(chart, "bands", "bar_text") == ["1,234件", "17件（超期7）", "3件（超期3）"]
    assert describe_ageing(frames.ages()) == (
        "未完成核查处置按已历时分布，共1,254件，其中超期10件；"
        "30天以内1,234件；31—60天17件（超期7）；60天以上3件（超期3）。"
    )


def test_sparkline_marks_the_last_final_period() -> None:
    assert column(sparkline(frames.periods(), measure=MEASURE), "points", "role") == [
        *[""] * 4,
        "界限内",
        "暂定",
    ]
    assert describe_sparkline(frames.periods(), measure=MEASURE) == (
        "不合格率走势，2024年9月至2025年2月，0.50%至9.00%；最近一期2025年1月2.60%（26/1,000批次）。"
    )


@pytest.mark.parametrize(
    ("period", "name"),
    [(2025, "2025年"), (20251, "2025年第一季度"), (20254, "2025年第四季度"), (202501, "2025年1月")],
)
def test_period_names(period: int, name: str) -> None:
    assert period_name(period) == name


@pytest.mark.parametrize("period", [0, 20255, 202513, 202500, 20250101])
def test_impossible_periods_are_refused(period: int) -> None:
    with pytest.raises(ValueError, match=str(period)):
        period_name(period)


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"), [(81, 4000, "2.03%"), (70174, 2921763, "2.40%")]
)
def test_rates_are_rounded_half_up_from_the_counts(numerator: int, denominator: int, text: str) -> None:
    # 81/4000 is 2.025 %, which binary floats put below the half; 70,174/2,921,763 was published as 2.40 %.
    frame = frames.kinds().iloc[:1].assign(numerator=numerator, denominator=denominator)
    assert column(comparison_chart(frame, measure=MEASURE), "rows", "beside_text")[0].startswith(text)
