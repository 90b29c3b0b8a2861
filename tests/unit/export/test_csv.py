"""CSV files read back with Python's own parser, and the bytes that Excel and RFC 4180 ask for."""

import csv
import hashlib
import io
from datetime import date

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lib.data.filters import Filters
from lib.data.spreadsheet_cells import neutralised, restored
from lib.export.csv import ExportError, csv_bytes, csv_chunks, digest, file_name

# Surrogates cannot be written in UTF-8; everything else may stand in a workbook cell.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


def parsed(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(st.lists(st.tuples(st.none() | TEXTS, st.none() | st.integers(-(2**63), 2**63 - 1)), max_size=30))
@example([("=1+1", -5), ("a\r\nb", None), ('说"引号",逗号', 0), ("'=已有撇号", 1), ("", None), (None, 7)])
def test_texts_and_numbers_survive_the_parser(rows: list[tuple[str | None, int | None]]) -> None:
    table = pa.table(
        {
            "名称": pa.array([text for text, _ in rows], pa.string()),
            "数量": pa.array([number for _, number in rows], pa.int64()),
        }
    )
    lines = parsed(csv_bytes(table))
    assert lines[0] == ["名称", "数量"]
    assert [[restored(text), number] for text, number in lines[1:]] == [
        [text or "", "" if number is None else str(number)] for text, number in rows
    ]


@given(TEXTS)
def test_no_text_starts_a_formula_and_the_guard_can_be_taken_back(text: str) -> None:
    (cell,) = parsed(csv_bytes(pa.table({"名称": [text, "行"]})))[1]
    assert cell[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert cell == neutralised(text)
    assert restored(cell) == text


@pytest.mark.parametrize("start", list("=+-@\t\r\n＝＋－＠"))
def test_every_formula_start_gets_an_apostrophe(start: str) -> None:
    assert parsed(csv_bytes(pa.table({"名称": [f"{start}SUM(A1)"]})))[1] == [f"'{start}SUM(A1)"]


@pytest.mark.parametrize("text", ["麻辣=好吃", "a-b", "500g", "“=1”", "'引号开头"])
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert parsed(csv_bytes(pa.table({"名称": [text]})))[1] == [text]


def test_numbers_are_never_guarded_or_quoted() -> None:
    table = pa.table({"增减": [-3, 4], "率": [-0.11, 0.0234]})
    assert csv_bytes(table) == '\ufeff"增减","率"\r\n-3,-0.11\r\n4,0.0234\r\n'.encode()


def test_the_whole_file_is_as_rfc_4180_and_excel_want_it() -> None:
    table = pa.table(
        {
            "统一社会信用代码": ["913412007408123456", "91341200MA2E12345X"],
            "抽样日期": [date(2025, 1, 31), None],
            "送达": pa.array([1_738_402_200_123_456, None], pa.timestamp("us")),
            "网抽": [True, None],
            "备注": ['含"引号"', "两\n行"],
            "率": [0.5, None],
        }
    )
    assert (
        csv_bytes(table)
        == (
            '\ufeff"统一社会信用代码","抽样日期","送达","网抽","备注","率"\r\n'
            '"913412007408123456",2025-01-31,"2025-02-01 09:30:00","是","含""引号""",0.5\r\n'
            '"91341200MA2E12345X",,,,"两\n行",\r\n'
        ).encode()
    )


def test_codes_that_came_as_numbers_are_written_as_text() -> None:
    frame = pd.DataFrame({"地区代码": [341202, None], "批次": [3, 4]}, index=[7, 9])
    assert csv_bytes(frame, ["地区代码"]) == '\ufeff"地区代码","批次"\r\n"341202",3\r\n,4\r\n'.encode()


def test_a_code_that_lost_digits_as_a_float_is_refused() -> None:
    with pytest.raises(ExportError, match="信用代码"):
        csv_bytes(pd.DataFrame({"信用代码": [9.13412007408123e17]}), ["信用代码"])


def test_missing_is_empty_and_never_zero_or_nan() -> None:
    frame = pd.DataFrame(
        {"率": [float("nan"), 0.0], "名称": [None, "甲"], "批次": pd.array([None, 1], "Int64")}
    )
    assert csv_bytes(frame) == '\ufeff"率","名称","批次"\r\n,,\r\n0,"甲",1\r\n'.encode()


def test_pieces_make_the_same_file() -> None:
    table = pa.table({"编号": [f"XBJ{number:015d}" for number in range(100)], "值": list(range(100))})
    pieces = list(csv_chunks(table.to_batches(max_chunksize=7), ["编号"]))
    assert len(pieces) > 10
    assert b"".join(pieces) == csv_bytes(table, ["编号"])


def test_a_file_without_rows_still_has_its_header() -> None:
    schema = pa.schema([("编号", pa.string()), ("值", pa.int64())])
    expected = '\ufeff"编号","值"\r\n'.encode()
    assert b"".join(csv_chunks([], schema=schema)) == expected
    assert csv_bytes(schema.empty_table()) == expected
    with pytest.raises(ExportError, match="列定义"):
        list(csv_chunks([]))


def test_unknown_text_columns_and_unwritable_values_are_refused_by_name() -> None:
    with pytest.raises(ExportError, match="单位"):
        csv_bytes(pa.table({"值": [1]}), ["单位"])
    with pytest.raises(ExportError, match="率"):
        csv_bytes(pa.table({"率": [float("inf")]}))
    with pytest.raises(ExportError, match="清单"):
        csv_bytes(pa.table({"清单": [[1, 2]]}))


def test_repeated_texts_are_written_once_each_row() -> None:
    table = pa.table({"环节": pa.array(["流通", "流通", None]).dictionary_encode()})
    assert parsed(csv_bytes(table)) == [["环节"], ["流通"], ["流通"], []] or parsed(csv_bytes(table))[
        1:3
    ] == [
        ["流通"],
        ["流通"],
    ]


def test_digest_of_pieces_is_that_of_the_file() -> None:
    content = csv_bytes(pa.table({"值": [1, 2, 3]}))
    assert digest(content) == digest([content[:5], content[5:]]) == hashlib.sha256(content).hexdigest()


FILTERS = Filters(start=date(2025, 1, 1), end=date(2025, 8, 31))


def test_file_name_tells_metric_period_and_version() -> None:
    assert file_name("抽检不合格率", FILTERS, 42) == "抽检不合格率_20250101-20250831_v000042.csv"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc_passwd"),
        ("率：甲/乙 <丙>|?*", "率_甲_乙_丙"),
        ("", "数据"),
        ("长" * 200, "长" * 60),
    ],
)
def test_file_name_is_safe_on_every_system(name: str, expected: str) -> None:
    assert file_name(name, FILTERS, 1) == f"{expected}_20250101-20250831_v000001.csv"
