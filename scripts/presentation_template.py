"""Make data/templates/presentation.pptx, the layout of presentations where a bureau has none of its own.

One wide layout with title, footer and slide number; colours as in the light appearance of .streamlit/config.toml.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

PROJECT = Path(__file__).resolve().parents[1]
TARGET = PROJECT / "data" / "templates" / "presentation.pptx"
FONT = "Microsoft YaHei"
PLACES = {
    PP_PLACEHOLDER.TITLE: (0.5, 0.3, 12.33, 0.75),
    PP_PLACEHOLDER.BODY: (0.5, 1.3, 12.33, 5.4),
    PP_PLACEHOLDER.FOOTER: (0.5, 6.98, 10.8, 0.32),
    PP_PLACEHOLDER.SLIDE_NUMBER: (11.6, 6.98, 1.23, 0.32),
}


def coloured(theme: bytes, light: dict[str, str], marks: list[str]) -> bytes:
    """The theme with our colours and a Chinese font for titles and text."""
    text = theme.decode("utf-8")
    colours = {
        "dk2": light["textColor"],
        "lt2": light["secondaryBackgroundColor"],
        "accent1": marks[0],
        "accent2": marks[1],
        "accent3": marks[2],
        "accent4": marks[3],
        "accent5": light["grayColor"],
        "accent6": light["borderColor"],
    }
    for name, colour in colours.items():
        value = colour.lstrip("#").upper()
        text = re.sub(
            rf"(<a:{name}>).*?(</a:{name}>)", rf'\g<1><a:srgbClr val="{value}"/>\g<2>', text, flags=re.S
        )
    text = re.sub(
        r'<a:latin typeface="[^"]*"/>\s*<a:ea typeface=""/>',
        f'<a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/>',
        text,
    )
    return text.encode("utf-8")


def arrange(deck: Any) -> None:
    """One layout, its places where a wide slide wants them, titles at the left."""
    for layout in list(deck.slide_layouts):
        if layout.name != "Title Only":
            deck.slide_layouts.remove(layout)
    layout = deck.slide_layouts[0]
    layout.name = "标题与正文"
    for holder in [*deck.slide_master.placeholders, *layout.placeholders]:
        kind = holder.placeholder_format.type
        if kind not in PLACES:
            holder._element.getparent().remove(holder._element)
            continue
        holder.left, holder.top, holder.width, holder.height = (Inches(part) for part in PLACES[kind])
        if kind in (PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER):
            for paragraph in holder.text_frame.paragraphs:
                paragraph.font.size = Pt(10)
    level = deck.slide_master.element.find(".//" + qn("p:titleStyle"))[0]
    level.set("algn", "l")
    for name, value in (("sz", "2600"), ("b", "1")):
        level.find(qn("a:defRPr")).set(name, value)


def main() -> None:
    """Write the template."""
    light = tomllib.loads((PROJECT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]["light"]
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    arrange(deck)
    part = next(
        rel.target_part for rel in deck.slide_master.part.rels.values() if rel.reltype.endswith("/theme")
    )
    part._blob = coloured(part.blob, light, light["chartCategoricalColors"])
    deck.core_properties.author = deck.core_properties.last_modified_by = "食安把脉"
    deck.core_properties.title = ""
    deck.save(str(TARGET))


if __name__ == "__main__":
    main()
