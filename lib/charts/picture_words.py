"""Words inside a drawn picture: the family that has each character, and a box instead of a rim behind words."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Final

from lib.data.fonts import FAMILY, RARE_FAMILY, runs_by_family, text_width

SVG: Final = "http://www.w3.org/2000/svg"
#: Programs that do not have the shipped fonts fall back to a Chinese font of their own.
FONTS: Final = f"{FAMILY}, {RARE_FAMILY}, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"
#: How much a box behind words covers of what lies below it.
_VEIL: Final = "0.8"


def replace_rims(chart: ET.Element) -> None:
    """Behind words a pale box instead of a rim: a rim is the same words once more for whoever searches or copies."""
    for parent in list(chart.iter()):
        for place, rim in enumerate(list(parent)):
            if rim.tag == f"{{{SVG}}}text" and "stroke-width" in rim.attrib:
                parent[place] = _box(rim)


def _box(rim: ET.Element) -> ET.Element:
    size = float(rim.get("font-size", "11").removesuffix("px"))
    lines = [line.text or "" for line in rim] or [rim.text or ""]
    width = max(text_width(line, size, bold=rim.get("font-weight") == "bold") for line in lines)
    before = {"middle": 0.5, "end": 1.0}.get(rim.get("text-anchor", "start"), 0.0) * width
    look = {name: value for name, value in rim.attrib.items() if name in ("transform", "fill", "opacity")}
    place = {"x": f"{-before - 1:.2f}", "y": f"{-0.95 * size:.2f}"}
    extent = {"width": f"{width + 2:.2f}", "height": f"{1.2 * size * len(lines):.2f}"}
    return ET.Element(f"{{{SVG}}}rect", {**place, **extent, **look, "fill-opacity": _VEIL})


def set_families(picture: ET.Element) -> None:
    """Give rare characters the family that has them, each run at its own place.

    Drawing programs otherwise look for one other font that has the whole text, and find one of the machine.
    """
    for text in list(picture.iter(f"{{{SVG}}}text")):
        runs = runs_by_family(text.text or "")
        if any(family == RARE_FAMILY for _, family in runs):
            _place(text, runs)


def _place(text: ET.Element, runs: Sequence[tuple[str, str]]) -> None:
    size = float(text.get("font-size", "11").removesuffix("px"))
    widths = [text_width(run, size, bold=text.get("font-weight") == "bold") for run, _ in runs]
    before = {"middle": 0.5, "end": 1.0}.get(text.attrib.pop("text-anchor", "start"), 0.0) * sum(widths)
    x = float(text.get("x", "0")) - before
    text.text = None
    for (run, family), width in zip(runs, widths, strict=True):
        look = {"x": f"{x:.2f}", "font-family": f"{family}, {FONTS}"}
        ET.SubElement(text, f"{{{SVG}}}tspan", look).text = run
        x += width
