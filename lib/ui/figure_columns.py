"""The columns that every table of a rate has: counts, rate, interval; and the words for its flags."""

from typing import Final

import pandas as pd

from lib.charts.labels import Measure
from lib.ui.tables import ShownColumn

FLAG_WORDS: Final = {
    "": "",
    "high": "高于上限",
    "low": "低于下限",
    "run": "连续偏移",
    "high_95": "高于95%界限",
    "high_998": "高于99.8%界限",
    "low_95": "低于95%界限",
    "low_998": "低于99.8%界限",
}


def rate_columns(measure: Measure) -> list[ShownColumn]:
    """Numerator, denominator, value and 95 % interval under the measure's own words."""
    return [
        ShownColumn("numerator", f"{measure.numerator}（{measure.unit}）", "count"),
        ShownColumn("denominator", f"{measure.denominator}（{measure.unit}）", "count"),
        ShownColumn("value", f"{measure.name}（%）", "percent"),
        ShownColumn("lower", "95%区间下限（%）", "percent"),
        ShownColumn("upper", "95%区间上限（%）", "percent"),
    ]


def with_flag_words(
    frame: pd.DataFrame, *, waiting: str = "provisional", small: str = "small"
) -> pd.DataFrame:
    """Add `flag_text`: the words of the flag, 暂定 for a period that waits, 样品不足 for a small group."""
    texts = [FLAG_WORDS[flag] for flag in frame["flag"]]
    for column, word in ((waiting, "暂定"), (small, "样品不足30批次")):
        if column in frame.columns:
            texts = [word if marked else text for text, marked in zip(texts, frame[column], strict=True)]
    return frame.assign(flag_text=texts)


def with_chance_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Add `chance_text`: the words of what chance alone would flag, whether or not limits were widened."""
    return frame.assign(chance_text=[FLAG_WORDS[flag] for flag in frame["chance_flag"]])
