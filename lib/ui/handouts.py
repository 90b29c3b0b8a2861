"""Files to hand out from an agenda, made in a thread of their own: slide after slide, then the file, or the reason.

Nothing here reads the session of a page. If one slide cannot be computed there is no file.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from urllib.parse import parse_qsl

from lib.access.agendas import AgendaSlide
from lib.charts.picture import Caption, picture_svg
from lib.data.fonts import MissingGlyph
from lib.data.settings import settings
from lib.export.csv import ExportError
from lib.export.paper import paper_bytes
from lib.export.presentation import presentation_bytes
from lib.export.report import report_bytes
from lib.export.slide import Document, ShownChart, Slide
from lib.metrics.analyses.report_text import ReportImpossible, sampling_report
from lib.ui.explained import EXPLAINED
from lib.ui.identity import Reader
from lib.ui.slide_parts import OWN_RANGE
from lib.ui.slides import SLIDES, SlideRefused, built_slide
from lib.ui.view import view_at

LOGGER = logging.getLogger(__name__)
Kind = Literal["pptx", "pdf", "docx"]
#: Pages whose filters the report can be made for.
_OF_SAMPLING: Final = ("overview", "unqualified-rate", "districts")
#: As many files at a time; further ones wait, so that the pages of others stay quick.
_AT_A_TIME: Final = threading.BoundedSemaphore(2)
_SHORT_WAIT: Final = 0.2
#: Pixels of a chart that fills the width of a page across, in letters of 8 points and more.
_WIDTH, _HIGHEST = 1000, 400


class HandoutCancelled(RuntimeError):
    """The reader no longer wants the file."""


@dataclass(frozen=True)
class Order:
    """What is asked for: an agenda's slides of one data version as a file, seen through one reader's districts."""

    kind: Kind
    title: str
    data_version: int
    reader: Reader
    slides: tuple[AgendaSlide, ...]

    @property
    def file_name(self) -> str:
        """2025年三季度调度会_v000042.pptx."""
        safe = "".join(mark if mark.isalnum() or mark in "（）()、·-" else "_" for mark in self.title)
        return f"{safe.strip('_')[:60] or '汇报'}_v{self.data_version:06d}.{self.kind}"


@dataclass
class Progress:
    """How far a file is; written by its thread, read by the page."""

    total: int
    done: int = 0
    words: str = "排队等候"
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Stop at the next step."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `HandoutCancelled` when the reader has cancelled."""
        if self._cancelled.is_set():
            raise HandoutCancelled

    def begin(self, words: str) -> None:
        """Say what is being done. Raises `HandoutCancelled`."""
        self.check()
        self.words = words


class Job:
    """A file in the making. `content` when it is there, `reason` (Chinese) when it cannot be, neither while it runs."""

    def __init__(self, order: Order, make: Callable[[Order, Progress], bytes] | None = None) -> None:
        self.order = order
        self.progress = Progress(total=len(order.slides) + 1)
        self.content: bytes | None = None
        self.reason = ""
        self.is_cancelled = False
        self._make = make or handout_bytes
        self._thread = threading.Thread(target=self._run, name="handout", daemon=True)

    def start(self) -> "Job":
        """Begin in a thread of its own."""
        self._thread.start()
        return self

    @property
    def is_running(self) -> bool:
        """Whether the reader still has to wait."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until the file is there or cannot be, at most so long."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while not _AT_A_TIME.acquire(timeout=_SHORT_WAIT):
                self.progress.check()
            try:
                self.content = self._make(self.order, self.progress)
            finally:
                _AT_A_TIME.release()
        except HandoutCancelled:
            self.is_cancelled = True
        except (ExportError, MissingGlyph) as error:
            self.reason = str(error)
        except Exception as error:
            number = secrets.token_hex(4)
            LOGGER.error("handout %s failed, number %s", self.order.file_name, number, exc_info=error)
            self.reason = f"“{self.progress.words}”时出错，编号 {number}；请把编号告诉系统管理员"


def handout_bytes(order: Order, progress: Progress) -> bytes:
    """The file. Raises `ExportError` naming the slide that cannot be computed, or `HandoutCancelled`."""
    if order.kind == "docx":
        return _report(order, progress)
    slides = []
    for number, wanted in enumerate(order.slides, 1):
        progress.begin(f"计算第 {number} 页，共 {len(order.slides)} 页")
        slides.append(_drawn(order, number, wanted))
        progress.done = number
    document = Document(order.title, order.data_version, tuple(slides))
    progress.begin("排版")
    content = _presentation(document) if order.kind == "pptx" else paper_bytes(document)
    progress.check()
    progress.done = progress.total
    return content


def with_pictures(slide: Slide, *, all_charts: bool = True) -> Slide:
    """The slide with its charts drawn for paper; with `all_charts` off only those no office program can draw."""
    charts = [
        chart if chart.is_grid or (chart.data is not None and not all_charts) else _with_picture(slide, chart)
        for chart in slide.charts
    ]
    return replace(slide, charts=tuple(charts))


def _drawn(order: Order, number: int, wanted: AgendaSlide) -> Slide:
    name = SLIDES[wanted.slide].name if wanted.slide in SLIDES else wanted.slide
    try:
        slide = built_slide(order.reader, order.data_version, wanted.slide, query_of(wanted), wanted.note)
        return with_pictures(slide, all_charts=order.kind == "pdf")
    except (SlideRefused, MissingGlyph) as error:
        raise ExportError(f"第 {number} 页“{name}”不能生成，因此没有文件：{error}") from error


def query_of(wanted: AgendaSlide) -> Mapping[str, str]:
    """The address of a slide as names and values."""
    return dict(parse_qsl(wanted.query.removeprefix("?"), keep_blank_values=True))


def _with_picture(slide: Slide, chart: ShownChart) -> ShownChart:
    """The chart with its picture; its notes stand below in letters of the page, which no picture can shrink."""
    sentence = chart.range_note.removeprefix(OWN_RANGE) or slide.filters_sentence
    caption = Caption(title=chart.title, filters=sentence, basis=slide.basis)
    notes = tuple(note for note in chart.notes if note != chart.range_note)
    svg = picture_svg(chart.specification, caption, width=_WIDTH, highest=_HIGHEST)
    return replace(chart, svg=svg, notes=notes)


def _presentation(document: Document) -> bytes:
    return presentation_bytes(document, settings().pptx_template)


def slide_to_report(slides: Sequence[AgendaSlide]) -> AgendaSlide | None:
    """The first slide about sampling: the report is made for its filters. None where an agenda has no such slide."""
    return next((one for one in slides if one.slide.partition(".")[0] in _OF_SAMPLING), None)


def _report(order: Order, progress: Progress) -> bytes:
    """The 抽检分析报告 of the filters of the first slide about sampling."""
    wanted = slide_to_report(order.slides)
    if wanted is None:
        raise ExportError("议程中没有监督抽检的内容，不能生成抽检分析报告；请先加入抽检的一页")
    progress.begin("计算抽检分析报告")
    try:
        view, notes = view_at(order.reader, order.data_version, query_of(wanted))
        report = sampling_report(view.snapshot, view.filters, order.reader.scope)
    except (*EXPLAINED, ReportImpossible) as error:
        raise ExportError(f"抽检分析报告不能生成，因此没有文件：{error}") from error
    progress.begin("排版")
    content = report_bytes(replace(report, basis=(*report.basis, *notes)))
    progress.check()
    progress.done = progress.total
    return content
