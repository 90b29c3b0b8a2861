"""The 抽检分析报告 as a text document (DOCX), set like an official paper: the bureau goes on writing in it.

Sizes and margins follow GB/T 9704 (格式: A4, 三号仿宋, 黑体 headings, 28 points from line to line).
"""

import io
from typing import Any, Final

from docx import Document as TextDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from lib.export.slide_texts import require_printable
from lib.metrics.analyses.report_annex import Annex
from lib.metrics.analyses.report_text import SamplingReport

_BODY, _HEADING, _TITLE, _LATIN = "仿宋", "黑体", "宋体", "Times New Roman"
_TEXT_SIZE, _TITLE_SIZE, _SMALL = Pt(16), Pt(22), Pt(12)
_LINE: Final = Pt(28)
_SIDES: Final = (WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.LEFT, *(WD_ALIGN_PARAGRAPH.RIGHT,) * 3)
_WIDTHS: Final = (Cm(1.5), Cm(5.4), Cm(3.0), Cm(3.2), Cm(2.5))
_DRAFT: Final = "草稿　核对后发布"


def report_bytes(report: SamplingReport) -> bytes:
    """The document. Raises `ExportError` for a text that no document can hold."""
    require_printable(report_texts(report))
    paper: Any = TextDocument()
    _set_page(paper)
    _set_styles(paper)
    heading = _paragraph(paper, report.title, font=_TITLE, size=_TITLE_SIZE, bold=True)
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in report.sections:
        paper.add_heading(section.heading, level=1)
        for text in section.paragraphs:
            _paragraph(paper, text, indent=True)
    for text in report.basis:
        _paragraph(paper, text, size=_SMALL)
    _add_annex(paper, report.annex)
    paper.core_properties.title = report.title
    paper.core_properties.author = paper.core_properties.last_modified_by = "食安把脉"
    paper.core_properties.comments = f"数据版本 {report.version}"
    file = io.BytesIO()
    paper.save(file)
    return file.getvalue()


def report_texts(report: SamplingReport) -> list[str]:
    """Everything the report says, in its order."""
    said = [report.title]
    for section in report.sections:
        said += [section.heading, *section.paragraphs]
    annex = report.annex
    cells = [cell for row in annex.rows for cell in row]
    return [*said, *report.basis, annex.title, *annex.headings, *cells, annex.note]


def _set_page(paper: Any) -> None:
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21.0), Cm(29.7)
    page.top_margin, page.bottom_margin = Cm(3.7), Cm(3.5)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    header = page.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write(header, _DRAFT, size=_SMALL)
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        run = footer.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def _set_styles(paper: Any) -> None:
    for name, font in (("Normal", _BODY), ("Heading 1", _HEADING)):
        style = paper.styles[name]
        style.font.size = _TEXT_SIZE
        style.font.name = _LATIN
        _set_fonts(style.element.get_or_add_rPr(), font)
        spacing = style.paragraph_format
        spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
        spacing.space_before = spacing.space_after = Pt(0)
    heading = paper.styles["Heading 1"]
    heading.font.bold = False
    heading.font.color.rgb = None
    heading.paragraph_format.first_line_indent = 2 * _TEXT_SIZE
    heading.paragraph_format.keep_with_next = True


def _set_fonts(properties: Any, east_asian: str) -> None:
    """Chinese in `east_asian`, everything else in the Latin font; fonts of the theme are put aside."""
    fonts = properties.get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for name, font in (("ascii", _LATIN), ("hAnsi", _LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{name}"), font)


def _paragraph(
    paper: Any,
    text: str,
    *,
    font: str = _BODY,
    size: Any = _TEXT_SIZE,
    bold: bool = False,
    indent: bool = False,
) -> Any:
    paragraph = paper.add_paragraph()
    _write(paragraph, text, font=font, size=size, bold=bold)
    if indent:
        paragraph.paragraph_format.first_line_indent = 2 * size
    if size > _TEXT_SIZE:
        paragraph.paragraph_format.line_spacing = Pt(36)
        paragraph.paragraph_format.space_after = _LINE
    return paragraph


def _write(
    paragraph: Any, text: str, *, font: str = _BODY, size: Any = _TEXT_SIZE, bold: bool = False
) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold = size, bold
    _set_fonts(run._r.get_or_add_rPr(), font)


def _add_annex(paper: Any, annex: Annex) -> None:
    """The table on a page of its own; its headings on every page, no row cut."""
    title = _paragraph(paper, annex.title, font=_HEADING)
    title.paragraph_format.page_break_before = True
    title.paragraph_format.keep_with_next = True
    table = paper.add_table(rows=0, cols=len(annex.headings), style="Table Grid")
    table.autofit = False
    # Programs differ in whether they believe the columns or the cells.
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    for number, texts in enumerate((annex.headings, *annex.rows)):
        row = table.add_row()
        _mark_row(row, is_heading=number == 0)
        for cell, text, side, width in zip(row.cells, texts, _SIDES, _WIDTHS, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if number == 0 else side
            paragraph.paragraph_format.line_spacing = Pt(20)
            _write(paragraph, text, size=_SMALL, font=_HEADING if number == 0 else _BODY)
    _paragraph(paper, annex.note, size=_SMALL)


def _mark_row(row: Any, *, is_heading: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_heading:
        properties.append(OxmlElement("w:tblHeader"))
