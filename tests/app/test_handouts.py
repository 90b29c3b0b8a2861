"""Files from an agenda: the figures of the pages, made in a thread of their own, complete or refused."""

import io
import re
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pypdf
import pytest
from docx import Document
from pptx import Presentation

from lib.access.agendas import AgendaSlide
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.export.csv import ExportError
from lib.export.slide_texts import slide_texts
from lib.ui.handouts import HandoutCancelled, Job, Order, Progress, handout_bytes, query_of
from lib.ui.identity import Reader
from lib.ui.slides import built_slide
from tests.app.small_world import World

READER = Reader("tester", "测试", Role.ANALYST, Scope.everything())
PERIOD = urlencode({"from": "2025-01-01", "to": "2025-09-30", "district": "341200"})
SLIDES = (
    AgendaSlide("unqualified-rate.course", PERIOD, "先讲走势。"),
    AgendaSlide("unqualified-rate.districts", PERIOD),
    AgendaSlide("unqualified-rate.items", f"?{PERIOD}&base=batches"),
)


@pytest.fixture(autouse=True)
def installation(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BAMAI_SNAPSHOTS", str(world.snapshots))
    settings.cache_clear()
    yield
    settings.cache_clear()


def order(kind: str = "pptx", slides: tuple[AgendaSlide, ...] = SLIDES, reader: Reader = READER) -> Order:
    return Order(kind, "三季度调度会/一", 1, reader, slides)  # type: ignore[arg-type]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def expected(reader: Reader = READER) -> list[str]:
    shown = [built_slide(reader, 1, one.slide, query_of(one), one.note) for one in SLIDES]
    return [text for slide in shown for text in slide_texts(slide)]


def drawn_numbers(native: Any) -> list[list[str]]:
    """What an office program has drawn, first column first; an empty place is missing."""
    rates = [
        [percent_or_ratio(native, value) for value in series.values] for series in native.plots[0].series
    ]
    return [[str(category).partition("：")[0] for category in native.plots[0].categories], *rates]


def percent_or_ratio(native: Any, value: float | None) -> str:
    percent = "%" in native.value_axis.tick_labels.number_format
    return "—" if value is None else f"{value:.2%}" if percent else f"{value:.2f}"


def numbers_on_screen(wanted: AgendaSlide) -> list[list[str]]:
    """The same columns of the table that stands below the chart on its page."""
    (chart,) = built_slide(READER, 1, wanted.slide, query_of(wanted)).charts
    columns = [list(column) for column in zip(*chart.table.rows, strict=True)]
    shown = [columns[chart.table.headings.index(heading)] for heading in HEADINGS[wanted.slide]]
    return [*shown, ["1.00"] * len(shown[0])] if wanted.slide == "unqualified-rate.districts" else shown


#: Columns of the page that the native chart of a slide draws.
HEADINGS = {
    "unqualified-rate.course": (
        *("期间", "监督抽检不合格率（%）"),
        *("均值（%）", "控制下限（%）", "控制上限（%）"),
    ),
    "unqualified-rate.districts": ("地区", "实际与预期之比"),
    "unqualified-rate.items": ("不合格项目", "占批次（%）"),
}


def test_presentation_says_what_the_slides_say() -> None:
    progress = Progress(total=4)
    deck = Presentation(io.BytesIO(handout_bytes(order(), progress)))
    said = [
        paragraph.text
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_text_frame
        for paragraph in shape.text_frame.paragraphs
    ]
    said += [text.removeprefix("比上年同期") for text in said]
    assert [text for text in expected() if text not in said] == []
    assert progress.done == progress.total
    natives = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert len(natives) == len(SLIDES)
    for wanted, shape in zip(SLIDES, natives, strict=True):
        assert drawn_numbers(shape.chart) == numbers_on_screen(wanted)
    assert deck.slides[0].notes_slide.notes_text_frame.text == "先讲走势。"


def test_paper_says_what_the_slides_say() -> None:
    reader = pypdf.PdfReader(io.BytesIO(handout_bytes(order("pdf"), Progress(total=4))))
    whole = squeezed("".join(page.extract_text() for page in reader.pages))
    assert [text for text in expected() if squeezed(text) not in whole] == []


def test_a_reader_of_one_district_gets_that_district_only() -> None:
    narrow = Reader("narrow", "太和", Role.ANALYST, Scope.of("341225"))
    asked = order(slides=SLIDES[2:], reader=narrow)
    deck = Presentation(io.BytesIO(handout_bytes(asked, Progress(total=2))))
    said = "".join(shape.text_frame.text for shape in deck.slides[0].shapes if shape.has_text_frame)
    assert built_slide(narrow, 1, SLIDES[2].slide, query_of(SLIDES[2])).filters_sentence in said
    assert "阜南县" in said


@pytest.mark.parametrize(
    ("slides", "reason"),
    [
        (
            (*SLIDES[:1], AgendaSlide("unqualified-rate.gone", PERIOD)),
            "第 2 页“unqualified-rate.gone”不能生成，因此没有文件",
        ),
        (
            (AgendaSlide("unqualified-rate.course", "from=1999-01-01&to=1999-12-31"),),
            "第 1 页“抽检不合格率：走势与同比”",
        ),
        ((), "没有内容"),
    ],
)
def test_one_slide_that_cannot_be_computed_gives_no_file(
    slides: tuple[AgendaSlide, ...], reason: str
) -> None:
    with pytest.raises(ExportError, match=re.escape(reason)):
        handout_bytes(order(slides=slides), Progress(total=2))


def test_the_report_is_that_of_the_first_slide_about_sampling() -> None:
    asked = order("docx", (AgendaSlide("clinic.eligible", "from=2024-01-01&to=2024-12-31"), *SLIDES))
    document = Document(io.BytesIO(handout_bytes(asked, Progress(total=5))))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert said[0].endswith("2025年1—9月食品安全监督抽检分析报告")
    rate = built_slide(READER, 1, SLIDES[0].slide, query_of(SLIDES[0])).figures[0]
    assert f"监督抽检不合格率为{rate.value}（95%置信区间" in said[2]


@pytest.mark.parametrize(
    ("slides", "reason"),
    [
        ((AgendaSlide("clinic.eligible", PERIOD),), "议程中没有监督抽检的内容"),
        (
            (AgendaSlide("overview.overview", "from=2021-01-01&to=2021-01-31&category=01&stage=餐饮"),),
            "抽检分析报告不能生成，因此没有文件",
        ),
    ],
)
def test_a_report_that_cannot_be_made_gives_no_file(slides: tuple[AgendaSlide, ...], reason: str) -> None:
    with pytest.raises(ExportError, match=re.escape(reason)):
        handout_bytes(order("docx", slides), Progress(total=2))


def test_file_names_tell_the_version_and_no_folder() -> None:
    assert order().file_name == "三季度调度会_一_v000001.pptx"


def test_a_job_ends_with_file_or_reason_or_nothing() -> None:
    def fails(asked: Order, progress: Progress) -> bytes:
        raise ExportError("第 1 页不能生成")

    def breaks(asked: Order, progress: Progress) -> bytes:
        raise ZeroDivisionError

    done, failed, broken = (Job(order(), make).start() for make in (lambda *_: b"file", fails, breaks))
    for job in (done, failed, broken):
        job.wait(10)
        assert not job.is_running
    assert (done.content, done.reason) == (b"file", "")
    assert (failed.content, failed.reason) == (None, "第 1 页不能生成")
    assert broken.content is None
    assert re.search(r"编号 [0-9a-f]{8}；请把编号告诉系统管理员", broken.reason)


def test_a_cancelled_job_makes_no_file() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(asked: Order, progress: Progress) -> bytes:
        begun.set()
        go_on.wait(10)
        progress.begin("排版")
        return b"file"

    job = Job(order(), slow).start()
    assert begun.wait(10)
    assert job.is_running
    job.progress.cancel()
    go_on.set()
    job.wait(10)
    assert (job.content, job.reason, job.is_cancelled) == (None, "", True)


def test_cancelling_is_seen_before_the_next_slide() -> None:
    progress = Progress(total=4)
    progress.cancel()
    with pytest.raises(HandoutCancelled):
        handout_bytes(order(), progress)
