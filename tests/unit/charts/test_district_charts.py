"""The grid of districts by measures, and a district's rate beside what its mix leads to expect."""

import pandas as pd
import pytest

from lib.charts.district_grid import describe_district_grid, district_grid
from lib.charts.funnel import describe_funnel, funnel_chart
from lib.charts.interval_dots import describe_interval_dots, interval_dots
from lib.charts.mix_dots import describe_mix_dots, mix_dots
from tests.unit.charts import frames
from tests.unit.charts.frames import MEASURE

HIGHER, LOWER = "越高越好", "越低越好"


def cells() -> pd.DataFrame:
    """Two districts, two measures: one flagged cell, one that only chance would flag, few cases, none at all."""
    rows = [
        (
            "颍州区",
            "处置\n按时",
            "处置按时率",
            "92.73%",
            "51/55",
            "82.74—97.14%",
            HIGHER,
            "low_95",
            "low_998",
            False,
        ),
        ("颍州区", "纸面\n整改", "纸面整改率", "2.75%", "3/109", "0.94—7.78%", LOWER, "", "low_998", False),
        ("临泉县", "处置\n按时", "处置按时率", "—", "", "", HIGHER, "", "", False),
        ("临泉县", "纸面\n整改", "纸面整改率", "12.50%", "1/8", "2.24—47.09%", LOWER, "high_95", "", True),
    ]
    names = [
        "name",
        "measure",
        "measure_name",
        "value_text",
        "fraction_text",
        "interval_text",
        "direction_text",
        "flag",
        "chance_flag",
        "small",
    ]
    return pd.DataFrame(rows, columns=names)


def mixes() -> pd.DataFrame:
    return frames.districts().assign(expected_rate=[0.03, 0.03, 0.03, 0.03])


def test_the_grid_keeps_the_order_of_the_frame_and_marks_flags_only() -> None:
    rows = district_grid(cells()).to_dict(validate=True)["datasets"]["cells"]
    assert [(row["name_place"], row["measure_place"]) for row in rows] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert [row["role"] for row in rows] == ["低于95%界限", "仅按偶然波动：低于", "界限内", "样本不足"], (
        "a small cell carries no flag"
    )
    assert [row["is_flagged"] for row in rows] == [True, True, False, True]
    assert [row["is_small"] for row in rows] == [False, False, False, True]


def test_the_grid_is_told_in_words() -> None:
    assert describe_district_grid(cells()) == (
        "2个地区×2项指标对照；统计提示2处：颍州区处置按时率92.73%（51/55），低于95%界限（越高越好）；"
        "颍州区纸面整改率2.75%（3/109），仅按偶然波动：低于（越低越好）；"
        "分母不足的1格不作判断。"
    )


def test_what_widened_limits_hide_has_a_mark_and_words_in_every_chart() -> None:
    frame = frames.districts().assign(chance_flag=["high_998", "low_95", "low_998", "low_998"])
    frame.loc[2, "flag"] = ""
    for chart, data in (
        (funnel_chart(frame, frames.limits(), baseline=0.03, measure=MEASURE), "points"),
        (interval_dots(frame, measure=MEASURE), "rows"),
    ):
        rows = chart.to_dict(validate=True)["datasets"][data]
        assert [row["role"] for row in rows] == [
            *("高于99.8%界限", "界限内", "仅按偶然波动：低于", "样本不足"),
        ], "a 95 % mark that widening takes away stays away"
    assert "仅按偶然波动：低于：颍泉区" in describe_funnel(frame, measure=MEASURE)
    assert "颍泉区（仅按偶然波动：低于）" in describe_interval_dots(frame, measure=MEASURE)


def test_no_colour_follows_a_value() -> None:
    drawn = district_grid(cells()).to_dict()["layer"]
    for layer in drawn:
        for channel in ("color", "fill", "stroke"):
            field = layer["encoding"].get(channel, {}).get("field", "role")
            assert field == "role" or field.startswith("role_")


def test_mix_stands_beside_the_rate() -> None:
    spec = mix_dots(mixes(), baseline=0.03, measure=MEASURE).to_dict(validate=True)
    rows = spec["datasets"]["rows"]
    assert [row["expected_text"] for row in rows] == ["3.00%"] * 4
    assert rows[3]["role"] == "样本不足"
    assert spec["datasets"]["centre"][0]["baseline"] == 0.03


def test_mix_is_told_in_words() -> None:
    words = describe_mix_dots(mixes(), baseline=0.03, measure=MEASURE)
    assert "合计3.00%：颍州区6.00%（60/1,000批次），按构成预期3.00%" in words
    assert "没有可比较的地区" in describe_mix_dots(mixes().head(0), baseline=0.03, measure=MEASURE)


@pytest.mark.parametrize("draw", [lambda: district_grid(cells()), lambda: mix_dots(mixes(), baseline=0.03)])
def test_every_tooltip_has_counts_and_interval(draw: object) -> None:
    chart = draw()  # type: ignore[operator]
    tips = [layer["encoding"].get("tooltip") for layer in chart.to_dict()["layer"] if "encoding" in layer]
    for tip in filter(None, tips):
        titles = [line["title"] for line in tip]
        assert any("/" in title for title in titles)
        assert any("置信区间" in title for title in titles)
