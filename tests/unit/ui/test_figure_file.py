"""The file of a figure and the numbers of a table."""

import csv
import io
from datetime import date

import pandas as pd
import pytest

from lib.ui.figure_file import figure_bytes
from lib.ui.tables import LONGEST, ShownColumn, _values, show_table

COLUMNS = (
    ShownColumn("code", "地区代码"),
    ShownColumn("denominator", "已出结论（批次）", "count"),
    ShownColumn("value", "不合格率（%）", "percent"),
)
FRAME = pd.DataFrame(
    {"code": ["341202", "341225"], "denominator": [4000, 0], "value": [81 / 4000, float("nan")]}
)


def test_rates_are_fractions_in_the_file_and_the_heading_says_so() -> None:
    content = figure_bytes(FRAME, COLUMNS)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["地区代码", "已出结论（批次）", "不合格率（小数）"]
    assert rows[1][0] == "341202"
    assert float(rows[1][2]) == 81 / 4000
    assert rows[2][2] == "", "missing is empty, not zero"
    assert b'"341202"' in content, "codes are text"


def test_days_are_days_in_the_file_whatever_pandas_made_of_them() -> None:
    columns = (ShownColumn("due_on", "应完成日期", "date"), ShownColumn("done_on", "完成日期", "date"))
    moments = pd.to_datetime(pd.Series(["2025-09-30", None]))
    days = pd.Series([date(2025, 12, 31), None], dtype="object")
    for due, done in ((moments, days), (days, moments), (moments.astype("object"), moments)):
        content = figure_bytes(pd.DataFrame({"due_on": due, "done_on": done}), columns).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(content, newline="")))
        assert {cell for row in rows[1:] for cell in row} <= {"2025-09-30", "2025-12-31", ""}
        assert all(rows[1]), "both days are there"
        assert rows[2:] in ([["", ""]], []), "a day that is missing is empty"


@pytest.mark.parametrize(
    ("fraction", "percent"), [(0.0234497, 2.34), (81 / 4000, 2.03), (1 / 32, 3.13), (0.0, 0.0), (1.0, 100.0)]
)
def test_percent_is_rounded_once_and_half_up(fraction: float, percent: float) -> None:
    assert _values(pd.Series([fraction]), "percent")[0] == percent


def test_missing_stays_missing() -> None:
    assert pd.isna(_values(pd.Series([None, 0.5], dtype="Float64"), "percent")[0])


def test_a_table_is_never_cut_silently() -> None:
    long = pd.DataFrame({"code": ["x"] * (LONGEST + 1)})
    with pytest.raises(ValueError, match="too many"):
        show_table(long, COLUMNS[:1], alt="长表")
