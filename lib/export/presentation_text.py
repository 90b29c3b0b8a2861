"""Text on slides: runs with a Chinese font, boxes as high as their lines need."""

from dataclasses import dataclass
from typing import Any, Final

from pptx.dml.color import ColorFormat
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Pt

from lib.data.fonts import wrapped

#: A font that Windows and WPS have; others fall back to a Chinese font of theirs.
FONT: Final = "Microsoft YaHei"
#: Letters of office programs are a little wider and higher than ours.
WIDER, _LEADING = 0.96, 1.45


@dataclass(frozen=True)
class Look:
    """The font for Chinese: the template's own where its theme names one."""

    east_asian: str

    @classmethod
    def of(cls, deck: Any) -> "Look":
        """Read the theme of the first slide master."""
        parts = deck.slide_master.part.rels.values()
        theme = next(rel.target_part for rel in parts if rel.reltype.endswith("/theme"))
        named = parse_xml(theme.blob).findall(f".//{qn('a:minorFont')}/{qn('a:ea')}")
        has_own = any(font.get("typeface") for font in named)
        return cls("+mn-ea" if has_own else FONT)


def lines_height(text: str, size: float, width: float) -> float:
    """Height in points of a text wrapped to a width, generously."""
    return len(wrapped(text, size, width * WIDER)) * size * _LEADING


def write(paragraph: _Paragraph, text: str, size: float, look: Look, *, bold: bool = False) -> Any:
    """Add a run with size and Chinese font; line breaks stay inside the paragraph."""
    run = None
    for number, line in enumerate(text.splitlines() or [""]):
        if number:
            paragraph.add_line_break()
        run = paragraph.add_run()
        run.text = line
        run.font.size = Pt(size)
        run.font.bold = bold
        set_east_asian(run._r.get_or_add_rPr(), look)
    return run


def set_east_asian(properties: Any, look: Look) -> None:
    """Name the font for Chinese and the language, so that office programs do not guess."""
    if "lang" in properties.attrib or properties.tag == qn("a:rPr"):
        properties.set("lang", "zh-CN")
    for old in properties.findall(qn("a:ea")):
        properties.remove(old)
    font = properties.makeelement(qn("a:ea"), {"typeface": look.east_asian})
    latin = properties.find(qn("a:latin"))
    following = [properties.find(qn(f"a:{name}")) for name in ("cs", "sym", "hlinkClick", "extLst")]
    place = next((one for one in following if one is not None), None)
    if latin is not None:
        latin.addnext(font)
    elif place is not None:
        place.addprevious(font)
    else:
        properties.append(font)


def faint(colour: ColorFormat) -> None:
    """The grey of the theme for what is less important."""
    colour.theme_color = MSO_THEME_COLOR.ACCENT_5


def prepare(frame: TextFrame, *, margin: float = 0.0) -> TextFrame:
    """Wrap words, no automatic sizes, the same margin on all sides."""
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Pt(margin)
    return frame


def aligned(paragraph: _Paragraph, side: str) -> None:
    """Left or right, as the column of a table says."""
    paragraph.alignment = PP_ALIGN.RIGHT if side == "right" else PP_ALIGN.LEFT
