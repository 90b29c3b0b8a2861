"""Charts as pictures: everything that belongs to a figure is inside, in shipped fonts, without a network."""

import io
import itertools
import re
import socket
import xml.etree.ElementTree as ET
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image

from lib.charts.control_chart import control_chart
from lib.charts.district_grid import district_grid
from lib.charts.heat_map import heat_map
from lib.charts.interval_dots import interval_dots
from lib.charts.part_bars import part_bars
from lib.charts.picture import Caption, appearance, picture_png, picture_svg
from lib.charts.theme import Role
from lib.data.fonts import RARE_FAMILY, MissingGlyph, text_width
from tests.unit.charts import frames
from tests.unit.charts.frames import MEASURE

CAPTION = Caption(
    title="监督抽检不合格率 <b>&𠮷",
    filters="范围：阜阳市；2025年1—8月；监督抽检",
    basis="数据截至2025年8月31日；数据版本 42",
    notes=("控制限按拉尼修正。",),
)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def control() -> str:
    return picture_svg(control_chart(frames.periods(), measure=MEASURE).to_dict(), CAPTION)


def words(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_caption_is_inside(control: str) -> None:
    said = words(control)
    for text in (
        CAPTION.title,
        CAPTION.filters,
        *CAPTION.notes,
        "来源：食安把脉；数据截至2025年8月31日；数据版本 42",
    ):
        assert text in said


def test_words_of_the_chart_and_its_key_are_inside(control: str) -> None:
    # The key is what Vega-Lite drops when layers of the same domain say they have none.
    said = words(control)
    assert {"高于上限", "低于下限", "连续偏移", "暂定", "6.00%", "24年10月", "均值", "无样本"} <= set(said)


def test_colours_are_those_of_the_light_appearance(control: str) -> None:
    colours = appearance()["range"]["category"]
    above = colours[list(Role).index(Role.ABOVE)]
    assert f'fill="{above}"' in control
    assert appearance()["background"] == "#ffffff"


def test_a_rare_character_is_drawn_with_the_font_that_has_it(control: str) -> None:
    spans = [span for span in ET.fromstring(control).iter(f"{SVG}tspan") if span.text == "𠮷"]
    assert len(spans) == 1
    assert spans[0].attrib["font-family"].startswith(f"{RARE_FAMILY},")


def test_drawings_for_browsers_give_the_same_picture() -> None:
    chart = heat_map(frames.cells(), measure=MEASURE)
    assert picture_svg(chart.for_browser(), CAPTION) == picture_svg(chart.to_dict(), CAPTION)


def test_a_character_without_glyph_is_refused() -> None:
    districts = frames.districts().assign(name=lambda frame: frame["name"].replace("颍州区", "颍\ue123区"))
    with pytest.raises(MissingGlyph, match=r"U\+E123"):
        picture_svg(interval_dots(districts, measure=MEASURE, ratio=True).to_dict(), CAPTION)


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = heat_map(frames.cells(), measure=MEASURE).to_dict()
    picture = {"mark": {"type": "image", "url": "http://127.0.0.1:9/x.png"}, "encoding": {}}
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/data.csv"
        with pytest.raises(ValueError, match=r"(?i)url|base|allowed"):
            picture_svg({**chart, "layer": [*chart["layer"], {**picture, "data": {"url": address}}]}, CAPTION)
        with pytest.raises(TimeoutError):
            server.accept()


def test_png_has_the_dots_asked_for() -> None:
    chart = heat_map(frames.cells(), measure=MEASURE).to_dict()
    image = Image.open(io.BytesIO(picture_png(chart, CAPTION, width=600, scale=2)))
    assert image.format == "PNG"
    assert image.width >= 1200


def placed(svg: str) -> list[tuple[str, float, float]]:
    """Every text with the place where it begins, moves of the groups around it added up."""
    found: list[tuple[str, float, float]] = []

    def walk(element: ET.Element, x: float, y: float) -> None:
        moved = re.match(r"translate\(([-0-9.]+),([-0-9.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        if element.tag == f"{SVG}text":
            found.append(("".join(element.itertext()), x, y))
        for part in element:
            walk(part, x, y)

    walk(ET.fromstring(svg), 0, 0)
    return found


def test_the_key_and_the_lines_of_a_grid_have_room() -> None:
    flags = [("", ""), *((flag, "") for flag in ("high_95", "high_998", "low_998"))]
    flags += [("", "high_998"), ("", "low_998")]
    rows = pd.DataFrame(flags * 2, columns=["flag", "chance_flag"]).assign(
        **{"measure": "处置\n按时", "measure_name": "处置按时完成率", "direction_text": "越高越好"},
        name=[f"第{number:02}合肥现代产业园区" for number in range(12)],
        value_text=[f"{number}0.00%" for number in range(12)],
        fraction_text=[f"{number}1/99" for number in range(12)],
        interval_text=[f"{number}2—99" for number in range(12)],
        small=[number == 0 for number in range(12)],
    )
    svg = picture_svg(district_grid(rows).to_dict(), CAPTION, highest=100)
    texts = placed(svg)
    width = float(ET.fromstring(svg).attrib["width"])
    key = [(word, x) for word, x, _ in texts if word in {role.value for role in Role}]
    assert len(key) == 6
    assert max(x + text_width(word, 12) for word, x in key) <= width
    lines = sorted(y for word, _, y in texts if re.fullmatch(r"\d+(0\.00%|1/99|2—99)", word))
    assert len(lines) == 36
    assert min(below - above for above, below in itertools.pairwise(lines)) > 10


def test_words_on_lines_are_there_once_for_whoever_searches() -> None:
    svg = picture_svg(part_bars(frames.parts(), names=frames.PART_WORDS).to_dict(), CAPTION)
    for text in frames.parts()["text"]:
        assert words(svg).count(text) == 1
    boxes = [box for box in ET.fromstring(svg).iter(f"{SVG}rect") if "fill-opacity" in box.attrib]
    assert len(boxes) == len(frames.parts())


def test_lines_of_the_caption_end_before_the_margin(control: str) -> None:
    noted = replace(CAPTION, notes=("控制限（按拉尼修正）。" * 40, "一" * 300))
    svg = picture_svg(heat_map(frames.cells(), measure=MEASURE).to_dict(), noted, width=600)
    width = float(ET.fromstring(svg).attrib["width"])
    lines = [line for line in words(svg) if line.startswith(("控制", "按拉尼", "一一")) or "修正" in line]
    assert len(lines) > 8
    assert max(text_width(line, 11) for line in lines) <= width - 32


def test_a_high_chart_can_be_drawn_with_closer_rows() -> None:
    chart = {**heat_map(frames.cells(), measure=MEASURE).to_dict(), "height": 900}
    heights = [
        float(ET.fromstring(picture_svg(chart, CAPTION, highest=highest)).attrib["height"])
        for highest in (None, 600, 100)
    ]
    # Never closer than twice: 900 is drawn 450 high at least.
    assert heights[0] - heights[1] == pytest.approx(300, abs=2)
    assert heights[0] - heights[2] == pytest.approx(450, abs=2)
