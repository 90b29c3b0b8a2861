"""Presentations: native charts and tables whose texts and numbers are those of the slides."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.util import Inches
from python_calamine import CalamineWorkbook

from lib.export.csv import ExportError
from lib.export.presentation import DEFAULT_TEMPLATE, presentation_bytes
from lib.export.slide import ChartData, Document, Series, Slide
from lib.export.slide_texts import slide_texts
from tests.unit.export.meeting_document import (
    BASIS,
    COURSE,
    DOCUMENT,
    FIGURES,
    FILTERS,
    ITEMS,
    RATES,
    TABLE,
    chart,
)


def opened(document: Document = DOCUMENT, template: Path | None = None) -> Any:
    return Presentation(io.BytesIO(presentation_bytes(document, template)))


@pytest.fixture(scope="module")
def deck() -> Any:
    return opened()


def texts(slide: Any) -> list[str]:
    """Every paragraph and cell of a slide, line breaks as they were written."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame:
            found += [paragraph.text.replace("\v", "\n") for paragraph in shape.text_frame.paragraphs]
        if shape.has_table:
            found += [cell.text.replace("\v", "\n") for row in shape.table.rows for cell in row.cells]
    return found


def charts(deck: Any) -> list[Any]:
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def test_every_text_is_there(deck: Any) -> None:
    said = {text for slide in deck.slides for text in texts(slide)}
    said |= {text.removeprefix("比上年同期") for text in said}
    assert [text for slide in DOCUMENT.slides for text in slide_texts(slide) if text not in said] == []


def test_charts_are_native_with_the_numbers_of_the_wall(deck: Any) -> None:
    found = charts(deck)
    for native, data in zip(found, (COURSE, ITEMS, RATES), strict=True):
        assert [str(category) for category in native.plots[0].categories] == list(data.categories)
        assert [series.name for series in native.plots[0].series] == [series.name for series in data.series]
        assert [tuple(series.values) for series in native.plots[0].series] == [
            tuple(series.values) for series in data.series
        ]


def test_intervals_few_cases_and_the_line_to_compare_with_are_drawn(deck: Any) -> None:
    native = charts(deck)[2]
    rates, pooled = native.plots[0].series
    whiskers = {
        side: [float(value.text) for value in rates._element.xpath(f"./c:errBars/c:{side}//c:v")]
        for side in ("plus", "minus")
    }
    # The interval of too few cases ends a little beyond the others; a missing rate has none.
    assert whiskers == {
        "plus": pytest.approx([0.01, 0.01, 0, 0.05 * 1.08]),
        "minus": pytest.approx([0.01, 0.01, 0, 0]),
    }
    assert native.value_axis.maximum_scale == pytest.approx(0.055)
    assert [int(point.get("val")) for point in rates._element.xpath("./c:dPt/c:idx")] == [3]
    assert rates._element.xpath("./c:dPt/c:spPr/a:noFill")
    assert pooled._element.xpath("./c:spPr/a:noFill")
    assert pooled._element.xpath("./c:spPr/a:ln/a:prstDash")
    assert native.plots[0].overlap == 100
    # From top to bottom in the order of the wall, the values' axis below.
    assert native.category_axis.reverse_order
    assert native.value_axis._element.xpath("./c:crosses/@val") == ["max"]


def test_a_chart_with_many_bars_has_room_for_every_name() -> None:
    names = tuple(f"第{number}县" for number in range(15))
    bars = ChartData(names, (Series("率", (0.1,) * 15, "0.00%"),), "率（%）", has_bars=True)
    slide = Slide(
        "各地", FILTERS, BASIS, figures=FIGURES, sentences=("甲。" * 60,), charts=(chart("率", bars),)
    )
    deck = opened(Document("会议", 42, (slide,)))
    (shape,) = [shape for page in deck.slides for shape in page.shapes if shape.has_chart]
    assert len(deck.slides) == 2
    assert shape.height / 12_700 >= 15 * 16
    assert shape.chart.category_axis._element.xpath("./c:tickLblSkip/@val") == ["1"]


def test_the_workbook_behind_a_chart_runs_no_formula(deck: Any) -> None:
    blob = charts(deck)[0].part.chart_workbook.xlsx_part.blob
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(blob)).get_sheet_by_name("Sheet1")
    assert sheet.to_python() == [
        ["", "不合格率", "控制上限"],
        ["2025年1月", 0.024, 0.0385],
        ["2025年2月", "", 0.0385],
        ["=2025年3月", 0.0601, 0.0385],
    ]
    assert b"<f>" not in parts(blob)["xl/worksheets/sheet1.xml"]


def test_what_no_office_chart_can_say_is_a_picture_with_words(deck: Any) -> None:
    pictures = [shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13]
    assert [picture._element.xpath(".//p:cNvPr")[0].get("descr") for picture in pictures] == [
        "图：各地漏斗图"
    ]
    assert pictures[0].image.content_type == "image/png"


