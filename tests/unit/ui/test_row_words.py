"""Rows in Chinese: no stored word is left, no heading explains itself in English."""

import re

import pyarrow as pa
import pytest

from lib.metrics.registry import get_metric
from lib.metrics.rows import row_columns
from lib.ui.row_words import headings, text_headings, worded

ROWS = pa.table(
    {
        "county_code": ["341202", None],
        "made_county_code": [None, "999999"],
        "category_code": ["01", None],
    }
)


def test_codes_get_names() -> None:
    first, second = worded(ROWS, {"341202": "颍州区", "01": "粮食加工品"}).to_pylist()
    assert (first["county_name"], first["category_name"]) == ("颍州区", "粮食加工品")
    assert second["made_county_name"] == "999999", "a code without a name stays"
    assert first["county_code"] == "341202", "the code stays beside its name"


@pytest.mark.parametrize("part", ["numerator", "denominator"])
def test_headings_are_chinese_and_each_stands_once(part: str) -> None:
    words = headings(get_metric("unqualified_rate"), part)  # type: ignore[arg-type]
    assert [word for word in words.values() if re.search("[A-Za-z]", word)] == []
    assert len(set(words.values())) == len(words)
    assert all(
        words[name] == heading for name, heading in row_columns(get_metric("unqualified_rate")).items()
    )
    assert set(text_headings(get_metric("unqualified_rate"), part)) <= set(words.values())  # type: ignore[arg-type]
