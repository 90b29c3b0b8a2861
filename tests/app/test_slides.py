"""Slides over the small worlds: the figures are those of the pages, and one that cannot be computed says why."""

import io
from collections.abc import Iterator, Mapping
from threading import Thread
from typing import Any

import pyarrow as pa
import pypdf
import pytest
from pptx import Presentation

from lib.access.reception import reception
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.export.paper import paper_bytes
from lib.export.presentation import presentation_bytes
from lib.export.slide import Document, Slide
from lib.export.slide_texts import slide_texts
from lib.ui.handouts import with_pictures
from lib.ui.identity import Reader
from lib.ui.slides import SLIDES, SlideRefused, built_slide
from tests.app.conftest import OpenPage, figures
from tests.app.small_world import World

PERIOD = {"from": "2025-01-01", "to": "2025-09-30", "district": "341200"}


def reader(scope: Scope | None = None) -> Reader:
    """Somebody who presents."""
    return Reader("presenter", "调度会主持", Role.PRESENTER, scope or Scope.everything())


@pytest.fixture
def small(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of the small world of samples."""
    yield from _within(world, monkeypatch)


@pytest.fixture
def loop(loop_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings of the small world with a closed loop, which its second data version has."""
    yield from _within(loop_world, monkeypatch)


def _within(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BAMAI_SNAPSHOTS", str(world.snapshots))
    monkeypatch.setenv("BAMAI_ENV", "demo")
    settings.cache_clear()
    yield
    settings.cache_clear()
    reception.cache_clear()


def test_tiles_of_slide_and_page_are_the_same(open_page: OpenPage, small: None) -> None:
    on_page = figures(open_page("sampling/unqualified_rate", query=PERIOD))
    slide = built_slide(reader(), 1, "unqualified-rate.course", PERIOD)
    assert {one.name: one.value for one in slide.figures} == on_page
    assert "2025年1—9月" in slide.filters_sentence
    assert "数据版本 1" in slide.basis


def test_slides_of_the_loop_stand_and_go_on_paper_with_the_words_of_their_charts(loop: None) -> None:
    slides = [
        built_slide(reader(), 2, number, PERIOD) for number in SLIDES if number.startswith(("clinic", "rect"))
    ]
    charts = [chart for slide in slides for chart in slide.charts]
    for chart in charts:
        assert chart.specification["usermeta"]["embedOptions"] == {"renderer": "svg"}
        assert all(len(row) == len(chart.table.headings) for row in chart.table.rows)
        if chart.data is not None:
            assert all(len(one.values) == len(chart.data.categories) for one in chart.data.series)
    # No quarter of this world has enough items for a curve: a table and a word about it, no empty picture.
    (cohorts,) = [slide for slide in slides if not slide.charts]
    assert cohorts.tables
    assert "不作曲线" in cohorts.notes[-1]
    document = Document("调度会", 2, [with_pictures(slide) for slide in slides])
    deck = Presentation(io.BytesIO(presentation_bytes(document)))
    drawn = {
        str(category)
        for page in deck.slides
        for shape in page.shapes
        if shape.has_chart
        for category in shape.chart.plots[0].categories
    }
    assert drawn == {name for chart in charts if chart.data is not None for name in chart.data.categories}
    # What stands above a bar on the screen stands beside it in the presentation.
    on_screen = [
        row["text"] for chart in charts for row in _bars(chart.specification) if chart.data is not None
    ]
    assert on_screen
    assert [words for words in on_screen if not any(name.endswith(words) for name in drawn)] == []
    paper = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper_bytes(document))).pages)
    said = "".join(paper.split())
    assert [words for words in on_screen if "".join(words.split()) not in said] == []


def _bars(specification: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a chart of bars with words above them, as they leave for the browser."""
    tables = [pa.ipc.open_stream(rows).read_all() for rows in specification["datasets"].values()]
    return [
        row for table in tables if {"text", "part"} <= set(table.column_names) for row in table.to_pylist()
    ]


def test_numbers_for_office_charts_are_those_of_the_table(small: None) -> None:
    slide = built_slide(reader(), 1, "unqualified-rate.course", PERIOD)
    (chart,) = slide.charts
    assert chart.data is not None
    rate = chart.data.series[0]
    column = chart.table.headings.index("监督抽检不合格率（%）")
    texts = [row[column] for row in chart.table.rows]
    assert ["—" if value is None else f"{value:.2%}" for value in rate.values] == texts
    assert list(chart.data.categories) == [row[0] for row in chart.table.rows]


def test_nothing_found_is_a_reason_and_no_slide(small: None) -> None:
    with pytest.raises(SlideRefused, match="没有样品"):
        built_slide(reader(), 1, "unqualified-rate.course", {**PERIOD, "stage": "网抽"})
    with pytest.raises(SlideRefused, match="数据版本 7 不存在或已清理"):
        built_slide(reader(), 7, "unqualified-rate.course", PERIOD)
    with pytest.raises(SlideRefused, match="没有名为"):
        built_slide(reader(), 1, "unqualified-rate.nonsense", PERIOD)


def test_a_reader_of_one_county_sees_that_county_only(small: None) -> None:
    asked = {**PERIOD, "district": "341202"}
    own = built_slide(reader(Scope.of("341225")), 1, "unqualified-rate.course", asked)
    assert own.filters_sentence.startswith("范围：阜南县")
    assert any("属地" in note and "不可用" in note for note in own.notes)
    assert "颍州" not in "".join(slide_texts(own))


def test_a_slide_is_built_outside_a_page_run(small: None) -> None:
    built: list[Slide] = []
    thread = Thread(target=lambda: built.append(built_slide(reader(), 1, "unqualified-rate.items", PERIOD)))
    thread.start()
    thread.join()
    assert built[0].charts[0].table.rows
