"""The pages that one slide of a meeting takes in a presentation: where there is room, and what every page carries."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from lib.export.csv import ExportError
from lib.export.presentation_text import Look, aligned, faint, lines_height, prepare, write
from lib.export.slide import Slide

_POINT: Final = 12_700
_TITLE, _FILTERS, _FOOTER = 24.0, 12.0, 10.0
_GAP: Final = 8.0
_FOOTER_ROOM: Final = 40.0
_SIDE: Final = 36.0
#: Lengths are sums of fractions.
_TOLERANCE: Final = 0.5
_NUMBER_ROOM: Final = 90.0


class Pages:
    """Pages of one slide, filled from top to bottom. Lengths are points, counted from the left edge of the content."""

    def __init__(self, deck: Any, look: Look, slide: Slide) -> None:
        self.deck, self.look, self.slide = deck, look, slide
        self._layout = _layout(deck)
        self._page: Any = None
        self.left, self.width = self._sides()
        self.first = self._new_page(slide.title)

    @property
    def room(self) -> float:
        """Height that is left on this page."""
        return self._bottom - self._y

    @property
    def whole(self) -> float:
        """Height of an empty page."""
        return self._bottom - self._top

    def place(self, height: float) -> float:
        """Take so much height, on a new page where this one has not enough. Returns where it begins."""
        if height > self.room + _TOLERANCE and self._y > self._top:
            self.turn()
        if height > self.room + _TOLERANCE:
            raise ExportError(f"“{self.slide.title}”中有一处内容比一页还高，放不下；请缩短文字或减少列")
        top = self._y
        self._y += height
        return top

    def turn(self) -> None:
        """Go on at the top of a new page."""
        self._new_page(f"{self.slide.title}（续）")

    def text(self, text: str, size: float, *, faint: bool = False) -> None:
        """A paragraph over the whole width."""
        height = self.text_height(text, size)
        self._box(text, size, self.place(height), height, is_faint=faint)

    def text_height(self, text: str, size: float) -> float:
        """How much room such a paragraph takes."""
        return lines_height(text, size, self.width) + _GAP / 2

    def tile(
        self, texts: Sequence[tuple[str, float, bool]], x: float, top: float, width: float, height: float
    ) -> None:
        """A framed box with one paragraph per text: text, size, bold."""
        # A rectangle would bring the shadow of the theme along, which some programs give to its words.
        box = self._page.shapes.add_textbox(*self._emu(self.left + x, top, width, height))
        box.line.color.theme_color = MSO_THEME_COLOR.ACCENT_6
        box.line.width = Pt(0.75)
        frame = prepare(box.text_frame, margin=_GAP)
        for number, (text, size, bold) in enumerate(texts):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            aligned(paragraph, "left")
            run = write(paragraph, text, size, self.look, bold=bold)
            run.font.color.theme_color = MSO_THEME_COLOR.TEXT_1 if bold else MSO_THEME_COLOR.ACCENT_5

    def frame(self, top: float, width: float, height: float, x: float = 0.0) -> tuple[Emu, Emu, Emu, Emu]:
        """Place and size of something on this page, in the unit of the file."""
        return self._emu(self.left + x, top, width, height)

    @property
    def shapes(self) -> Any:
        """The shapes of the page that is being filled."""
        return self._page.shapes

    def _new_page(self, title: str) -> Any:
        self._page = self.deck.slides.add_slide(self._layout)
        heading = self._page.shapes.title
        for other in [one for one in self._page.placeholders if one.shape_id != heading.shape_id]:
            other._element.getparent().remove(other._element)
        heading.text_frame.text = ""
        write(heading.text_frame.paragraphs[0], title, _TITLE, self.look, bold=True)
        self._y = self._top = _points(heading.top + heading.height) + 2
        self._bottom = self._write_footer()
        filters = lines_height(self.slide.filters_sentence, _FILTERS, self.width)
        self._box(self.slide.filters_sentence, _FILTERS, self._y, filters, is_faint=True)
        self._y = self._top = self._top + filters + _GAP
        return self._page

    def _sides(self) -> tuple[float, float]:
        title = next(one for one in self._layout.placeholders if _kind(one) in _TITLES)
        if title.left is None or title.width is None:
            return _SIDE, _points(self.deck.slide_width) - 2 * _SIDE
        return _points(title.left), _points(title.width)

    def _write_footer(self) -> float:
        """As-of day and version at the left, the number of the slide at the right. Returns where they begin."""
        height = lines_height(self.slide.basis, _FOOTER, self.width - _NUMBER_ROOM)
        holders = {_kind(one): one for one in self._layout.placeholders}
        end = _points(self.deck.slide_height)
        tops = [_points(one.top) for kind, one in holders.items() if kind in _FOOT and one.top is not None]
        top = min([*tops, end - _FOOTER_ROOM]) - max(0.0, height - 1.5 * _FOOTER)
        self._box(self.slide.basis, _FOOTER, top, height, width=self.width - _NUMBER_ROOM, is_faint=True)
        number = holders.get(PP_PLACEHOLDER.SLIDE_NUMBER)
        if number is not None:
            copied = deepcopy(number._element)
            for words in copied.iter(qn("a:t")):
                words.text = str(len(self.deck.slides))
            self._page.shapes._spTree.append(copied)
        else:
            self._number(top)
        return top - _GAP

    def _number(self, top: float) -> None:
        frame = self._emu(self.left + self.width - _NUMBER_ROOM, top, _NUMBER_ROOM, 2 * _FOOTER)
        paragraph = prepare(self._page.shapes.add_textbox(*frame).text_frame).paragraphs[0]
        aligned(paragraph, "right")
        field = paragraph._p.makeelement(
            qn("a:fld"), {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"}
        )
        properties = field.makeelement(qn("a:rPr"), {"lang": "zh-CN", "sz": str(int(_FOOTER * 100))})
        words = field.makeelement(qn("a:t"), {})
        words.text = str(len(self.deck.slides))
        field.extend([properties, words])
        paragraph._p.append(field)

    def _box(
        self, text: str, size: float, top: float, height: float, *, width: float = 0.0, is_faint: bool
    ) -> None:
        place = self._emu(self.left, top, width or self.width, height)
        frame = prepare(self._page.shapes.add_textbox(*place).text_frame)
        run = write(frame.paragraphs[0], text, size, self.look)
        if is_faint:
            faint(run.font.color)

    @staticmethod
    def _emu(x: float, y: float, width: float, height: float) -> tuple[Emu, Emu, Emu, Emu]:
        x_, y_, width_, height_ = (Emu(round(part * _POINT)) for part in (x, y, width, height))
        return x_, y_, width_, height_


_TITLES: Final = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_FOOT: Final = (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)


def _layout(deck: Any) -> Any:
    """The layout with a title and the fewest other places to write: what is shown needs the room."""
    layouts = [
        one for one in deck.slide_layouts if any(_kind(holder) in _TITLES[:1] for holder in one.placeholders)
    ]
    if not layouts:
        raise ExportError("演示文稿模板没有带标题的版式；请在母版中加一个“仅标题”版式")
    return min(
        layouts, key=lambda one: sum(_kind(holder) not in (*_TITLES, *_FOOT) for holder in one.placeholders)
    )


def _kind(holder: Any) -> Any:
    return holder.placeholder_format.type


def _points(length: int) -> float:
    return length / _POINT
