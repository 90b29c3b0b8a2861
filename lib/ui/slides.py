"""Every slide there is: the section of a page it shows and how it is built, the same for wall, file and paper.

Nothing here or in the builders reads the session of a page, so that a file can be made outside of one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from lib.data.snapshot import SnapshotMissing
from lib.export.slide import Slide
from lib.ui import slide_duties, slide_loop, slide_rates
from lib.ui.clinic_page import LEAST, MOST
from lib.ui.explained import EXPLAINED
from lib.ui.filter_query import PARAMETERS
from lib.ui.identity import Reader
from lib.ui.rectification_range import RANGES
from lib.ui.slide_parts import SlideRefused, checked
from lib.ui.supervision_page import GROUPS
from lib.ui.view import View, view_at

__all__ = ["SLIDES", "SlideKind", "SlideRefused", "built_slide", "slide_of", "slide_of_page", "view_of"]

#: A view and the page's own parameters of the address → what the slide says. Raises SlideRefused.
Builder = Callable[[View, Mapping[str, str]], Slide]


@dataclass(frozen=True)
class SlideKind:
    """A slide: the address and the section of its page, its name in lists, its builder.

    `omitted`: filters that its records do not know and that its sentence leaves out. `own`: parameters of the page's
    own with what can be chosen, the default first.
    """

    address: str
    section: str
    name: str
    build: Builder
    omitted: tuple[str, ...] = ()
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_LOOP: Final = ("sampling",)
_LEAST_BATCHES: Final = {str(number): "" for number in range(LEAST, MOST + 1)}
SLIDES: Final[Mapping[str, SlideKind]] = {
    f"{kind.address}.{kind.section}": kind
    for kind in (
        SlideKind("overview", "overview", "总览", slide_rates.overview),
        SlideKind(
            "unqualified-rate",
            "course",
            "抽检不合格率：走势与同比",
            slide_rates.course,
            own={"step": slide_rates.STEPS},
        ),
        SlideKind("unqualified-rate", "districts", "抽检不合格率：地区比较", slide_rates.districts),
        SlideKind("unqualified-rate", "products", "抽检不合格率：品类与环节", slide_rates.products),
        SlideKind(
            "unqualified-rate",
            "items",
            "抽检不合格率：不合格项目",
            slide_rates.items,
            own={"base": slide_rates.BASES},
        ),
        SlideKind("unqualified-rate", "kinds", "抽检不合格率：靶向与常规", slide_rates.kinds),
        SlideKind(
            "clinic",
            "eligible",
            "流动诊所：谁符合条件",
            slide_loop.eligible,
            _LOOP,
            own={"k": _LEAST_BATCHES},
        ),
        SlideKind("clinic", "found", "流动诊所：发现的问题", slide_loop.found, _LOOP),
        SlideKind("clinic", "advice", "流动诊所：建议与落实", slide_loop.advice, _LOOP),
        SlideKind("clinic", "outcome", "流动诊所：帮扶是否有效", slide_loop.outcome, _LOOP),
        SlideKind("rectification", "stages", "整改闭环：五环流程", slide_loop.stages, _LOOP),
        SlideKind(
            "rectification",
            "open",
            "整改闭环：未完成与逾期",
            slide_loop.still_open,
            _LOOP,
            own={"range": RANGES},
        ),
        SlideKind("rectification", "cohorts", "整改闭环：完成进度", slide_loop.cohorts, _LOOP),
        SlideKind("rectification", "paper", "整改闭环：纸面整改", slide_loop.paper, _LOOP),
        SlideKind("districts", "compare", "属地责任：各项对照", slide_duties.compare),
        SlideKind(
            "districts",
            "measure",
            "属地责任：单项比较",
            slide_duties.measure,
            own={"measure": slide_duties.MEASURE_NAMES},
        ),
        SlideKind(
            "supervision", "progress", "包保督导：本季进度", slide_duties.progress, _LOOP, own={"by": GROUPS}
        ),
    )
}


def slide_of_page(address: str, section: str | None) -> str | None:
    """The slide that shows this section of a page (its first one by default); None for what is a list or a text."""
    first = next((kind.section for kind in SLIDES.values() if kind.address == address), "")
    asked = f"{address}.{section or first}"
    return asked if asked in SLIDES else None


def view_of(view: View, slide: str) -> View:
    """The view with the sentence of a slide, which leaves out filters that its records do not know."""
    return replace(view, omitted=SLIDES[slide].omitted) if slide in SLIDES else view


def slide_of(view: View, slide: str, query: Mapping[str, str]) -> Slide:
    """Build a slide for a view; `query` holds the page's own parameters. Raises SlideRefused with the reason."""
    if slide not in SLIDES:
        raise SlideRefused(f"没有名为“{slide}”的汇报内容")
    own = {name: value for name, value in query.items() if name not in PARAMETERS}
    kept, notes = checked(own, SLIDES[slide].own)
    try:
        shown = SLIDES[slide].build(view_of(view, slide), kept)
        return replace(shown, notes=(*notes, *shown.notes))
    except EXPLAINED as error:
        raise SlideRefused(str(error)) from error


def built_slide(
    reader: Reader, version: int, slide: str, query: Mapping[str, str], speaker_note: str = ""
) -> Slide:
    """A slide of an agenda: `query` is the address of its page, with filters and own parameters.

    What of the address the reader may not see is left out, and the slide says so. Raises SlideRefused.
    """
    try:
        view, notes = view_at(reader, version, query)
    except SnapshotMissing as error:
        raise SlideRefused(str(error)) from error
    shown = slide_of(view, slide, query)
    return replace(shown, notes=(*notes, *shown.notes), speaker_note=speaker_note)
