"""Districts on the overview: named in neutral words when flagged, counted when none is."""

from lib.ui.overview_page import beyond_expectation
from tests.unit.charts import frames


def test_flagged_districts_are_named_with_their_counts() -> None:
    assert beyond_expectation(frames.districts().head(3)) == [
        "颍州区：实际不合格60批次，按品类、环节构成预期30.0批次，之比2.00，高于99.8%界限。",
        "颍泉区：实际不合格5批次，按品类、环节构成预期30.0批次，之比0.17，低于95%界限。",
    ]


def test_no_flag_is_said_too() -> None:
    quiet = frames.districts().head(3).assign(flag="")
    assert beyond_expectation(quiet) == ["3个地区的实际与预期之比都在界限内。"]
