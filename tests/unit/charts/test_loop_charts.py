"""Bars of parts and step curves: what they show and say, and what they refuse."""

import pandas as pd
import pytest

from lib.charts.part_bars import describe_part_bars, part_bars
from lib.charts.step_curves import DASHES, describe_step_curves, step_curves
from tests.unit.charts import frames


def test_bars_keep_the_order_of_the_frame() -> None:
    rows = part_bars(frames.parts(), names=frames.PART_WORDS).to_dict()["datasets"]["rows"]
    assert [(row["label"], row["place"], row["part"], row["total"]) for row in rows] == [
        ("发现", 0, 10, 10),
        ("整改", 1, 6, 10),
    ]


def test_bars_are_told_in_words() -> None:
    words = describe_part_bars(frames.parts(), names=frames.PART_WORDS, subject="五个环节")
    assert words == "五个环节，实心为已到达，空心为整改项：发现10/10项；整改6/10项。"
    assert "没有记录" in describe_part_bars(
        frames.parts().head(0), names=frames.PART_WORDS, subject="五个环节"
    )


def test_numbers_at_risk_stand_under_the_axis_one_row_a_group() -> None:
    spec = step_curves(*frames.curves(), names=frames.CURVE_WORDS).to_dict()
    assert [row["risk_text"] for row in spec["datasets"]["risks"]] == ["4", "3", "4", "4"]
    rows = [layer for layer in spec["layer"] if layer.get("data", {}).get("name") == "risks"]
    assert len(rows) == 4, "two groups, each with its name and its numbers"
    names = [layer["encoding"]["text"]["value"] for layer in rows if "value" in layer["encoding"]["text"]]
    assert names == ["已帮扶（当日在册）", "未帮扶（当日在册）"]
    below = [layer["encoding"]["y"]["value"]["expr"] for layer in rows]
    assert len(set(below)) == 4
    assert all(expression.startswith("height + ") for expression in below)


def test_the_axis_names_the_days_of_the_numbers_and_the_share() -> None:
    curves, at_risk = frames.curves()
    spec = step_curves(curves, at_risk, names=frames.CURVE_WORDS).to_dict()
    (line,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["x"]["axis"]["values"] == sorted(set(at_risk["day"]))
    assert line["encoding"]["y"]["axis"]["title"] == frames.CURVE_WORDS.share


def test_groups_differ_by_dashes_not_by_colour() -> None:
    spec = step_curves(*frames.curves(), names=frames.CURVE_WORDS).to_dict()
    (line,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "line")
    assert line["encoding"]["strokeDash"]["field"] == "group"
    assert "color" not in line["encoding"]


def test_curves_are_told_in_words() -> None:
    words = describe_step_curves(*frames.curves(), names=frames.CURVE_WORDS, subject="再次不合格之前的时间")
    assert words == (
        "再次不合格之前的时间：已帮扶起始4，至第20天未再出现不合格50.00%；未帮扶起始4，至第30天未再出现不合格100.00%。"
    )


def test_more_groups_than_dashes_are_refused() -> None:
    rows = [(f"组{number}", 0, 1.0, 0.5, 1.0) for number in range(len(DASHES) + 1)]
    many = pd.DataFrame(rows, columns=["group", "day", "share", "lower", "upper"])
    with pytest.raises(ValueError, match="told apart"):
        step_curves(many, frames.curves()[1], names=frames.CURVE_WORDS)