def test_long_tables_go_on_with_their_headings(deck: Any) -> None:
    pages = [slide for slide in deck.slides if any(shape.has_table for shape in slide.shapes)]
    assert len(pages) > 2
    tables = [shape.table for slide in pages for shape in slide.shapes if shape.has_table]
    assert all([cell.text for cell in table.rows[0].cells] == list(TABLE.headings) for table in tables)
    rows = [
        tuple(cell.text.replace("\v", "\n") for cell in row.cells)
        for table in tables
        for row in list(table.rows)[1:]
    ]
    assert rows == [tuple(row) for row in TABLE.rows]
    assert [slide.shapes.title.text_frame.text for slide in pages[1:]] == ["不合格样品明细（续）"] * (
        len(pages) - 1
    )


def test_every_slide_has_filters_basis_and_number(deck: Any) -> None:
    for number, slide in enumerate(deck.slides, 1):
        said = texts(slide)
        assert FILTERS in said
        assert BASIS in said
        assert str(number) in said
        assert slide._element.xpath('.//a:fld[@type="slidenum"]')


def test_speaker_notes_are_in_the_notes(deck: Any) -> None:
    assert deck.slides[0].notes_slide.notes_text_frame.text == "先讲总体，再讲地区。"


def test_nothing_leaves_the_slide_or_covers_something_else(deck: Any) -> None:
    for slide in deck.slides:
        boxes = [(s.left, s.top, s.left + s.width, s.top + s.height) for s in slide.shapes]
        for place, (left, top, right, bottom) in enumerate(boxes):
            assert left >= 0
            assert top >= 0
            assert right <= deck.slide_width
            assert bottom <= deck.slide_height
            for other in boxes[place + 1 :]:
                assert (
                    left >= other[2] - 9
                    or other[0] >= right - 9
                    or top >= other[3] - 9
                    or other[1] >= bottom - 9
                )


def test_chinese_runs_name_a_font_for_chinese(deck: Any) -> None:
    for slide in deck.slides:
        for run in slide._element.xpath(".//a:r"):
            if re.search(r"[\u4e00-\u9fff]", run.find("{*}t").text or ""):
                assert run.find("{*}rPr/{*}ea").get("typeface")
    theme = next(
        content
        for name, content in parts(presentation_bytes(DOCUMENT)).items()
        if re.fullmatch(r"ppt/theme/theme\d+\.xml", name)
    )
    assert b'ea typeface="Microsoft YaHei"' in theme


def parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def bureau_template(tmp_path: Path) -> Path:
    """Another size, other layouts, and slides of its own."""
    deck = Presentation()
    deck.slide_width = Inches(10)
    deck.slides.add_slide(deck.slide_layouts[1]).shapes.title.text = "模板自带的一页"
    path = tmp_path / "template.pptx"
    deck.save(str(path))
    return path


def test_a_bureaus_template_gives_size_and_layout_but_no_slides(bureau_template: Path) -> None:
    deck = opened(template=bureau_template)
    assert deck.slide_width == Inches(10)
    assert {slide.slide_layout.name for slide in deck.slides} == {"Title Only"}
    said = {text for slide in deck.slides for text in texts(slide)}
    assert "模板自带的一页" not in said
    said |= {text.removeprefix("比上年同期") for text in said}
    assert [text for slide in DOCUMENT.slides for text in slide_texts(slide) if text not in said] == []


def test_a_template_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "模板.pptx"
    path.write_text("no presentation")
    with pytest.raises(ExportError, match=r"“模板\.pptx”打不开"):
        presentation_bytes(DOCUMENT, path)


def one_slide(**given: object) -> Document:
    return Document("会议", 42, (Slide("单页", FILTERS, BASIS, **given),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document("会议", 42, ()), "没有内容"),
        (one_slide(charts=(chart("漏斗图", None, svg=""),)), "“单页”中的图“漏斗图”没有为纸面绘制"),
        (one_slide(speaker_note="甲\x07乙"), r"控制字符 U\+0007"),
        (
            one_slide(charts=(chart("率", replace(ITEMS, categories=("甲\x0b", "乙"))),)),
            r"“甲”之后有控制字符",
        ),
        (one_slide(tables=(replace(TABLE, rows=[("1", "2", "长" * 6000, "", "")]),)), "比一页还高"),
    ],
)
def test_what_cannot_be_made_gives_no_file(document: Document, reason: str) -> None:
    with pytest.raises(ExportError, match=reason):
        presentation_bytes(document)


def test_a_grid_is_its_table_and_notes_of_a_picture_are_text() -> None:
    grid = replace(chart("格", None, svg=""), is_grid=True, notes=("格下的说明。",))
    noted = replace(chart("图", None), notes=("图下的说明。",))
    (slide, *more) = opened(one_slide(charts=(grid, noted))).slides
    assert [shape.has_table for shape in slide.shapes].count(True) == 1
    said = [text for one in (slide, *more) for text in texts(one)]
    assert {"甲", "1.00%", "格下的说明。", "图下的说明。"} <= set(said)


def test_our_template_has_one_layout() -> None:
    assert [layout.name for layout in Presentation(str(DEFAULT_TEMPLATE)).slide_layouts] == ["标题与正文"]
