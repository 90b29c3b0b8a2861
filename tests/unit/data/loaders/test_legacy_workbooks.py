"""Legacy XLS as it comes from old systems.

The two files in ``fixtures`` were written once with xlwt 1.3.0, which the project does not need: a merged title in
row 1, the header in row 2, days as serial numbers with a date format, one number with leading zeros as text, a
continuation row, a hidden sheet and a sheet of remarks.
"""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from lib.data.loaders.errors import LoadRefused
from lib.data.tables.sampling import failing_item, sample
from tests.unit.data.loaders.loading import current, history, load

FIXTURES = Path(__file__).parent / "fixtures"


def test_the_current_workbook_as_xls(sqlite_engine: Engine) -> None:
    report = load(sqlite_engine, FIXTURES / "format_b.xls", "samr-workbook")
    assert (report.read, report.new) == (3, 2)
    first, second = current(sqlite_engine, sample)
    assert (first["sample_no"], first["produced_on"]) == ("XBJ25341202000000001", date(2025, 1, 1))
    assert (first["specification"], second["specification"]) == ("500", "00500")
    assert (first["division_code"], second["division_code"]) == ("341202", "341222")
    found = {
        (item["sample_no"][-1], item["item_name"]): item["measured_value"]
        for item in current(sqlite_engine, failing_item)
    }
    assert found == {("1", "铅(以Pb计)"): "0.5", ("1", "镉(以Cd计)"): "0.3", ("2", "毒死蜱"): "0.30"}
    assert any("说明" in note for note in report.notes)
    assert not any("隐藏" in note for note in report.notes)


def test_the_older_table_as_xls(sqlite_engine: Engine) -> None:
    assert load(sqlite_engine, FIXTURES / "format_a.xls", "publication-joined").new == 1
    row = current(sqlite_engine, sample)[0]
    assert (row["sample_no"], row["produced_on"]) == ("DC19341202000000003", date(2019, 5, 1))
    assert row["produced_text"] == "2019-05-01"
    found = {item["item_name"]: item["limit_value"] for item in current(sqlite_engine, failing_item)}
    assert found == {"菌落总数": "≤100000", "大肠菌群": "≤3"}


def encrypted(content: bytes) -> bytes:
    """The workbook with a FILEPASS record (MS-XLS 2.4.117) in place of its second record: it asks a password."""
    start = content.index(bytes.fromhex("0908100000060500"))
    return content[: start + 20] + bytes.fromhex("2f00") + content[start + 22 :]


@pytest.mark.parametrize("fault", ["cut", "scrambled", "encrypted"])
def test_a_damaged_or_locked_xls_is_refused_in_chinese(
    sqlite_engine: Engine, tmp_path: Path, fault: str
) -> None:
    content = (FIXTURES / "format_b.xls").read_bytes()
    damaged = {
        "cut": content[:700],
        "scrambled": content[:512] + bytes(byte ^ 0x5A for byte in content[512:]),
        "encrypted": encrypted(content),
    }[fault]
    path = tmp_path / "名单.xls"
    path.write_bytes(damaged)
    with pytest.raises(LoadRefused, match=r"名单\.xls") as caught:
        load(sqlite_engine, path, "samr-workbook")
    assert "不是可读的工作簿" in str(caught.value)
    assert history(sqlite_engine, sample) == []
