"""A chart as a picture that can stand alone: SVG or PNG with title, filters, source and as-of day inside.

Drawn by Vega without a browser and without a network, in the light appearance of `.streamlit/config.toml` and in the
fonts that ship with the program. Text stays text.
"""

import re
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa
import vl_convert

from lib.charts.drawing import CLOSEST
from lib.charts.picture_words import FONTS, SVG, replace_rims, set_families
from lib.data.fonts import FONT_FOLDER, check_glyphs, text_width, wrapped
from lib.data.settings import PROJECT_FOLDER

WIDTH: Final = 760
ET.register_namespace("", SVG)
_MARGIN: Final = 16
_TITLE_SIZE: Final = 16
_TEXT_SIZE: Final = 11
_LEADING: Final = 1.45
#: Letters of a key, the mark and the gap of each entry, and where the key begins at the furthest: after the names.
_KEY_SIZE, _KEY_MARK, _KEY_START = 12, 30, 200
#: A value that no mark has.
_NOBODY: Final = " "
_SOURCE: Final = "来源：食安把脉"


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What stands around the chart: title and filters above, notes, source and as-of day (`basis`) below."""

    title: str
    filters: str
    basis: str
    notes: Sequence[str] = ()

    @property
    def below(self) -> tuple[str, ...]:
        """Notes, then the source."""
        return (*self.notes, f"{_SOURCE}；{self.basis}")


@dataclass(frozen=True, kw_only=True)
class _Line:
    text: str
    size: int
    y: float
    colour: str
    bold: bool = False


def picture_svg(
    specification: Mapping[str, Any], caption: Caption, *, width: int = WIDTH, highest: int | None = None
) -> str:
    """The picture as SVG, `width` pixels wide and as high as it needs.

    With `highest` a higher chart is drawn with closer rows, as close as it allows, so that a page need not shrink it.
    `specification` is what `Drawing.to_dict` or `Drawing.for_browser` gives. Raises `MissingGlyph` for a character
    that the shipped fonts do not have.
    """
    drawn = _pressed(specification, highest) if highest is not None else specification
    chart = ET.fromstring(_chart_svg(drawn, width - 2 * _MARGIN))
    replace_rims(chart)
    across, down = float(chart.attrib["width"]), float(chart.attrib["height"])
    whole = max(width, int(across) + 2 * _MARGIN)
    above, top = _lines([(caption.title, _TITLE_SIZE, True), (caption.filters, _TEXT_SIZE, False)], whole, 0)
    below, bottom = _lines([(text, _TEXT_SIZE, False) for text in caption.below], whole, top + down)
    picture = _page(whole, round(bottom + _MARGIN))
    placed = ET.SubElement(picture, f"{{{SVG}}}g", transform=f"translate({_MARGIN},{top:.1f})")
    placed.extend(list(chart))
    for line in (*above, *below):
        _write(picture, line)
    check_glyphs(picture.itertext())
    set_families(picture)
    return _renumbered(ET.tostring(picture, encoding="unicode"))


def _renumbered(svg: str) -> str:
    """Names of gradients and clips counted from 0: Vega counts on from picture to picture."""
    names = list(dict.fromkeys(re.findall(r' id="([^"]+)"', svg)))
    for number, name in enumerate(names):
        svg = svg.replace(f' id="{name}"', f' id="part-{number}"').replace(
            f"url(#{name})", f"url(#part-{number})"
        )
    return svg


def picture_png(
    specification: Mapping[str, Any],
    caption: Caption,
    *,
    width: int = WIDTH,
    highest: int | None = None,
    scale: float = 2.0,
) -> bytes:
    """The same picture as PNG with `scale` dots a pixel."""
    svg = picture_svg(specification, caption, width=width, highest=highest)
    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png


def _pressed(specification: Mapping[str, Any], highest: int) -> Mapping[str, Any]:
    height, closest = specification.get("height", 0), specification["usermeta"][CLOSEST]
    pressed = max(highest, round(height * closest))
    return {**specification, "height": pressed} if height > pressed else specification


def _chart_svg(specification: Mapping[str, Any], width: int) -> str:
    _register_fonts()
    layers = [_with_key(layer, width) for layer in specification["layer"]]
    datasets = {name: _records(rows) for name, rows in specification.get("datasets", {}).items()}
    whole = {
        **specification,
        "layer": layers,
        "datasets": datasets,
        "width": width,
        "autosize": {"type": "fit-x"},
    }
    # An empty list of addresses: a picture never fetches anything.
    svg: str = vl_convert.vegalite_to_svg(whole, config=appearance(), allowed_base_urls=[])
    return svg


def _with_key(layer: Mapping[str, Any], width: int) -> dict[str, Any]:
    """The layer with a key no wider than the picture, and with a domain of its own where it shows no key.

    Vega-Lite takes channels of the same domain for one key: a layer without one would take it from the points.
    """
    encoding = layer.get("encoding", {}).items()
    return {**layer, "encoding": {channel: _with_own_key(one, width) for channel, one in encoding}}


def _with_own_key(channel: Any, width: int) -> Any:
    if not isinstance(channel, Mapping):
        return channel
    key = channel.get("legend", {})
    if key is None and "domain" in (channel.get("scale") or {}):
        return {**channel, "scale": {**channel["scale"], "domain": [*channel["scale"]["domain"], _NOBODY]}}
    if not key or "values" not in key:
        return channel
    # The page asks the window how many entries stand side by side; a picture has none.
    entry = max(text_width(word, _KEY_SIZE) for word in key["values"]) + _KEY_MARK
    columns = max(1, int((width - _KEY_START) // entry))
    return {**channel, "legend": {**key, "columns": columns, "labelLimit": 0}}


def _records(rows: Any) -> list[dict[str, Any]]:
    if isinstance(rows, bytes):
        table = pa.ipc.open_stream(rows).read_all()
        records: list[dict[str, Any]] = table.to_pylist()
        return records
    return list(rows)


@lru_cache(maxsize=1)
def _register_fonts() -> None:
    vl_convert.register_font_directory(str(FONT_FOLDER))


@lru_cache(maxsize=1)
def _theme() -> Mapping[str, Any]:
    """The light appearance; paper has no dark one."""
    settings = tomllib.loads((PROJECT_FOLDER / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    light: Mapping[str, Any] = settings["theme"]["light"]
    return light


def appearance() -> dict[str, Any]:
    """Vega-Lite configuration with the colours and the fonts, as the page has them."""
    theme = _theme()
    words = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 12, "titleFontSize": 12}
    shades = theme["chartSequentialColors"]
    return {
        "background": theme["backgroundColor"],
        "font": FONTS,
        "axis": {**words, "gridColor": theme["borderColor"], "tickColor": theme["borderColor"]},
        "axisX": {"labelPadding": 9},
        "legend": words,
        "range": {
            "category": theme["chartCategoricalColors"],
            **{name: shades for name in ("heatmap", "ramp", "ordinal")},
        },
        "view": {"stroke": "transparent"},
    }


def _lines(texts: Sequence[tuple[str, int, bool]], width: int, y: float) -> tuple[list[_Line], float]:
    """Wrapped lines below `y`, and where the next thing may begin."""
    theme, lines = _theme(), []
    y += _MARGIN / 2
    for text, size, bold in texts:
        colour = theme["textColor"] if bold else theme["grayColor"]
        # Closing marks do not begin a line: one or two may hang over its end.
        for part in wrapped(text, size, width - 2 * _MARGIN - 2 * size, bold=bold):
            y += size * _LEADING
            lines.append(_Line(text=part, size=size, y=y, colour=colour, bold=bold))
    return lines, y + _MARGIN / 2


def _page(width: int, height: int) -> ET.Element:
    size = {"width": str(width), "height": str(height)}
    page = ET.Element(f"{{{SVG}}}svg", {**size, "viewBox": f"0 0 {width} {height}"})
    ET.SubElement(page, f"{{{SVG}}}rect", {**size, "fill": _theme()["backgroundColor"]})
    return page


def _write(page: ET.Element, line: _Line) -> None:
    look = {"font-family": FONTS, "font-size": f"{line.size}px", "fill": line.colour}
    if line.bold:
        look["font-weight"] = "bold"
    place = {"x": str(_MARGIN), "y": f"{line.y:.1f}"}
    ET.SubElement(page, f"{{{SVG}}}text", {**place, **look}).text = line.text
