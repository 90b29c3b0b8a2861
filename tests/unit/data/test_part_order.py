"""Samples lie by city and day in the file, so that the engine can skip what a filter leaves out."""

from datetime import date

import pyarrow as pa

from lib.data.part_order import by_city_and_day


def test_samples_are_sorted_by_city_then_day_and_unknown_ones_come_last() -> None:
    cities = {"341202": "341200", "341200": "341200", "340102": "340100", "340000": None}
    rows = [
        ("a", "341202", date(2025, 3, 1)),
        ("b", None, date(2025, 1, 1)),
        ("c", "340102", date(2025, 2, 2)),
        ("d", "341200", date(2025, 1, 5)),
        ("e", "340000", date(2024, 1, 1)),
        ("f", "340102", None),
        ("g", "340102", date(2025, 2, 1)),
    ]
    names = ("sample_no", "division_code", "sampled_on")
    part = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    halves = pa.concat_tables([part.slice(0, 3), part.slice(3)])
    arranged = by_city_and_day(halves, cities)
    assert arranged.column("sample_no").to_pylist() == ["g", "c", "f", "d", "a", "e", "b"]
    assert sorted(arranged.to_pylist(), key=lambda row: row["sample_no"]) == part.to_pylist()
