"""Paper: what a PDF reader gets back out of the file is what the slides say."""

import io
import re
from dataclasses import replace

import pypdf
import pytest

from lib.export.csv import ExportError
from lib.export.paper import paper_bytes
from lib.export.slide import Document, ShownTable, Slide
from lib.export.slide_texts import slide_texts
from tests.unit.export.meeting_document import BASIS, DOCUMENT, FILTERS, NAMES, SVG, TABLE, chart


def squeezed(text: str) -> str:
    """Without what a line break of the page adds."""
    return re.sub(r"[\s\u200b]+", "", text)


@pytest.fixture(scope="module")
def pdf() -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(paper_bytes(DOCUMENT)))


@pytest.fixture(scope="module")
def pages(pdf: pypdf.PdfReader) -> list[str]:
    return [squeezed(page.extract_text()) for page in pdf.pages]


def test_every_text_of_every_slide_can_be_selected(pages: list[str]) -> None:
    whole = "".join(pages)
    missing = [
        text for slide in DOCUMENT.slides for text in slide_texts(slide) if squeezed(text) not in whole
    ]
    assert missing == []
    assert "图中文字12.34%" in whole


def test_what_the_speaker_notes_stays_with_the_speaker(pages: list[str]) -> None:
    assert "先讲总体" not in "".join(pages)


def test_every_page_has_filters_basis_and_number(pages: list[str]) -> None:
    for number, page in enumerate(pages, 1):
        assert squeezed(FILTERS) in page
        assert squeezed(BASIS) in page
        assert f"第{number}页，共{len(pages)}页" in page


def test_no_row_is_cut_and_headings_are_repeated(pages: list[str]) -> None:
    of_table = [page for page in pages if "不合格样品明细" in page]
    assert len(of_table) > 2
    assert all("".join(TABLE.headings) in page for page in of_table)
    for row in TABLE.rows:
        # All cells of a row stand side by side in the text of one page, in their order.
        assert sum(squeezed("".join(row)) in page for page in of_table) == 1, row


def test_names_stay_names(pages: list[str]) -> None:
    for name in NAMES:
        assert sum(page.count(squeezed(name)) for page in pages) == sum(row[2] == name for row in TABLE.rows)


def test_is_a4_landscape(pdf: pypdf.PdfReader) -> None:
    for page in pdf.pages:
        width, height = (float(side) for side in (page.mediabox.width, page.mediabox.height))
        assert (width, height) == pytest.approx((841.89, 595.28), abs=0.1)


def test_all_fonts_are_ours_and_inside(pdf: pypdf.PdfReader) -> None:
    found = set()
    for page in pdf.pages:
        for font in fonts_of(page["/Resources"]):
            descendant = font["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            found.add(str(font["/BaseFont"]).split("+")[-1])
    assert {name.split("-")[0] for name in found} == {"BamaiSans", "BamaiSansRare"}


def fonts_of(resources: pypdf.generic.DictionaryObject) -> list[pypdf.generic.DictionaryObject]:
    """Fonts of a page and of the pictures on it."""
    resources = resources.get_object()
    fonts = (
        [font.get_object() for font in resources["/Font"].get_object().values()]
        if "/Font" in resources
        else []
    )
    parts = resources["/XObject"].get_object().values() if "/XObject" in resources else []
    for part in parts:
        if "/Resources" in part.get_object():
            fonts += fonts_of(part.get_object()["/Resources"])
    return fonts


def test_slides_are_bookmarks(pdf: pypdf.PdfReader) -> None:
    assert [entry.title for entry in pdf.outline] == [slide.title for slide in DOCUMENT.slides]


def test_the_same_document_gives_the_same_file() -> None:
    one = replace(DOCUMENT, slides=DOCUMENT.slides[:1])
    assert paper_bytes(one) == paper_bytes(one)


def one_slide(**parts: object) -> Document:
    return Document("会议", 42, (Slide("单页", FILTERS, BASIS, **parts),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document("会议", 42, ()), "没有内容"),
        (one_slide(charts=(chart("漏斗图", None, svg=""),)), "“单页”中的图“漏斗图”没有为纸面绘制"),
        (one_slide(sentences=("甲\ue123乙",)), r"U\+E123"),
        (one_slide(sentences=("甲\x0b乙",)), r"控制字符 U\+000B"),
        (one_slide(tables=(ShownTable("空表", (), (), ()),)), "“空表”没有列"),
        (one_slide(tables=(ShownTable("缺格", ("甲", "乙"), (("1",),), ("left", "left")),)), "“缺格”第1行"),
        (
            one_slide(tables=(ShownTable("宽表", ["列名甲乙丙"] * 60, (), ["left"] * 60),)),
            "“宽表”有60列，一页的宽度放不下",
        ),
    ],
)
def test_what_cannot_be_set_gives_no_file(document: Document, reason: str) -> None:
    with pytest.raises(ExportError, match=reason):
        paper_bytes(document)


def test_a_picture_too_high_to_be_read_has_its_table_below() -> None:
    high = chart(
        "高图", None, SVG.replace('height="400"', 'height="1400"').replace("0 0 760 400", "0 0 760 1400")
    )
    reader = pypdf.PdfReader(io.BytesIO(paper_bytes(one_slide(charts=(high, chart("图", None))))))
    whole = squeezed("".join(page.extract_text() for page in reader.pages))
    assert "高图项目值甲1.00%" in whole
    assert whole.count("甲1.00%") == 1


def test_a_grid_is_its_table_and_notes_of_a_chart_are_text() -> None:
    grid = replace(chart("格", None, svg=""), is_grid=True, notes=("格下的说明。",))
    noted = replace(chart("图", None), notes=("图下的说明。",))
    reader = pypdf.PdfReader(io.BytesIO(paper_bytes(one_slide(charts=(grid, noted)))))
    whole = squeezed("".join(page.extract_text() for page in reader.pages))
    assert "格项目值甲1.00%格下的说明。" in whole
    assert whole.index("图中文字12.34%") < whole.index("图下的说明。")


def test_a_long_filter_sentence_and_long_names_keep_their_distance() -> None:
    document = one_slide(sentences=("正文第一句。",), tables=(TABLE,))
    slide = replace(document.slides[0], filters_sentence=FILTERS * 12, basis=BASIS * 4)
    reader = pypdf.PdfReader(io.BytesIO(paper_bytes(replace(document, slides=(slide,)))))
    whole = squeezed("".join(page.extract_text() for page in reader.pages))
    assert squeezed(FILTERS * 12) in whole
    assert squeezed(BASIS * 4) in whole
