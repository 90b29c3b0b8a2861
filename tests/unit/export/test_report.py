"""The report as a document: what is read back out of it is the report, and its table keeps its headings."""

import io

import pytest
from docx import Document
from docx.oxml.ns import qn

from lib.export.csv import ExportError
from lib.export.report import report_bytes, report_texts
from lib.metrics.analyses.report_annex import HEADINGS, Annex
from lib.metrics.analyses.report_text import SamplingReport, Section

ROWS = tuple((str(number), f"大类{number}<b>&𠮷", "1,000", "24", "2.40%") for number in range(1, 41))
REPORT = SamplingReport(
    title="阜阳市2025年1—6月食品安全监督抽检分析报告",
    sections=(
        Section("一、总体情况", ("共抽检847批次。", "比上年同期下降2.62个百分点。")),
        Section("二、五类大宗食品", ("均低于总体不合格率（5.00%）。",)),
    ),
    annex=Annex("附件　2025年1—6月各类食品监督抽检情况", HEADINGS, ROWS, "按不合格率由高到低排列。"),
    basis=("统计范围：阜阳市；2025年1—6月。", "数据截至2025年8月31日；数据版本 42。"),
    version=42,
)


def test_document_says_what_the_report_says_in_its_order() -> None:
    document = Document(io.BytesIO(report_bytes(REPORT)))
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    said = [paragraph.text for paragraph in document.paragraphs]
    assert [*said[:-1], *cells, said[-1]] == report_texts(REPORT)


def test_headings_of_the_annex_are_repeated_and_no_row_is_cut() -> None:
    rows = Document(io.BytesIO(report_bytes(REPORT))).tables[0].rows
    assert len(rows) == 41
    assert rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows)


def test_chinese_is_set_in_fonts_for_chinese_and_sections_are_headings() -> None:
    document = Document(io.BytesIO(report_bytes(REPORT)))
    fonts = {
        run._r.rPr.rFonts.get(qn("w:eastAsia"))
        for paragraph in document.paragraphs
        for run in paragraph.runs
        if run._r.rPr is not None and run._r.rPr.rFonts is not None
    }
    assert fonts == {"宋体", "仿宋", "黑体"}
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert headings == ["一、总体情况", "二、五类大宗食品"]
    assert document.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"


def test_a_text_that_no_document_can_hold_is_named() -> None:
    broken = Annex("附件", HEADINGS, (("1", "大类\x07一", "1", "0", "0.00%"),), "")
    report = SamplingReport(
        title=REPORT.title, sections=REPORT.sections, annex=broken, basis=REPORT.basis, version=42
    )
    with pytest.raises(ExportError, match=r"“大类”之后有控制字符 U\+0007"):
        report_bytes(report)
