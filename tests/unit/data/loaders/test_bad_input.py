"""Files that are not what their profile says are refused with the place and the reason, and nothing changes."""

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from lib.data.loaders.errors import LoadRefused, Reject
from lib.data.tables.sampling import sample
from tests.unit.data.loaders.loading import SMALL_HEADER, SMALL_PROFILE, current, history, load

GOOD = ("A1", "2025-01-02", "合格")
Write = Callable[..., Path]


def refusal(engine: Engine, path: Path, profile: str | Path, **more: Any) -> LoadRefused:
    with pytest.raises(LoadRefused) as caught:
        load(engine, path, profile, **more)
    assert history(engine, sample) == []
    return caught.value


def workbook(path: Path, rows: list[list[Any]], title: str = "表一") -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(title)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    book.close()
    return path


def test_a_missing_file_is_named(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    assert "找不到文件" in str(refusal(sqlite_engine, tmp_path / "没有.csv", small_profile))


def test_a_folder_and_a_file_without_permission_are_said(
    sqlite_engine: Engine, tmp_path: Path, small_profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "是文件夹" in str(refusal(sqlite_engine, tmp_path, small_profile))
    path = tmp_path / "a.csv"
    path.write_text("x", encoding="utf-8")
    # The tests may run as root, whom no permission stops.
    monkeypatch.setattr("lib.data.loaders.sources.os.access", lambda *_: False)
    assert "没有读取权限" in str(refusal(sqlite_engine, path, small_profile))


def test_an_unknown_profile_lists_the_known_ones(sqlite_engine: Engine, write_csv: Write) -> None:
    message = str(refusal(sqlite_engine, write_csv([SMALL_HEADER, GOOD]), "nonsense"))
    assert "nonsense" in message
    assert "national-export" in message


def test_a_file_of_another_format_names_the_missing_columns(sqlite_engine: Engine, write_csv: Write) -> None:
    refused = refusal(sqlite_engine, write_csv([SMALL_HEADER, GOOD]), "samr-workbook")
    assert "抽样编号" in str(refused)
    assert "找不到表头" in str(refused)


@pytest.mark.parametrize(
    "telling", ["不合格项目", "检验值", "检验结果", "不合格项目‖检验结果‖标准值", "不合格 项目*"]
)
def test_a_list_of_unqualified_samples_is_no_list_of_qualified_ones(
    sqlite_engine: Engine, write_csv: Write, telling: str
) -> None:
    header = ["抽样编号", "样品名称", "被抽样单位名称", "被抽样单位地址", "标称生产企业名称", telling]
    row = ["XBJ25341202000000001", "苹果", "甲店", "阜阳市", "/", "铅"]
    refused = refusal(sqlite_engine, write_csv([header, row]), "samr-workbook-qualified")
    assert telling in str(refused)
    assert "不应该有" in str(refused)
    accepted = write_csv([header[:-1], row[:-1]], "b.csv")
    assert load(sqlite_engine, accepted, "samr-workbook-qualified").new == 1


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", "编号,抽样日期,结论\n".encode()])
def test_an_empty_file_is_refused(
    sqlite_engine: Engine, tmp_path: Path, small_profile: Path, content: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    refusal(sqlite_engine, path, small_profile)


def test_an_empty_sheet_is_named(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    refused = refusal(sqlite_engine, workbook(tmp_path / "a.xlsx", []), small_profile)
    assert refused.rejects[0].sheet == "表一"
    assert "空" in refused.rejects[0].reason


def test_a_sheet_with_only_a_header_is_refused(
    sqlite_engine: Engine, tmp_path: Path, small_profile: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", [["标题"], list(SMALL_HEADER)])
    assert "没有数据行" in str(refusal(sqlite_engine, path, small_profile))


def test_a_day_that_does_not_exist(sqlite_engine: Engine, write_csv: Write, small_profile: Path) -> None:
    path = write_csv([["说明", "", ""], SMALL_HEADER, GOOD, ("A2", "2025-02-30", "合格")])
    refused = refusal(sqlite_engine, path, small_profile)
    assert refused.rejects == (Reject("a.csv", None, 4, "抽样日期", "2025-02-30", "没有这一天，请核对更正"),)
    assert refused.reject_count == 1


def test_every_reject_is_written_to_a_file(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    rows = [(f"A{number}", "=1+1", "优") for number in range(300)]
    refused = refusal(sqlite_engine, write_csv([SMALL_HEADER, *rows]), small_profile)
    assert refused.reject_count == 600
    assert refused.rejects_file is not None
    assert refused.rejects_file.name == "a.csv.rejects.csv"
    assert refused.rejects_file.read_bytes().startswith(b"\xef\xbb\xbf")
    with refused.rejects_file.open(encoding="utf-8-sig", newline="") as stream:
        listed = list(csv.reader(stream))
    assert listed[0] == ["文件", "工作表", "行", "列", "值", "原因"]
    assert len(listed) == 601
    assert {row[4] for row in listed[1:]} == {"'=1+1", "优"}


def test_negative_counts(sqlite_engine: Engine, write_csv: Write) -> None:
    header = ["抽样编号", "处置环节", "监管部门收到检验报告日期", "启动日期", "完成日期", "召回数量"]
    path = write_csv([header, ["A1", "生产", "2025-01-02", "2025-01-03", "", "-5"]])
    refused = refusal(sqlite_engine, path, "disposal")
    assert (refused.rejects[0].row, refused.rejects[0].column, refused.rejects[0].value) == (
        2,
        "召回数量",
        "-5",
    )
    assert "负" in refused.rejects[0].reason


def test_a_decimal_comma_is_not_taken_for_thousands(sqlite_engine: Engine, write_csv: Write) -> None:
    header = ["抽样编号", "处置环节", "监管部门收到检验报告日期", "启动日期", "完成日期", "召回数量"]
    path = write_csv([header, ["A1", "生产", "2025-01-02", "2025-01-03", "", "3,5"]])
    refused = refusal(sqlite_engine, path, "disposal")
    assert refused.rejects[0].value == "3,5"
    assert "values.decimal" in refused.rejects[0].reason


def test_a_column_of_formulas(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("表一")
    sheet.write_row(0, 0, SMALL_HEADER)
    for row in range(1, 4):
        sheet.write_row(row, 0, [f"A{row}", "2025-01-02"])
        sheet.write_formula(row, 2, '=IF(1>0,"合格","不合格")', None, "合格")
    book.close()
    refused = refusal(sqlite_engine, tmp_path / "a.xlsx", small_profile)
    assert [(reject.row, reject.column) for reject in refused.rejects] == [
        (2, "结论"),
        (3, "结论"),
        (4, "结论"),
    ]
    assert "公式" in refused.rejects[0].reason


def test_a_partial_load_takes_no_formula_either(
    sqlite_engine: Engine, tmp_path: Path, small_profile: Path
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("表一")
    sheet.write_row(0, 0, SMALL_HEADER)
    for row in range(1, 41):
        sheet.write_row(row, 0, [f"A{row}", "2025-01-02", "合格"])
    sheet.write_formula(40, 2, "=A1", None, "")
    book.close()
    refused = refusal(sqlite_engine, tmp_path / "a.xlsx", small_profile, accept_partial=True)
    assert "1 个单元格是公式或错误值" in str(refused)
    assert [(reject.row, reject.column) for reject in refused.rejects] == [(41, "结论")]


def test_cached_values_of_formulas_can_be_accepted(sqlite_engine: Engine, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("表一")
    sheet.write_row(0, 0, SMALL_HEADER)
    sheet.write_row(1, 0, GOOD[:2])
    sheet.write_formula(1, 2, '=IF(1>0,"合格","不合格")', None, "合格")
    book.close()
    profile = tmp_path / "p.toml"
    profile.write_text(SMALL_PROFILE + '[file]\nformulas = "cached"\n', encoding="utf-8")
    assert load(sqlite_engine, tmp_path / "a.xlsx", profile).new == 1


def test_error_values_are_named(sqlite_engine: Engine, tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet("表一")
    sheet.write_row(0, 0, SMALL_HEADER)
    sheet.write_row(1, 0, GOOD[:2])
    sheet.write_formula(1, 2, "=#REF!", None, "#REF!")
    book.close()
    profile = tmp_path / "p.toml"
    profile.write_text(SMALL_PROFILE + '[file]\nformulas = "cached"\n', encoding="utf-8")
    refused = refusal(sqlite_engine, tmp_path / "a.xlsx", profile)
    assert "错误值" in refused.rejects[0].reason


@pytest.mark.parametrize(("first", "second"), [("utf-8", "gb18030"), ("gb18030", "utf-8")])
def test_mixed_encodings(
    sqlite_engine: Engine, tmp_path: Path, small_profile: Path, first: str, second: str
) -> None:
    lines = "编号,抽样日期,结论\n甲字一号,2025-01-02,合格\n".encode(first)
    lines += "乙字二号,2025-01-02,合格\n".encode(second)
    path = tmp_path / "a.csv"
    path.write_bytes(lines)
    refused = refusal(sqlite_engine, path, small_profile)
    assert refused.rejects[0].row == 3
    assert "编码" in refused.rejects[0].reason


def test_a_sign_of_two_bytes_is_no_quote(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    # ≤ is the bytes 22 64 in UTF-16; a single one must not pass for a lone quotation mark.
    path = tmp_path / "a.csv"
    path.write_bytes("编号,抽样日期,结论\n≤甲,2025-01-02,合格\n".encode("utf-16"))
    load(sqlite_engine, path, small_profile)
    assert [row["sample_no"] for row in current(sqlite_engine, sample)] == ["≤甲"]


def test_an_unpaired_quote_is_not_swallowed(
    sqlite_engine: Engine, tmp_path: Path, small_profile: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text('编号,抽样日期,结论\nA1,2025-01-02,"合格\nA2,2025-01-02,不合格\n', encoding="utf-8")
    assert "引号" in str(refusal(sqlite_engine, path, small_profile))


def test_rows_of_another_width(sqlite_engine: Engine, write_csv: Write, small_profile: Path) -> None:
    path = write_csv([SMALL_HEADER, GOOD, ("A2", "2025-01-02"), ("A3", "2025-01-02", "合格", "多")])
    refused = refusal(sqlite_engine, path, small_profile)
    assert [reject.row for reject in refused.rejects] == [3, 4]


def test_a_zip_bomb(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        for _ in range(300):
            member.write(b"\0" * 1024**2)
    assert "压缩" in str(refusal(sqlite_engine, path, small_profile))


def test_an_archive_in_an_archive(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.zip", b"PK")
    assert "请先解压" in str(refusal(sqlite_engine, path, small_profile))


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0broken", b"%PDF-1.7 x", b"\x1f\x8bbroken"]
)
def test_broken_files(sqlite_engine: Engine, tmp_path: Path, small_profile: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    refusal(sqlite_engine, path, small_profile)


def test_one_number_twice_with_different_content(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    path = write_csv([SMALL_HEADER, GOOD, GOOD, ("A1", "2025-01-02", "不合格"), ("A2", "2025-01-03", "合格")])
    refused = refusal(sqlite_engine, path, small_profile)
    assert {reject.row for reject in refused.rejects} == {2, 4}
    assert "样品结论" in " ".join(reject.reason for reject in refused.rejects)
    report = load(sqlite_engine, path, small_profile, accept_partial=True)
    assert [row["sample_no"] for row in current(sqlite_engine, sample)] == ["A2"]
    assert report.new == 1


def test_partial_loads_take_the_good_rows_and_say_so(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    path = write_csv([SMALL_HEADER, GOOD, ("A2", "2025-02-30", "合格"), ("", "2025-01-03", "合格")])
    report = load(sqlite_engine, path, small_profile, accept_partial=True)
    assert (report.read, report.new, report.rejected) == (3, 1, 2)
    assert report.rejects_file is not None
    assert [(reject.row, reject.column) for reject in report.rejects] == [(3, "抽样日期"), (4, "编号")]


def test_a_load_of_nothing_but_bad_rows_is_refused_even_partially(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    path = write_csv([SMALL_HEADER, ("A2", "2025-02-30", "合格")])
    refusal(sqlite_engine, path, small_profile, accept_partial=True)


CODE_ROWS = [
    ["编号", "抽样日期", "结论", "名称", "代码"],
    ["A1", "2025-01-02", "合格", "甲公司", "91341200MA2MQ1CA0X"],
]
CODE_COLUMNS = (
    '[columns.sampled_unit_name]\nfrom = "名称"\n[columns.sampled_unit_credit_code]\nfrom = "代码"\n'
)


def test_a_wrong_check_digit_is_rejected(sqlite_engine: Engine, write_csv: Write, tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(SMALL_PROFILE + CODE_COLUMNS, encoding="utf-8")
    refused = refusal(sqlite_engine, write_csv(CODE_ROWS), profile)
    assert refused.rejects[0].column == "代码"
    assert "校验" in refused.rejects[0].reason


def test_a_wrong_check_digit_is_warned_about(sqlite_engine: Engine, write_csv: Write, tmp_path: Path) -> None:
    profile = tmp_path / "p.toml"
    text = SMALL_PROFILE.replace("table =", 'on_bad_credit_code = "warn"\ntable =') + CODE_COLUMNS
    profile.write_text(text, encoding="utf-8")
    report = load(sqlite_engine, write_csv(CODE_ROWS), profile)
    assert report.new == 1
    assert any("信用代码" in note and "91341200MA2MQ1CA0X" in note for note in report.notes)
    assert current(sqlite_engine, sample)[0]["sampled_unit_key"] == "甲公司"


def test_an_id_in_scientific_notation_is_lost(
    sqlite_engine: Engine, write_csv: Write, small_profile: Path
) -> None:
    refused = refusal(sqlite_engine, write_csv([SMALL_HEADER, ("2.03E+19", *GOOD[1:])]), small_profile)
    assert "科学计数法" in refused.rejects[0].reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('from = "结论"', 'form = "结论"'), "columns.conclusion.form"),
        (("[columns.conclusion]", "[columns.conclusions]"), "columns.conclusions"),
        (('table = "sample"', 'table = "samples"'), "table"),
        (('name = "small"', ""), "name"),
        (('[columns.sample_no]\nfrom = "编号"', ""), "sample_no"),
        (('value = "常规"', 'value = "常规"\nfrom = "甲"'), "只能写一个"),
        (("title", "title title"), "TOML"),
        (('value = "常规"', 'value = "平常"'), "columns.sampling_kind.value"),
        (('"不合格" = "纯抽检不合格样品"', '"不合格" = "不合格"'), "columns.conclusion.map"),
        (('from = "抽样日期"', 'from = "抽样日期"\ndefault = "2025-02-30"'), "没有这一天"),
        (('from = "抽样日期"', 'from = "抽样日期"\npattern = "("'), "正则"),
    ],
)
def test_a_wrong_profile_names_the_key(
    sqlite_engine: Engine, write_csv: Write, tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(SMALL_PROFILE.replace(*change), encoding="utf-8")
    message = str(refusal(sqlite_engine, write_csv([SMALL_HEADER, GOOD]), profile))
    assert said in message
