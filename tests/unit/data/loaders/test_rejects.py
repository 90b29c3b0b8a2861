"""The list of what was not taken, as a spreadsheet would read it."""

import csv
from pathlib import Path

import pytest

from lib.data.loaders.errors import Reject
from lib.data.loaders.rejects import RejectList


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_was_not_taken_is_never_a_formula(start: str, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    rejects = RejectList(scratch)
    rejects.add(Reject(file="a.xlsx", sheet=None, row=2, column="数量", value=f"{start}1+1", reason="不是数"))
    published = rejects.publish(tmp_path / "a.xlsx")
    assert published is not None
    with published.open(encoding="utf-8-sig", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (row["值"], row["行"], row["工作表"]) == (f"'{start}1+1", "2", "")
