"""Districts on the overview: named in neutral words beyond 99.8 %, counted when none is."""

from lib.ui.overview_page import beyond_expectation
from tests.unit.charts import frames


def test_flagged_districts_are_named_with_their_counts() -> None:
    rows = frames.districts().head(3).assign(chance_flag=["high_998", "", "low_95"])
    assert beyond_expectation(rows) == [
        "颍州区：实际不合格60批次，按品类、环节构成预期30.0批次，之比2.00，高于99.8%界限（越低越好）。",
    ], "a 95 % mark is no alert"
    hidden = rows.assign(flag=["", "", ""], chance_flag=["", "", "low_998"])
    assert beyond_expectation(hidden) == [
        "颍泉区：实际不合格5批次，按品类、环节构成预期30.0批次，之比0.17，仅按偶然波动低于99.8%界限（越低越好）。",
    ]


def test_no_flag_is_said_too() -> None:
    quiet = frames.districts().head(3).assign(flag="", chance_flag="")
    assert beyond_expectation(quiet) == ["3个地区的实际与预期之比都没有越出99.8%界限。"]
