"""Workbooks and text files with the traps that real ones have."""

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from lib.data.tables.sampling import enterprise, failing_item, sample
from tests.unit.data.loaders.loading import SMALL_HEADER, WORKBOOK_HEADER, current, load

Write = Callable[..., Path]


def samr_workbook(path: Path, *, merged: bool) -> Path:
    """A publication workbook: title rows, a header with line breaks, continuation rows, dates of several kinds."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("不合格")
    sheet.merge_range(0, 0, 0, 18, "附件：不合格样品信息")
    header = list(WORKBOOK_HEADER)
    header[1], header[17] = "标称生产\n企业名称", "抽样编号 *"
    sheet.write_row(2, 0, header)
    maker = "委托方：甲食品有限公司；受托方：乙食品有限公司"
    shop = ["惠民超市", "安徽省阜阳市颍州区人民路1号", "大米", "5kg/袋", "/"]
    found = ["铅(以Pb计)", "0.5mg/kg", "≤0.2mg/kg", "", "", "某检测公司", "大米", "XBJ25341202123456789", ""]
    sheet.write_row(3, 0, [1, maker, "安徽省合肥市", *shop, 45660, "12个月", *found])
    sheet.write_row(4, 10, ["菌落总数", "12000", "≤1000"])
    if merged:
        sheet.merge_range(3, 17, 4, 17, "XBJ25341202123456789")
        sheet.merge_range(3, 5, 4, 5, "大米")
    sheet.write_row(
        5, 0, [2, "/", "—", "张三餐馆", "江苏省南京市", "餐碗", "/", "-", "购进日期：2025年1月3日", "/"]
    )
    sheet.write_row(
        5, 10, ["大肠菌群", "检出", "不得检出", "", "", "某检测公司", "餐具", "XBJ25341222000000001"]
    )
    sheet.write(5, 18, "经复检，复检合格")
    sheet.write_row(6, 0, [3, "丙厂", "安徽省", "李四店", "安徽省阜阳市太和县", "酱油", "1L", "丙"])
    sheet.write_datetime(6, 8, datetime(2025, 2, 1), book.add_format({"num_format": "yyyy/m/d"}))  # noqa: DTZ001
    sheet.write_row(6, 10, ["脱氢乙酸", "1", "0", "", "备注甲", "某检测公司", "酱油", "XBJ25341222000000002"])
    book.add_worksheet("说明").write(0, 0, "填表说明")
    book.close()
    return path


@pytest.mark.parametrize("merged", [False, True])
def test_the_current_publication_workbook(sqlite_engine: Engine, tmp_path: Path, merged: bool) -> None:
    report = load(sqlite_engine, samr_workbook(tmp_path / "b.xlsx", merged=merged), "samr-workbook")
    assert (report.read, report.new, report.rejected) == (4, 3, 0)
    assert any("说明" in note for note in report.notes)
    first, second, third = sorted(
        current(sqlite_engine, sample), key=lambda row: row["sample_no"] != "XBJ25341202123456789"
    )
    assert (first["producer_name"], first["consignor_name"]) == ("乙食品有限公司", "甲食品有限公司")
    assert (str(first["produced_on"]), first["produced_text"]) == ("2025-01-03", "2025-01-03")
    assert (first["division_code"], first["brand"], first["listing"]) == ("341202", None, "unqualified")
    assert (second["objection_status"], second["supervision_verdict"]) == ("复检合格", "qualified")
    assert (second["producer_name"], str(second["produced_on"])) == (None, "2025-01-03")
    assert (str(third["produced_on"]), third["division_code"], third["remark"]) == (
        "2025-02-01",
        "341222",
        "备注甲",
    )
    items = [
        (row["sample_no"][-3:], row["item_name"], row["group_code"])
        for row in current(sqlite_engine, failing_item)
    ]
    assert sorted(items)[:2] == [("001", "大肠菌群", "MICRO"), ("002", "脱氢乙酸", None)]
    assert sorted(items)[2:] == [("789", "菌落总数", "MICRO"), ("789", "铅(以Pb计)", "METAL")]


OLD_HEADER = [
    *(
        "抽样编号",
        "序号",
        "标称生产企业名称",
        "标称生产企业地址",
        "被抽样单位名称",
        "被抽样单位所在省份",
        "食品名称",
    ),
    *(
        "规格型号",
        "商标",
        "生产日期/批号",
        "不合格项目‖检验结果‖标准值",
        "分类",
        "公告号",
        "公告日期",
        "备注",
    ),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_older_publication_table(sqlite_engine: Engine, write_csv: Write, encoding: str) -> None:
    first_items, second_items = "菌落总数║12000║≤1000；霉菌║500║≤150", "酒精度||40||42\n甜蜜素|0.1|不得使用"
    rows: list[list[str]] = [["某省公布表", *[""] * 14], OLD_HEADER]
    rows.append(["DC19130400123456789", "1", "甲厂", "安徽省阜阳市", "乙店", "安徽", "糕点", "200g", "/"])
    rows[-1] += ["2022-03-01/A1", first_items, "糕点", "第1号", "2022.3.5", "/"]
    rows.append(["GC1600000001", "2", "/", "/", "丙店", "江苏", "白酒", "", "", "A220101", second_items])
    rows[-1] += ["酒类", "第1号", "2022年3月5日", "异议处理中"]
    report = load(sqlite_engine, write_csv(rows, encoding=encoding), "publication-joined")
    assert (report.read, report.new) == (2, 2)
    first, second = current(sqlite_engine, sample)
    assert (first["category_code"], str(first["produced_on"]), str(first["notice_on"])) == (
        "24",
        "2022-03-01",
        "2022-03-05",
    )
    assert (second["result_state"], second["supervision_verdict"], second["produced_on"]) == (
        "objection",
        None,
        None,
    )
    items = {
        row["item_name"]: (row["measured_value"], row["limit_value"])
        for row in current(sqlite_engine, failing_item)
    }
    assert items == {
        "菌落总数": ("12000", "≤1000"),
        "霉菌": ("500", "≤150"),
        "酒精度": ("40", "42"),
        "甜蜜素": ("0.1", "不得使用"),
    }
    assert {row["name"] for row in current(sqlite_engine, enterprise)} == {"甲厂", "乙店", "丙店"}


def export_row(header: list[str], **cells: Any) -> list[str]:
    plain = {name.rstrip("*"): value for name, value in cells.items()}
    return [str(plain.get(name.rstrip("*"), "")) for name in header]


def test_the_national_export(
    any_engine: Engine, write_csv: Write, shared_folder: Path, tmp_path: Path
) -> None:
    lines = (shared_folder / "domain" / "import_columns.csv").read_text(encoding="utf-8-sig").splitlines()
    header = [line.split(",")[2] for line in lines if line.startswith("C ")]
    assert len(header) == 86
    shop = {
        "被抽样单位名称": "惠民超市",
        "被抽样省份": "安徽省",
        "被抽样地市": "阜阳市",
        "县(市、区)": "界首市",
    }
    common = {
        **shop,
        **{
            "抽样编号": "XBJ25341282000000001",
            "食品大类": "蔬菜",
            "抽样时间": "2025-03-01",
            "检验目的": "监督抽检",
        },
        **{
            "报送分类-1": "抽检监测（三司专项）",
            "省抽国抽": "省抽",
            "抽样环节": "流通",
            "结论": "纯抽检不合格样品",
        },
        **{"营业执照号": "9144030071526726XG", "网络平台名称": "某平台", "异议处置结果": "异议不认可"},
    }
    rows = [
        export_row(
            header, **common, 检验项目="毒死蜱", 结果判定="不合格项", 检验结果="0.5", 最大允许限="0.02"
        ),
        export_row(
            header, **common, 检验项目="镉(以Cd计)", 结果判定="合格项", 检验结果="0.01", 最大允许限="0.05"
        ),
    ]
    report = load(any_engine, write_csv([header, *rows]), "national-export")
    assert (report.read, report.new) == (2, 1)
    row = current(any_engine, sample)[0]
    assert (row["division_code"], row["category_code"], row["sampling_kind"]) == ("341282", "33b", "专项")
    assert (row["tier"], row["tested_items"], row["is_online"], row["listing"]) == ("省抽", 2, True, "full")
    assert (row["supervision_verdict"], row["objection_status"]) == ("unqualified", "异议不认可")
    assert row["sampled_unit_key"] == "9144030071526726XG"
    items = current(any_engine, failing_item)
    assert [(item["item_name"], item["group_code"], item["limit_value"]) for item in items] == [
        ("毒死蜱", "PEST", "0.02")
    ]


def test_a_zip_of_workbooks_with_names_in_gbk(sqlite_engine: Engine, tmp_path: Path) -> None:
    samr_workbook(tmp_path / "b.xlsx", merged=False)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "b.xlsx", "不合格.xlsx")
        archive.writestr("__MACOSX/._b.xlsx", b"x")
        archive.writestr("说明.pdf", b"%PDF")
    assert load(sqlite_engine, path, "samr-workbook").new == 3


def test_json_records_by_path(sqlite_engine: Engine, tmp_path: Path, small_profile: Path) -> None:
    profile = tmp_path / "p.toml"
    profile.write_text(
        small_profile.read_text(encoding="utf-8") + '[file]\nrecords = "data.items"\n', encoding="utf-8"
    )
    path = tmp_path / "a.json"
    record = dict(zip(SMALL_HEADER, ("12", "2025-01-02", "合格"), strict=True))
    path.write_text(f'{{"data": {{"items": [{str(record).replace(chr(39), chr(34))}]}}}}', encoding="utf-8")
    assert load(sqlite_engine, path, profile).new == 1


def test_the_rolling_table_of_taiwan(shared_folder: Path, sqlite_engine: Engine, tmp_path: Path) -> None:
    """Three daily versions: a shifted date supersedes, rows that disappear stay, exact repeats count once."""
    profile = tmp_path / "p.toml"
    profile.write_text(
        """
name = "tfda"
title = "滚动公布表"
table = "disposal"
source = "tfda"
on_conflict = "last"
[file]
records = "ads"
[columns.sample_no]
join = ["authority", "company", "product", "reason", "media"]
digest = true
[columns.side]
value = "流通"
[columns.started_on]
from = "date"
[columns.status]
from = "action"
""",
        encoding="utf-8",
    )
    folder = shared_folder / "data" / "tfda-official"
    reports = [load(sqlite_engine, path, profile) for path in sorted(folder.glob("*.json"))]
    # Keys without the date, counted with a set in plain Python: 3415, 3401 and 3389.
    assert [report.new for report in reports] == [3415, 0, 0]
    assert [report.superseded for report in reports] == [0, 3401, 0]
    assert [report.unchanged for report in reports] == [0, 0, 3389]
